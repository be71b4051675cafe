/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/*
 * BtySecretJournal:
 *
 * Which values in stores may be left over: a file of lines `STORE<tab>NAME`, durable before a change begins, so that what a change that was
 * cut off left behind is found again. It holds no values.
 */
typedef struct _BtySecretJournal BtySecretJournal;

/* @path: (nullable): NULL: in memory alone */
BtySecretJournal *bty_secret_journal_new (const char *path);
void bty_secret_journal_free (BtySecretJournal *journal);

gboolean bty_secret_journal_add (BtySecretJournal *journal, GPtrArray *lines, GError **error);
void bty_secret_journal_remove (BtySecretJournal *journal, const char *line);
/* Returns: (transfer none) (element-type utf8) */
GPtrArray *bty_secret_journal_list (BtySecretJournal *journal);
char *bty_secret_journal_line (const char *store, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtySecretJournal, bty_secret_journal_free)
