/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bty-ctl-daemon.h"
#include "bty-ctl-json.h"
#include "bty-ctl-table.h"
#include "bty-ctl-terminal.h"
#include "bty-ctl.h"

#define GREETING_MS          10000
#define MAX_GREETINGS        3
#define PAUSE_AFTER_GREETING 50000 /* microseconds */

static gboolean
on_sigint (gpointer data)
{
  BtyCtl *ctl = data;

  ctl->was_interrupted = TRUE;
  if (ctl->on_interrupt != NULL)
    ctl->on_interrupt (ctl->interrupt_data);
  else
    g_cancellable_cancel (ctl->cancellable);
  return G_SOURCE_CONTINUE;
}

BtyCtl *
bty_ctl_new (GError **error)
{
  g_autoptr (BtyCtl) ctl = g_new0 (BtyCtl, 1);

  ctl->data_dir = bty_paths_data_dir (error);
  if (ctl->data_dir == NULL)
    return NULL;
  ctl->cancellable = g_cancellable_new ();
  g_unix_signal_add (SIGINT, on_sigint, ctl);
  return g_steal_pointer (&ctl);
}

void
bty_ctl_free (BtyCtl *ctl)
{
  GSource *source = g_main_context_find_source_by_user_data (NULL, ctl);

  if (source != NULL)
    g_source_destroy (source);
  bty_ctl_disconnect (ctl);
  g_clear_object (&ctl->cancellable);
  g_free (ctl->data_dir);
  g_free (ctl);
}

void
bty_ctl_set_interrupt (BtyCtl *ctl, void (*func) (gpointer data), gpointer data)
{
  ctl->on_interrupt = func;
  ctl->interrupt_data = data;
}

void
bty_ctl_disconnect (BtyCtl *ctl)
{
  g_clear_object (&ctl->client);
  g_clear_pointer (&ctl->status, bty_status_unref);
}

/* A patience that is over: the call is given up. */
typedef struct
{
  GCancellable *cancellable;
  guint source;
} Patience;

static gboolean
on_patience_over (gpointer data)
{
  Patience *patience = data;

  patience->source = 0;
  g_cancellable_cancel (patience->cancellable);
  return G_SOURCE_REMOVE;
}

static void
on_cancelled (GCancellable *cancellable, gpointer other)
{
  g_cancellable_cancel (other);
}

/* A daemon that listens but does not answer must not hold up a script for ever. */
static char *
ask_status (BtyCtl *ctl, GError **error)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) cause = NULL;
  Patience patience = { cancellable, 0 };
  gulong handler = g_cancellable_connect (ctl->cancellable, G_CALLBACK (on_cancelled), cancellable, NULL);
  char *answer;

  patience.source = g_timeout_add (GREETING_MS, on_patience_over, &patience);
  bty_ctl_progress_begin (_ ("waiting for the daemon"));
  answer = bty_ctl_client_call (ctl->client, "daemon.status", NULL, cancellable, &cause);
  bty_ctl_progress_end ();
  g_cancellable_disconnect (ctl->cancellable, handler);
  if (patience.source == 0 && answer == NULL)
    g_set_error (error, BTY_ERROR, BTY_ERROR_DEADLINE_EXCEEDED,
                 _ ("a daemon holds “%s” and has not answered for %d seconds"), ctl->data_dir, GREETING_MS / 1000);
  else if (answer == NULL)
    g_propagate_error (error, g_steal_pointer (&cause));
  if (patience.source != 0)
    g_source_remove (patience.source);
  return answer;
}

/* The first thing said on a connection: it shows that the daemon answers, and which one it is. */
static gboolean
greet (BtyCtl *ctl, const char *path, GError **error)
{
  g_autofree char *answer = NULL;

  ctl->client = bty_ctl_client_new (path);
  answer = ask_status (ctl, error);
  if (answer != NULL)
    ctl->status = bty_ctl_read_record (&bty_status_schema, answer, error);
  if (ctl->status == NULL)
    {
      bty_ctl_disconnect (ctl);
      return FALSE;
    }
  if (ctl->status->version != NULL && strcmp (ctl->status->version, BTY_VERSION) != 0)
    bty_ctl_note (
      _ ("the daemon is version %s and this program is %s: boternity-ctl restart starts the one that belongs to it"),
      ctl->status->version, BTY_VERSION);
  return TRUE;
}

