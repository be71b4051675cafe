/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-engine"

#include "config.h"

#include "bty-domains.h"

#include "bot/bty-bot-template.h"
#include "chat/bty-complete-run.h"
#include "observe/bty-audit-secrets.h"
#include "route/bty-local-servers.h"
#include "route/bty-route-changes.h"
#include "soul/bty-soul-operations.h"

/* How long a stop waits for turns to put on disk what was said, in microseconds. */
#define STOP_PATIENCE (5 * G_USEC_PER_SEC)

void
bty_domains_add_settings (BtySettings *settings)
{
  bty_secret_add_settings (settings);
  bty_bot_add_settings (settings);
  bty_budget_add_settings (settings);
  bty_capsule_add_settings (settings);
  bty_router_add_settings (settings);
  bty_local_servers_add_settings (settings);
  bty_chat_add_settings (settings);
  bty_event_add_settings (settings);
  bty_soul_add_settings (settings);
  bty_backup_add_settings (settings);
  bty_evaluate_add_settings (settings);
  bty_recorder_add_settings (settings);
}

static void
on_bot_purged (BtyBotService *bots, const char *bot, gpointer recorder)
{
  bty_recorder_forget (recorder, bot);
}

static void
on_bot_purged_of_money (BtyBotService *bots, const char *bot, gpointer budgets)
{
  bty_budget_service_forget (budgets, bot);
}

static void
on_billed (BtyBudgetService *budgets, const BtyUsageEntry *entry, gpointer book)
{
  bty_model_book_note_bill (book, entry->provider, entry->model, entry->cost);
}

