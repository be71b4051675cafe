/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-plugin"

#include "config.h"

#include "bty-plugin-operations.h"

#include <glib/gi18n-lib.h>

#include "bty-plugin-installer.h"
#include "bty-plugin-registry.h"

static void
fail_unknown (BtyCall *call, const char *name)
{
  bty_call_fail_new (call, BTY_ERROR_NOT_FOUND,
                     _ ("there is no plugin “%.100s”: “boternity-ctl plugin list” names them all"), name);
}

/* What looks at every plugin waits until the scanner has nothing left, so that none is missing. */
static void
when_known (BtyCall *call, GFunc run)
{
  bty_plugin_index_when_known (bty_plugin_registry_get_index (bty_call_service (call)), run, bty_call_ref (call),
                               (GDestroyNotify) bty_call_unref);
}

static void
emit_all (gpointer index, gpointer data)
{
  BtyCall *call = data;
  g_autoptr (GPtrArray) infos = bty_plugin_index_list (index);
  g_autoptr (BtyPage) page = bty_page_new ();

  if (bty_call_state (call) != BTY_CALL_RUNNING)
    return; /* cancelled while it waited */
  for (guint i = 0; i < infos->len; i++)
    bty_call_emit (call, g_ptr_array_index (infos, i));
  bty_call_return (call, page);
}

static void
plugin_list (BtyCall *call)
{
  when_known (call, emit_all);
}

static void
answer_entry (BtyCall *call, const char *name)
{
  const BtyPluginEntry *entry = bty_plugin_index_lookup (bty_plugin_registry_get_index (bty_call_service (call)), name);
  g_autoptr (BtyPluginInfo) info = NULL;

  if (entry == NULL)
    {
      fail_unknown (call, name);
      return;
    }
  info = bty_plugin_entry_describe (entry);
  bty_call_return (call, info);
}

static void
answer_named (gpointer index, gpointer data)
{
  if (bty_call_state (data) == BTY_CALL_RUNNING)
    answer_entry (data, ((const BtyPluginInfo *) bty_call_request (data))->name);
}

static void
plugin_get (BtyCall *call)
{
  when_known (call, answer_named);
}

static void
plugin_scan (BtyCall *call)
{
  const BtyPluginRescan *request = bty_call_request (call);
  BtyPluginIndex *index = bty_plugin_registry_get_index (bty_call_service (call));

  bty_plugin_index_refresh (index);
  if (request->name != NULL && bty_plugin_index_lookup (index, request->name) == NULL)
    {
      fail_unknown (call, request->name);
      return;
    }
  bty_plugin_index_rescan (index, request->name);
  when_known (call, emit_all);
}

/* Switching one off and on: a list in the settings. */

static gboolean
write_disabled (BtyPluginIndex *index, const BtyPluginEntry *entry, gboolean disable, GError **error)
{
  BtySettings *settings = bty_plugin_index_get_settings (index);
  g_autofree char *text = bty_settings_get (settings, "plugins", "disabled");
  g_auto (GStrv) names = g_strsplit_set (text, ", ;", -1);
  const char *id = bty_plugin_entry_get_id (entry);
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; names[i] != NULL; i++)
    if (*names[i] != '\0' && !bty_plugin_entry_is_called (entry, names[i]))
      g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", names[i]);
  if (disable)
    g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", id != NULL ? id : entry->name);
  return bty_settings_set (settings, "plugins.disabled", list->len > 0 ? list->str : NULL, error);
}

/* Without a store it does not start, and without a door nobody could enable it again. */
static gboolean
is_needed (const BtyPluginEntry *entry)
{
  g_auto (GStrv) features = bty_plugin_entry_list_features (entry);

  for (guint i = 0; entry->is_own && entry->module != NULL && features[i] != NULL; i++)
    if (g_str_has_prefix (features[i], "store:") || g_str_has_prefix (features[i], "transport:"))
      return TRUE;
  return FALSE;
}

static void
set_disabled (BtyCall *call, gboolean disable)
{
  BtyPluginIndex *index = bty_plugin_registry_get_index (bty_call_service (call));
  const char *name = ((const BtyPluginInfo *) bty_call_request (call))->name;
  const BtyPluginEntry *entry = bty_plugin_index_lookup (index, name);
  g_autoptr (GError) error = NULL;

  if (entry == NULL)
    fail_unknown (call, name);
  else if (disable && is_needed (entry))
    bty_call_fail_new (call, BTY_ERROR_FAILED_PRECONDITION,
                       _ ("the daemon needs “%s”, its store or a door: it cannot be disabled while it is in use"),
                       name);
  else if (!write_disabled (index, entry, disable, &error))
    bty_call_fail (call, error);
  else if (entry->is_disabled != disable)
    bty_call_fail_new (call, BTY_ERROR_FAILED_PRECONDITION,
                       _ ("the setting plugins.disabled comes from elsewhere: “boternity-ctl config get "
                          "plugins.disabled” says from where"));
  else
    answer_entry (call, name);
}

