/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-core"

#include "config.h"

#include "bty-system-operations.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <unistd.h>

#include "route/bty-fault-draw.h"

#define DEFINITIONS "#/$defs/"

static gint64
resident_kb (void)
{
  g_autofree char *text = NULL;
  guint64 size = 0, resident = 0;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL) ||
      sscanf (text, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &size, &resident) != 2)
    return 0;
  return (gint64) (resident * (guint64) sysconf (_SC_PAGESIZE) / 1024);
}

static void
take_addresses (const BtySystem *system, BtyStatus *status)
{
  for (guint i = 0; i < system->transports->len; i++)
    {
      g_auto (GStrv) addresses = bty_transport_get_addresses (g_ptr_array_index (system->transports, i));

      for (guint a = 0; addresses != NULL && addresses[a] != NULL; a++)
        {
          if (g_str_has_prefix (addresses[a], "http://") && status->http_url == NULL)
            status->http_url = g_strdup (addresses[a]);
          else if (g_str_has_prefix (addresses[a], "unix:") && status->socket == NULL)
            status->socket = g_strdup (addresses[a] + strlen ("unix:"));
        }
    }
}

static void
take_plugins (const BtySystem *system, BtyStatus *status)
{
  g_autoptr (GPtrArray) plugins = bty_plugin_index_list (bty_plugin_registry_get_index (system->registry));
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) problems = g_strv_builder_new ();
  g_auto (GStrv) refused = bty_settings_get_problems (system->settings);
  g_autofree char *locked = bty_secret_service_find_problem (system->secrets);
  g_autofree char *faults = bty_fault_find_problem (system->settings);
  g_autofree char *schedule = bty_backup_service_find_problem (system->backups);
  GPtrArray *folders = bty_plugin_index_get_problems (bty_plugin_registry_get_index (system->registry));

  g_strv_builder_addv (problems, (const char **) refused);
  if (faults != NULL)
    g_strv_builder_add (problems, faults);
  if (locked != NULL)
    g_strv_builder_add (problems, locked);
  if (schedule != NULL)
    g_strv_builder_add (problems, schedule);
  for (guint i = 0; i < folders->len; i++)
    g_strv_builder_add (problems, g_ptr_array_index (folders, i));
  for (guint i = 0; i < plugins->len; i++)
    {
      const BtyPluginInfo *plugin = g_ptr_array_index (plugins, i);
      g_autofree char *problem = NULL;

      g_strv_builder_add (names, plugin->name);
      if (plugin->state != BTY_PLUGIN_REFUSED)
        continue;
      problem = g_strdup_printf (_ ("the plugin “%s” was not opened: %s"), plugin->path, plugin->reason);
      g_strv_builder_add (problems, problem);
    }
  status->plugins = g_strv_builder_end (names);
  status->problems = g_strv_builder_end (problems);
}

static void
daemon_status (BtyCall *call)
{
  const BtySystem *system = bty_call_service (call);
  g_autoptr (BtyStatus) status = bty_status_new ();

  status->running = TRUE;
  status->version = g_strdup (BTY_VERSION);
  status->pid = getpid ();
  status->started_at = system->started_at;
  status->data_dir = g_strdup (system->data_dir);
  status->config_dir = g_strdup (bty_settings_get_config_dir (system->settings));
  status->store = bty_store_describe (system->store);
  status->default_bot = bty_settings_get (system->settings, "chat", "default_bot");
  status->calls = (gint64) bty_dispatcher_get_n_calls (system->dispatcher);
  status->memory_kb = resident_kb ();
  take_addresses (system, status);
  take_plugins (system, status);
  bty_call_return (call, status);
}

static void
daemon_stop (BtyCall *call)
{
  const BtySystem *system = bty_call_service (call);

  bty_call_return (call, NULL);
  system->stop (system->data);
}

static void
emit_all (BtyCall *call, GPtrArray *records)
{
  g_autoptr (BtyPage) page = bty_page_new ();

  for (guint i = 0; i < records->len; i++)
    bty_call_emit (call, g_ptr_array_index (records, i));
  bty_call_return (call, page);
}

/* Carries out what looks at every plugin: once the scanner has nothing left, so that none is missing. */
static void
when_known (BtyCall *call, GFunc run)
{
  const BtySystem *system = bty_call_service (call);

  bty_plugin_index_when_known (bty_plugin_registry_get_index (system->registry), run, bty_call_ref (call),
                               (GDestroyNotify) bty_call_unref);
}

static void
list_settings (gpointer index, gpointer data)
{
  BtyCall *call = data;
  const BtySystem *system = bty_call_service (call);
  g_autoptr (GPtrArray) all = NULL;

  if (bty_call_state (call) != BTY_CALL_RUNNING)
    return; /* cancelled while it waited */
  bty_plugin_registry_open_all (system->registry);
  all = bty_settings_list (system->settings);
  emit_all (call, all);
}