/* A daemon that is just being killed may still take the connection, and never answers: then it is looked for again. */
gboolean
bty_ctl_find (BtyCtl *ctl, GError **error)
{
  for (guint tries = 1; ctl->client == NULL; tries++)
    {
      g_autofree char *path = bty_ctl_daemon_find (ctl->data_dir);
      g_autoptr (GError) cause = NULL;

      if (path == NULL)
        return FALSE;
      if (greet (ctl, path, &cause))
        break;
      if (tries == MAX_GREETINGS || !g_error_matches (cause, BTY_ERROR, BTY_ERROR_UNAVAILABLE))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
      g_usleep (PAUSE_AFTER_GREETING);
    }
  return TRUE;
}

gboolean
bty_ctl_connect (BtyCtl *ctl, GError **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) cause = NULL;

  if (bty_ctl_find (ctl, &cause))
    return TRUE;
  if (cause != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  path = bty_ctl_daemon_start (ctl->data_dir, ctl->cancellable, error);
  return path != NULL && greet (ctl, path, error);
}

static char *
call (BtyCtl *ctl, const char *operation, GBytes *request, GError **error)
{
  char *answer;

  if (!bty_ctl_connect (ctl, error))
    return NULL;
  bty_ctl_progress_begin (_ ("waiting for the daemon"));
  answer = bty_ctl_client_call (ctl->client, operation, request, ctl->cancellable, error);
  bty_ctl_progress_end ();
  return answer;
}

char *
bty_ctl_call (BtyCtl *ctl, const char *operation, GBytes *request, GError **error)
{
  char *answer = call (ctl, operation, request, error);

  g_clear_pointer (&request, g_bytes_unref);
  return answer;
}

/* What the daemon makes up has no id, such as the built-in provider. */
static char *
with_id (const char *json)
{
  g_autofree char *id = bty_ctl_json_get (json, "id");

  return id != NULL ? g_strdup (json)
                    : g_strconcat (strcmp (json, "{}") == 0 ? "{\"id\":\"\"" : "{\"id\":\"\",", json + 1, NULL);
}

gpointer
bty_ctl_read_record (const BtySchema *schema, const char *json, GError **error)
{
  g_autofree char *completed = bty_schema_is_stored (schema) && *json == '{' ? with_id (json) : g_strdup (json);
  g_autoptr (GError) cause = NULL;
  gpointer record = bty_record_from_store (schema, completed, -1, &cause);

  if (record == NULL)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INTERNAL, _ ("the daemon's answer is not understood: %s"), cause->message);
  return record;
}

gpointer
bty_ctl_call_record (BtyCtl *ctl, const char *operation, GBytes *request, const BtySchema *schema, GError **error)
{
  g_autofree char *answer = bty_ctl_call (ctl, operation, request, error);

  return answer != NULL ? bty_ctl_read_record (schema, answer, error) : NULL;
}

/* The request of the next page: the same with a cursor. */
static GBytes *
with_cursor (GBytes *request, const char *cursor)
{
  const char *text = request != NULL ? g_bytes_get_data (request, NULL) : "{}";
  gsize length = request != NULL ? g_bytes_get_size (request) : 2;
  g_autofree char *quoted = bty_ctl_json_quote (cursor);
  g_autofree char *rest = g_strndup (text + 1, length - 1);
  char *whole = g_strdup_printf ("{\"cursor\":%s%s%s", quoted, *rest == '}' ? "" : ",", rest);

  return g_bytes_new_take (whole, strlen (whole));
}

/* Appends the items of one page. Returns: (transfer full) (nullable): the cursor of the next */
static char *
take_page (const char *answer, GPtrArray *items)
{
  g_autofree char *array = bty_ctl_json_get (answer, "items");
  g_autoptr (GPtrArray) values = bty_ctl_json_get_values (array != NULL ? array : "[]");

  g_ptr_array_extend_and_steal (items, g_steal_pointer (&values));
  return bty_ctl_json_get_string (answer, "next_cursor");
}

