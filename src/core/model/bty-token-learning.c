/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-model"

#include "config.h"

#include <math.h>
#include <string.h>

#include "bty-text-file.h"
#include "model/bty-token-learning.h"

#define FILE_NAME     "token-estimates.json"
#define MAX_FILE      (512 * 1024)
#define MAX_LESSONS   1000
#define WRITE_AFTER_S 60
#define MIN_WEIGHT    0.05 /* of the newest call: old ones fade */
#define MAX_FACTOR    8.0
#define MAX_TOKENS    1e9

/* What is known of one model, or (named `:FAMILY`) of one family. */
typedef struct
{
  BtyRecord record;
  char *name;
  double factor;
  double error; /* mean of |estimated - reported| / reported */
  gint64 calls;
  gint64 used_at;
} Lesson;

static const BtyField lesson_fields[] = {
  BTY_FIELD_STRING (Lesson, name, BTY_REQUIRED, "The model", .max = 400),
  BTY_FIELD_DOUBLE (Lesson, factor, 0, "What counts are multiplied by"),
  BTY_FIELD_DOUBLE (Lesson, error, 0, "How wrong estimates were"),
  BTY_FIELD_INT64 (Lesson, calls, 0, "Of so many calls"),
  BTY_FIELD_INT64 (Lesson, used_at, 0, "When it was last asked, in seconds"),
};
static const BtySchema lesson_schema = { .name = "token_lesson",
                                         .summary = "What calls have shown",
                                         .size = sizeof (Lesson),
                                         .fields = lesson_fields,
                                         .n_fields = G_N_ELEMENTS (lesson_fields),
                                         .field_size = sizeof (BtyField) };

typedef struct
{
  BtyRecord record;
  GPtrArray *lessons;
} Lessons;

static const BtyField lessons_fields[] = {
  BTY_FIELD_RECORDS (Lessons, lessons, BTY_REQUIRED, "All of them", lesson_schema, .max = MAX_LESSONS),
};
static const BtySchema lessons_schema = { .name = "token_lessons",
                                          .summary = "What calls have shown",
                                          .size = sizeof (Lessons),
                                          .fields = lessons_fields,
                                          .n_fields = G_N_ELEMENTS (lessons_fields),
                                          .field_size = sizeof (BtyField) };

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Lessons, bty_record_unref)

struct _BtyTokenLearning
{
  char *path;
  GHashTable *lessons; /* name -> Lesson */
  guint writing;
};

static gboolean
is_sound (const Lesson *lesson)
{
  return lesson->factor >= 1 / MAX_FACTOR && lesson->factor <= MAX_FACTOR && lesson->error >= 0 &&
         lesson->error <= 1000 && lesson->calls > 0;
}

static void
load (BtyTokenLearning *self)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyRecord) record = NULL;

  if (bty_text_file_read (self->path, MAX_FILE, &text, &error) && text != NULL)
    record = bty_record_from_store (&lessons_schema, text, -1, &error);
  if (error != NULL)
    g_warning ("estimates of tokens begin anew: %s: %s", self->path, error->message);
  if (record == NULL)
    return;
  for (guint i = 0; i < ((Lessons *) record)->lessons->len; i++)
    {
      Lesson *lesson = ((Lessons *) record)->lessons->pdata[i];

      if (is_sound (lesson))
        g_hash_table_insert (self->lessons, lesson->name, bty_record_ref (lesson));
    }
}

BtyTokenLearning *
bty_token_learning_new (const char *data_dir)
{
  BtyTokenLearning *self = g_new0 (BtyTokenLearning, 1);

  self->path = g_build_filename (data_dir, FILE_NAME, NULL);
  self->lessons = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, bty_record_unref);
  load (self);
  return self;
}

/* Losing what was learned last costs nothing but a worse estimate, so nothing waits for the disk. */
static void
write_down (BtyTokenLearning *self)
{
  g_autoptr (Lessons) all = bty_record_new (&lessons_schema);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  GHashTableIter iter;
  gpointer lesson;

  g_clear_handle_id (&self->writing, g_source_remove);
  all->lessons = bty_record_list_new ();
  g_hash_table_iter_init (&iter, self->lessons);
  while (g_hash_table_iter_next (&iter, NULL, &lesson))
    g_ptr_array_add (all->lessons, bty_record_ref (lesson));
  text = bty_record_to_json (all, BTY_VIEW_STORE);
  if (!g_file_set_contents_full (self->path, text, -1,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_ONLY_EXISTING, 0600, &error))
    g_info ("what was learned of tokens is not kept: %s", error->message);
}

