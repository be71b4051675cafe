/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-anthropic-traits.h"

G_BEGIN_DECLS

/* One page of the list of models. */
typedef struct
{
  GPtrArray *models;  /* of BtyModel; pages are added */
  GHashTable *traits; /* name as the service has it -> BtyAnthropicTraits, as the service says */
  char *last_id;      /* (nullable): of this page */
  gboolean has_more;
} BtyAnthropicModels;

void bty_anthropic_models_init (BtyAnthropicModels *self);
void bty_anthropic_models_clear (BtyAnthropicModels *self);

/* Adds the models of a page. @provider: name that the models' names begin with. Returns: %FALSE with %BTY_ERROR_INVALID_ARGUMENT when
 * it is no such page. */
gboolean bty_anthropic_models_read (BtyAnthropicModels *self, const char *provider, const char *json, gsize length,
                                    GError **error);

/* Returns: (transfer full): what a model with these traits can do, as words. */
GStrv bty_anthropic_abilities_new (const BtyAnthropicTraits *traits, gboolean sees, gboolean reads_files);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BtyAnthropicModels, bty_anthropic_models_clear)

G_END_DECLS
