/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-anthropic"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-anthropic-models.h"

#define MAX_MODELS 20000

/* What the service says a model supports; unknown where it says nothing. */
typedef enum
{
  CAN_ADAPTIVE,
  CAN_ENABLED,
  CAN_DISABLED,
  CAN_EFFORT,
  CAN_MAX_EFFORT,
  CAN_SCHEMA,
  CAN_SEE,
  CAN_READ_FILES,
  N_CANS,
} Can;

static const char *const can_paths[N_CANS] = {
  [CAN_ADAPTIVE] = "/capabilities/thinking/types/adaptive/supported",
  [CAN_ENABLED] = "/capabilities/thinking/types/enabled/supported",
  [CAN_DISABLED] = "/capabilities/thinking/types/disabled/supported",
  [CAN_EFFORT] = "/capabilities/effort/supported",
  [CAN_MAX_EFFORT] = "/capabilities/effort/max/supported",
  [CAN_SCHEMA] = "/capabilities/structured_outputs/supported",
  [CAN_SEE] = "/capabilities/image_input/supported",
  [CAN_READ_FILES] = "/capabilities/pdf_input/supported",
};

typedef struct
{
  BtyJsonReader *reader;
  GString *path;
  char *id;
  char *title;
  gint64 window;
  gint64 max_output;
  int can[N_CANS]; /* -1: it does not say */
  GError **error;
} Read;

static void
read_clear (Read *read)
{
  g_string_free (read->path, TRUE);
  g_free (read->id);
  g_free (read->title);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Read, read_clear)

void
bty_anthropic_models_init (BtyAnthropicModels *self)
{
  *self = (BtyAnthropicModels){ .models = bty_record_list_new () };
  self->traits = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

void
bty_anthropic_models_clear (BtyAnthropicModels *self)
{
  g_clear_pointer (&self->models, g_ptr_array_unref);
  g_clear_pointer (&self->traits, g_hash_table_unref);
  g_clear_pointer (&self->last_id, g_free);
}

static void
take_text (char **place, const BtyJsonReader *reader)
{
  g_free (*place);
  *place = reader->length > 0 ? g_strndup (reader->text, reader->length) : NULL;
}

static void
take_value (Read *read, BtyJsonToken token)
{
  const char *path = read->path->str;

  if (token == BTY_JSON_STRING && g_str_equal (path, "/id"))
    take_text (&read->id, read->reader);
  else if (token == BTY_JSON_STRING && g_str_equal (path, "/display_name"))
    take_text (&read->title, read->reader);
  else if (token == BTY_JSON_INT && g_str_equal (path, "/max_input_tokens"))
    read->window = CLAMP (read->reader->integer, 0, G_MAXINT32);
  else if (token == BTY_JSON_INT && g_str_equal (path, "/max_tokens"))
    read->max_output = CLAMP (read->reader->integer, 0, G_MAXINT32);
  for (guint i = 0; i < N_CANS; i++)
    if ((token == BTY_JSON_TRUE || token == BTY_JSON_FALSE) && g_str_equal (path, can_paths[i]))
      read->can[i] = token == BTY_JSON_TRUE;
}

static gboolean
read_members (Read *read)
{
  BtyJsonToken token;
  gboolean ok = TRUE;

  while (ok && (token = bty_json_reader_next (read->reader, read->error)) == BTY_JSON_KEY)
    {
      gsize before = read->path->len;

      g_string_append_c (read->path, '/');
      g_string_append_len (read->path, read->reader->text, (gssize) read->reader->length);
      token = bty_json_reader_next (read->reader, read->error);
      if (token == BTY_JSON_OBJECT_BEGIN)
        ok = read_members (read);
      else if (token == BTY_JSON_ARRAY_BEGIN)
        ok = bty_json_reader_skip_rest (read->reader, read->error);
      else
        take_value (read, token);
      ok = ok && token != BTY_JSON_ERROR;
      g_string_truncate (read->path, before);
    }
  return ok && token == BTY_JSON_OBJECT_END;
}

GStrv
bty_anthropic_abilities_new (const BtyAnthropicTraits *traits, gboolean sees, gboolean reads_files)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();

  g_strv_builder_add_many (words, "text", "tools", "parallel_tools", "cache", NULL);
  if (sees)
    g_strv_builder_add (words, "vision");
  if (reads_files)
    g_strv_builder_add (words, "files");
  if (traits->thinking != BTY_ANTHROPIC_THINKS_NEVER)
    g_strv_builder_add (words, "reasoning");
  if (traits->has_schema)
    g_strv_builder_add (words, "json_schema");
  if (traits->continues)
    g_strv_builder_add (words, "continue");
  return g_strv_builder_end (words);
}

static gboolean
says (const Read *read, Can can, gboolean otherwise)
{
  return read->can[can] >= 0 ? read->can[can] : otherwise;
}

