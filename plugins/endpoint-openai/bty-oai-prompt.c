/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-openai-door"

#include "config.h"

#include <string.h>

#include "bty-oai-content.h"

void
bty_oai_prompt_init (BtyOaiPrompt *self)
{
  self->request = bty_completion_request_new ();
  self->request->messages = bty_record_list_new ();
  self->system = g_string_new (NULL);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

void
bty_oai_prompt_clear (BtyOaiPrompt *self)
{
  g_clear_pointer (&self->request, bty_completion_request_unref);
  g_string_free (self->system, TRUE);
  g_hash_table_unref (self->names);
}

BtyCompletionRequest *
bty_oai_prompt_steal (BtyOaiPrompt *self)
{
  if (self->system->len > 0)
    self->request->system = g_strdup (self->system->str);
  return g_steal_pointer (&self->request);
}

void
bty_oai_prompt_add_system (BtyOaiPrompt *self, const char *text)
{
  if (self->request->messages->len > 0)
    {
      g_ptr_array_add (self->request->messages, bty_prompt_message_new_text (BTY_ROLE_SYSTEM, text));
      return;
    }
  if (self->system->len > 0)
    g_string_append (self->system, "\n\n");
  g_string_append (self->system, text);
}

BtyPromptMessage *
bty_oai_prompt_begin (BtyOaiPrompt *self, BtyRole role)
{
  GPtrArray *messages = self->request->messages;
  BtyPromptMessage *message = messages->len > 0 ? messages->pdata[messages->len - 1] : NULL;

  if (message != NULL && message->role == role && (role == BTY_ROLE_ASSISTANT || role == BTY_ROLE_TOOL))
    return message;
  message = bty_prompt_message_new ();
  message->role = role;
  message->parts = bty_record_list_new ();
  g_ptr_array_add (messages, message);
  return message;
}

void
bty_oai_prompt_add_content (BtyOaiPrompt *self, BtyRole role, const BtyOaiContent *content)
{
  BtyPromptMessage *message = bty_oai_prompt_begin (self, role);

  for (guint i = 0; i < content->parts->len; i++)
    g_ptr_array_add (message->parts, bty_part_ref (content->parts->pdata[i]));
  message->cache_here |= content->cache_here;
}

void
bty_oai_prompt_add_call (BtyOaiPrompt *self, const char *id, const char *name, const char *arguments)
{
  BtyPromptMessage *message = bty_oai_prompt_begin (self, BTY_ROLE_ASSISTANT);
  BtyPart *part = bty_part_new ();

  part->kind = BTY_PART_TOOL_CALL;
  part->call_id = g_strdup (id);
  part->name = g_strdup (name);
  if (arguments != NULL && bty_json_validate (arguments, strlen (arguments), 0, NULL))
    part->arguments = g_strdup (arguments);
  else if (arguments != NULL && *arguments != '\0')
    part->text = g_strdup (arguments);
  g_hash_table_replace (self->names, g_strdup (id), g_strdup (name));
  g_ptr_array_add (message->parts, part);
}

void
bty_oai_prompt_add_result (BtyOaiPrompt *self, const char *id, const BtyOaiContent *content)
{
  BtyPromptMessage *message = bty_oai_prompt_begin (self, BTY_ROLE_TOOL);
  BtyPart *part = bty_part_new ();

  part->kind = BTY_PART_TOOL_RESULT;
  part->call_id = g_strdup (id);
  part->name = g_strdup (g_hash_table_lookup (self->names, id));
  part->text = bty_oai_content_get_text (content);
  g_ptr_array_add (message->parts, part);
  for (guint i = 0; i < content->parts->len; i++)
    if (((BtyPart *) content->parts->pdata[i])->kind == BTY_PART_FILE)
      g_ptr_array_add (message->parts, bty_part_ref (content->parts->pdata[i]));
  message->cache_here |= content->cache_here;
}

void
bty_oai_prompt_add_reasoning (BtyOaiPrompt *self, const char *text, const char *signature)
{
  BtyPromptMessage *message;
  BtyPart *part;

  if ((text == NULL || *text == '\0') && signature == NULL)
    return;
  message = bty_oai_prompt_begin (self, BTY_ROLE_ASSISTANT);
  part = bty_part_new ();
  part->kind = BTY_PART_REASONING;
  part->text = g_strdup (text);
  part->signature = g_strdup (signature);
  g_ptr_array_add (message->parts, part);
}
