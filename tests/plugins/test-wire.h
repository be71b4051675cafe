/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity-http.h>

G_BEGIN_DECLS

/*
 * How a wire family reads its stream; without a provider and without a network. @end: (nullable): the body is over and no end marker
 * came; @is_lines: a document a line in place of server-sent events.
 */
typedef struct
{
  gpointer (*new_) (void);
  gboolean (*event) (gpointer stream, const BtySseEvent *event, BtyCompletion *out, GError **error);
  void (*free_) (gpointer stream);
  gboolean (*end) (gpointer stream, BtyCompletion *out, GError **error);
  gboolean is_lines;
} TestWire;

/* Reads @bytes, the first @cut of them as a piece of their own. Returns: (transfer full): what came of it, in one line:
 * `text(…) reasoning(…) signature(…) call0(ID,NAME) args0(…)`, deltas of one kind joined; then `| end`, or another reason to stop, or
 * `| error CODE`, or `| cut off`; then `| in=… cached=… write=… out=… think=…` when there was a usage. */
char *test_wire_play (const TestWire *wire, const char *bytes, gsize length, gsize cut);

/* Checks that @bytes give @expected, cut at every place, with LF and with CR LF. */
void test_wire_check (const TestWire *wire, const char *bytes, const char *expected);

G_END_DECLS
