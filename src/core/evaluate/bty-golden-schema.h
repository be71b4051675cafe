/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/*
 * A small part of JSON Schema: type (one or a list of object, array, string, number, integer, boolean, null), required, properties,
 * additionalProperties (true or false), items, enum (of texts, numbers, booleans and null), minimum, maximum, minLength, maxLength, minItems,
 * maxItems; title and description say nothing. Any other keyword is an error, since a rule that is passed over would be taken for kept.
 */

/* bty_golden_schema_validate: @schema: JSON text; INVALID_ARGUMENT names what is not known or wrong */
gboolean bty_golden_schema_validate (const char *schema, GError **error);

/*
 * bty_golden_schema_match:
 * @schema: one that was validated
 * @json: any text
 * @error: why not, with the JSON pointer of the place
 */
gboolean bty_golden_schema_match (const char *schema, const char *json, GError **error);
