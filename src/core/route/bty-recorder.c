/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include "route/bty-recorder.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "route/bty-cassette-shelf.h"
#include "route/bty-fault-draw.h"
#include "secret/bty-secret-redact.h"

/* Whoever wants to know when the first @number writes have ended. */
typedef struct
{
  guint64 number;
  void (*func) (gpointer data);
  gpointer data;
} Waiting;

struct _BtyRecorder
{
  GObject parent_instance;
  BtySettings *settings;
  char *folder;
  GHashTable *open;  /* id of a turn -> BtyCassette */
  GHashTable *drawn; /* name of a provider -> how many faults were drawn for it, as guint64 */
  guint64 n_begun;   /* writes */
  guint64 n_ended;
  GQueue waiting;      /* for writes: Waiting */
  gboolean has_faults; /* asked of the settings once a change: it is wanted for every request */
};

G_DEFINE_FINAL_TYPE (BtyRecorder, bty_recorder, G_TYPE_OBJECT)

static const BtySetting settings_table[] = {
  { .group = "cassette",
    .key = "record",
    .type = BTY_SETTING_BOOL,
    .fallback = "false",
    .summary = N_ ("Record every turn, so that it can be played again") },
  { .group = "cassette",
    .key = "max_bytes",
    .type = BTY_SETTING_INT,
    .fallback = "33554432",
    .unit = "bytes",
    .min = 65536,
    .max = 1073741824,
    .summary = N_ ("Longest recording of one turn; a longer one is not kept") },
  { .group = "cassette",
    .key = "keep",
    .type = BTY_SETTING_INT,
    .fallback = "500",
    .unit = "recordings",
    .min = 1,
    .max = 100000,
    .summary = N_ ("How many recordings are kept; the oldest go first") },
};

void
bty_recorder_add_settings (BtySettings *settings)
{
  bty_settings_add (settings, settings_table, G_N_ELEMENTS (settings_table));
  bty_fault_add_settings (settings);
}

static void
bty_recorder_finalize (GObject *object)
{
  BtyRecorder *self = BTY_RECORDER (object);

  g_clear_object (&self->settings);
  g_free (self->folder);
  g_hash_table_unref (self->open);
  g_hash_table_unref (self->drawn);
  G_OBJECT_CLASS (bty_recorder_parent_class)->finalize (object);
}

static void
bty_recorder_class_init (BtyRecorderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_recorder_finalize;
}

static void
bty_recorder_init (BtyRecorder *self)
{
  self->open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) bty_cassette_unref);
  self->drawn = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static void
on_setting_changed (BtySettings *settings, const char *name, gpointer data)
{
  BtyRecorder *self = data;

  if (g_str_has_prefix (name, "faults."))
    self->has_faults = bty_fault_are_on (settings);
}

BtyRecorder *
bty_recorder_new (BtySettings *settings, const char *data_dir)
{
  BtyRecorder *self = g_object_new (BTY_TYPE_RECORDER, NULL);

  self->settings = g_object_ref (settings);
  self->folder = g_build_filename (data_dir, "cassettes", NULL);
  self->has_faults = bty_fault_are_on (settings);
  g_signal_connect_object (settings, "changed", G_CALLBACK (on_setting_changed), self, 0);
  return self;
}

const char *
bty_recorder_get_folder (BtyRecorder *self)
{
  return self->folder;
}

void
bty_recorder_begin (BtyRecorder *self, const char *turn, const char *session, const char *bot)
{
  BtyCassette *cassette;

  if (g_hash_table_contains (self->open, turn)) /* the turn goes on after a pause */
    return;
  cassette = bty_cassette_new ((gsize) bty_settings_get_int (self->settings, "cassette", "max_bytes"));
  cassette->turn = g_strdup (turn);
  cassette->session = g_strdup (session);
  cassette->bot = g_strdup (bot);
  g_hash_table_insert (self->open, g_strdup (turn), cassette);
}

static guint64
count (BtyRecorder *self, const char *provider)
{
  guint64 *number = g_hash_table_lookup (self->drawn, provider);

  if (number == NULL)
    {
      number = g_new0 (guint64, 1);
      g_hash_table_insert (self->drawn, g_strdup (provider), number);
    }
  return (*number)++;
}

void
bty_recorder_attach (BtyRecorder *self, BtyCompletion *completion, const BtyProviderConfig *provider, const char *turn)
{
  BtyCassette *cassette;
  BtyFault fault;

  if (self == NULL)
    return;
  if (self->has_faults)
    {
      bty_fault_draw (self->settings, provider->name, count (self, provider->name), &fault);
      bty_completion_set_fault (completion, &fault);
    }
  cassette = turn != NULL ? g_hash_table_lookup (self->open, turn) : NULL;
  if (cassette != NULL)
    bty_completion_set_cassette (completion, cassette,
                                 bty_cassette_begin_take (cassette, provider->name, provider->kind, provider->url,
                                                          bty_completion_get_request (completion)));
}

