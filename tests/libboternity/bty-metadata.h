/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/* The rules of the tables. Each gives the first fault it finds, to be freed, or NULL; records inside records are looked at too. */
char *bty_metadata_schema_fault (const BtySchema *schema);
char *bty_metadata_operation_fault (const BtyOperation *operation);

/* The same, as assertions that name the fault. */
void bty_metadata_check_schema (const BtySchema *schema);
void bty_metadata_check_operation (const BtyOperation *operation);

G_END_DECLS