/* The service's word counts for more than a model's name. */
static void
settle_traits (const Read *read, BtyAnthropicTraits *traits)
{
  bty_anthropic_traits_of (read->id, traits);
  if (read->can[CAN_ADAPTIVE] >= 0 || read->can[CAN_ENABLED] >= 0)
    traits->thinking = read->can[CAN_ADAPTIVE] == 1  ? BTY_ANTHROPIC_THINKS_ADAPTIVE
                       : read->can[CAN_ENABLED] == 1 ? BTY_ANTHROPIC_THINKS_ENABLED
                                                     : BTY_ANTHROPIC_THINKS_NEVER;
  traits->thinking_stops = says (read, CAN_DISABLED, traits->thinking_stops);
  traits->has_effort = says (read, CAN_EFFORT, traits->has_effort);
  traits->has_max_effort = says (read, CAN_MAX_EFFORT, traits->has_max_effort);
  traits->has_schema = says (read, CAN_SCHEMA, traits->has_schema);
  if (read->max_output > 0)
    traits->max_output = read->max_output;
  if (read->window > 0)
    traits->window = read->window;
}

/* What is neither told nor one of the service's own models stays unknown. */
static gboolean
is_known (const Read *read, const BtyAnthropicTraits *traits)
{
  for (guint i = 0; i < N_CANS; i++)
    if (read->can[i] >= 0)
      return TRUE;
  return traits->window > 0;
}

static void
add_model (BtyAnthropicModels *self, const char *provider, const Read *read)
{
  g_autoptr (BtyModel) model = bty_model_new ();
  BtyAnthropicTraits traits;

  settle_traits (read, &traits);
  model->provider = g_strdup (provider);
  model->name = g_strdup_printf ("%s/%s", provider, read->id);
  model->title = g_strdup (read->title);
  model->context_window = traits.window;
  model->max_output = traits.max_output;
  if (is_known (read, &traits))
    model->abilities = bty_anthropic_abilities_new (&traits, says (read, CAN_SEE, TRUE),
                                                    says (read, CAN_READ_FILES, TRUE));
  g_ptr_array_add (self->models, g_steal_pointer (&model));
  g_hash_table_replace (self->traits, g_strdup (read->id), g_memdup2 (&traits, sizeof traits));
}

static gboolean
read_data (BtyAnthropicModels *self, const char *provider, BtyJsonReader *reader, GError **error)
{
  BtyJsonToken token = bty_json_reader_next (reader, error);

  if (token == BTY_JSON_NULL)
    return TRUE;
  if (token == BTY_JSON_ARRAY_BEGIN)
    while ((token = bty_json_reader_next (reader, error)) == BTY_JSON_OBJECT_BEGIN)
      {
        g_auto (Read) read = { .reader = reader, .path = g_string_new (NULL), .error = error };

        memset (read.can, -1, sizeof read.can);
        if (!read_members (&read))
          return FALSE;
        if (read.id != NULL && self->models->len < MAX_MODELS)
          add_model (self, provider, &read);
      }
  if (token != BTY_JSON_ARRAY_END && token != BTY_JSON_ERROR)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                         _ ("its list of models is not a list of objects"));
  return token == BTY_JSON_ARRAY_END;
}

static gboolean
read_member (BtyAnthropicModels *self, const char *provider, BtyJsonReader *reader, gboolean *has_data, GError **error)
{
  gboolean is_last = bty_json_reader_key_is (reader, "last_id"), is_more = bty_json_reader_key_is (reader, "has_more");
  BtyJsonToken token;

  if (bty_json_reader_key_is (reader, "data"))
    {
      *has_data = TRUE;
      return read_data (self, provider, reader, error);
    }
  token = bty_json_reader_skip (reader, NULL, NULL, error);
  if (is_last && token == BTY_JSON_STRING)
    take_text (&self->last_id, reader);
  if (is_more)
    self->has_more = token == BTY_JSON_TRUE;
  return token != BTY_JSON_ERROR;
}

gboolean
bty_anthropic_models_read (BtyAnthropicModels *self, const char *provider, const char *json, gsize length,
                           GError **error)
{
  g_auto (BtyJsonReader) reader;
  gboolean has_data = FALSE;
  BtyJsonToken token;

  g_clear_pointer (&self->last_id, g_free);
  self->has_more = FALSE;
  bty_json_reader_init (&reader, json, length, 0);
  token = bty_json_reader_next (&reader, error);
  while (token == BTY_JSON_OBJECT_BEGIN && (token = bty_json_reader_next (&reader, error)) == BTY_JSON_KEY)
    {
      if (!read_member (self, provider, &reader, &has_data, error))
        return FALSE;
      token = BTY_JSON_OBJECT_BEGIN;
    }
  if (token == BTY_JSON_ERROR)
    return FALSE;
  if (!has_data)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("it is no list of models"));
  return has_data && bty_json_reader_next (&reader, error) == BTY_JSON_END;
}
