/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "example"

#include "example-note.h"

/*
 * One line a field. From this table come the JSON in both directions, the checks, the OpenAPI document, the options of the command
 * line and the help. BTY_INDEXED is what a query may filter and order by. The fields of older versions stay where they are; new ones
 * join at the end.
 */
static const BtyField note_fields[] = {
  BTY_STORED_FIELDS (BTY_KEY),
  BTY_FIELD_STRING (ExampleNote, title, BTY_REQUIRED | BTY_INDEXED, "What it is about", .min = 1, .max = 200),
  BTY_FIELD_TEXT (ExampleNote, text, BTY_REQUIRED, "What it says", .max = 10000),
};
BTY_DEFINE_RECORD (ExampleNote, example_note, "example_note", "A note", note_fields)

static const BtyField list_request_fields[] = {
  BTY_FIELD_STRING (ExampleListRequest, title, BTY_NULLABLE, "Only notes with this title", .max = 200),
  BTY_FIELD_STRING (ExampleListRequest, cursor, BTY_NULLABLE, "next_cursor of the page before"),
  BTY_FIELD_INT64 (ExampleListRequest, limit, 0, "Most notes on a page", .min = 1, .max = 1000, .fallback = "100"),
};
BTY_DEFINE_RECORD (ExampleListRequest, example_list_request, "example_list_request", "Which notes to list",
                   list_request_fields)

static const BtyField word_fields[] = {
  BTY_FIELD_TEXT (ExampleWord, text, BTY_READ_ONLY, "A word"),
};
BTY_DEFINE_RECORD (ExampleWord, example_word, "example_word", "A word of a note", word_fields)
