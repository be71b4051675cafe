/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-chat"

#include "config.h"

#include <string.h>

#include "chat/bty-complete-run.h"
#include "chat/bty-context.h"

/* What a request needs. */

static gboolean
has_file (const BtyCompletionRequest *request, gboolean is_image)
{
  for (guint i = 0; request->messages != NULL && i < request->messages->len; i++)
    {
      const BtyPromptMessage *message = request->messages->pdata[i];

      for (guint k = 0; message->parts != NULL && k < message->parts->len; k++)
        {
          const BtyPart *part = message->parts->pdata[k];
          const char *type = part->media_type != NULL ? part->media_type : "";

          if (part->kind == BTY_PART_FILE && !g_str_has_prefix (type, "text/") &&
              g_str_has_prefix (type, "image/") == is_image)
            return TRUE;
        }
    }
  return FALSE;
}

/* A route keeps the list, so that each there can be stands here. */
const char *const *
bty_complete_needs (const BtyCompletionRequest *request)
{
  static const char *const lists[][4] = {
    { NULL },          { "tools", NULL },          { "vision", NULL },          { "tools", "vision", NULL },
    { "files", NULL }, { "tools", "files", NULL }, { "vision", "files", NULL }, { "tools", "vision", "files", NULL },
  };
  guint index = 0;

  if (request->tools != NULL && request->tools->len > 0)
    index |= 1;
  if (has_file (request, TRUE))
    index |= 2;
  if (has_file (request, FALSE))
    index |= 4;
  return lists[index];
}

gint64
bty_complete_count (const BtyCompletionRequest *request, const char *soul)
{
  gint64 tokens = bty_context_estimate (soul) + bty_context_estimate (request->system);

  for (guint i = 0; request->messages != NULL && i < request->messages->len; i++)
    {
      const BtyPromptMessage *message = request->messages->pdata[i];

      for (guint k = 0; message->parts != NULL && k < message->parts->len; k++)
        {
          const BtyPart *part = message->parts->pdata[k];

          tokens += bty_context_estimate (part->text) + bty_context_estimate (part->arguments);
        }
    }
  for (guint i = 0; request->tools != NULL && i < request->tools->len; i++)
    {
      const BtyToolSpec *tool = request->tools->pdata[i];

      tokens += bty_context_estimate (tool->description) + bty_context_estimate (tool->parameters);
    }
  return tokens;
}

/* The whole answer. */

typedef struct
{
  GPtrArray *parts;
  GPtrArray *texts;  /* GString: the text of each part so far */
  GHashTable *calls; /* index of a tool call -> its place + 1 */
} Collection;

static BtyPart *
add_part (Collection *self, BtyPartKind kind)
{
  BtyPart *part = bty_part_new ();

  part->kind = kind;
  g_ptr_array_add (self->parts, part);
  g_ptr_array_add (self->texts, g_string_new (NULL));
  return part;
}

/* The last part, if it is one that goes on. */
static GString *
text_of (Collection *self, BtyPartKind kind)
{
  const BtyPart *last = self->parts->len > 0 ? self->parts->pdata[self->parts->len - 1] : NULL;

  if (last == NULL || last->kind != kind || last->signature != NULL)
    add_part (self, kind);
  return self->texts->pdata[self->texts->len - 1];
}

static void
take_signature (Collection *self, const char *signature)
{
  BtyPart *part;

  text_of (self, BTY_PART_REASONING);
  part = self->parts->pdata[self->parts->len - 1];
  bty_record_take_string (&part->signature, g_strdup (signature));
}

static void
take_call (Collection *self, const BtyCompletionItem *item)
{
  guint place = GPOINTER_TO_UINT (g_hash_table_lookup (self->calls, GINT_TO_POINTER ((int) item->index)));

  if (place == 0)
    {
      add_part (self, BTY_PART_TOOL_CALL);
      place = self->parts->len;
      g_hash_table_insert (self->calls, GINT_TO_POINTER ((int) item->index), GUINT_TO_POINTER (place));
    }
  if (item->call_id != NULL)
    bty_record_take_string (&((BtyPart *) self->parts->pdata[place - 1])->call_id, g_strdup (item->call_id));
  if (item->name != NULL)
    bty_record_take_string (&((BtyPart *) self->parts->pdata[place - 1])->name, g_strdup (item->name));
  if (item->text != NULL)
    g_string_append (self->texts->pdata[place - 1], item->text);
}

static void
take_record (Collection *self, const BtyCompletionItem *item)
{
  switch (item->type)
    {
    case BTY_COMPLETION_REASONING:
      g_string_append (text_of (self, BTY_PART_REASONING), item->text);
      break;
    case BTY_COMPLETION_SIGNATURE:
      take_signature (self, item->text);
      break;
    case BTY_COMPLETION_TOOL_CALL:
      take_call (self, item);
      break;
    case BTY_COMPLETION_RESTARTED:
      g_ptr_array_set_size (self->parts, 0);
      g_ptr_array_set_size (self->texts, 0);
      g_hash_table_remove_all (self->calls);
      break;
    default:
      break;
    }
}

/* Arguments are JSON, or they are text. */
static void
settle (BtyPart *part, GString *text)
{
  gboolean is_call = part->kind == BTY_PART_TOOL_CALL;

  if (is_call && bty_json_validate (text->str, text->len, 0, NULL))
    part->arguments = g_strndup (text->str, text->len);
  else if (!is_call || text->len > 0)
    part->text = g_strndup (text->str, text->len);
  else
    part->arguments = g_strdup ("{}");
}

static void
free_string (gpointer data)
{
  g_string_free (data, TRUE);
}

GPtrArray *
bty_complete_collect (const BtyItemLog *log)
{
  Collection self = { .parts = bty_record_list_new (),
                      .texts = g_ptr_array_new_with_free_func (free_string),
                      .calls = g_hash_table_new (NULL, NULL) };
  guint64 number = 0;
  BtyItem item;

  while (bty_item_log_get_run (log, number + 1, &item))
    {
      if (item.record != NULL)
        take_record (&self, item.record);
      else
        g_string_append_len (text_of (&self, BTY_PART_TEXT), item.text, (gssize) item.length);
      number = item.number;
    }
  for (guint i = 0; i < self.parts->len; i++)
    settle (self.parts->pdata[i], self.texts->pdata[i]);
  g_ptr_array_unref (self.texts);
  g_hash_table_unref (self.calls);
  return self.parts;
}
