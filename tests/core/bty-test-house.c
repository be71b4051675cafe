/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bty-test-house.h"

#include "bty-test-router.h"

#include "bot/bty-bot-template.h"
#include "chat/bty-complete-run.h"
#include "soul/bty-soul-operations.h"

#include <ftw.h>
#include <glib/gstdio.h>

static int
remove_entry (const char *path, const struct stat *info, int type, struct FTW *walk)
{
  return g_remove (path);
}

void
bty_test_house_open (BtyTestHouse *self, const char *const *words)
{
  const char *const scopes[] = { "*", NULL };
  g_autoptr (BtySecretService) secrets = bty_secret_service_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *config = NULL;
  g_autofree char *state = NULL;

  self->folder = g_dir_make_tmp ("bty-house-XXXXXX", NULL);
  state = g_build_filename (self->folder, "state", NULL);
  g_setenv ("BOTERNITY_STATE_DIR", state, TRUE);
  config = g_build_filename (self->folder, "config", NULL);
  self->settings = bty_settings_new (config);
  self->catalogue = bty_catalogue_new ();
  self->dispatcher = bty_dispatcher_new (self->catalogue, self->settings);
  self->store = bty_fake_store_new ();
  bty_dispatcher_set_store (self->dispatcher, self->store);
  g_setenv ("BOTERNITY_ROUTE_RETRY_MS", "1", FALSE);
  bty_budget_add_settings (self->settings);
  bty_router_add_settings (self->settings);
  bty_chat_add_settings (self->settings);
  bty_soul_add_settings (self->settings);
  self->souls = bty_soul_service_new (self->store, self->settings, self->folder);
  self->bots = bty_bot_service_new (self->store, self->souls, self->folder);
  self->providers = bty_provider_service_new (self->store, NULL, secrets);
  self->fake = bty_fake_provider_new (words);
  self->fake->models = "m";
  self->fake->window = 4096;
  self->kinds = g_hash_table_new (g_str_hash, g_str_equal);
  g_hash_table_insert (self->kinds, (gpointer) "builtin", self->fake);
  bty_provider_service_set_maker (self->providers, bty_fake_provider_make, self->kinds);
  self->router = bty_test_router_new (self->providers, self->store, self->settings);
  self->chat = bty_chat_service_new (self->store, self->bots, self->router, self->settings);
  self->owner = bty_principal_new (BTY_PRINCIPAL_OWNER, "owner", scopes);
  g_assert_true (
    bty_catalogue_add (self->catalogue, bty_bot_operations, bty_n_bot_operations, self->bots, NULL, &error));
  g_assert_true (bty_catalogue_add (self->catalogue, bty_deleted_bot_operations, bty_n_deleted_bot_operations,
                                    self->bots, NULL, &error));
  g_assert_true (
    bty_catalogue_add (self->catalogue, bty_template_operations, bty_n_template_operations, self->bots, NULL, &error));
  g_assert_true (
    bty_catalogue_add (self->catalogue, bty_soul_operations, bty_n_soul_operations, self->souls, NULL, &error));
  g_assert_true (
    bty_catalogue_add (self->catalogue, bty_chat_operations, bty_n_chat_operations, self->chat, NULL, &error));
  g_assert_true (bty_catalogue_add (self->catalogue, bty_budget_operations, bty_n_budget_operations,
                                    bty_router_get_budgets (self->router), NULL, &error));
  g_assert_true (bty_catalogue_add (self->catalogue, bty_usage_operations, bty_n_usage_operations,
                                    bty_router_get_budgets (self->router), NULL, &error));
  g_assert_true (
    bty_catalogue_add (self->catalogue, bty_session_operations, bty_n_session_operations, self->chat, NULL, &error));
  g_assert_true (
    bty_catalogue_add (self->catalogue, bty_complete_operations, bty_n_complete_operations, self->chat, NULL, &error));
}

void
bty_test_house_close (BtyTestHouse *self)
{
  bty_principal_unref (self->owner);
  g_object_unref (self->chat);
  g_object_unref (self->router);
  g_object_unref (self->providers);
  g_hash_table_unref (self->kinds);
  g_object_unref (self->fake);
  bty_soul_service_stop (self->souls);
  g_object_unref (self->bots);
  g_object_unref (self->souls);
  g_object_unref (self->dispatcher);
  g_object_unref (self->store);
  g_object_unref (self->catalogue);
  g_object_unref (self->settings);
  nftw (self->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  g_free (self->folder);
}

BtyCall *
bty_test_start (BtyTestHouse *self, const char *operation, const char *json)
{
  g_autoptr (GBytes) body = g_bytes_new_static (json, strlen (json));
  BtyCallSpec spec = { .operation = operation,
                       .principal = self->owner,
                       .decode = bty_decode_json,
                       .input = body,
                       .idempotency_key = self->key,
                       .door = "test" };

  return bty_dispatcher_start (self->dispatcher, &spec);
}

void
bty_test_end (BtyCall *call)
{
  while (bty_call_state (call) == BTY_CALL_RUNNING)
    g_main_context_iteration (NULL, TRUE);
}

gpointer
bty_test_call (BtyTestHouse *self, const char *operation, const char *json)
{
  g_autoptr (BtyCall) call = bty_test_start (self, operation, json);

  bty_test_end (call);
  g_assert_no_error (bty_call_error (call));
  return bty_call_response (call) != NULL ? bty_record_ref (bty_call_response (call)) : NULL;
}

void
bty_test_call_fails (BtyTestHouse *self, const char *operation, const char *json, BtyErrorCode code, const char *part)
{
  g_autoptr (BtyCall) call = bty_test_start (self, operation, json);

  bty_test_end (call);
  g_assert_error (bty_call_error (call), BTY_ERROR, (int) code);
  if (strstr (bty_call_error (call)->message, part) == NULL)
    g_error ("“%s” is not in “%s”", part, bty_call_error (call)->message);
}

char *
bty_test_text (BtyCall *call, guint64 after)
{
  GString *text = g_string_new (NULL);
  BtyItem item;

  for (guint64 number = after + 1; bty_item_log_get (bty_call_log (call), number, &item); number++)
    if (item.text != NULL)
      g_string_append_len (text, item.text, (gssize) item.length);
  return g_string_free (text, FALSE);
}
