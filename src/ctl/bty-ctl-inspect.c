/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include "bty-ctl-inspect.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "bty-ctl-terminal.h"

#define DEFAULT_TIMEOUT 5000
#define MAX_TIMEOUT     120000

const BtyCtlOption bty_ctl_inspect_options[] = {
  { "timeout", 0, N_ ("MS"), N_ ("how long it may take, in milliseconds; 5000 without"), BTY_CTL_NOTHING }, { NULL }
};

/* Returns: (transfer full) (nullable): what the scanner says, as JSON */
static GBytes *
run_scanner (const char *path, gint64 timeout, GCancellable *cancellable, GError **error)
{
  g_autofree char *program = bty_paths_plugin_scanner ();
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *limit = g_strdup_printf ("%" G_GINT64_FORMAT, timeout);
  g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, error, program, "--timeout",
                                                      limit, absolute, NULL);
  GBytes *answer = NULL;

  if (process == NULL)
    g_prefix_error (error, _ ("“%s” cannot be run; reinstall the program: "), program);
  if (process == NULL || !g_subprocess_communicate (process, NULL, cancellable, &answer, NULL, error))
    {
      bty_error_convert (error);
      return NULL;
    }
  return answer;
}

static void
print_line (const char *title, const char *text)
{
  g_autofree char *clean = text != NULL ? bty_ctl_terminal_clean (text, -1) : NULL;

  if (clean != NULL && *clean != '\0')
    printf ("  %-12s %s\n", title, clean);
}

static void
print_words (const char *title, GStrv words)
{
  if (words == NULL || words[0] == NULL)
    return;
  printf ("\n%s\n", title);
  for (guint i = 0; words[i] != NULL; i++)
    print_line ("", words[i]);
}

static void
print_operations (GPtrArray *operations)
{
  if (operations == NULL || operations->len == 0)
    return;
  printf ("\n%s\n", _ ("Operations:"));
  for (guint i = 0; i < operations->len; i++)
    {
      const BtyPluginOperation *operation = operations->pdata[i];
      const char *gives = operation->item != NULL ? operation->item : operation->response;
      g_autofree char *shape = g_strdup_printf (_ ("takes %s, gives %s"),
                                                operation->request != NULL ? operation->request : _ ("nothing"),
                                                gives != NULL ? gives : _ ("nothing"));

      print_line (operation->name, operation->summary);
      print_line ("", operation->http);
      print_line ("", shape);
      print_line ("", operation->scope);
    }
}

static void
print_settings (GPtrArray *settings)
{
  if (settings == NULL || settings->len == 0)
    return;
  printf ("\n%s\n", _ ("Settings:"));
  for (guint i = 0; i < settings->len; i++)
    {
      const BtyPluginSetting *setting = settings->pdata[i];
      g_autofree char *text = g_strdup_printf ("%s (%s%s%s)", setting->summary != NULL ? setting->summary : "",
                                               setting->fallback != NULL ? setting->fallback : "",
                                               setting->unit != NULL ? " " : "",
                                               setting->unit != NULL ? setting->unit : "");

      print_line (setting->name, text);
    }
}

static void
print_manifest (const char *path, const BtyPluginManifest *manifest)
{
  printf ("%s\n", _ ("Plugin:"));
  print_line (_ ("Id"), manifest->id);
  print_line (_ ("Summary"), manifest->summary);
  print_line (_ ("Version"), manifest->version);
  print_line (_ ("Licence"), manifest->licence);
  print_line (_ ("Origin"), manifest->origin);
  print_line (_ ("Interface"), manifest->abi);
  print_line (_ ("File"), path);
  print_words (_ ("Features:"), manifest->features);
  print_operations (manifest->operations);
  print_settings (manifest->settings);
  print_words (_ ("Records:"), manifest->records);
  print_words (_ ("Not taken:"), manifest->problems);
}

gboolean
bty_ctl_inspect_run (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *path = bty_ctl_args_word (args, 0);
  gint64 timeout = DEFAULT_TIMEOUT;
  g_autoptr (GBytes) answer = NULL;
  g_autoptr (BtyPluginManifest) manifest = NULL;
  gsize length;
  const char *text;

  if (!bty_ctl_args_get_int (args, "timeout", 1, MAX_TIMEOUT, &timeout, error))
    return FALSE;
  answer = run_scanner (path, timeout, ctl->cancellable, error);
  if (answer == NULL)
    return FALSE;
  text = g_bytes_get_data (answer, &length);
  manifest = bty_plugin_manifest_read (text, length, error);
  if (manifest == NULL)
    return FALSE;
  if (ctl->json)
    {
      g_autofree char *json = bty_record_to_json (manifest, BTY_VIEW_READ);

      bty_ctl_print_json (json);
      return TRUE;
    }
  if (manifest->outcome == BTY_PLUGIN_FINE)
    {
      print_manifest (path, manifest);
      return TRUE;
    }
  g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, manifest->remedy != NULL ? "%s: %s; %s" : "%s: %s",
               path, manifest->reason != NULL ? manifest->reason : _ ("no reason was given"), manifest->remedy);
  return FALSE;
}
