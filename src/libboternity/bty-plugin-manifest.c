/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-plugin-manifest.h"

/* Characters; what a string of a record takes. */
#define MAX_LINE 1000

const BtyEnumValue bty_plugin_outcomes[] = {
  { BTY_PLUGIN_FINE, "fine", N_ ("It can be used") },
  { BTY_PLUGIN_UNFIT, "unfit", N_ ("It was looked at and refused") },
  { BTY_PLUGIN_CRASHED, "crashed", N_ ("It crashed when it was opened") },
  { BTY_PLUGIN_HUNG, "hung", N_ ("It did not come back in time") },
  { BTY_PLUGIN_ENDED, "ended", N_ ("It ended the program that opened it") },
  { 0 },
};

static const BtyField operation_fields[] = {
  BTY_FIELD_STRING (BtyPluginOperation, name, BTY_REQUIRED, N_ ("Its name")),
  BTY_FIELD_STRING (BtyPluginOperation, summary, BTY_REQUIRED, N_ ("What it does")),
  BTY_FIELD_STRING (BtyPluginOperation, http, BTY_REQUIRED, N_ ("Its verb and path")),
  BTY_FIELD_STRING (BtyPluginOperation, scope, 0, N_ ("What its caller needs")),
  BTY_FIELD_INT64 (BtyPluginOperation, effect, 0, N_ ("What it does to the world, as flags"), .min = 0,
                   .max = G_MAXINT32),
  BTY_FIELD_STRING (BtyPluginOperation, request, 0, N_ ("Record of its request")),
  BTY_FIELD_STRING (BtyPluginOperation, item, 0, N_ ("Record of an item")),
  BTY_FIELD_STRING (BtyPluginOperation, response, 0, N_ ("Record of its answer")),
};
BTY_DEFINE_RECORD (BtyPluginOperation, bty_plugin_operation, "plugin_operation", N_ ("An operation of a plugin"),
                   operation_fields)

static const BtyField setting_fields[] = {
  BTY_FIELD_STRING (BtyPluginSetting, name, BTY_REQUIRED, N_ ("Group and key")),
  BTY_FIELD_STRING (BtyPluginSetting, fallback, 0, N_ ("Its default"), .max = 4096),
  BTY_FIELD_STRING (BtyPluginSetting, unit, 0, N_ ("Its unit")),
  BTY_FIELD_STRING (BtyPluginSetting, summary, 0, N_ ("What it does")),
};
BTY_DEFINE_RECORD (BtyPluginSetting, bty_plugin_setting, "plugin_setting", N_ ("A setting of a plugin"), setting_fields)

static const BtyField manifest_fields[] = {
  BTY_FIELD_ENUM (BtyPluginManifest, outcome, BTY_REQUIRED, N_ ("How the look at the file went"), bty_plugin_outcomes),
  BTY_FIELD_TEXT (BtyPluginManifest, reason, 0, N_ ("Why it cannot be used")),
  BTY_FIELD_TEXT (BtyPluginManifest, remedy, 0, N_ ("What to do about it")),
  BTY_FIELD_STRING (BtyPluginManifest, id, 0, N_ ("Its identifier"), .max = 64),
  BTY_FIELD_STRING (BtyPluginManifest, summary, 0, N_ ("What it does")),
  BTY_FIELD_STRING (BtyPluginManifest, version, 0, N_ ("Its version")),
  BTY_FIELD_STRING (BtyPluginManifest, licence, 0, N_ ("Its licence")),
  BTY_FIELD_STRING (BtyPluginManifest, origin, 0, N_ ("Where it comes from")),
  BTY_FIELD_STRING (BtyPluginManifest, abi, 0, N_ ("Version of the plugin interface it was built for")),
  BTY_FIELD_STRV (BtyPluginManifest, features, 0, N_ ("What it offers, each as kind:name")),
  BTY_FIELD_RECORDS (BtyPluginManifest, operations, 0, N_ ("Its operations"), bty_plugin_operation_schema),
  BTY_FIELD_RECORDS (BtyPluginManifest, settings, 0, N_ ("Its settings"), bty_plugin_setting_schema),
  BTY_FIELD_STRV (BtyPluginManifest, records, 0, N_ ("Types of the records it keeps")),
  BTY_FIELD_STRV (BtyPluginManifest, problems, 0, N_ ("What of it is not taken, and why")),
};
BTY_DEFINE_RECORD (BtyPluginManifest, bty_plugin_manifest, "plugin_manifest", N_ ("What is known of a plugin's file"),
                   manifest_fields)

BtyPluginManifest *
bty_plugin_manifest_read (const char *text, gsize length, GError **error)
{
  return bty_record_from_json (&bty_plugin_manifest_schema, BTY_VIEW_CREATE, text, (gssize) length, error);
}

static char *
schema_name (const BtySchema *schema)
{
  return schema != NULL ? g_strdup (schema->name) : NULL;
}

/* What a plugin says of itself becomes one short line of valid text, so that it can be written and read again. */
static char *
one_line (const char *text)
{
  g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, -1) : NULL;
  char *line = valid != NULL ? g_utf8_substring (valid, 0, MIN (g_utf8_strlen (valid, -1), MAX_LINE)) : NULL;

  for (char *p = line; p != NULL && *p != '\0'; p++)
    if ((guchar) *p < 0x20 || *p == 0x7f)
      *p = ' ';
  return line;
}

void
bty_plugin_manifest_add_operation (BtyPluginManifest *manifest, const BtyOperation *operation)
{
  BtyPluginOperation *copy = bty_plugin_operation_new ();

  copy->name = one_line (operation->name);
  copy->summary = one_line (operation->summary);
  copy->http = one_line (operation->http);
  copy->scope = one_line (operation->scope);
  copy->effect = operation->effect;
  copy->request = schema_name (operation->request);
  copy->item = schema_name (operation->item);
  copy->response = schema_name (operation->response);
  if (manifest->operations == NULL)
    manifest->operations = bty_record_list_new ();
  g_ptr_array_add (manifest->operations, copy);
}

void
bty_plugin_manifest_add_setting (BtyPluginManifest *manifest, const BtySetting *setting)
{
  BtyPluginSetting *copy = bty_plugin_setting_new ();

  copy->name = g_strdup_printf ("%s.%s", setting->group, setting->key);
  copy->fallback = one_line (setting->fallback);
  copy->unit = one_line (setting->unit);
  copy->summary = one_line (setting->summary);
  if (manifest->settings == NULL)
    manifest->settings = bty_record_list_new ();
  g_ptr_array_add (manifest->settings, copy);
}

void
bty_plugin_manifest_add_problem (BtyPluginManifest *manifest, const char *problem)
{
  g_autoptr (GStrvBuilder) problems = g_strv_builder_new ();
  g_autofree char *line = one_line (problem);

  if (manifest->problems != NULL)
    g_strv_builder_addv (problems, (const char **) manifest->problems);
  g_strv_builder_add (problems, line);
  g_strfreev (manifest->problems);
  manifest->problems = g_strv_builder_end (problems);
}

void
bty_plugin_manifest_set_descriptor (BtyPluginManifest *manifest, const BtyPluginDescriptor *descriptor)
{
  manifest->id = one_line (descriptor->id);
  manifest->summary = one_line (descriptor->summary);
  manifest->version = one_line (descriptor->version);
  manifest->licence = one_line (descriptor->licence);
  manifest->origin = one_line (descriptor->origin);
  manifest->abi = g_strdup_printf ("%u.%u", descriptor->abi_major, descriptor->abi_minor);
}