static void
config_list (BtyCall *call)
{
  when_known (call, list_settings);
}

static void
answer_setting (BtyCall *call, const char *name)
{
  const BtySystem *system = bty_call_service (call);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySettingInfo) info = NULL;

  info = bty_settings_describe (system->settings, name, &error);
  if (info != NULL)
    bty_call_return (call, info);
  else
    bty_call_fail (call, error);
}

/* A setting that nobody knows may be of a plugin that is not open, or not even known: @run goes on once all are open. */
static gboolean
knows_setting (BtyCall *call, GFunc run)
{
  const BtySystem *system = bty_call_service (call);
  const BtySettingInfo *request = bty_call_request (call);
  g_autoptr (BtySettingInfo) known = bty_settings_describe (system->settings, request->name, NULL);

  if (known == NULL)
    when_known (call, run);
  return known != NULL;
}

static void
get_late (gpointer index, gpointer data)
{
  const BtySystem *system = bty_call_service (data);

  if (bty_call_state (data) != BTY_CALL_RUNNING)
    return; /* cancelled while it waited */
  bty_plugin_registry_open_all (system->registry);
  answer_setting (data, ((const BtySettingInfo *) bty_call_request (data))->name);
}

static void
config_get (BtyCall *call)
{
  if (knows_setting (call, get_late))
    answer_setting (call, ((const BtySettingInfo *) bty_call_request (call))->name);
}

static void
write_setting (BtyCall *call)
{
  const BtySystem *system = bty_call_service (call);
  const BtySettingInfo *request = bty_call_request (call);
  g_autoptr (GError) error = NULL;

  if (bty_settings_set (system->settings, request->name, request->value, &error))
    answer_setting (call, request->name);
  else
    bty_call_fail (call, error);
}

static void
set_late (gpointer index, gpointer data)
{
  const BtySystem *system = bty_call_service (data);

  if (bty_call_state (data) != BTY_CALL_RUNNING)
    return;
  bty_plugin_registry_open_all (system->registry);
  write_setting (data);
}

static void
config_set (BtyCall *call)
{
  if (knows_setting (call, set_late))
    write_setting (call);
}

static char *
schema_text (const BtySchema *schema, BtyView view)
{
  g_autoptr (GString) text = NULL;
  BtyJsonWriter writer;

  if (schema == NULL)
    return NULL;
  text = g_string_new (NULL);
  bty_json_writer_init (&writer, text);
  bty_schema_write_json_schema (schema, view, DEFINITIONS, &writer);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The records inside the others, so that what an operation says of itself is whole. */
static char *
definitions_text (const BtyOperation *operation)
{
  const struct
  {
    const BtySchema *schema;
    BtyView view;
  } sides[] = {
    { operation->request, operation->request_view },
    { operation->item, BTY_VIEW_READ },
    { operation->response, BTY_VIEW_READ },
  };
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GString *text = g_string_new (NULL);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, text);
  bty_json_writer_begin_object (&writer);
  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    if (sides[i].schema != NULL)
      bty_schema_write_json_definitions (sides[i].schema, sides[i].view, DEFINITIONS, seen, &writer);
  bty_json_writer_end_object (&writer);
  return g_string_free (text, FALSE);
}

static char *
type_name (const BtySchema *schema, BtyView view)
{
  return schema != NULL ? bty_schema_view_name (schema, view) : NULL;
}

static GStrv
errors_of (const BtyOperation *operation)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (const BtyErrorCode *code = operation->errors; code != NULL && *code != BTY_ERRORS_END; code++)
    g_strv_builder_add (names, bty_error_info (*code)->name);
  return g_strv_builder_end (names);
}

static GStrv
effects_of (const BtyOperation *operation)
{
  static const struct
  {
    BtyEffect effect;
    const char *name;
  } names[] = {
    { BTY_EFFECT_READ, "read" },
    { BTY_EFFECT_WRITE, "write" },
    { BTY_EFFECT_DESTRUCTIVE, "destructive" },
    { BTY_EFFECT_IDEMPOTENT, "idempotent" },
    { BTY_EFFECT_STREAMING, "streaming" },
    { BTY_EFFECT_ENDLESS, "endless" },
    { BTY_EFFECT_APPROVAL, "approval" },
    { BTY_EFFECT_SECRET, "secret" },
  };
  g_autoptr (GStrvBuilder) effects = g_strv_builder_new ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if ((operation->effect & names[i].effect) != 0)
      g_strv_builder_add (effects, names[i].name);
  return g_strv_builder_end (effects);
}