static gboolean
on_time (gpointer data)
{
  BtyTokenLearning *self = data;

  self->writing = 0;
  write_down (self);
  return G_SOURCE_REMOVE;
}

void
bty_token_learning_free (BtyTokenLearning *self)
{
  if (self->writing != 0)
    write_down (self);
  g_hash_table_unref (self->lessons);
  g_free (self->path);
  g_free (self);
}

void
bty_token_learning_tell (BtyTokenLearning *self, BtyModel *model)
{
  const Lesson *lesson = g_hash_table_lookup (self->lessons, model->name);
  g_autofree char *family = g_strconcat (":", model->tokenizer, NULL);
  const Lesson *begin = lesson != NULL ? lesson : g_hash_table_lookup (self->lessons, family);

  model->estimate_factor = begin != NULL ? begin->factor : 1;
  BTY_SET_NULL (model, BtyModel, estimate_factor, FALSE);
  BTY_SET_NULL (model, BtyModel, estimate_error, lesson == NULL);
  model->estimate_error = lesson != NULL ? round (lesson->error * 1000) / 10 : 0;
  model->estimates = lesson != NULL ? lesson->calls : 0;
}

static void
forget_oldest (BtyTokenLearning *self)
{
  const Lesson *oldest = NULL;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->lessons);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (oldest == NULL || ((Lesson *) value)->used_at < oldest->used_at)
      oldest = value;
  if (oldest != NULL)
    g_hash_table_remove (self->lessons, oldest->name);
}

static Lesson *
lesson_of (BtyTokenLearning *self, const char *name)
{
  Lesson *lesson = g_hash_table_lookup (self->lessons, name);

  if (lesson != NULL)
    return lesson;
  if (g_hash_table_size (self->lessons) >= MAX_LESSONS)
    forget_oldest (self);
  lesson = bty_record_new (&lesson_schema);
  lesson->name = g_strdup (name);
  lesson->factor = 1;
  g_hash_table_insert (self->lessons, lesson->name, lesson);
  return lesson;
}

/* The mean of the ratios' logarithms: half and double weigh the same. */
static void
learn (Lesson *lesson, double ratio, double error)
{
  double weight;

  lesson->calls += 1;
  weight = MAX (1.0 / (double) lesson->calls, MIN_WEIGHT);
  lesson->factor *= pow (ratio / lesson->factor, weight);
  lesson->factor = CLAMP (lesson->factor, 1 / MAX_FACTOR, MAX_FACTOR);
  lesson->error += weight * (MIN (error, 100) - lesson->error);
  lesson->used_at = g_get_real_time () / G_USEC_PER_SEC;
}

gboolean
bty_token_learning_add (BtyTokenLearning *self, const BtyModel *model, gint64 estimated, gint64 reported)
{
  double factor = model->estimate_factor > 0 ? model->estimate_factor : 1;
  double ratio;
  double error;
  Lesson *lesson;

  if (estimated <= 0 || reported <= 0 || (double) estimated > MAX_TOKENS || (double) reported > MAX_TOKENS)
    return FALSE;
  ratio = CLAMP ((double) reported * factor / (double) estimated, 1 / MAX_FACTOR, MAX_FACTOR);
  error = fabs ((double) (estimated - reported)) / (double) reported;
  lesson = lesson_of (self, model->name);
  learn (lesson, ratio, error);
  if (model->tokenizer != NULL)
    {
      g_autofree char *family = g_strconcat (":", model->tokenizer, NULL);

      learn (lesson_of (self, family), ratio, error);
    }
  if (self->writing == 0)
    self->writing = g_timeout_add_seconds (WRITE_AFTER_S, on_time, self);
  lesson = lesson_of (self, model->name);
  return fabs (lesson->factor / factor - 1) > 0.02 || model->estimates + 10 < lesson->calls || lesson->calls < 10;
}
