/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include "route/bty-cassette-play.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A cassette that is being played: the data of its task. */
typedef struct
{
  BtyCassette *cassette;
  BtyCassettePlayed on_item;
  gpointer item_data;
  BtyCassetteReport *report;
  guint take; /* that is being made, from 1 */
  BtyProvider *provider;
  BtyCompletion *completion;
  GString *text;
} Play;

static void
play_free (gpointer data)
{
  Play *play = data;

  bty_cassette_unref (play->cassette);
  bty_cassette_report_unref (play->report);
  g_clear_object (&play->provider);
  g_clear_object (&play->completion);
  g_string_free (play->text, TRUE);
  g_free (play);
}

static void play_next (GTask *task);

static const BtyCassetteTake *
take_of (const Play *play)
{
  return play->cassette->takes->pdata[play->take - 1];
}

static void
say (const Play *play, BtyChatItemType type, const char *text, gsize length)
{
  g_autoptr (BtyChatItem) item = bty_chat_item_new ();

  item->type = type;
  if (type == BTY_CHAT_MODEL)
    item->model = g_strdup (text);
  else
    item->text = g_strndup (text, length);
  play->on_item (item, play->item_data);
}

static void
on_delta (BtyCompletion *completion, const BtyDelta *delta, gpointer data)
{
  Play *play = g_task_get_task_data (data);

  if (delta->kind == BTY_DELTA_TEXT)
    {
      g_string_append_len (play->text, delta->text, (gssize) delta->length);
      say (play, BTY_CHAT_TEXT, delta->text, delta->length);
    }
  else if (delta->kind == BTY_DELTA_REASONING)
    say (play, BTY_CHAT_REASONING, delta->text, delta->length);
}

static const char *
code_of (const GError *error)
{
  return error != NULL ? bty_error_info (bty_error_code_of (error))->name : NULL;
}

/* Notes down what is another than it was; the first counts. */
static void
compare (Play *play, BtyCompletion *completion)
{
  const BtyCassetteTake *take = take_of (play);
  const GError *error = bty_completion_get_error (completion);
  const char *heard = bty_cassette_peek_heard (play->cassette, play->take);
  g_autofree char *digest = bty_cassette_digest (play->cassette, play->take);
  char *difference = NULL;

  if (take->heard_at == 0)
    difference = g_strdup_printf (_ ("the recording was over before try %u was"), play->take);
  else if (g_strcmp0 (digest, take->digest) != 0)
    difference = g_strdup_printf (_ ("try %u said other things: %lld bytes instead of %lld"), play->take,
                                  (long long) strlen (heard), (long long) take->n_bytes);
  else if (g_strcmp0 (code_of (error), take->code) != 0)
    difference = g_strdup_printf (_ ("try %u ended with %s instead of %s"), play->take,
                                  error != NULL ? code_of (error) : "OK", take->code != NULL ? take->code : "OK");
  else if (bty_completion_get_stop_reason (completion) != take->stop)
    difference = g_strdup_printf (_ ("try %u stopped for another reason"), play->take);
  if (difference == NULL)
    return;
  play->report->same = FALSE;
  if (play->report->difference == NULL)
    play->report->difference = g_steal_pointer (&difference);
  g_free (difference);
}

static gboolean
on_next (gpointer data)
{
  play_next (data);
  return G_SOURCE_REMOVE;
}

/* What was stopped then by the person, or by a limit, has no end of its own to come to. */
static gboolean
was_cancelled (const BtyCassetteTake *take)
{
  return take->stop == BTY_STOP_CANCELLED;
}

static void
on_done (BtyCompletion *completion, gpointer data)
{
  GTask *task = data;
  Play *play = g_task_get_task_data (task);
  const GError *error = bty_completion_get_error (completion);

  if (!was_cancelled (take_of (play)))
    compare (play, completion);
  if (error != NULL)
    say (play, BTY_CHAT_NOTICE, error->message, strlen (error->message));
  /* The provider may still be at work in this completion. */
  g_idle_add_full (G_PRIORITY_DEFAULT, on_next, task, NULL);
}

