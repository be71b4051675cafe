/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-builtin"

#include "config.h"

#include "builtin-search.h"

#define LIMIT      50
#define TIMEOUT_MS 3000

typedef enum
{
  STATE_SESSION, /* whose session is it? */
  STATE_SEARCH,  /* what was said to that bot? */
} State;

typedef struct
{
  State state;
  char *session;
  char *words;
  BtyPrincipal *principal;
  BtyCallReader *reader;
  GPtrArray *found;
  gulong link;
} Search;

static void advance (GTask *task);

static void
search_free (Search *search)
{
  g_free (search->session);
  g_free (search->words);
  g_clear_pointer (&search->principal, bty_principal_unref);
  g_clear_pointer (&search->reader, bty_call_reader_free);
  g_clear_pointer (&search->found, g_ptr_array_unref);
  g_free (search);
}

/* Takes the task's last reference. */
static void
end (GTask *own, const GError *error)
{
  g_autoptr (GTask) task = own;
  Search *search = g_task_get_task_data (task);

  g_clear_signal_handler (&search->link, g_task_get_cancellable (task));
  g_clear_pointer (&search->reader, bty_call_reader_free); /* it must not wake us again */
  if (error != NULL)
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_pointer (task, g_steal_pointer (&search->found), (GDestroyNotify) g_ptr_array_unref);
}

static void
on_wake (BtyCallReader *reader, gpointer data)
{
  advance (data);
}

static void
start (GTask *task, const char *operation, const char *const *members)
{
  Search *search = g_task_get_task_data (task);
  g_autoptr (GString) json = g_string_new (NULL);
  g_autoptr (GBytes) input = NULL;
  g_autoptr (BtyCall) call = NULL;
  BtyJsonWriter writer;
  BtyCallSpec spec = { .operation = operation,
                       .principal = search->principal,
                       .decode = bty_decode_json,
                       .timeout_ms = TIMEOUT_MS,
                       .door = "builtin" };

  bty_json_writer_init (&writer, json);
  bty_json_writer_begin_object (&writer);
  for (guint i = 0; members[i] != NULL; i += 2)
    {
      bty_json_writer_key (&writer, members[i]);
      bty_json_writer_string (&writer, members[i + 1]);
    }
  if (search->state == STATE_SEARCH)
    {
      bty_json_writer_key (&writer, "limit");
      bty_json_writer_int (&writer, LIMIT);
    }
  bty_json_writer_end_object (&writer);
  input = g_bytes_new (json->str, json->len);
  spec.input = input;
  call = bty_host_start_call (BTY_HOST (g_task_get_source_object (task)), &spec);
  g_clear_pointer (&search->reader, bty_call_reader_free);
  search->reader = bty_call_reader_new (call, 0, on_wake, task);
  advance (task);
}

static void
go_on (GTask *task, BtyCall *call)
{
  Search *search = g_task_get_task_data (task);
  const BtySession *session = bty_call_response (call);

  if (bty_call_error (call) != NULL)
    {
      end (task, bty_call_error (call));
      return;
    }
  if (search->state == STATE_SEARCH || session == NULL)
    {
      end (task, NULL);
      return;
    }
  search->state = STATE_SEARCH;
  start (task, "message.search", (const char *const[]){ "words", search->words, "slug", session->slug, NULL });
}

static void
advance (GTask *task)
{
  Search *search = g_task_get_task_data (task);
  BtyItem item;
  BtyReadResult result = bty_call_reader_next (search->reader, &item);
  g_autoptr (BtyCall) call = NULL;

  while (result == BTY_READ_ITEM)
    {
      if (item.record != NULL)
        g_ptr_array_add (search->found, bty_record_ref (item.record));
      result = bty_call_reader_next (search->reader, &item);
    }
  if (result != BTY_READ_END)
    return;
  call = bty_call_ref (bty_call_reader_call (search->reader));
  go_on (task, call);
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  Search *search = g_task_get_task_data (data);

  if (search->reader != NULL)
    bty_call_cancel (bty_call_reader_call (search->reader));
}

void
builtin_search_async (BtyHost *host, const char *session, const char *words, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (host, cancellable, callback, data);
  Search *search = g_new0 (Search, 1);

  g_task_set_source_tag (task, builtin_search_async);
  g_task_set_task_data (task, search, (GDestroyNotify) search_free);
  search->session = g_strdup (session);
  search->words = g_strdup (words);
  search->found = bty_record_list_new ();
  search->principal = bty_principal_new (BTY_PRINCIPAL_BOT, "builtin", (const char *const[]){ "sessions:read", NULL });
  if (cancellable != NULL)
    search->link = g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_cancelled), task);
  start (task, "session.get", (const char *const[]){ "id", session, NULL });
}

GPtrArray *
builtin_search_finish (BtyHost *host, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, host), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
