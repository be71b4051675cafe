/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "route/bty-router.h"

/* Requests from outside may name models as they like. */
#define MAX_BREAKERS 4096

struct _BtyRouter
{
  GObject parent_instance;
  BtyProviderService *providers;
  BtyModelBook *book;
  BtyBudgetService *budgets;
  BtySettings *settings;
  gulong settings_link;
  BtyRoutePolicy policy;
  GHashTable *limiters; /* provider -> BtyLimiter */
  GHashTable *traces;   /* provider -> BtyProviderTrace */
  GHashTable *pauses;   /* provider/model -> gint64, of the monotonic clock: until when it asked not to be asked */
  GHashTable *breakers; /* provider/model -> BtyBreaker, of those that failed lately */
  BtyNetworkCheck network;
  gpointer network_data;
  BtyRecorder *recorder;
};

G_DEFINE_FINAL_TYPE (BtyRouter, bty_router, G_TYPE_OBJECT)

static const BtySetting settings_table[] = {
  { .group = "route",
    .key = "retries",
    .type = BTY_SETTING_INT,
    .fallback = "2",
    .min = 0,
    .max = 10,
    .summary = N_ ("How often a model is asked again, after a failure that may pass, before the next one is tried") },
  { .group = "route",
    .key = "retry_ms",
    .type = BTY_SETTING_INT,
    .fallback = "250",
    .unit = "ms",
    .min = 1,
    .max = 60000,
    .summary = N_ ("Wait before a model is asked again; each time twice as long, and varied a little") },
  { .group = "route",
    .key = "max_wait_ms",
    .type = BTY_SETTING_INT,
    .fallback = "5000",
    .unit = "ms",
    .min = 0,
    .max = 600000,
    .summary = N_ ("Longest wait before a model is asked again; when it asks for a longer one, the next is tried") },
  { .group = "route",
    .key = "queue_ms",
    .type = BTY_SETTING_INT,
    .fallback = "60000",
    .unit = "ms",
    .min = 1,
    .max = 3600000,
    .summary = N_ ("Longest wait for a turn at a provider whose limit is reached; then the next is tried") },
  { .group = "route",
    .key = "token_ms",
    .type = BTY_SETTING_INT,
    .fallback = "300000",
    .unit = "ms",
    .min = 0,
    .max = 86400000,
    .summary = N_ ("Longest silence of a model that shows signs of life but says nothing of its answer; 0: any") },
  { .group = "route",
    .key = "hedge_ms",
    .type = BTY_SETTING_INT,
    .fallback = "0",
    .unit = "ms",
    .min = 0,
    .max = 600000,
    .summary = N_ ("Without a first token for so long, the next step is begun beside; it costs both; 0: never") },
  { .group = "route",
    .key = "breaker_failures",
    .type = BTY_SETTING_INT,
    .fallback = "5",
    .min = 1,
    .max = 1000,
    .summary = N_ ("Failures in a row after which a model is not asked for a while") },
  { .group = "route",
    .key = "breaker_seconds",
    .type = BTY_SETTING_INT,
    .fallback = "30",
    .unit = "s",
    .min = 1,
    .max = 86400,
    .summary = N_ ("How long that while is at first; twice as long with each try that fails, up to 16 times") },
  { .group = "route",
    .key = "key_rest_seconds",
    .type = BTY_SETTING_INT,
    .fallback = "60",
    .unit = "s",
    .min = 1,
    .max = 86400,
    .summary = N_ ("How long one of several keys rests that is refused, or used too fast, when nobody says how long") },
  { .group = "route",
    .key = "quota_rest_seconds",
    .type = BTY_SETTING_INT,
    .fallback = "3600",
    .unit = "s",
    .min = 1,
    .max = 2592000,
    .summary = N_ ("How long one of several keys rests whose quota is used up") },
  { .group = "route",
    .key = "expected_output",
    .type = BTY_SETTING_INT,
    .fallback = "1024",
    .unit = "tokens",
    .min = 1,
    .max = 10000000,
    .summary = N_ ("Length of the answer that the condition cost<USD counts with") },
  { .group = "route",
    .key = "network",
    .type = BTY_SETTING_BOOL,
    .fallback = "true",
    .summary = N_ (
      "Whether providers outside the local network are passed over while the system says there is no network") },
};

