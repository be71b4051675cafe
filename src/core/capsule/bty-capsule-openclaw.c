/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A workspace of OpenClaw: SOUL.md and USER.md are as ours; IDENTITY.md is a list that becomes front matter; MEMORY.md and memory/ are kept. */
#define G_LOG_DOMAIN "bty-capsule"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bot/bty-bot-files.h"
#include "capsule/bty-capsule-service-private.h"
#include "soul/bty-soul-files.h"

/* Members of its list, and the key of our front matter that says the same. */
static const struct
{
  const char *member;
  const char *key;
} members[] = {
  { "name", "name" },    { "creature", "description" }, { "description", "description" },
  { "vibe", "voice" },   { "voice", "voice" },          { "avatar", "avatar" },
  { "emoji", "avatar" },
};

static const struct
{
  const char *name;
  const char *why;
} others[] = {
  { "AGENTS.md", N_ ("instructions for OpenClaw itself") },
  { "TOOLS.md", N_ ("notes on OpenClaw's tools") },
  { "HEARTBEAT.md", N_ ("a task list of OpenClaw") },
  { "BOOTSTRAP.md", N_ ("OpenClaw's first run") },
};

typedef struct
{
  BtyBot *bot;
  BtyBotFounding *founding;
  GPtrArray *left_out;
  GHashTable *names;
} Workspace;

static void
workspace_clear (Workspace *self)
{
  g_clear_pointer (&self->bot, bty_bot_unref);
  g_clear_pointer (&self->founding, bty_bot_founding_free);
  g_clear_pointer (&self->left_out, g_ptr_array_unref);
  g_clear_pointer (&self->names, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Workspace, workspace_clear)

/* The list: `- **Name:** Clawd` */

/* Returns: (transfer full) (nullable): the value of a line of the list; @member: (out) (transfer full): in lower case */
static char *
read_member (const char *line, char **member)
{
  const char *begin = line + strspn (line, " \t-*_");
  const char *colon = strchr (begin, ':');
  g_autofree char *value = NULL;
  gsize length;

  if (colon == NULL || begin == line || colon == begin || colon - begin > 40)
    return NULL;
  value = g_strdup (colon + 1 + strspn (colon + 1, " \t*_"));
  g_strchomp (value);
  length = strlen (value);
  /* What a person has not filled in yet stands in brackets. */
  if (length == 0 || length > 600 || *value == '(')
    return NULL;
  *member = g_ascii_strdown (begin, colon - begin);
  g_strdelimit (*member, "*_", ' ');
  g_strstrip (*member);
  return g_steal_pointer (&value);
}

static GHashTable *
read_list (const char *text)
{
  GHashTable *values = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 500);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *member = NULL;
      g_autofree char *value = read_member (lines[i], &member);

      for (guint m = 0; value != NULL && m < G_N_ELEMENTS (members); m++)
        if (strcmp (member, members[m].member) == 0 && !g_hash_table_contains (values, members[m].key))
          {
            g_hash_table_insert (values, (gpointer) members[m].key, g_steal_pointer (&value));
            break;
          }
    }
  return values;
}

static gboolean
is_name (const char *name)
{
  return name != NULL && *name != '\0' && g_utf8_strlen (name, -1) <= 200;
}

/* Our IDENTITY.md: what the list says as front matter, then the text as it was. A JSON string is a YAML string. */
static char *
write_identity (GHashTable *values, const char *text)
{
  static const char *const keys[] = { "name", "description", "voice", "avatar" };
  g_autoptr (GString) out = g_string_new ("---\n");

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const char *value = g_hash_table_lookup (values, keys[i]);
      BtyJsonWriter writer;

      if (value == NULL)
        continue;
      g_string_append_printf (out, "%s: ", keys[i]);
      bty_json_writer_init (&writer, out);
      bty_json_writer_string (&writer, value);
      g_string_append_c (out, '\n');
    }
  g_string_append (out, "---\n\n");
  g_string_append (out, text);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
take_identity (Workspace *self, const char *wanted, const char *text)
{
  g_autoptr (GHashTable) values = read_list (text != NULL ? text : "");
  const char *found = wanted != NULL ? wanted : g_hash_table_lookup (values, "name");
  const char *description = g_hash_table_lookup (values, "description");

  if (is_name (found))
    {
      self->bot->name = g_strdup (found);
      g_hash_table_insert (values, (gpointer) "name", g_strdup (found));
    }
  self->bot->description = g_strdup (description);
  /* Front matter that stands there already is left as it is. */
  if (text != NULL)
    self->founding->texts.text[BTY_SOUL_IDENTITY] = g_str_has_prefix (text, "---\n") ? g_strdup (text)
                                                                                     : write_identity (values, text);
}

