/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-chat"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-listing.h"
#include "chat/bty-chat-service.h"

static BtyChatParts *
parts_of (BtyCall *call)
{
  return bty_chat_service_get_parts (bty_call_service (call));
}

/* A listing that waits for the bot whose records it is about. */
typedef struct
{
  BtyCall *call;
  BtyQuery *query;
  const char *cursor; /* the request's */
  gint64 limit;
} Listing;

static void
on_bot_to_list (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Listing *listing = data;
  g_autoptr (BtyCall) call = listing->call;
  g_autoptr (BtyQuery) query = listing->query;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyBot) bot = bty_bot_service_get_finish (BTY_BOT_SERVICE (source), result, &error);

  if (bot == NULL)
    {
      bty_call_fail (call, error);
      return;
    }
  bty_query_where (query, "bot", BTY_MATCH_EQUAL, bot->record.id);
  bty_listing_answer (call, parts_of (call)->store, query, listing->cursor, listing->limit);
}

/* What was said to a deleted bot is not shown while it waits to be restored or forgotten. */
static gboolean
is_of_live_bot (gconstpointer record, GObject *bots)
{
  const BtySession *session = record;

  return !bty_bot_service_is_deleted (BTY_BOT_SERVICE (bots), session->bot);
}

/* By the bot, not by its slug: a deleted bot's words are not those of a new bot of that name. @slug: (nullable): of all bots */
static void
list_of_bot (BtyCall *call, BtyQuery *query, const char *slug, const char *cursor, gint64 limit)
{
  Listing *listing;

  if (slug == NULL)
    {
      bty_listing_answer (call, parts_of (call)->store, query, cursor, limit);
      return;
    }
  listing = g_new0 (Listing, 1);
  listing->call = bty_call_ref (call);
  listing->query = bty_query_ref (query);
  listing->cursor = cursor;
  listing->limit = limit;
  bty_bot_service_get_async (parts_of (call)->bots, slug, bty_call_cancellable (call), on_bot_to_list, listing);
}

static void
session_list (BtyCall *call)
{
  const BtySessionList *request = bty_call_request (call);
  g_autoptr (BtyQuery) query = bty_query_new (&bty_session_schema);

  bty_query_order (query, "active_at", TRUE);
  if (request->slug == NULL)
    bty_listing_answer_some (call, parts_of (call)->store, query, request->cursor, request->limit, is_of_live_bot,
                             G_OBJECT (parts_of (call)->bots));
  else
    list_of_bot (call, query, request->slug, request->cursor, request->limit);
}

static BtySession *
finish_session (GObject *source, GAsyncResult *result, BtyCall *call)
{
  const BtySession *request = bty_call_request (call);
  g_autoptr (GError) error = NULL;
  BtySession *session = bty_store_get_finish (BTY_STORE (source), result, &error);

  if (g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    bty_call_fail_new (call, BTY_ERROR_NOT_FOUND,
                       _ ("there is no session %s: “boternity-ctl session list” shows them all"), request->record.id);
  else if (session == NULL)
    bty_call_fail (call, error);
  else if (BTY_HAS (request, BtyRecord, revision) && request->record.revision != session->record.revision)
    {
      bty_call_fail_new (call, BTY_ERROR_ABORTED,
                         _ ("the session %s is at revision %lld, not %lld: read it again, then repeat the change"),
                         session->record.id, (long long) session->record.revision,
                         (long long) request->record.revision);
      g_clear_pointer (&session, bty_session_unref);
    }
  return session;
}

static void
with_session (BtyCall *call, GAsyncReadyCallback callback)
{
  const BtySession *request = bty_call_request (call);

  bty_store_get_async (parts_of (call)->store, &bty_session_schema, "id", request->record.id,
                       bty_call_cancellable (call), callback, bty_call_ref (call));
}

static void
on_session_to_show (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (BtySession) session = finish_session (source, result, call);

  if (session != NULL)
    bty_call_return (call, session);
}

static void
session_get (BtyCall *call)
{
  with_session (call, on_session_to_show);
}

typedef struct
{
  BtyCall *call;
  BtySession *session;
} Closing;

static void
closing_free (Closing *closing)
{
  bty_call_unref (closing->call);
  bty_session_unref (closing->session);
  g_free (closing);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Closing, closing_free)

static void
on_closed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Closing) closing = data;
  g_autoptr (GError) error = NULL;

  if (bty_store_apply_finish (BTY_STORE (source), result, &error))
    bty_call_return (closing->call, closing->session);
  else
    bty_call_fail (closing->call, error);
}

