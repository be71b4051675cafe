/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtyFakeProvider:
 * @words: what it says, one delta each
 * @failure: (nullable): how its completions end, after the words
 * @hangs: whether it says the words and then nothing more, until it is cancelled
 * @reasons: whether its words are reasoning, not text
 * @models: (nullable): names of its models, parted by spaces; %NULL: listing fails
 * @window: of its models
 * @list_hangs: whether listing never ends, unless it is cancelled
 * @refuses: (nullable): what keys begin with that its completions are refused with, as unauthenticated
 * @refusal: (nullable): why it cannot be configured
 * @exhausts: (nullable): what keys begin with whose quota is used up
 * @n_failing: only so many requests end with @failure, the next ones well; 0: all do
 * @retry_after_ms: what it says with a failure; -1: nothing
 * @is_quota: whether its @failure is one of the quota
 * @abilities: (nullable): of its models, parted by spaces
 * @usage: (nullable): what it reports; @stop_reason: why its answers end
 * @n_running: how many requests it has not ended; @most_running: how many there were at most
 *
 * A provider that does as the test says, and tells what was asked of it.
 */
#define BTY_TYPE_FAKE_PROVIDER (bty_fake_provider_get_type ())
G_DECLARE_FINAL_TYPE (BtyFakeProvider, bty_fake_provider, BTY, FAKE_PROVIDER, GObject)

struct _BtyFakeProvider
{
  GObject parent_instance;

  const char *const *words;
  GError *failure;
  gboolean hangs;
  gboolean reasons;
  const char *models;
  gint64 window;
  gboolean list_hangs;
  GError *refusal;
  const char *refuses;
  const char *exhausts;
  guint n_failing;
  gboolean is_over; /* those that fail were asked */
  gint64 retry_after_ms;
  gboolean is_quota;
  const char *abilities;
  BtyUsage *usage;
  BtyStopReason stop_reason;
  guint n_running;
  guint most_running;

  BtyProviderConfig *config;
  BtySecret *key;
  BtyCompletionRequest *request;
  guint n_configured;
  guint n_asked;
  guint n_listed;
};

BtyFakeProvider *bty_fake_provider_new (const char *const *words);
void bty_fake_provider_fail (BtyFakeProvider *provider, BtyErrorCode code, const char *message);

/**
 * bty_fake_provider_make:
 * @data: a GHashTable of kind -> BtyFakeProvider
 *
 * For bty_provider_service_set_maker(): gives the same object every time.
 */
BtyProvider *bty_fake_provider_make (gpointer data, const char *kind, GError **error);