/* The files */

static gboolean
is_inside (const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, "/", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] == '\0' || strcmp (parts[i], ".") == 0 || strcmp (parts[i], "..") == 0 ||
        strchr (parts[i], '\\') != NULL)
      return FALSE;
  return parts[0] != NULL;
}

static const char *
why_not (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (strcmp (name, others[i].name) == 0)
      return _ (others[i].why);
  return _ ("it is none of the files that are taken");
}

static gboolean
take_file (Workspace *self, BtyImportFile *file, gint64 max, const char **identity, GError **error)
{
  const BtyEnumValue *soul = bty_enum_find (bty_soul_files, file->name, -1);
  g_autofree char *problem = NULL;

  if (!is_inside (file->name) || !g_hash_table_add (self->names, file->name))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                   _ ("/files: “%s” is no path inside the folder, or there twice"), file->name);
      return FALSE;
    }
  if (soul == NULL)
    {
      if (bty_bot_files_may (file->name))
        g_ptr_array_add (self->founding->files, bty_record_ref (file));
      else
        g_ptr_array_add (self->left_out, g_strdup_printf ("%s: %s", file->name, why_not (file->name)));
      return TRUE;
    }
  problem = bty_soul_text_check (file->name, file->text, strlen (file->text), max);
  if (problem != NULL)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, "/files: %s", problem);
      return FALSE;
    }
  if (soul->value == BTY_SOUL_IDENTITY)
    *identity = file->text;
  else
    self->founding->texts.text[soul->value] = g_strdup (file->text);
  return TRUE;
}

static gboolean
read_workspace (Workspace *self, const BtyOpenclawImport *request, gint64 max, GError **error)
{
  const char *identity = NULL;

  self->bot = bty_bot_new ();
  self->left_out = g_ptr_array_new_with_free_func (g_free);
  self->names = g_hash_table_new (g_str_hash, g_str_equal);
  self->founding = bty_bot_founding_new ();
  self->founding->files = bty_record_list_new ();
  self->founding->cause = BTY_SOUL_IMPORTED;
  self->founding->author_kind = BTY_AUTHOR_IMPORT;
  bty_record_take_string (&self->founding->author, g_strdup ("openclaw"));
  for (guint i = 0; i < request->files->len; i++)
    if (!take_file (self, g_ptr_array_index (request->files, i), max, &identity, error))
      return FALSE;
  if (self->founding->texts.text[BTY_SOUL_SOUL] == NULL)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                           _ ("/files: there is no SOUL.md among them: this is no workspace of OpenClaw"));
      return FALSE;
    }
  take_identity (self, request->name, identity);
  if (self->bot->name != NULL)
    return TRUE;
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                       _ ("/name: its IDENTITY.md says no name: give one"));
  return FALSE;
}

static BtyCapsuleReport *
report_of (const Workspace *self)
{
  BtyCapsuleReport *report = bty_capsule_report_new ();
  g_autoptr (GPtrArray) files = g_ptr_array_new ();

  for (guint i = 0; i < self->founding->files->len; i++)
    g_ptr_array_add (files, ((BtyImportFile *) g_ptr_array_index (self->founding->files, i))->name);
  g_ptr_array_add (files, NULL);
  g_ptr_array_add (self->left_out, NULL);
  report->program = g_strdup ("OpenClaw");
  report->versions = 1;
  report->files = g_strdupv ((GStrv) files->pdata);
  report->left_out = g_strdupv ((GStrv) self->left_out->pdata);
  return report;
}

void
bty_capsule_import_openclaw (BtyCall *call)
{
  BtyCapsuleService *self = bty_call_service (call);
  const BtyOpenclawImport *request = bty_call_request (call);
  g_auto (Workspace) workspace = { 0 };
  g_autoptr (GError) error = NULL;
  BtyCapsuleReport *report;

  if (!read_workspace (&workspace, request, bty_settings_get_int (self->settings, "soul", "max_file"), &error))
    {
      bty_call_fail (call, error);
      return;
    }
  report = report_of (&workspace);
  bty_capsule_make (call, g_steal_pointer (&workspace.bot), g_steal_pointer (&workspace.founding), report,
                    request->dry_run);
}