static void
plugin_enable (BtyCall *call)
{
  set_disabled (call, FALSE);
}

static void
plugin_disable (BtyCall *call)
{
  set_disabled (call, TRUE);
}

/* Files. */

static void
on_installed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPluginInfo) info = bty_plugin_installer_install_finish (result, &error);

  if (bty_call_state (call) != BTY_CALL_RUNNING)
    return;
  if (info != NULL)
    bty_call_return (call, info);
  else
    bty_call_fail (call, error);
}

static void
plugin_install (BtyCall *call)
{
  const BtyPluginInstall *request = bty_call_request (call);

  bty_plugin_installer_install_async (bty_call_service (call), request->path, NULL, request->replace, FALSE,
                                      on_installed, bty_call_ref (call));
}

static void
plugin_update (BtyCall *call)
{
  const BtyPluginUpdate *request = bty_call_request (call);

  bty_plugin_installer_install_async (bty_call_service (call), request->path, request->name, TRUE, request->older,
                                      on_installed, bty_call_ref (call));
}

static void
plugin_remove (BtyCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPluginInfo) info = bty_plugin_installer_remove (bty_plugin_registry_get_index (bty_call_service (call)),
                                                                ((const BtyPluginInfo *) bty_call_request (call))->name,
                                                                &error);

  if (info != NULL)
    bty_call_return (call, info);
  else
    bty_call_fail (call, error);
}

#define NAMED .request = &bty_plugin_info_schema, .request_view = BTY_VIEW_KEY, .response = &bty_plugin_info_schema

const BtyOperation bty_plugin_operations[] = {
  { .name = "plugin.list",
    .summary = N_ ("List the plugins, refused ones with the reason"),
    .item = &bty_plugin_info_schema,
    .response = &bty_page_schema,
    .http = "GET /plugins",
    .scope = "plugins:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .run = plugin_list },
  { .name = "plugin.get",
    .summary = N_ ("Show a plugin"),
    NAMED,
    .http = "GET /plugins/{name}",
    .scope = "plugins:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = plugin_get },
  { .name = "plugin.scan",
    .summary = N_ ("Look again at the plugins that are not open, also at those that crashed"),
    .request = &bty_plugin_rescan_schema,
    .item = &bty_plugin_info_schema,
    .response = &bty_page_schema,
    .http = "POST /plugins/scan",
    .scope = "plugins:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = plugin_scan },
  { .name = "plugin.enable",
    .summary = N_ ("Let a disabled plugin be opened again"),
    NAMED,
    .http = "POST /plugins/{name}/enable",
    .scope = "plugins:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = plugin_enable },
  { .name = "plugin.disable",
    .summary = N_ ("Keep a plugin closed; one that is open stays so until a restart"),
    NAMED,
    .http = "POST /plugins/{name}/disable",
    .scope = "plugins:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = plugin_disable },
  { .name = "plugin.install",
    .summary = N_ ("Install a plugin from a file on the daemon's machine"),
    .request = &bty_plugin_install_schema,
    .response = &bty_plugin_info_schema,
    .http = "POST /plugins",
    .scope = "plugins:write",
    .effect = BTY_EFFECT_WRITE,
    .errors = BTY_ERRORS (ALREADY_EXISTS),
    .run = plugin_install },
  { .name = "plugin.update",
    .summary = N_ ("Replace an installed plugin by a newer file of it"),
    .request = &bty_plugin_update_schema,
    .response = &bty_plugin_info_schema,
    .http = "PUT /plugins/{name}",
    .scope = "plugins:write",
    .effect = BTY_EFFECT_WRITE,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = plugin_update },
  { .name = "plugin.remove",
    .summary = N_ ("Remove an installed plugin; one that is open stays so until a restart"),
    NAMED,
    .http = "DELETE /plugins/{name}",
    .scope = "plugins:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_DESTRUCTIVE,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = plugin_remove },
};

const guint bty_n_plugin_operations = G_N_ELEMENTS (bty_plugin_operations);