/* Writing. */

typedef struct
{
  char *folder;
  char *turn;
  char *bot;
  BtyCassette *cassette;
  GString *text;
  guint keep;
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  g_free (work->folder);
  g_free (work->turn);
  g_free (work->bot);
  g_clear_pointer (&work->cassette, bty_cassette_unref);
  if (work->text != NULL)
    g_string_free (work->text, TRUE);
  g_free (work);
}

static void
save (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Work *work = data;
  GError *error = NULL;

  if (bty_cassette_shelf_save (work->folder, work->turn, work->text, work->keep, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
tell_waiting (BtyRecorder *self)
{
  while (!g_queue_is_empty (&self->waiting))
    {
      Waiting *first = g_queue_peek_head (&self->waiting);

      if (first->number > self->n_ended)
        return;
      g_queue_pop_head (&self->waiting);
      first->func (first->data);
      g_free (first);
    }
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  BtyRecorder *self = BTY_RECORDER (source);
  g_autoptr (GError) error = NULL;

  self->n_ended += 1;
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_warning ("a recording could not be kept: %s", error->message);
  tell_waiting (self);
}

static void
run (BtyRecorder *self, Work *work, GTaskThreadFunc func)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_done, NULL);

  g_task_set_source_tag (task, run);
  g_task_set_task_data (task, work, work_free);
  g_task_run_in_thread (task, func);
}

static void
redact (GString *text, gpointer data)
{
  g_string_truncate (text, bty_secret_redact_bytes (text->str, text->len));
}

/* What was said in pieces cannot be taken out of them one by one: a recording of it is not kept. */
static gboolean
tells_a_secret (const BtyCassette *cassette)
{
  for (guint take = 1; take <= cassette->takes->len; take++)
    {
      const char *heard = bty_cassette_peek_heard (cassette, take);
      g_autoptr (GString) checked = g_string_new (heard);
      gboolean is_same;

      bty_secret_redact_rest (checked);
      is_same = g_str_equal (heard, checked->str);
      bty_secret_clear_memory (checked->str, checked->len);
      if (!is_same)
        return TRUE;
    }
  return FALSE;
}

/* The last request may be telling the cassette of its end right now: this comes after it. */
static gboolean
on_over (gpointer data)
{
  GTask *task = data;
  Work *work = g_task_get_task_data (task);
  BtyCassette *cassette = work->cassette;

  if (bty_cassette_is_full (cassette))
    g_message ("the recording of turn %s is longer than the setting cassette.max_bytes allows: it is not kept",
               work->turn);
  else if (tells_a_secret (cassette))
    g_message ("in turn %s a service said a secret: its recording is not kept", work->turn);
  else
    {
      bty_cassette_redact (cassette, NULL, redact, NULL);
      work->text = bty_cassette_write (cassette);
      g_task_run_in_thread (task, save);
      return G_SOURCE_REMOVE;
    }
  g_task_return_boolean (task, TRUE);
  return G_SOURCE_REMOVE;
}

void
bty_recorder_end (BtyRecorder *self, const char *turn)
{
  BtyCassette *cassette = self != NULL ? g_hash_table_lookup (self->open, turn) : NULL;
  GTask *task;
  Work *work;

  if (cassette == NULL)
    return;
  work = g_new0 (Work, 1);
  work->folder = g_strdup (self->folder);
  work->turn = g_strdup (turn);
  work->cassette = bty_cassette_ref (cassette);
  work->keep = (guint) bty_settings_get_int (self->settings, "cassette", "keep");
  g_hash_table_remove (self->open, turn);
  self->n_begun += 1;
  task = g_task_new (self, NULL, on_done, NULL);
  g_task_set_source_tag (task, bty_recorder_end);
  g_task_set_task_data (task, work, work_free);
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, on_over, task, g_object_unref);
}

static void
forget (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Work *work = data;

  bty_cassette_shelf_forget (work->folder, work->bot);
  g_task_return_boolean (task, TRUE);
}

void
bty_recorder_forget (BtyRecorder *self, const char *bot)
{
  Work *work = g_new0 (Work, 1);

  work->folder = g_strdup (self->folder);
  work->bot = g_strdup (bot);
  self->n_begun += 1;
  run (self, work, forget);
}

gboolean
bty_recorder_is_idle (BtyRecorder *self)
{
  return self->n_begun == self->n_ended;
}

void
bty_recorder_when_written (BtyRecorder *self, void (*func) (gpointer data), gpointer data)
{
  Waiting *waiting = g_new (Waiting, 1);

  *waiting = (Waiting){ .number = self->n_begun, .func = func, .data = data };
  g_queue_push_tail (&self->waiting, waiting);
  tell_waiting (self);
}
