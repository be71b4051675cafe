/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

#define BTY_HASHICORP_FIELD "value"

/**
 * BtyHashicorpName:
 * @path: where the entry is, escaped for a URL, without a slash at its ends
 * @field: which of its fields
 *
 * What `path#field` means; without `#` the field is `value`.
 */
typedef struct
{
  char *path;
  char *field;
} BtyHashicorpName;

gboolean bty_hashicorp_name_read (BtyHashicorpName *name, const char *text, GError **error);
void bty_hashicorp_name_clear (BtyHashicorpName *name);

/* (transfer full): `v1/MOUNT/WHAT/FOLDER/PATH`, from the settings; @path: (nullable): the folder itself */
char *bty_hashicorp_name_url (const char *what, const char *path, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BtyHashicorpName, bty_hashicorp_name_clear)

G_END_DECLS