static guint
count_exchanges (const Play *play)
{
  guint n = 0;

  for (guint i = 0; i < play->cassette->exchanges->len; i++)
    if (((const BtyCassetteExchange *) play->cassette->exchanges->pdata[i])->take == play->take)
      n += 1;
  return n;
}

/* Asks the take's provider as it was asked then. */
static gboolean
begin_take (GTask *task, GError **error)
{
  Play *play = g_task_get_task_data (task);
  BtyRouter *router = g_task_get_source_object (task);
  const BtyCassetteTake *take = take_of (play);
  g_autoptr (BtyCompletionRequest) request = bty_record_from_json (&bty_completion_request_schema, BTY_VIEW_STORE,
                                                                   take->request, -1, error);
  g_autofree char *label = NULL;

  if (request == NULL)
    return FALSE;
  g_set_object (&play->provider, NULL);
  play->provider = bty_provider_service_make_played (bty_router_get_providers (router), take->provider, take->kind,
                                                     take->url, error);
  if (play->provider == NULL)
    return FALSE;
  label = g_strdup_printf ("%s/%s", take->provider, request->model != NULL ? request->model : "");
  say (play, BTY_CHAT_MODEL, label, strlen (label));
  g_string_truncate (play->text, 0);
  play->report->takes += 1;
  play->report->requests += count_exchanges (play);
  g_clear_object (&play->completion);
  play->completion = bty_completion_new (request, g_task_get_cancellable (task), on_delta, on_done, task);
  bty_completion_set_cassette (play->completion, play->cassette, play->take);
  bty_provider_complete (play->provider, play->completion);
  return TRUE;
}

static void
finish (GTask *own)
{
  g_autoptr (GTask) task = own;
  Play *play = g_task_get_task_data (task);

  play->report->text = g_strdup (play->text->str);
  g_task_return_pointer (task, bty_cassette_report_ref (play->report), bty_record_unref);
}

/* A service of another kind than HTTP is not asked again: that would be more than a replay. Without requests, only the one in the house is. */
static gboolean
can_be_played (const Play *play)
{
  return count_exchanges (play) > 0 || g_str_equal (take_of (play)->kind, BTY_BUILTIN_PROVIDER);
}

static void
play_next (GTask *task)
{
  Play *play = g_task_get_task_data (task);
  GError *error = NULL;

  play->take += 1;
  while (play->take <= play->cassette->takes->len && take_of (play)->code != NULL && !can_be_played (play))
    play->take += 1; /* it failed before anything was asked */
  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    ;
  else if (play->take > play->cassette->takes->len)
    {
      finish (task);
      return;
    }
  else if (!can_be_played (play))
    g_set_error (&error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                 _ ("the provider “%s” does not speak HTTP: what it said was not recorded"), take_of (play)->provider);
  else if (begin_take (task, &error))
    return;
  g_task_return_error (task, error);
  g_object_unref (task);
}

void
bty_cassette_play_async (BtyRouter *router, BtyCassette *cassette, BtyCassettePlayed on_item, gpointer item_data,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (router, cancellable, callback, data);
  Play *play = g_new0 (Play, 1);

  g_task_set_source_tag (task, bty_cassette_play_async);
  g_task_set_task_data (task, play, play_free);
  play->cassette = bty_cassette_ref (cassette);
  play->on_item = on_item;
  play->item_data = item_data;
  play->report = bty_cassette_report_new ();
  play->report->turn = g_strdup (cassette->turn);
  play->report->same = TRUE;
  play->text = g_string_new (NULL);
  g_idle_add_full (G_PRIORITY_DEFAULT, on_next, task, NULL);
}

BtyCassetteReport *
bty_cassette_play_finish (BtyRouter *router, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, router), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
