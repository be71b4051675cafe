/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-rest-routes.h"

G_BEGIN_DECLS

/**
 * BtyRestInput:
 * @body: (nullable): one JSON object
 * @match: (nullable): labels of the path; %NULL: the operation was called by its name
 * @query: (nullable): the raw query
 * @if_match: (nullable): the header
 * @last_event_id: (nullable): the header
 *
 * Where a request comes from, for the dispatcher's decoder.
 */
typedef struct
{
  GBytes *body;
  const BtyRestMatch *match;
  const char *query;
  const char *if_match;
  const char *last_event_id;
} BtyRestInput;

/* A decoder for BtyCallSpec; @input: a BtyRestInput. */
gpointer bty_rest_decode (const BtySchema *schema, BtyView view, gpointer input, GError **error);

/* What an operation without a request may be sent: nothing. */
gboolean bty_rest_check_empty (const BtyRestInput *input, GError **error);

G_END_DECLS
