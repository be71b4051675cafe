/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "route/bty-cassette-play.h"
#include "route/bty-cassette-shelf.h"
#include "route/bty-router.h"

/* What a call wants of the folder: done in a thread. */
typedef struct
{
  GTaskThreadFunc run;
  char *folder;
  char *turn;
  GPtrArray *infos;
  char *text;
  gsize length;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_free (job->folder);
  g_free (job->turn);
  g_clear_pointer (&job->infos, g_ptr_array_unref);
  g_free (job->text);
  g_free (job);
}

static void
run_list (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;

  job->infos = bty_cassette_shelf_list (job->folder);
  g_task_return_boolean (task, TRUE);
}

static void
run_read (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;

  job->text = bty_cassette_shelf_read (job->folder, job->turn, &job->length, &error);
  if (job->text != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
run_delete (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Job *job = data;
  GError *error = NULL;

  if (bty_cassette_shelf_delete (job->folder, job->turn, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Takes a task. */
static void
run_job (gpointer data)
{
  g_autoptr (GTask) task = data;

  g_task_run_in_thread (task, ((Job *) g_task_get_task_data (task))->run);
}

/* @turn: (nullable): which it is about, to be checked */
static void
start (BtyCall *call, const char *turn, GTaskThreadFunc run, GAsyncReadyCallback callback)
{
  BtyRouter *router = bty_call_service (call);
  BtyRecorder *recorder = bty_router_get_recorder (router);
  g_autoptr (GError) error = NULL;
  GTask *task;
  Job *job;

  if (turn != NULL && !bty_cassette_shelf_check (turn, &error))
    {
      bty_call_fail (call, error);
      return;
    }
  job = g_new0 (Job, 1);
  job->folder = g_strdup (bty_recorder_get_folder (recorder));
  job->run = run;
  job->turn = g_strdup (turn);
  task = g_task_new (router, NULL, callback, bty_call_ref (call));
  g_task_set_source_tag (task, start);
  g_task_set_task_data (task, job, job_free);
  bty_recorder_when_written (recorder, run_job, task); /* the recording of a turn that just ended may be on its way */
}

/* Returns: (transfer none) (nullable): %NULL: it failed, and the call was told */
static Job *
finish (GAsyncResult *result, BtyCall *call)
{
  g_autoptr (GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    return g_task_get_task_data (G_TASK (result));
  bty_call_fail (call, error);
  return NULL;
}

static void
on_listed (GObject *router, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  const Job *job = finish (result, call);
  g_autoptr (BtyPage) page = bty_page_new ();

  if (job == NULL)
    return;
  for (guint i = 0; i < job->infos->len; i++)
    bty_call_emit (call, job->infos->pdata[i]);
  bty_call_return (call, page);
}

static void
cassette_list (BtyCall *call)
{
  start (call, NULL, run_list, on_listed);
}

static void
on_read (GObject *router, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  Job *job = finish (result, call);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyCassette) cassette = NULL;
  g_autoptr (BtyCassetteInfo) info = NULL;

  if (job == NULL)
    return;
  cassette = bty_cassette_load (job->text, job->length, &error);
  if (cassette == NULL)
    {
      bty_call_fail (call, error);
      return;
    }
  info = bty_cassette_shelf_describe (cassette, job->turn, job->length);
  info->content = g_steal_pointer (&job->text);
  bty_call_return (call, info);
}

static void
cassette_get (BtyCall *call)
{
  const BtyCassetteKey *request = bty_call_request (call);

  start (call, request->turn, run_read, on_read);
}

static void
on_deleted (GObject *router, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;

  if (finish (result, call) != NULL)
    bty_call_return (call, bty_call_request (call));
}

static void
cassette_delete (BtyCall *call)
{
  const BtyCassetteKey *request = bty_call_request (call);

  start (call, request->turn, run_delete, on_deleted);
}

static void
on_item (const BtyChatItem *item, gpointer call)
{
  if (bty_call_state (call) == BTY_CALL_RUNNING)
    bty_call_emit (call, item);
}

static void
on_played (GObject *router, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyCassetteReport) report = bty_cassette_play_finish (BTY_ROUTER (router), result, &error);

  if (report != NULL)
    bty_call_return (call, report);
  else
    bty_call_fail (call, error);
}

static void
on_read_to_play (GObject *router, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  const BtyCassetteReplay *request = bty_call_request (call);
  const Job *job = finish (result, call);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyCassette) cassette = NULL;

  if (job == NULL)
    return;
  cassette = bty_cassette_load (job->text, job->length, &error);
  if (cassette == NULL)
    {
      bty_call_fail (call, error);
      return;
    }
  bty_cassette_set_timed (cassette, request->timed);
  bty_cassette_play_async (BTY_ROUTER (router), cassette, on_item, call, bty_call_cancellable (call), on_played,
                           bty_call_ref (call));
}

static void
cassette_replay (BtyCall *call)
{
  const BtyCassetteReplay *request = bty_call_request (call);

  start (call, request->turn, run_read, on_read_to_play);
}

const BtyOperation bty_cassette_operations[] = {
  { .name = "cassette.list",
    .summary = N_ ("List the recordings of turns, the newest first"),
    .request = &bty_list_request_schema,
    .item = &bty_cassette_info_schema,
    .response = &bty_page_schema,
    .http = "GET /cassettes",
    .scope = "chat:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .run = cassette_list },
  { .name = "cassette.get",
    .summary = N_ ("Show the recording of a turn"),
    .request = &bty_cassette_key_schema,
    .response = &bty_cassette_info_schema,
    .http = "GET /cassettes/{turn}",
    .scope = "chat:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND, FAILED_PRECONDITION),
    .run = cassette_get },
  { .name = "cassette.delete",
    .summary = N_ ("Delete the recording of a turn"),
    .request = &bty_cassette_key_schema,
    .response = &bty_cassette_key_schema,
    .http = "DELETE /cassettes/{turn}",
    .scope = "chat:write",
    .effect = BTY_EFFECT_WRITE | BTY_EFFECT_DESTRUCTIVE,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = cassette_delete },
  { .name = "cassette.replay",
    .summary = N_ ("Make a recorded turn again, without any network, and compare what is said byte for byte"),
    .request = &bty_cassette_replay_schema,
    .item = &bty_chat_item_schema,
    .response = &bty_cassette_report_schema,
    .http = "POST /cassettes/{turn}/replay",
    .scope = "chat:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT | BTY_EFFECT_STREAMING,
    .errors = BTY_ERRORS (NOT_FOUND, FAILED_PRECONDITION),
    .run = cassette_replay },
};

const guint bty_n_cassette_operations = G_N_ELEMENTS (bty_cassette_operations);