static BtyOperationInfo *
describe (const BtyOperation *operation)
{
  BtyOperationInfo *info = bty_operation_info_new ();

  info->name = g_strdup (operation->name);
  info->summary = g_strdup (operation->summary);
  info->http = g_strdup (operation->http);
  info->scope = g_strdup (operation->scope);
  info->effects = effects_of (operation);
  info->request = schema_text (operation->request, operation->request_view);
  info->item = schema_text (operation->item, BTY_VIEW_READ);
  info->response = schema_text (operation->response, BTY_VIEW_READ);
  info->errors = errors_of (operation);
  info->request_type = type_name (operation->request, operation->request_view);
  info->item_type = type_name (operation->item, BTY_VIEW_READ);
  info->response_type = type_name (operation->response, BTY_VIEW_READ);
  info->schemas = definitions_text (operation);
  return info;
}

static void
list_operations (gpointer index, gpointer data)
{
  BtyCall *call = data;
  const BtySystem *system = bty_call_service (call);
  g_autoptr (GPtrArray) operations = NULL;
  g_autoptr (GPtrArray) infos = bty_record_list_new ();

  if (bty_call_state (call) != BTY_CALL_RUNNING)
    return; /* cancelled while it waited */
  bty_plugin_registry_open_all (system->registry);
  operations = bty_catalogue_list (system->catalogue);
  for (guint i = 0; i < operations->len; i++)
    g_ptr_array_add (infos, describe (g_ptr_array_index (operations, i)));
  emit_all (call, infos);
}

static void
operation_list (BtyCall *call)
{
  when_known (call, list_operations);
}

static void
answer_operation (BtyCall *call, const BtyOperation *operation)
{
  const BtyOperationInfo *request = bty_call_request (call);
  g_autoptr (BtyOperationInfo) info = NULL;

  if (operation == NULL)
    {
      bty_call_fail_new (call, BTY_ERROR_NOT_FOUND,
                         _ ("there is no operation “%s”: “boternity-ctl call operation.list” names them all"),
                         request->name);
      return;
    }
  info = describe (operation);
  bty_call_return (call, info);
}

static const BtyOperation *
find_operation (BtyCall *call)
{
  const BtySystem *system = bty_call_service (call);
  const BtyOperationInfo *request = bty_call_request (call);

  return bty_catalogue_lookup (system->catalogue, request->name, NULL);
}

static void
answer_late (gpointer index, gpointer data)
{
  if (bty_call_state (data) == BTY_CALL_RUNNING)
    answer_operation (data, find_operation (data));
}

static void
operation_get (BtyCall *call)
{
  const BtyOperation *operation = find_operation (call);

  if (operation != NULL)
    answer_operation (call, operation);
  else
    when_known (call, answer_late);
}

const BtyOperation bty_system_operations[] = {
  { .name = "daemon.status",
    .summary = N_ ("Show the daemon at a glance"),
    .response = &bty_status_schema,
    .http = "GET /status",
    .scope = "daemon:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .run = daemon_status },
  { .name = "daemon.stop",
    .summary = N_ ("Stop the daemon"),
    .http = "POST /stop",
    .scope = "daemon:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_DESTRUCTIVE,
    .run = daemon_stop },
  { .name = "config.list",
    .summary = N_ ("List the settings, each with its value, default and unit"),
    .item = &bty_setting_info_schema,
    .response = &bty_page_schema,
    .http = "GET /config",
    .scope = "config:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .run = config_list },
  { .name = "config.get",
    .summary = N_ ("Show a setting"),
    .request = &bty_setting_info_schema,
    .request_view = BTY_VIEW_KEY,
    .response = &bty_setting_info_schema,
    .http = "GET /config/{name}",
    .scope = "config:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = config_get },
  { .name = "config.set",
    .summary = N_ ("Change a setting; null goes back to the default"),
    .request = &bty_setting_info_schema,
    .request_view = BTY_VIEW_PATCH,
    .response = &bty_setting_info_schema,
    .http = "PUT /config/{name}",
    .scope = "config:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND, FAILED_PRECONDITION, RESOURCE_EXHAUSTED),
    .run = config_set },
  { .name = "operation.list",
    .summary = N_ ("List everything that can be done"),
    .item = &bty_operation_info_schema,
    .response = &bty_page_schema,
    .http = "GET /operations",
    .scope = "operations:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .run = operation_list },
  { .name = "operation.get",
    .summary = N_ ("Describe an operation, its request and its answer"),
    .request = &bty_operation_info_schema,
    .request_view = BTY_VIEW_KEY,
    .response = &bty_operation_info_schema,
    .http = "GET /operations/{name}",
    .scope = "operations:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = operation_get },
};

const guint bty_n_system_operations = G_N_ELEMENTS (bty_system_operations);
