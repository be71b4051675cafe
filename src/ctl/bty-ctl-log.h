/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ctl.h"

/* One line of the log. @time: microseconds, 0 when it is not known; @level: place in bty_ctl_log_levels; @domain: (nullable) */
typedef struct
{
  gint64 time;
  guint level;
  char *domain;
  char *message;
} BtyCtlLogEntry;

/* What is wanted. @limit: how many of the last entries, 0: all; @since: microseconds, 0: from the beginning */
typedef struct
{
  guint limit;
  gboolean follow;
  guint level;
  gint64 since;
  gboolean json;
  GCancellable *cancellable;
} BtyCtlLogWish;

/* The gravest first; the last one is NULL. */
extern const char *const bty_ctl_log_levels[];

/* Reads a line of the log file; what is no line of the daemon's own (a library's, say) becomes a message without a time. */
void bty_ctl_log_entry_parse_line (BtyCtlLogEntry *entry, const char *line);
/* Reads an entry of the journal, JSON. Returns: FALSE when it is none */
gboolean bty_ctl_log_entry_parse_journal (BtyCtlLogEntry *entry, const char *json);
void bty_ctl_log_entry_clear (BtyCtlLogEntry *entry);
gboolean bty_ctl_log_entry_is_wanted (const BtyCtlLogEntry *entry, const BtyCtlLogWish *wish);
void bty_ctl_log_entry_print (const BtyCtlLogEntry *entry, gboolean json);
/* Reads `10m`, `2h`, `3d`, `today`, `2026-11-21`, `2026-11-21 13:00` and the like. */
gboolean bty_ctl_log_parse_time (const char *text, gint64 *time, GError **error);

/* Shows the log in a file and those that were put aside. */
gboolean bty_ctl_log_show_file (const char *path, const BtyCtlLogWish *wish, GError **error);
/* Shows what the service manager's journal has. */
gboolean bty_ctl_log_show_journal (const BtyCtlLogWish *wish, GError **error);
/* Returns: when the journal last had an entry of the daemon's, 0 when it has none or there is no journal */
gint64 bty_ctl_log_get_journal_time (void);
