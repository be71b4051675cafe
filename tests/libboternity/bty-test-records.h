/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

typedef enum
{
  TEST_COLOUR_RED = 1,
  TEST_COLOUR_GREEN,
} TestColour;

/* A record inside others. */
typedef struct
{
  BtyRecord record;
  char *label;
  gint64 weight;
} TestPart;

/* A stored record with a field of every type. */
typedef struct
{
  BtyRecord record;
  char *slug;
  char *name;
  char *notes;
  gboolean enabled;
  gint64 count;
  double ratio;
  double temperature;
  gint64 due_at;
  GStrv route;
  GBytes *blob;
  TestColour colour;
  TestPart *part;
  GPtrArray *parts;
  char *options;
  BtySecret *key;
  char *comment;
  char *kind;
  gint64 uses;
} TestThing;

/* An item of a stream: a text item is one of these with nothing but its text. */
typedef struct
{
  BtyRecord record;
  gint64 index;
  char *text;
  char *tool;
  GStrv words;
  double score;
} TestItem;

extern const BtyEnumValue test_colours[];
BTY_DECLARE_RECORD (TestPart, test_part)
BTY_DECLARE_RECORD (TestThing, test_thing)
BTY_DECLARE_RECORD (TestItem, test_item)

G_END_DECLS
