/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/*
 * bty_front_matter_find:
 * @yaml_length: (out) (optional): how many bytes of YAML there are, after the first line
 *
 * Front matter is what stands between a first line `---` and the next line `---`.
 *
 * Returns: the offset of the body behind it; 0 when the text has none
 */
gsize bty_front_matter_find (const char *text, gsize *yaml_length);

/*
 * bty_front_matter_to_json:
 * @text: Markdown, perhaps with front matter
 * @json: (out) (transfer full) (nullable): a JSON object; NULL when there is no front matter
 * @body: (out) (optional): the offset of what stands behind it
 * @error: INVALID_ARGUMENT with line and column: it is not a YAML mapping, or its end is missing
 *
 * See bty_yaml_to_json() for what YAML is taken.
 */
gboolean bty_front_matter_to_json (const char *text, char **json, gsize *body, GError **error);
