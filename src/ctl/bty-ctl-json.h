/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Answers of the daemon as JSON text that bty_json_validate() has passed. Nothing here builds a tree. */

/* Returns: (transfer full) (nullable): the value of a member of @json, an object, as it stands there */
char *bty_ctl_json_get (const char *json, const char *member);
/* Returns: (transfer full) (nullable): the same, decoded, when it is a string */
char *bty_ctl_json_get_string (const char *json, const char *member);
/* Returns: (transfer full) (element-type utf8): the values in @json, an array; none when it is something else */
GPtrArray *bty_ctl_json_get_values (const char *json);
/* Returns: (transfer full) (element-type utf8): by turns the names and the values of the members of @json, an object */
GPtrArray *bty_ctl_json_get_members (const char *json);
/* Returns: (transfer full): the text of a JSON string; any other value as it stands */
char *bty_ctl_json_to_text (const char *value);
/* Returns: (transfer full): a JSON string */
char *bty_ctl_json_quote (const char *text);
/* Returns: (transfer full): the same value with line breaks and two spaces a level */
char *bty_ctl_json_indent (const char *json);
