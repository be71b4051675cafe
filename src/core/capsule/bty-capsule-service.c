/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-capsule"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bot/bty-slug.h"
#include "capsule/bty-capsule-service-private.h"

#define MAX_TRIES 50

G_DEFINE_FINAL_TYPE (BtyCapsuleService, bty_capsule_service, G_TYPE_OBJECT)

static const BtySetting settings_table[] = {
  { .group = "capsules",
    .key = "max_size",
    .type = BTY_SETTING_INT,
    .fallback = "12000000",
    .unit = "bytes",
    .min = 65536,
    .max = 16777216,
    .summary = N_ ("Largest capsule that is written or taken; doors have limits of their own for requests") },
  { .group = "capsules",
    .key = "max_unpacked",
    .type = BTY_SETTING_INT,
    .fallback = "268435456",
    .unit = "bytes",
    .min = 1048576,
    .max = 1073741824,
    .summary = N_ ("How much a capsule may hold when it is unpacked") },
};

void
bty_capsule_add_settings (BtySettings *settings)
{
  bty_settings_add (settings, settings_table, G_N_ELEMENTS (settings_table));
}

static void
bty_capsule_service_finalize (GObject *object)
{
  BtyCapsuleService *self = BTY_CAPSULE_SERVICE (object);

  g_clear_object (&self->store);
  g_clear_object (&self->bots);
  g_clear_object (&self->souls);
  g_clear_object (&self->providers);
  g_clear_object (&self->settings);
  g_free (self->data_dir);
  G_OBJECT_CLASS (bty_capsule_service_parent_class)->finalize (object);
}

static void
bty_capsule_service_class_init (BtyCapsuleServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_capsule_service_finalize;
}

static void
bty_capsule_service_init (BtyCapsuleService *self)
{
}

BtyCapsuleService *
bty_capsule_service_new (BtyBotService *bots, BtySoulService *souls, BtyProviderService *providers,
                         BtySettings *settings, const char *data_dir)
{
  BtyCapsuleService *self = g_object_new (BTY_TYPE_CAPSULE_SERVICE, NULL);

  self->store = g_object_ref (bty_bot_service_get_store (bots));
  self->bots = g_object_ref (bots);
  self->souls = g_object_ref (souls);
  self->providers = g_object_ref (providers);
  self->settings = g_object_ref (settings);
  self->data_dir = g_strdup (data_dir);
  return self;
}

BtyCapsuleLimits
bty_capsule_service_limits (BtyCapsuleService *self)
{
  return (BtyCapsuleLimits){ bty_settings_get_int (self->settings, "capsules", "max_size"),
                             bty_settings_get_int (self->settings, "capsules", "max_unpacked") };
}

/* What a bot needs */

static const BtyProviderConfig *
find_provider (GPtrArray *providers, const char *name)
{
  for (guint i = 0; i < providers->len; i++)
    {
      const BtyProviderConfig *config = g_ptr_array_index (providers, i);

      if (strcmp (config->name, name) == 0)
        return config;
    }
  return NULL;
}

/* A reference is `env:NAME`, `secret:NAME` or the like; of it only the name travels. */
static char *
secret_of (const BtyProviderConfig *config)
{
  const char *colon = config->key_ref != NULL ? strchr (config->key_ref, ':') : NULL;

  return colon != NULL ? g_strconcat ("secret:", colon + 1, NULL) : NULL;
}

static void
add_once (GPtrArray *list, char *word)
{
  for (guint i = 0; i < list->len; i++)
    if (strcmp (list->pdata[i], word) == 0)
      {
        g_free (word);
        return;
      }
  g_ptr_array_add (list, word);
}

static GStrv
end_list (GPtrArray *list)
{
  g_ptr_array_add (list, NULL);
  return (GStrv) g_ptr_array_free (list, FALSE);
}

