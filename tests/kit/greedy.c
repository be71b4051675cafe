/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin that wants what is not its own; PLUGIN_ID is given. What is in order must be taken all the same. */
#define G_LOG_DOMAIN "greedy"

#include <boternity.h>
#include <string.h>

typedef struct
{
  BtyRecord record;
  char *name;
} Thing;

static const BtyField thing_fields[] = {
  BTY_STORED_FIELDS (BTY_KEY),
  BTY_FIELD_STRING (Thing, name, BTY_REQUIRED | BTY_INDEXED | BTY_UNIQUE, "Name", .min = 1, .max = 100),
};

#define SCHEMA(name_)                                                                                                  \
  {                                                                                                                    \
    .name = name_, .summary = "A thing", .size = sizeof (Thing), .fields = thing_fields,                               \
    .n_fields = G_N_ELEMENTS (thing_fields), .field_size = sizeof (BtyField)                                           \
  }

static const BtySchema own_schema = SCHEMA (PLUGIN_ID "_thing");
static const BtySchema foreign_schema = SCHEMA ("session_note");
static const BtySchema *const own_records[] = { &own_schema };
static const BtySchema *const foreign_records[] = { &foreign_schema };

static void
on_kept (GObject *store, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;

  if (bty_store_apply_finish (BTY_STORE (store), result, &error))
    bty_call_return (call, NULL);
  else
    bty_call_fail (call, error);
}

static void
keep (BtyCall *call)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  g_autoptr (BtyRecord) thing = bty_record_edit (bty_call_request (call));
  BtyPlugin *plugin = bty_call_service (call);

  if (strcmp (bty_plugin_get_id (plugin), PLUGIN_ID) != 0 || bty_plugin_get_int (plugin, "words") != 3)
    {
      bty_call_fail_new (call, BTY_ERROR_INTERNAL, "the plugin does not know itself");
      return;
    }
  bty_batch_put (batch, thing);
  bty_store_apply_async (bty_host_get_store (bty_plugin_get_host (plugin)), batch, bty_call_cancellable (call), on_kept,
                         bty_call_ref (call));
}

static const BtyOperation own_operations[] = {
  { .name = PLUGIN_ID ".keep",
    .summary = "Keep a thing",
    .request = &own_schema,
    .http = "POST /" PLUGIN_ID,
    .effect = BTY_EFFECT_WRITE,
    .errors = BTY_ERRORS (ALREADY_EXISTS),
    .run = keep },
};

static const BtyOperation foreign_operations[] = {
  { .name = PLUGIN_ID ".list", .summary = "List", .http = "GET /bots", .effect = BTY_EFFECT_READ, .run = keep },
};

static const BtyOperation nameless_operations[] = {
  { .name = "other.list", .summary = "List", .http = "GET /others", .effect = BTY_EFFECT_READ, .run = keep },
};

static const BtySetting settings[] = {
  { .group = PLUGIN_ID,
    .key = "words",
    .type = BTY_SETTING_INT,
    .fallback = "3",
    .min = 1,
    .max = 9,
    .summary = "Words" },
  { .group = "calls", .key = "mine", .type = BTY_SETTING_INT, .fallback = "3", .min = 1, .max = 9, .summary = "Mine" },
  { .group = "store", .key = "kind", .type = BTY_SETTING_STRING, .fallback = "mine", .summary = "Mine" },
};

static void
greedy_register (BtyPlugin *plugin)
{
  bty_plugin_add_settings (plugin, settings, G_N_ELEMENTS (settings));
  bty_plugin_add_records (plugin, foreign_records, 1);
  bty_plugin_add_records (plugin, own_records, 1);
  bty_plugin_add_operations (plugin, foreign_operations, 1, plugin);
  bty_plugin_add_operations (plugin, nameless_operations, 1, plugin);
  bty_plugin_add_operations (plugin, own_operations, 1, plugin);
  bty_plugin_add_feature (plugin, BTY_FEATURE_RUNTIME, "wrong", G_TYPE_OBJECT);
}

BTY_PLUGIN_DEFINE (PLUGIN_ID, "Wants too much", "1.0", "LGPL-2.1-or-later", greedy_register)