void
bty_router_add_settings (BtySettings *settings)
{
  bty_settings_add (settings, settings_table, G_N_ELEMENTS (settings_table));
}

static void
bty_router_finalize (GObject *object)
{
  BtyRouter *self = BTY_ROUTER (object);

  g_clear_signal_handler (&self->settings_link, self->settings);
  g_clear_object (&self->providers);
  g_clear_object (&self->book);
  g_clear_object (&self->budgets);
  g_clear_object (&self->settings);
  g_hash_table_unref (self->limiters);
  g_hash_table_unref (self->breakers);
  g_hash_table_unref (self->pauses);
  g_hash_table_unref (self->traces);
  g_clear_object (&self->recorder);
  G_OBJECT_CLASS (bty_router_parent_class)->finalize (object);
}

static void
bty_router_class_init (BtyRouterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_router_finalize;
}

static gboolean
is_online (gpointer unused)
{
  return g_network_monitor_get_network_available (g_network_monitor_get_default ());
}

static void
trace_free (BtyProviderTrace *trace)
{
  g_free (trace->last_error);
  g_free (trace);
}

static void
bty_router_init (BtyRouter *self)
{
  self->traces = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) trace_free);
  self->limiters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->pauses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->breakers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) bty_breaker_free);
  self->network = is_online;
}

static gint64
read_int (BtyRouter *self, const char *key)
{
  return bty_settings_get_int (self->settings, "route", key);
}

static void
read_policy (BtyRouter *self)
{
  self->policy = (BtyRoutePolicy){ .retries = read_int (self, "retries"),
                                   .retry_ms = read_int (self, "retry_ms"),
                                   .max_wait_ms = read_int (self, "max_wait_ms"),
                                   .queue_ms = read_int (self, "queue_ms"),
                                   .token_ms = read_int (self, "token_ms"),
                                   .hedge_ms = read_int (self, "hedge_ms"),
                                   .key_rest_seconds = read_int (self, "key_rest_seconds"),
                                   .quota_rest_seconds = read_int (self, "quota_rest_seconds"),
                                   .expected_output = read_int (self, "expected_output"),
                                   .network = bty_settings_get_bool (self->settings, "route", "network"),
                                   .breaker = { .failures = read_int (self, "breaker_failures"),
                                                .pause_us = read_int (self, "breaker_seconds") * G_USEC_PER_SEC } };
}

static void
on_setting_changed (BtySettings *settings, const char *name, gpointer data)
{
  if (name == NULL || g_str_has_prefix (name, "route."))
    read_policy (data);
}

BtyRouter *
bty_router_new (BtyProviderService *providers, BtyModelBook *book, BtyBudgetService *budgets, BtySettings *settings)
{
  BtyRouter *self = g_object_new (BTY_TYPE_ROUTER, NULL);

  self->providers = g_object_ref (providers);
  self->book = g_object_ref (book);
  self->budgets = g_object_ref (budgets);
  self->settings = g_object_ref (settings);
  self->settings_link = g_signal_connect (settings, "changed", G_CALLBACK (on_setting_changed), self);
  read_policy (self);
  return self;
}

BtyProviderService *
bty_router_get_providers (BtyRouter *self)
{
  return self->providers;
}

BtyModelBook *
bty_router_get_book (BtyRouter *self)
{
  return self->book;
}

BtyBudgetService *
bty_router_get_budgets (BtyRouter *self)
{
  return self->budgets;
}

BtySettings *
bty_router_get_settings (BtyRouter *self)
{
  return self->settings;
}

const BtyRoutePolicy *
bty_router_get_policy (BtyRouter *self)
{
  return &self->policy;
}

static BtyProviderTrace *
get_trace (BtyRouter *self, const char *provider)
{
  BtyProviderTrace *trace = g_hash_table_lookup (self->traces, provider);

  if (trace == NULL)
    {
      trace = g_new0 (BtyProviderTrace, 1);
      g_hash_table_insert (self->traces, g_strdup (provider), trace);
    }
  return trace;
}

