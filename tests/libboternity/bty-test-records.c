/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-test-records.h"

const BtyEnumValue test_colours[] = {
  { TEST_COLOUR_RED, "red", N_ ("Like a rose") },
  { TEST_COLOUR_GREEN, "green", N_ ("Like grass") },
  { 0 },
};

static const BtyField part_fields[] = {
  BTY_FIELD_STRING (TestPart, label, BTY_REQUIRED, N_ ("What stands on it"), .max = 20),
  BTY_FIELD_INT64 (TestPart, weight, 0, N_ ("In grams"), .fallback = "7"),
};
BTY_DEFINE_RECORD (TestPart, test_part, "test_part", N_ ("A part of a thing"), part_fields)

static const BtyField thing_fields[] = {
  BTY_STORED_FIELDS (0),
  BTY_FIELD_STRING (TestThing, slug, BTY_REQUIRED | BTY_CREATE_ONLY | BTY_KEY | BTY_INDEXED | BTY_UNIQUE,
                    N_ ("Name in paths"), .min = 1, .max = 8),
  BTY_FIELD_STRING (TestThing, name, BTY_REQUIRED, N_ ("Name shown to people"), .min = 1, .max = 10),
  BTY_FIELD_TEXT (TestThing, notes, BTY_NULLABLE, N_ ("Anything"), .max = 50),
  BTY_FIELD_BOOL (TestThing, enabled, 0, N_ ("Whether it is on"), .fallback = "true"),
  BTY_FIELD_INT64 (TestThing, count, 0, N_ ("How many"), .min = 1, .max = 99, .fallback = "3"),
  BTY_FIELD_DOUBLE (TestThing, ratio, 0, N_ ("Between nothing and two"), .max = 2),
  BTY_FIELD_DOUBLE (TestThing, temperature, BTY_NULLABLE, N_ ("How warm")),
  BTY_FIELD_TIME (TestThing, due_at, BTY_NULLABLE, N_ ("When it is due")),
  BTY_FIELD_STRV (TestThing, route, 0, N_ ("Where it goes"), .max = 3),
  BTY_FIELD_BYTES (TestThing, blob, 0, N_ ("Some bytes"), .max = 6),
  BTY_FIELD_ENUM (TestThing, colour, 0, N_ ("How it looks"), test_colours, .fallback = "\"green\""),
  BTY_FIELD_RECORD (TestThing, part, BTY_NULLABLE, N_ ("Its main part"), test_part_schema),
  BTY_FIELD_RECORDS (TestThing, parts, 0, N_ ("Its other parts"), test_part_schema, .max = 2),
  BTY_FIELD_JSON (TestThing, options, 0, N_ ("Anything at all")),
  BTY_FIELD_SECRET (TestThing, key, 0, N_ ("Opens it"), .max = 16),
  BTY_FIELD_STRING (TestThing, comment, BTY_WRITE_ONLY, N_ ("Said by the caller, never told again")),
  BTY_FIELD_STRING (TestThing, kind, BTY_CREATE_ONLY | BTY_DEPRECATED, N_ ("What it once was")),
  BTY_FIELD_INT64 (TestThing, uses, BTY_READ_ONLY | BTY_UNSTABLE, N_ ("How often it was used")),
};
BTY_DEFINE_RECORD (TestThing, test_thing, "test_thing", N_ ("A thing to test with"), thing_fields)

static const BtyField item_fields[] = {
  BTY_FIELD_INT64 (TestItem, index, 0, N_ ("Which of several")),
  BTY_FIELD_TEXT (TestItem, text, 0, N_ ("A piece of text")),
  BTY_FIELD_STRING (TestItem, tool, BTY_NULLABLE, N_ ("Name of a tool")),
  BTY_FIELD_STRV (TestItem, words, 0, N_ ("Some words")),
  BTY_FIELD_DOUBLE (TestItem, score, BTY_NULLABLE, N_ ("How good")),
};
BTY_DEFINE_RECORD (TestItem, test_item, "test_item", N_ ("An item"), item_fields)