static void
on_session_to_close (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (BtySession) session = finish_session (source, result, call);
  g_autoptr (BtyBatch) batch = NULL;
  Closing *closing;

  if (session == NULL)
    return;
  batch = bty_batch_new ();
  closing = g_new0 (Closing, 1);
  closing->call = g_steal_pointer (&call);
  closing->session = bty_session_edit (session);
  closing->session->state = BTY_SESSION_CLOSED;
  bty_batch_put (batch, closing->session);
  bty_batch_publish (batch, "session.closed", closing->session);
  bty_store_apply_async (BTY_STORE (source), batch, NULL, on_closed, closing);
}

static void
session_close (BtyCall *call)
{
  with_session (call, on_session_to_close);
}

/* Delete: page by page, messages, then turns, then the session itself, so that a crash in the middle leaves a session that can be deleted
 * again rather than messages nobody can find. */

static void delete_step (Closing *closing);

static void
on_page_deleted (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Closing) closing = data;
  g_autoptr (GError) error = NULL;

  if (bty_store_apply_finish (BTY_STORE (source), result, &error))
    delete_step (g_steal_pointer (&closing));
  else
    bty_call_fail (closing->call, error);
}

static void
on_session_deleted (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Closing) closing = data;
  g_autoptr (GError) error = NULL;

  if (bty_store_apply_finish (BTY_STORE (source), result, &error))
    bty_call_return (closing->call, NULL);
  else
    bty_call_fail (closing->call, error);
}

static gboolean
delete_page (Closing *closing, BtyPage *page)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  if (page->items->len == 0)
    return FALSE;
  for (guint i = 0; i < page->items->len; i++)
    bty_batch_delete (batch, g_ptr_array_index (page->items, i));
  bty_store_apply_async (parts_of (closing->call)->store, batch, NULL, on_page_deleted, closing);
  return TRUE;
}

static void
on_turns_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Closing) closing = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);
  g_autoptr (BtyBatch) batch = NULL;

  if (page == NULL)
    {
      bty_call_fail (closing->call, error);
      return;
    }
  if (delete_page (closing, page))
    {
      g_steal_pointer (&closing);
      return;
    }
  batch = bty_batch_new ();
  bty_batch_delete (batch, closing->session);
  bty_batch_publish (batch, "session.deleted", closing->session);
  bty_store_apply_async (BTY_STORE (source), batch, NULL, on_session_deleted, g_steal_pointer (&closing));
}

static void
find_of_session (Closing *closing, const BtySchema *schema, GAsyncReadyCallback callback)
{
  g_autoptr (BtyQuery) query = bty_query_new (schema);

  bty_query_where (query, "session", BTY_MATCH_EQUAL, closing->session->record.id);
  bty_query_limit (query, 500);
  bty_store_query_async (parts_of (closing->call)->store, query, NULL, callback, closing);
}

static void
on_messages_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Closing) closing = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPage) page = bty_store_query_finish (BTY_STORE (source), result, &error);

  if (page == NULL)
    bty_call_fail (closing->call, error);
  else if (delete_page (closing, page))
    g_steal_pointer (&closing);
  else
    find_of_session (g_steal_pointer (&closing), &bty_turn_schema, on_turns_found);
}

static void
delete_step (Closing *closing)
{
  find_of_session (closing, &bty_message_schema, on_messages_found);
}

static gboolean
refuse_while_busy (BtyCall *call, const char *session)
{
  g_autoptr (GPtrArray) runs = bty_session_queue_list (parts_of (call)->queue, session);

  if (runs->len == 0)
    return FALSE;
  bty_call_fail_new (call, BTY_ERROR_FAILED_PRECONDITION,
                     _ ("an answer is being given in the session %s: stop it first, or wait"), session);
  return TRUE;
}

static void
on_closed_to_delete (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Closing) closing = data;
  g_autoptr (GError) error = NULL;

  if (!bty_store_apply_finish (BTY_STORE (source), result, &error))
    bty_call_fail (closing->call, error);
  else if (!refuse_while_busy (closing->call, closing->session->record.id))
    delete_step (g_steal_pointer (&closing));
}

