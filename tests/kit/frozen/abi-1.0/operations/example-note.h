/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/* A record: a struct that begins with a BtyRecord, and a table in its .c file. The store keeps it as it is. */
typedef struct
{
  BtyRecord record;
  char *title;
  char *text;
} ExampleNote;
BTY_DECLARE_RECORD (ExampleNote, example_note)

/* What the list can be narrowed by. */
typedef struct
{
  BtyRecord record;
  char *title;
  char *cursor;
  gint64 limit;
} ExampleListRequest;
BTY_DECLARE_RECORD (ExampleListRequest, example_list_request)

/* One item of the stream. */
typedef struct
{
  BtyRecord record;
  char *text;
} ExampleWord;
BTY_DECLARE_RECORD (ExampleWord, example_word)

G_END_DECLS