GStrv
bty_capsule_needs (const BtyBot *bot, GPtrArray *providers)
{
  GPtrArray *needs = g_ptr_array_new ();

  for (guint i = 0; bot->route != NULL && bot->route[i] != NULL; i++)
    {
      g_autofree char *name = g_strndup (bot->route[i], strcspn (bot->route[i], "/?"));
      const BtyProviderConfig *config = find_provider (providers, name);
      g_autofree char *secret = config != NULL ? secret_of (config) : NULL;

      if (strcmp (name, "builtin") == 0)
        continue;
      add_once (needs, g_strconcat ("provider:", name, NULL));
      if (secret != NULL)
        add_once (needs, g_steal_pointer (&secret));
    }
  return end_list (needs);
}

static gboolean
is_here (const char *need, GPtrArray *providers)
{
  if (g_str_has_prefix (need, "provider:"))
    return find_provider (providers, need + strlen ("provider:")) != NULL;
  for (guint i = 0; i < providers->len; i++)
    {
      const BtyProviderConfig *config = g_ptr_array_index (providers, i);
      g_autofree char *secret = secret_of (config);

      if (g_strcmp0 (secret, need) == 0 && config->key_state == BTY_KEY_READY)
        return TRUE;
    }
  return FALSE;
}

GStrv
bty_capsule_missing (const char *const *needs, GPtrArray *providers)
{
  GPtrArray *missing = g_ptr_array_new ();

  for (guint i = 0; needs != NULL && needs[i] != NULL; i++)
    if (!is_here (needs[i], providers))
      g_ptr_array_add (missing, g_strdup (needs[i]));
  return end_list (missing);
}

/* Making the bot, or finding out its slug */

typedef struct
{
  BtyCall *call;
  BtyBot *bot;
  BtyBotFounding *founding;
  BtyCapsuleReport *report;
  char *base;
  guint tries;
} Making;

static void
making_free (Making *making)
{
  bty_call_unref (making->call);
  bty_bot_unref (making->bot);
  g_clear_pointer (&making->founding, bty_bot_founding_free);
  bty_capsule_report_unref (making->report);
  g_free (making->base);
  g_free (making);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Making, making_free)

static void
answer (Making *making)
{
  BtyCapsuleReport *report = making->report;

  report->renamed = strcmp (report->slug, making->base) != 0;
  bty_call_return (making->call, report);
}

static void
on_made (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Making) making = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyBot) bot = bty_bot_service_create_finish (BTY_BOT_SERVICE (source), result, &error);

  if (bot == NULL)
    {
      bty_call_fail (making->call, error);
      return;
    }
  making->report->done = TRUE;
  bty_record_take_string (&making->report->bot, g_strdup (bot->record.id));
  bty_record_take_string (&making->report->slug, g_strdup (bot->slug));
  answer (making);
}

static void try_slug (Making *making);

static void
on_slug_looked_up (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Making) making = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyBot) other = bty_store_get_finish (BTY_STORE (source), result, &error);

  if (other != NULL && making->tries < MAX_TRIES)
    try_slug (g_steal_pointer (&making));
  else if (other != NULL || g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    answer (making);
  else
    bty_call_fail (making->call, error);
}

static void
try_slug (Making *making)
{
  BtyCapsuleService *self = bty_call_service (making->call);

  making->tries += 1;
  bty_record_take_string (&making->report->slug, making->tries == 1
                                                   ? g_strdup (making->base)
                                                   : bty_slug_with_number (making->base, making->tries));
  bty_store_get_async (self->store, &bty_bot_schema, "slug", making->report->slug, bty_call_cancellable (making->call),
                       on_slug_looked_up, making);
}

void
bty_capsule_make (BtyCall *call, BtyBot *bot, BtyBotFounding *founding, BtyCapsuleReport *report, gboolean dry_run)
{
  BtyCapsuleService *self = bty_call_service (call);
  Making *making = g_new0 (Making, 1);

  making->call = bty_call_ref (call);
  making->bot = bot;
  making->report = report;
  making->base = founding->slug != NULL ? g_strdup (founding->slug) : bty_slug_from_name (bot->name);
  bty_record_take_string (&report->name, g_strdup (bot->name));
  if (dry_run)
    {
      making->founding = founding;
      try_slug (making);
      return;
    }
  bty_bot_service_found_async (self->bots, bot, founding, bty_call_cancellable (call), on_made, making);
}
