/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

#define BTY_HASHICORP_DEPTH 16

/* What the vault's answers mean, read by the strict reader. Errors are DATA_LOSS. */

/* Of `{"data": {"data": {…}, "metadata": {"version": N}}}`: the field, as a secret; NULL without an error: there is none. Values
 * other than texts are no secrets: DATA_LOSS. @version: of the entry; 0: none. */
BtySecret *bty_hashicorp_answer_field (const char *json, gsize length, const char *field, gint64 *version,
                                       GError **error);

/* The body of a write: the fields of @json (nullable) but @field, and @field with @value unless that is NULL. @n_others: how many
 * other fields there are. (transfer full): to be wiped */
GString *bty_hashicorp_answer_change (const char *json, gsize length, const char *field, BtySecret *value,
                                      guint *n_others, GError **error);

/* Of `{"data": {"keys": […]}}`: what is no folder. */
GStrv bty_hashicorp_answer_keys (const char *json, gsize length, GError **error);

/* Of `{"errors": […]}`: the texts, joined; (nullable) (transfer full) */
char *bty_hashicorp_answer_errors (const char *json, gsize length);

G_END_DECLS
