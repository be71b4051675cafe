/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-cassette.h"

G_BEGIN_DECLS

/* Copies of bytes that may hold a secret: cleared when they are freed. */
GBytes *bty_cassette_take_bytes (const char *bytes, gsize length);
BtyCassetteExchange *bty_cassette_exchange_new (void);
BtyCassetteTake *bty_cassette_take_new (void);

/* What a line of the file is. */
typedef enum
{
  BTY_CASSETTE_LINE_CASSETTE, /* the first: whose recording it is */
  BTY_CASSETTE_LINE_TAKE,     /* a provider is asked for a completion */
  BTY_CASSETTE_LINE_ASK,      /* a request goes out */
  BTY_CASSETTE_LINE_HEAD,     /* a status and headers come */
  BTY_CASSETTE_LINE_PIECE,    /* a piece of a body comes */
  BTY_CASSETTE_LINE_OVER,     /* an answer has ended */
  BTY_CASSETTE_LINE_HEARD,    /* the completion has ended */
} BtyCassetteLineKind;

/* A line of the file; which fields count depends on its kind. */
typedef struct
{
  BtyRecord record;
  BtyCassetteLineKind line;
  gint64 n; /* of the take, or of the exchange */
  gint64 at;
  gint64 version;
  char *turn;
  char *session;
  char *bot;
  gint64 made_at;
  gint64 redacted;
  char *provider;
  char *kind;
  char *url;
  char *request;
  gint64 take;
  char *method;
  GStrv headers;
  char *text;
  GBytes *base64;
  gint64 status;
  BtyCassetteEnd end;
  char *code;
  char *error;
  BtyStopReason stop;
  gint64 bytes;
  char *sha256;
} BtyCassetteLine;

extern const BtySchema bty_cassette_line_schema;
extern const BtyEnumValue bty_cassette_lines[];

G_END_DECLS
