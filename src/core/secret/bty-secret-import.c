/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-secret"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "secret/bty-secret-dotenv.h"
#include "secret/bty-secret-import.h"
#include "secret/bty-secret-service-private.h"

/* One import at work. */
typedef struct
{
  BtyCall *call;
  GPtrArray *variables; /* BtySecretVariable */
  guint next;
  GStrvBuilder *names;
  BtySecretImported *answer;
} Import;

static void keep_next (Import *import);

static void
skip (Import *import, const BtySecretVariable *variable, const char *reason)
{
  BtySecretSkipped *skipped = bty_secret_skipped_new ();

  skipped->name = g_strdup (variable->name);
  skipped->line = variable->line;
  skipped->reason = g_strdup (reason);
  g_ptr_array_add (import->answer->skipped, skipped);
}

static void
end (Import *import)
{
  import->answer->names = g_strv_builder_end (import->names);
  bty_call_return (import->call, import->answer);
  g_strv_builder_unref (import->names);
  bty_secret_imported_unref (import->answer);
  g_ptr_array_unref (import->variables);
  bty_call_unref (import->call);
  g_free (import);
}

static void
on_kept (GObject *service, GAsyncResult *result, gpointer data)
{
  Import *import = data;
  const BtySecretVariable *variable = import->variables->pdata[import->next - 1];
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySecretEntry) entry = bty_secret_service_change_finish (BTY_SECRET_SERVICE (service), result, &error);

  if (entry != NULL)
    {
      g_strv_builder_add (import->names, entry->name);
      bty_record_take_string (&import->answer->store, g_strdup (entry->store));
    }
  else
    skip (import, variable, error->message);
  keep_next (import);
}

static void
keep (Import *import, const BtySecretVariable *variable)
{
  const BtySecretImport *request = bty_call_request (import->call);
  g_autoptr (BtySecretEntry) entry = bty_secret_entry_new ();

  entry->name = g_strdup (variable->name);
  entry->value = bty_secret_ref (variable->value);
  entry->store = g_strdup (request->store);
  entry->bots = g_strdupv (request->bots);
  entry->hosts = g_strdupv (request->hosts);
  bty_secret_service_set_async (bty_call_service (import->call), entry, NULL, on_kept, import);
}

/* A name that comes twice: the last line counts, as it does for a shell. */
static gboolean
comes_again (const Import *import, guint index)
{
  const BtySecretVariable *variable = import->variables->pdata[index];

  for (guint i = index + 1; i < import->variables->len; i++)
    if (g_strcmp0 (((const BtySecretVariable *) import->variables->pdata[i])->name, variable->name) == 0)
      return TRUE;
  return FALSE;
}

static void
keep_next (Import *import)
{
  BtySecretService *service = bty_call_service (import->call);
  const BtySecretImport *request = bty_call_request (import->call);

  while (import->next < import->variables->len)
    {
      const BtySecretVariable *variable = import->variables->pdata[import->next];

      import->next += 1;
      if (comes_again (import, import->next - 1))
        skip (import, variable, _ ("the name comes again further down, which counts"));
      else if (!request->replace && g_hash_table_contains (service->entries, variable->name))
        skip (import, variable, _ ("there is one with this name already: --replace gives it the new value"));
      else
        {
          keep (import, variable);
          return;
        }
    }
  end (import);
}

/* A line that cannot be read may be half of another: then nothing is kept. */
static gboolean
check_lines (GPtrArray *variables, GError **error)
{
  for (guint i = 0; i < variables->len; i++)
    {
      const BtySecretVariable *variable = variables->pdata[i];

      if (variable->value != NULL)
        continue;
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("line %u: %s; nothing was imported"),
                   variable->line, variable->fault);
      return FALSE;
    }
  return TRUE;
}

static void
on_loaded (GObject *service, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  const BtySecretImport *request = bty_call_request (call);
  g_autoptr (GPtrArray) variables = bty_secret_dotenv_read (bty_secret_peek (request->text),
                                                            bty_secret_get_length (request->text));
  g_autoptr (GError) error = NULL;
  Import *import;

  if (!bty_secret_service_load_finish (BTY_SECRET_SERVICE (service), result, &error) ||
      !check_lines (variables, &error))
    {
      bty_call_fail (call, error);
      return;
    }
  import = g_new0 (Import, 1);
  import->call = g_steal_pointer (&call);
  import->variables = g_steal_pointer (&variables);
  import->names = g_strv_builder_new ();
  import->answer = bty_secret_imported_new ();
  import->answer->skipped = bty_record_list_new ();
  keep_next (import);
}

void
bty_secret_import_run (BtyCall *call)
{
  bty_secret_service_load_async (bty_call_service (call), on_loaded, bty_call_ref (call));
}
