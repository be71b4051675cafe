/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-oai-ask.h"

G_BEGIN_DECLS

/**
 * BtyOaiReader:
 * @error: (nullable): what is wrong; once it is set all reading gives %FALSE
 *
 * Reads the members of a request: what has the wrong type is an error that names its place, null is as good as absent, and what nobody
 * knows is passed over, as clients of this protocol expect. On the caller's stack.
 */
typedef struct
{
  BtyJsonReader json;
  BtyOaiAsk *ask;
  GError *error;
} BtyOaiReader;

void bty_oai_reader_init (BtyOaiReader *reader, BtyOaiAsk *ask, const char *data, gsize length);
/* Takes what is wrong, if anything, to @error; FALSE then. */
gboolean bty_oai_reader_end (BtyOaiReader *reader, GError **error);

/* Says that the place where the reader stands is wrong. */
gboolean bty_oai_fail (BtyOaiReader *reader, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* The same of a member below that place, or without a place (NULL). */
gboolean bty_oai_fail_at (BtyOaiReader *reader, const char *member, const char *format, ...) G_GNUC_PRINTF (3, 4);

BtyJsonToken bty_oai_next (BtyOaiReader *reader);

/**
 * BtyOaiMember:
 * @read: reads the value
 *
 * A member of an object.
 */
typedef struct
{
  const char *name;
  gboolean (*read) (BtyOaiReader *reader, gpointer target);
} BtyOaiMember;

/* Reads the members of an object that has begun, up to its end. @members: ends with a NULL name */
gboolean bty_oai_read_members (BtyOaiReader *reader, const BtyOaiMember *members, gpointer target);
/* The same of one that is about to begin; null is passed over. */
gboolean bty_oai_read_object (BtyOaiReader *reader, const BtyOaiMember *members, gpointer target);

/* Values; null leaves the place as it is. */
gboolean bty_oai_read_string (BtyOaiReader *reader, char **place);
gboolean bty_oai_read_bool (BtyOaiReader *reader, gboolean *place);
gboolean bty_oai_read_int (BtyOaiReader *reader, gint64 min, gint64 max, gint64 *place);
/* @is_given: whether it was not null */
gboolean bty_oai_read_double (BtyOaiReader *reader, double min, double max, double *place, gboolean *is_given);
/* Any value, as it stands in the text; an object or null where @is_object. */
gboolean bty_oai_read_raw (BtyOaiReader *reader, gboolean is_object, char **place);
gboolean bty_oai_skip (BtyOaiReader *reader);
/* The string that the reader has come to. */
gboolean bty_oai_take_string (BtyOaiReader *reader, char **place);

/* Reads an array of objects, each by @item; null is passed over. */
gboolean bty_oai_read_array (BtyOaiReader *reader, guint max, gboolean (*item) (BtyOaiReader *reader, gpointer target),
                             gpointer target);
/* The same of one that has begun. */
gboolean bty_oai_read_items (BtyOaiReader *reader, guint max, gboolean (*item) (BtyOaiReader *reader, gpointer target),
                             gpointer target);

G_END_DECLS
