/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ctl-schema-catalogue.h"

/* Pieces of TypeScript. What comes from the catalogue may be anything at all, and none of it may become code. */

/* Appends a doc comment of whole lines; @text may have line breaks. Nothing when it is NULL or empty. */
void bty_ctl_ts_comment (GString *out, const char *indent, const char *text);
/* Appends the name of a member: as it is where that is an identifier, else in quotes. */
void bty_ctl_ts_property (GString *out, const char *name);
/* Appends a string literal. */
void bty_ctl_ts_string (GString *out, const char *text);
/* Returns: (transfer full): words joined in camelCase, an identifier */
char *bty_ctl_ts_camel (const char *text);
/* Returns: (transfer full): what a record is called */
char *bty_ctl_ts_type_name (const BtyCtlType *type);
/* Appends what a record of that name is called in @operation, or @otherwise. */
void bty_ctl_ts_type (GString *out, const BtyCtlCatalogue *catalogue, const BtyOperationInfo *operation,
                      const char *name, const char *otherwise);
/* Appends the type that a JSON Schema describes. */
void bty_ctl_ts_value (GString *out, const BtyCtlCatalogue *catalogue, const BtyOperationInfo *operation,
                       const char *schema);