static gboolean
is_of_provider (gpointer label, gpointer breaker, gpointer provider)
{
  gsize length = strlen (provider);

  return strncmp (label, provider, length) == 0 && ((const char *) label)[length] == '/';
}

/* Whoever changed a provider has done something about its failures: nothing rests on account of those before. */
static void
see_config (BtyRouter *self, const BtyProviderConfig *provider)
{
  BtyProviderTrace *trace = get_trace (self, provider->name);

  if (trace->revision == provider->record.revision)
    return;
  if (trace->revision != 0) /* not when it is seen for the first time */
    {
      g_hash_table_foreach_remove (self->breakers, is_of_provider, provider->name);
      g_hash_table_foreach_remove (self->pauses, is_of_provider, provider->name);
    }
  trace->revision = provider->record.revision;
}

/* Queues. */

BtyLimiter *
bty_router_find_limiter (BtyRouter *self, const char *provider)
{
  return g_hash_table_lookup (self->limiters, provider);
}

BtyLimiter *
bty_router_get_limiter (BtyRouter *self, const BtyProviderConfig *provider)
{
  BtyLimits limits = { .requests = provider->requests_per_minute,
                       .tokens = provider->tokens_per_minute,
                       .concurrent = provider->max_concurrent };
  BtyLimiter *limiter = g_hash_table_lookup (self->limiters, provider->name);

  see_config (self, provider);
  if (limiter == NULL)
    {
      limiter = bty_limiter_new (provider->name);
      g_hash_table_insert (self->limiters, g_strdup (provider->name), limiter);
    }
  bty_limiter_set_limits (limiter, &limits);
  return limiter;
}

/* What was seen. */

void
bty_router_note (BtyRouter *self, const char *provider, const GError *error)
{
  BtyProviderTrace *trace = get_trace (self, provider);

  trace->n_requests += 1;
  if (error == NULL)
    return;
  trace->n_failures += 1;
  trace->last_error_at = g_get_real_time ();
  bty_record_take_string (&trace->last_error, g_strdup (error->message));
}

const BtyProviderTrace *
bty_router_find_trace (BtyRouter *self, const char *provider)
{
  return g_hash_table_lookup (self->traces, provider);
}

/* Pauses. */

/* A short pause stops the queue. A long one is of this model alone: services count their models apart. */
void
bty_router_pause (BtyRouter *self, const char *provider, const char *label, gint64 ms)
{
  BtyLimiter *limiter = bty_router_find_limiter (self, provider);
  gint64 until = g_get_monotonic_time () + ms * 1000;

  if (ms <= self->policy.max_wait_ms)
    {
      if (limiter != NULL)
        bty_limiter_pause (limiter, ms);
      return;
    }
  if (g_hash_table_size (self->pauses) >= MAX_BREAKERS)
    g_hash_table_remove_all (self->pauses);
  g_hash_table_replace (self->pauses, g_strdup (label), g_memdup2 (&until, sizeof until));
}

gint64
bty_router_get_pause_ms (BtyRouter *self, const char *label)
{
  const gint64 *until = g_hash_table_size (self->pauses) > 0 ? g_hash_table_lookup (self->pauses, label) : NULL;

  return until != NULL ? MAX ((*until - g_get_monotonic_time ()) / 1000, 0) : 0;
}

gint64
bty_router_get_longest_pause_ms (BtyRouter *self, const char *provider)
{
  GHashTableIter iter;
  gpointer label;
  gint64 longest = 0;

  g_hash_table_iter_init (&iter, self->pauses);
  while (g_hash_table_iter_next (&iter, &label, NULL))
    if (is_of_provider (label, NULL, (gpointer) provider))
      longest = MAX (longest, bty_router_get_pause_ms (self, label));
  return longest;
}

gboolean
bty_router_check_pause (BtyRouter *self, const char *label, gint64 *pause_ms, GError **error)
{
  gint64 pause = bty_router_get_pause_ms (self, label);

  if (pause == 0)
    return TRUE;
  *pause_ms = pause;
  g_set_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED,
               _ ("“%s” asked for a pause, of which %lld s are left; boternity-ctl provider test asks it now"), label,
               (long long) (pause + 999) / 1000);
  return FALSE;
}

