/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/* Returns: (transfer full): an amount as people read it: `2.50 USD`, `1,204 tokens`, `3 calls`, `1h 30m` */
char *bty_ctl_amount_to_text (gint64 amount, BtyBudgetUnit unit);
/* Returns: (transfer full): a number with a comma between thousands */
char *bty_ctl_amount_group (gint64 number);
/* Reads `2.50` (dollars), `200k` and `1.5M` (tokens, calls), `90s`, `10m`, `2h`, `3d` (time). */
gboolean bty_ctl_amount_parse (const char *text, BtyBudgetUnit unit, gint64 *amount, GError **error);

/* A line of a table that is no record of the daemon's. */
typedef struct
{
  BtyRecord record;
  char *a;
  char *b;
  char *c;
  char *d;
  char *e;
  char *f;
  char *g;
} BtyCtlLine;
BTY_DECLARE_RECORD (BtyCtlLine, bty_ctl_line)