GPtrArray *
bty_ctl_call_list (BtyCtl *ctl, const char *operation, GBytes *request, guint most, GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GBytes) first = request;
  g_autofree char *cursor = NULL;

  do
    {
      g_autoptr (GBytes) page = cursor != NULL ? with_cursor (first, cursor) : NULL;
      g_autofree char *answer = call (ctl, operation, page != NULL ? page : first, error);

      if (answer == NULL)
        return NULL;
      g_free (cursor);
      cursor = take_page (answer, items);
    }
  while (cursor != NULL && (most == 0 || items->len < most));
  if (most > 0 && items->len > most)
    g_ptr_array_set_size (items, (int) most);
  return g_steal_pointer (&items);
}

static GPtrArray *
read_records (GPtrArray *items, const BtySchema *schema, GError **error)
{
  g_autoptr (GPtrArray) records = bty_record_list_new ();

  for (guint i = 0; i < items->len; i++)
    {
      gpointer record = bty_ctl_read_record (schema, items->pdata[i], error);

      if (record == NULL)
        return NULL;
      g_ptr_array_add (records, record);
    }
  return g_steal_pointer (&records);
}

GPtrArray *
bty_ctl_call_records (BtyCtl *ctl, const char *operation, GBytes *request, const BtySchema *schema, guint most,
                      GError **error)
{
  g_autoptr (GPtrArray) items = bty_ctl_call_list (ctl, operation, request, most, error);

  return items != NULL ? read_records (items, schema, error) : NULL;
}

void
bty_ctl_print_json (const char *json)
{
  g_autofree char *indented = bty_ctl_terminal_is (STDOUT_FILENO) ? bty_ctl_json_indent (json) : NULL;
  const char *text = indented != NULL ? indented : json;

  bty_ctl_terminal_write (STDOUT_FILENO, text, strlen (text));
  putchar ('\n');
}

gboolean
bty_ctl_show (BtyCtl *ctl, const char *operation, GBytes *request, const BtySchema *schema, GError **error)
{
  g_autofree char *answer = bty_ctl_call (ctl, operation, request, error);
  g_autoptr (BtyRecord) record = NULL;

  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    {
      bty_ctl_print_json (answer);
      return TRUE;
    }
  record = bty_ctl_read_record (schema, answer, error);
  if (record == NULL)
    return FALSE;
  bty_ctl_record_print (record);
  return TRUE;
}

static void
print_items (GPtrArray *items)
{
  g_autoptr (GString) text = g_string_new ("{\"items\":[");

  for (guint i = 0; i < items->len; i++)
    {
      g_string_append (text, i > 0 ? "," : "");
      g_string_append (text, items->pdata[i]);
    }
  g_string_append (text, "]}");
  bty_ctl_print_json (text->str);
}

gboolean
bty_ctl_show_list (BtyCtl *ctl, const char *operation, GBytes *request, const BtySchema *schema,
                   const char *const *columns, guint most, const char *nothing, GError **error)
{
  g_autoptr (GPtrArray) items = bty_ctl_call_list (ctl, operation, request, most, error);
  g_autoptr (GPtrArray) records = NULL;

  if (items == NULL)
    return FALSE;
  if (ctl->json)
    {
      print_items (items);
      return TRUE;
    }
  records = read_records (items, schema, error);
  if (records == NULL)
    return FALSE;
  if (records->len == 0)
    bty_ctl_note ("%s", nothing);
  else
    bty_ctl_table_print (records, columns);
  return TRUE;
}

/* The same document that the daemon gives over HTTP, so that a script reads one form. */
static void
print_problem (const BtyErrorInfo *info, const char *message)
{
  g_autoptr (GString) text = g_string_new (NULL);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, text);
  bty_json_writer_begin_object (&writer);
  bty_json_writer_member_string (&writer, "title", info->title);
  bty_json_writer_member_int (&writer, "status", info->http_status);
  bty_json_writer_member_string (&writer, "detail", message);
  bty_json_writer_member_string (&writer, "code", info->name);
  bty_json_writer_end_object (&writer);
  fprintf (stderr, "%s\n", text->str);
}

void
bty_ctl_print_error (gboolean json, const GError *error)
{
  g_autofree char *clean = bty_ctl_terminal_clean (error->message, -1);

  bty_ctl_progress_end ();
  fflush (stdout);
  if (json)
    print_problem (bty_error_info (bty_error_code_of (error)), error->message);
  else
    fprintf (stderr, "%sboternity-ctl:%s %s\n", bty_ctl_terminal_style (STDERR_FILENO, BTY_CTL_RED),
             bty_ctl_terminal_style (STDERR_FILENO, BTY_CTL_PLAIN), clean);
}
