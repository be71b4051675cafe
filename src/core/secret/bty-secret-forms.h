/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#define BTY_SECRET_FORMS_MOST 10

/*
 * BtySecretForms:
 *
 * A secret in all the ways in which text is likely to hold it: as it is, as JSON, a URL and Base64 write it, the last at each of the three
 * places that it can begin at inside a longer text. All forms stand in one piece of locked memory. Immutable; any thread.
 */
typedef struct
{
  BtySecret *bytes; /* the forms, one after the other; the first is the secret itself */
  gsize starts[BTY_SECRET_FORMS_MOST];
  gsize lengths[BTY_SECRET_FORMS_MOST];
  guint n_forms;
} BtySecretForms;

BtySecretForms *bty_secret_forms_new (const BtySecret *secret);
void bty_secret_forms_free (BtySecretForms *forms);
const char *bty_secret_forms_get (const BtySecretForms *forms, guint index);
gboolean bty_secret_forms_equal (const BtySecretForms *forms, const BtySecret *secret);
/* Returns: the length of the longest form that @text begins with; 0: with none */
gsize bty_secret_forms_match (const BtySecretForms *forms, const char *text, gsize length);
/* Returns: whether all of @text is the beginning of a form, and not a whole one */
gboolean bty_secret_forms_begin (const BtySecretForms *forms, const char *text, gsize length);
