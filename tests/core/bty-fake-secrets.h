/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtyFakeSecrets:
 * @values: name -> BtySecret
 * @state: what it says of itself; a store that is not open refuses everything
 * @hangs: it takes what it is asked and never answers
 * @gives_up: it answers what it hung on as soon as it is told that nobody waits any more, within that
 * @n_failing: how many of the next writes fail
 * @spoils: it keeps something else than it is given
 *
 * A store of secrets that does as the test says.
 */
#define BTY_TYPE_FAKE_SECRETS (bty_fake_secrets_get_type ())
G_DECLARE_FINAL_TYPE (BtyFakeSecrets, bty_fake_secrets, BTY, FAKE_SECRETS, GObject)

struct _BtyFakeSecrets
{
  GObject parent_instance;
  GHashTable *values;
  BtySecretStoreState state;
  gboolean hangs;
  gboolean gives_up;
  guint n_failing;
  gboolean spoils;
  guint n_asked;
  BtySecretStore *keeper; /* unowned */
  GPtrArray *hanging;     /* GTask */
};

BtyFakeSecrets *bty_fake_secrets_new (void);
/** bty_fake_secrets_answer: fails what it was asked while it hung */
void bty_fake_secrets_answer (BtyFakeSecrets *store);
/** bty_fake_secrets_names: Returns: (transfer full): all names in order, parted by spaces */
char *bty_fake_secrets_names (BtyFakeSecrets *store);
