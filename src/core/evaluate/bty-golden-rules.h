/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

typedef struct _BtyGoldenRules BtyGoldenRules;

typedef enum
{
  BTY_GOLDEN_OBJECT = 1 << 0,
  BTY_GOLDEN_ARRAY = 1 << 1,
  BTY_GOLDEN_STRING = 1 << 2,
  BTY_GOLDEN_NUMBER = 1 << 3,
  BTY_GOLDEN_INTEGER = 1 << 4,
  BTY_GOLDEN_BOOLEAN = 1 << 5,
  BTY_GOLDEN_NULL = 1 << 6,
} BtyGoldenType;

/*
 * BtyGoldenRules: a schema as it was read
 * @types: BtyGoldenType flags; 0: any
 * @required: (element-type utf8): names
 * @properties: (element-type utf8 BtyGoldenRules): by name
 * @is_closed: whether an object has no other members
 * @items: (nullable): of each item of a list
 * @values: (nullable) (element-type utf8): the scalars allowed, as bty_golden_rules_scalar() writes them
 * @minimum, @maximum: of a number; infinite where there is none
 * @least, @most: of a text's characters, of a list's items
 */
struct _BtyGoldenRules
{
  guint types;
  GPtrArray *required;
  GHashTable *properties;
  gboolean is_closed;
  BtyGoldenRules *items;
  GPtrArray *values;
  double minimum, maximum;
  gint64 least_characters, most_characters;
  gint64 least_items, most_items;
};

/* The words for types, in the order of their bits; ended by NULL. */
extern const char *const bty_golden_type_names[];

/* bty_golden_rules_read: Returns: (transfer full): see bty_golden_schema_validate() */
BtyGoldenRules *bty_golden_rules_read (const char *schema, GError **error);
void bty_golden_rules_free (BtyGoldenRules *rules);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyGoldenRules, bty_golden_rules_free)

/* bty_golden_rules_scalar: Returns: (transfer full) (nullable): a text that is the same for equal scalars alone; NULL for all else */
char *bty_golden_rules_scalar (const BtyJsonReader *reader, BtyJsonToken token);
