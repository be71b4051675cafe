/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ctl.h"

/*
 * BtyCtlType:
 * @name: as the daemon calls it, such as `BotCreate`
 * @schema: its JSON Schema
 * @operation: where it was found: names in @schema are meant as there
 * @number: 0; more for another record of the same name
 */
typedef struct
{
  char *name;
  char *schema;
  const BtyOperationInfo *operation;
  guint number;
} BtyCtlType;

/* Everything the daemon can do, with the records of it, each once and in the order of their names. */
typedef struct
{
  GPtrArray *operations; /* BtyOperationInfo */
  GPtrArray *types;      /* BtyCtlType */
} BtyCtlCatalogue;

/* Asks the daemon. Returns: (transfer full) (nullable) */
BtyCtlCatalogue *bty_ctl_catalogue_load (BtyCtl *ctl, GError **error);
void bty_ctl_catalogue_free (BtyCtlCatalogue *catalogue);

/* Returns: (nullable): what the name of a record means in @operation */
const BtyCtlType *bty_ctl_catalogue_find (const BtyCtlCatalogue *catalogue, const BtyOperationInfo *operation,
                                          const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyCtlCatalogue, bty_ctl_catalogue_free)