/* Breakers. */

BtyBreaker *
bty_router_find_breaker (BtyRouter *self, const char *label)
{
  return g_hash_table_size (self->breakers) > 0 ? g_hash_table_lookup (self->breakers, label) : NULL;
}

gboolean
bty_router_admit (BtyRouter *self, const char *label, gboolean *is_try, GError **error)
{
  BtyBreaker *breaker = bty_router_find_breaker (self, label);
  gint64 now, wait;

  *is_try = FALSE;
  if (breaker == NULL || breaker->until == 0)
    return TRUE;
  now = g_get_monotonic_time ();
  if (bty_breaker_admit (breaker, now))
    {
      *is_try = TRUE;
      return TRUE;
    }
  wait = bty_breaker_get_wait (breaker, now);
  if (wait > 0)
    g_set_error (
      error, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
      _ (
        "it failed %lld times in a row and is not asked for %lld s more (%s); boternity-ctl provider test tries it now"),
      (long long) breaker->n_failures, (long long) ((wait + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC), breaker->reason);
  else
    g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
                 _ ("it failed %lld times in a row, and one request tries just now whether it is back (%s)"),
                 (long long) breaker->n_failures, breaker->reason);
  return FALSE;
}

void
bty_router_report (BtyRouter *self, const char *label, const GError *error)
{
  BtyBreaker *breaker = bty_router_find_breaker (self, label);
  gint64 now;

  if (error == NULL)
    {
      if (breaker != NULL)
        g_hash_table_remove (self->breakers, label);
      if (g_hash_table_size (self->pauses) > 0)
        g_hash_table_remove (self->pauses, label);
      return;
    }
  if (breaker == NULL)
    {
      if (g_hash_table_size (self->breakers) >= MAX_BREAKERS)
        g_hash_table_remove_all (self->breakers);
      breaker = bty_breaker_new ();
      g_hash_table_insert (self->breakers, g_strdup (label), breaker);
    }
  now = g_get_monotonic_time ();
  bty_breaker_fail (breaker, &self->policy.breaker, now, error->message);
  if (bty_breaker_get_state (breaker, now) == BTY_BREAKER_OPEN)
    g_info ("%s is not asked for %" G_GINT64_FORMAT " s: %s", label,
            bty_breaker_get_wait (breaker, now) / G_USEC_PER_SEC, error->message);
}

void
bty_router_give_up_try (BtyRouter *self, const char *label)
{
  BtyBreaker *breaker = bty_router_find_breaker (self, label);

  if (breaker != NULL)
    bty_breaker_give_up (breaker);
}

static int
compare_labels (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
bty_router_list_breakers (BtyRouter *self, const char *provider)
{
  g_autofree char *prefix = g_strconcat (provider, "/", NULL);
  GPtrArray *labels = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer label;

  g_hash_table_iter_init (&iter, self->breakers);
  while (g_hash_table_iter_next (&iter, &label, NULL))
    if (g_str_has_prefix (label, prefix))
      g_ptr_array_add (labels, label);
  g_ptr_array_sort (labels, compare_labels);
  return labels;
}

/* The network. */

void
bty_router_set_network (BtyRouter *self, BtyNetworkCheck check, gpointer data)
{
  self->network = check;
  self->network_data = data;
}

gboolean
bty_router_check_network (BtyRouter *self, const BtyProviderConfig *provider, GError **error)
{
  if (!self->policy.network || bty_provider_entry_is_local (provider) || self->network (self->network_data))
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
               _ ("there is no network to the provider “%s”: connect this machine, or set route.network to false if "
                  "the system is wrong about that"),
               provider->name);
  return FALSE;
}

void
bty_router_set_recorder (BtyRouter *self, BtyRecorder *recorder)
{
  g_set_object (&self->recorder, recorder);
}

BtyRecorder *
bty_router_get_recorder (BtyRouter *self)
{
  return self->recorder;
}
