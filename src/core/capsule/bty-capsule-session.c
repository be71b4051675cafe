/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A conversation as text: Markdown for people, or JSON lines for programs. */
#define G_LOG_DOMAIN "bty-capsule"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "capsule/bty-capsule-service-private.h"

#define PAGE 200

typedef struct
{
  BtyCall *call;
  BtySession *session;
} Export;

static void
export_free (Export *export)
{
  bty_call_unref (export->call);
  g_clear_pointer (&export->session, bty_session_unref);
  g_free (export);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Export, export_free)

static gboolean
is_jsonl (const Export *export)
{
  const BtySessionExport *request = bty_call_request (export->call);

  return request->format == BTY_SESSION_JSONL;
}

static void
emit_json (const Export *export, gconstpointer record)
{
  g_autoptr (GString) out = g_string_new (NULL);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, out);
  bty_record_write_json (record, BTY_VIEW_READ, &writer);
  g_string_append_c (out, '\n');
  bty_call_emit_text (export->call, out->str, out->len);
}

static void
append_time (GString *out, gint64 microseconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (microseconds / G_USEC_PER_SEC);
  g_autofree char *text = time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M UTC") : NULL;

  g_string_append (out, text != NULL ? text : "");
}

static void
emit_head (const Export *export)
{
  const BtySession *session = export->session;
  g_autoptr (GString) out = NULL;

  if (is_jsonl (export))
    {
      emit_json (export, session);
      return;
    }
  out = g_string_new (NULL);
  g_string_append_printf (out, "# %s\n\n- bot: %s\n- session: %s\n- ",
                          session->title != NULL ? session->title : session->slug, session->slug, session->record.id);
  append_time (out, session->record.created_at);
  g_string_append (out, "\n");
  bty_call_emit_text (export->call, out->str, out->len);
}

static void
emit_message (const Export *export, const BtyMessage *message)
{
  g_autoptr (GString) out = NULL;

  if (is_jsonl (export))
    {
      emit_json (export, message);
      return;
    }
  out = g_string_new ("\n## ");
  g_string_append (out, bty_enum_nick (bty_roles, (int) message->role));
  g_string_append (out, ", ");
  append_time (out, message->record.created_at);
  if (message->model != NULL)
    g_string_append_printf (out, ", %s", message->model);
  g_string_append_printf (out, "\n\n%s\n", message->text);
  bty_call_emit_text (export->call, out->str, out->len);
}

static void read_page (Export *export, const char *cursor);

static void
on_page (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Export) export = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);

  if (page == NULL)
    {
      bty_call_fail (export->call, error);
      return;
    }
  for (guint i = 0; i < page->items->len; i++)
    emit_message (export, g_ptr_array_index (page->items, i));
  if (page->next_cursor != NULL)
    read_page (g_steal_pointer (&export), page->next_cursor);
  else
    bty_call_return (export->call, export->session);
}

static void
read_page (Export *export, const char *cursor)
{
  BtyCapsuleService *self = bty_call_service (export->call);
  g_autoptr (BtyQuery) query = bty_query_new (&bty_message_schema);

  bty_query_where (query, "session", BTY_MATCH_EQUAL, export->session->record.id);
  bty_query_limit (query, PAGE);
  bty_query_after (query, cursor);
  bty_store_query_async (self->store, query, bty_call_cancellable (export->call), on_page, export);
}

static void
on_session (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Export) export = data;
  const BtySessionExport *request = bty_call_request (export->call);
  g_autoptr (GError) error = NULL;

  export->session = bty_store_get_finish (BTY_STORE (source), result, &error);
  if (export->session != NULL)
    {
      emit_head (export);
      read_page (g_steal_pointer (&export), NULL);
    }
  else if (g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    bty_call_fail_new (export->call, BTY_ERROR_NOT_FOUND,
                       _ ("there is no session %s: “boternity-ctl session list” shows them all"), request->id);
  else
    bty_call_fail (export->call, error);
}

void
bty_capsule_export_session (BtyCall *call)
{
  BtyCapsuleService *self = bty_call_service (call);
  const BtySessionExport *request = bty_call_request (call);
  Export *export = g_new0 (Export, 1);

  export->call = bty_call_ref (call);
  bty_store_get_async (self->store, &bty_session_schema, "id", request->id, bty_call_cancellable (call), on_session,
                       export);
}
