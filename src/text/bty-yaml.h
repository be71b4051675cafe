/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/*
 * BtyYamlLimits: what a document may be at most
 * @bytes: of the document
 * @depth: of nesting, at most %BTY_JSON_MAX_DEPTH
 * @nodes: scalars, lists and mappings together
 * @first_line: the number of its first line, for errors and places: 1, but for a part of a file
 */
typedef struct
{
  gsize bytes;
  guint depth;
  guint nodes;
  guint first_line;
} BtyYamlLimits;

/* 64 KiB, 16 levels, 4096 nodes, line 1 */
extern const BtyYamlLimits bty_yaml_limits;

/*
 * bty_yaml_to_json:
 * @text: (array length=length): one YAML document
 * @limits: (nullable): NULL: bty_yaml_limits
 * @lines: (out) (optional) (transfer full) (element-type utf8 guint): for each value its JSON pointer -> the number of its line
 * @error: INVALID_ARGUMENT, with line and column
 *
 * Reads YAML as far as it says what JSON can say: mappings with scalars as keys, lists, and scalars by the core schema (null, true, false,
 * whole numbers, decimal fractions, text). Refuses anchors, aliases, tags and directives, several documents, a key twice in one mapping,
 * infinity and not-a-number, whole numbers beyond 64 bits, and what is beyond the limits. An empty document is null.
 *
 * Returns: (transfer full): compact JSON that bty_json_validate() takes; NULL on error
 */
char *bty_yaml_to_json (const char *text, gsize length, const BtyYamlLimits *limits, GHashTable **lines,
                        GError **error);