static void
on_providers_ready (GObject *providers, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  BtyProviderService *self = BTY_PROVIDER_SERVICE (providers);
  GError *error = NULL;

  if (bty_provider_service_ready_finish (self, result, &error) &&
      bty_provider_service_check_steps (self, g_task_get_task_data (task), TRUE, "/route", &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* What names a bot may give is known to a domain that comes after the bots'. */
static void
check_route (gpointer data, const char *const *steps, GTask *task)
{
  BtyDomains *self = data;

  g_task_set_task_data (task, g_strdupv ((GStrv) steps), (GDestroyNotify) g_strfreev);
  bty_provider_service_ready_async (self->providers, g_task_get_cancellable (task), on_providers_ready, task);
}

void
bty_domains_make (BtyDomains *self, const BtyDomainParts *parts)
{
  BtyAnchor *anchor;

  self->parts = *parts;
  self->audit = bty_audit_log_new (parts->store);
  self->events = bty_event_service_new (parts->store, parts->bus, parts->settings);
  self->souls = bty_soul_service_new (parts->store, parts->settings, parts->data_dir);
  anchor = bty_soul_service_get_anchor (self->souls);
  if (parts->restored != NULL)
    bty_anchor_forget_all (anchor);
  bty_audit_log_set_anchor (self->audit, anchor);
  if (parts->restored != NULL)
    bty_audit_log_note (self->audit, "backup-restored", NULL);
  bty_audit_log_note (self->audit, "daemon-start", "{\"version\":\"" BTY_VERSION "\"}");
  self->secrets = bty_secret_service_new ();
  bty_audit_follow_secrets (self->audit, self->secrets);
  self->bots = bty_bot_service_new (parts->store, self->souls, parts->data_dir);
  self->providers = bty_provider_service_new (parts->store, parts->registry, self->secrets);
  bty_bot_service_set_route_check (self->bots, check_route, self);
  self->book = bty_model_book_new (parts->settings, parts->data_dir);
  self->budgets = bty_budget_service_new (parts->store, parts->settings);
  g_signal_connect_object (self->bots, "purged", G_CALLBACK (on_bot_purged_of_money), self->budgets, 0);
  g_signal_connect_object (self->budgets, "billed", G_CALLBACK (on_billed), self->book, 0);
  self->router = bty_router_new (self->providers, self->book, self->budgets, parts->settings);
  self->recorder = bty_recorder_new (parts->settings, parts->data_dir);
  bty_router_set_recorder (self->router, self->recorder);
  g_signal_connect_object (self->bots, "purged", G_CALLBACK (on_bot_purged), self->recorder, 0);
  self->chat = bty_chat_service_new (parts->store, self->bots, self->router, parts->settings);
  self->evaluations = bty_evaluate_service_new (self->bots, self->router, parts->bus, parts->settings, parts->data_dir);
  bty_soul_service_set_gate (self->souls, bty_evaluate_gate_async, bty_evaluate_gate_finish, self->evaluations);
  self->capsules = bty_capsule_service_new (self->bots, self->souls, self->providers, parts->settings, parts->data_dir);
  self->backups = bty_backup_service_new (parts->store, parts->settings, parts->data_dir, parts->make_store,
                                          parts->data);
}

gboolean
bty_domains_add_operations (BtyDomains *self, BtyCatalogue *catalogue, GError **error)
{
  const struct
  {
    const BtyOperation *operations;
    guint n;
    gpointer service;
  } tables[] = {
    { bty_audit_operations, bty_n_audit_operations, self->audit },
    { bty_event_operations, bty_n_event_operations, self->events },
    { bty_soul_operations, bty_n_soul_operations, self->souls },
    { bty_bot_operations, bty_n_bot_operations, self->bots },
    { bty_deleted_bot_operations, bty_n_deleted_bot_operations, self->bots },
    { bty_template_operations, bty_n_template_operations, self->bots },
    { bty_secret_operations, bty_n_secret_operations, self->secrets },
    { bty_provider_operations, bty_n_provider_operations, self->providers },
    { bty_budget_operations, bty_n_budget_operations, self->budgets },
    { bty_usage_operations, bty_n_usage_operations, self->budgets },
    { bty_route_operations, bty_n_route_operations, self->providers },
    { bty_router_operations, bty_n_router_operations, self->router },
    { bty_model_operations, bty_n_model_operations, self->router },
    { bty_cassette_operations, bty_n_cassette_operations, self->router },
    { bty_chat_operations, bty_n_chat_operations, self->chat },
    { bty_complete_operations, bty_n_complete_operations, self->chat },
    { bty_session_operations, bty_n_session_operations, self->chat },
    { bty_evaluate_operations, bty_n_evaluate_operations, self->evaluations },
    { bty_capsule_operations, bty_n_capsule_operations, self->capsules },
    { bty_backup_operations, bty_n_backup_operations, self->backups },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    if (!bty_catalogue_add (catalogue, tables[i].operations, tables[i].n, tables[i].service, NULL, error))
      return FALSE;
  return TRUE;
}

static void
expect_one_less (BtyDomains *self)
{
  self->n_expected -= 1;
  if (self->n_expected == 0)
    bty_dispatcher_release (self->parts.dispatcher);
  g_object_unref (self->parts.data);
}

static void
on_audit_started (gpointer log, gpointer data)
{
  expect_one_less (data);
}

static void
on_secrets_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  bty_secret_service_load_finish (BTY_SECRET_SERVICE (source), result, NULL); /* which has said what is wrong */
  expect_one_less (data);
}

static void
on_bots_started (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!bty_bot_service_start_finish (BTY_BOT_SERVICE (source), result, &error))
    g_warning ("deleted bots could not be looked after: %s", error->message);
  expect_one_less (data);
}

void
bty_domains_begin (BtyDomains *self)
{
  const BtyDomainParts *parts = &self->parts;

  if (self->is_begun)
    return;
  self->is_begun = TRUE;
  self->n_expected = 3;
  for (guint i = 0; i < self->n_expected; i++)
    g_object_ref (parts->data); /* which the domains are in */
  bty_audit_log_start (self->audit, on_audit_started, self);
  bty_secret_service_open (self->secrets, parts->store, parts->registry, parts->settings, parts->data_dir);
  bty_secret_service_load_async (self->secrets, on_secrets_loaded, self);
  bty_bot_service_start_async (self->bots, parts->settings, on_bots_started, self);
}

gboolean
bty_domains_have_begun (const BtyDomains *self)
{
  return self->is_begun && self->n_expected == 0;
}

static void
on_default_bot (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!bty_bot_service_ensure_default_finish (BTY_BOT_SERVICE (source), result, &error))
    g_warning ("the default bot could not be made: %s", error->message);
  if (data != NULL)
    *(gboolean *) data = TRUE;
}

void
bty_domains_make_first_bot (BtyDomains *self, gboolean *is_done)
{
  bty_domains_begin (self);
  while (!bty_domains_have_begun (self))
    g_main_context_iteration (NULL, TRUE);
  bty_bot_service_ensure_default_async (self->bots, on_default_bot, is_done);
}

void
bty_domains_start (BtyDomains *self)
{
  bty_bot_service_ensure_default_async (self->bots, on_default_bot, NULL);
  bty_chat_service_mend (self->chat);
  bty_soul_service_start (self->souls);
  bty_backup_service_start (self->backups, self->parts.restored);
}

gboolean
bty_domains_is_idle (const BtyDomains *self)
{
  return bty_chat_service_is_idle (self->chat) && !bty_backup_service_is_busy (self->backups);
}

static gboolean
wake_up (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

void
bty_domains_finish (BtyDomains *self)
{
  gint64 patience = g_get_monotonic_time () + STOP_PATIENCE;
  guint ticker;

  if (self->chat == NULL)
    return;
  ticker = g_timeout_add (50, wake_up, NULL);
  bty_evaluate_service_stop (self->evaluations);
  bty_backup_service_stop (self->backups);
  bty_chat_service_stop (self->chat);
  while ((self->n_expected > 0 || !bty_chat_service_is_idle (self->chat) ||
          !bty_backup_service_is_idle (self->backups) || !bty_recorder_is_idle (self->recorder)) &&
         g_get_monotonic_time () < patience)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (ticker);
}

void
bty_domains_stop (BtyDomains *self)
{
  if (self->chat == NULL)
    return;
  bty_budget_service_stop (self->budgets);
  bty_secret_service_stop (self->secrets);
  bty_soul_service_stop (self->souls);
  bty_event_service_stop (self->events);
}

void
bty_domains_clear (BtyDomains *self)
{
  if (self->audit != NULL)
    bty_audit_log_stop (self->audit);
  g_clear_object (&self->backups);
  g_clear_object (&self->capsules);
  g_clear_object (&self->evaluations);
  g_clear_object (&self->chat);
  g_clear_object (&self->router);
  g_clear_object (&self->recorder);
  g_clear_object (&self->budgets);
  g_clear_object (&self->book);
  g_clear_object (&self->providers);
  g_clear_object (&self->bots);
  g_clear_object (&self->secrets);
  g_clear_object (&self->souls);
  g_clear_object (&self->events);
  g_clear_object (&self->audit);
}
