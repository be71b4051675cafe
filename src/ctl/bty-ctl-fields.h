/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/*
 * Makes the request of an operation from words on the command line: `FIELD=VALUE`, whose value is taken as the schema says;
 * `FIELD:=JSON`, taken as it stands; `@FILE` or `-`, a JSON object to begin with. A list is words between commas, or the field
 * given more than once.
 *
 * @schema: (nullable): JSON Schema of the request; NULL: it takes nothing
 *
 * Returns: (transfer full) (nullable): the request; NULL with an INVALID_ARGUMENT that names the word
 */
GBytes *bty_ctl_fields_read (const char *schema, GPtrArray *words, GError **error);