/* It is closed first, in a commit of its own: a message that comes meanwhile either was there before, or finds it closed. */
static void
on_session_to_delete (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (BtySession) session = finish_session (source, result, call);
  g_autoptr (BtyBatch) batch = NULL;
  Closing *closing;

  if (session == NULL || refuse_while_busy (call, session->record.id))
    return;
  batch = bty_batch_new ();
  closing = g_new0 (Closing, 1);
  closing->call = g_steal_pointer (&call);
  closing->session = bty_session_edit (session);
  closing->session->state = BTY_SESSION_CLOSED;
  bty_batch_put (batch, closing->session);
  bty_store_apply_async (BTY_STORE (source), batch, NULL, on_closed_to_delete, closing);
}

static void
session_delete (BtyCall *call)
{
  with_session (call, on_session_to_delete);
}

static void
on_session_to_read (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  const BtyMessageList *request = bty_call_request (call);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySession) session = bty_store_get_finish (BTY_STORE (source), result, &error);
  g_autoptr (BtyQuery) query = bty_query_new (&bty_message_schema);

  if (session == NULL)
    {
      if (g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
        bty_call_fail_new (call, BTY_ERROR_NOT_FOUND,
                           _ ("there is no session %s: “boternity-ctl session list” shows them all"), request->session);
      else
        bty_call_fail (call, error);
      return;
    }
  bty_query_where (query, "session", BTY_MATCH_EQUAL, request->session);
  bty_query_order (query, "id", request->newest_first);
  bty_listing_answer (call, BTY_STORE (source), query, request->cursor, request->limit);
}

static void
message_list (BtyCall *call)
{
  const BtyMessageList *request = bty_call_request (call);

  bty_store_get_async (parts_of (call)->store, &bty_session_schema, "id", request->session, bty_call_cancellable (call),
                       on_session_to_read, bty_call_ref (call));
}

static void
message_search (BtyCall *call)
{
  const BtyMessageSearch *request = bty_call_request (call);
  g_autoptr (BtyQuery) query = bty_query_new (&bty_message_schema);
  GHashTableIter iter;
  gpointer bot;

  bty_query_match_text (query, request->words);
  g_hash_table_iter_init (&iter, bty_bot_service_get_deleted (parts_of (call)->bots));
  while (request->slug == NULL && g_hash_table_iter_next (&iter, &bot, NULL))
    bty_query_where (query, "bot", BTY_MATCH_NOT_EQUAL, bot);
  list_of_bot (call, query, request->slug, NULL, request->limit);
}

const BtyOperation bty_session_operations[] = {
  { .name = "session.list",
    .summary = N_ ("List conversations, the latest first"),
    .request = &bty_session_list_schema,
    .item = &bty_session_schema,
    .response = &bty_page_schema,
    .http = "GET /sessions",
    .scope = "sessions:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = session_list },
  { .name = "session.get",
    .summary = N_ ("Show a conversation"),
    .request = &bty_session_schema,
    .request_view = BTY_VIEW_KEY,
    .response = &bty_session_schema,
    .http = "GET /sessions/{id}",
    .scope = "sessions:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND, ABORTED),
    .run = session_get },
  { .name = "session.close",
    .summary = N_ ("Close a conversation: it is kept and takes no more messages"),
    .request = &bty_session_schema,
    .request_view = BTY_VIEW_KEY,
    .response = &bty_session_schema,
    .http = "POST /sessions/{id}/close",
    .scope = "sessions:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND, ABORTED),
    .run = session_close },
  { .name = "session.delete",
    .summary = N_ ("Delete a conversation and all that was said in it"),
    .request = &bty_session_schema,
    .request_view = BTY_VIEW_KEY,
    .http = "DELETE /sessions/{id}",
    .scope = "sessions:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_DESTRUCTIVE,
    .errors = BTY_ERRORS (NOT_FOUND, ABORTED, FAILED_PRECONDITION),
    .run = session_delete },
  { .name = "message.list",
    .summary = N_ ("List what was said in a conversation"),
    .request = &bty_message_list_schema,
    .item = &bty_message_schema,
    .response = &bty_page_schema,
    .http = "GET /sessions/{session}/messages",
    .scope = "sessions:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = message_list },
  { .name = "message.search",
    .summary = N_ ("Find messages by the words in them"),
    .request = &bty_message_search_schema,
    .item = &bty_message_schema,
    .response = &bty_page_schema,
    .http = "GET /messages",
    .scope = "sessions:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND, UNIMPLEMENTED),
    .run = message_search },
};

const guint bty_n_session_operations = G_N_ELEMENTS (bty_session_operations);
