/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-anthropic"

#include "config.h"

#include <string.h>

#include "bty-anthropic-blocks.h"
#include "bty-anthropic-request.h"

/* Less than this is refused as a budget for reasoning. */
#define MIN_BUDGET 1024

typedef struct
{
  const BtyCompletionRequest *request;
  const BtyAnthropicTraits *traits;
  const BtyAnthropicStyle *style;
  const char *cache; /* (nullable) */
  GPtrArray *turns;
  gint64 max_tokens;
  gint64 budget; /* of the reasoning; 0: none is set */
} Write;

/* A text that the model goes on from may not end in white space. */
static gboolean
write_last_text (BtyJsonWriter *w, const BtyPart *part, const char *cache, GError **error)
{
  g_autoptr (BtyPart) shorter = bty_part_new (); /* never empty: blank texts are left out */

  shorter->kind = BTY_PART_TEXT;
  shorter->text = g_strchomp (g_strdup (part->text));
  return bty_anthropic_block_write (w, shorter, cache, error);
}

static gboolean
write_turn (BtyJsonWriter *w, const Write *write, guint index, GError **error)
{
  const BtyAnthropicTurn *turn = write->turns->pdata[index];
  gboolean is_beginning = turn->role == BTY_ROLE_ASSISTANT && index + 1 == write->turns->len;

  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "role",
                                 turn->role == BTY_ROLE_ASSISTANT ? "assistant"
                                 : turn->role == BTY_ROLE_SYSTEM  ? "system"
                                                                  : "user");
  bty_json_writer_key (w, "content");
  bty_json_writer_begin_array (w);
  for (guint i = 0; i < turn->blocks->len; i++)
    {
      const BtyAnthropicBlock *block = &g_array_index (turn->blocks, BtyAnthropicBlock, i);
      const char *cache = block->is_marked ? write->cache : NULL;
      gboolean is_last = is_beginning && i + 1 == turn->blocks->len && block->part->kind == BTY_PART_TEXT;

      if (!(is_last ? write_last_text (w, block->part, cache, error)
                    : bty_anthropic_block_write (w, block->part, cache, error)))
        return FALSE;
    }
  bty_json_writer_end_array (w);
  bty_json_writer_end_object (w);
  return TRUE;
}

static gboolean
write_messages (BtyJsonWriter *w, const Write *write, GError **error)
{
  bty_json_writer_key (w, "messages");
  bty_json_writer_begin_array (w);
  for (guint i = 0; i < write->turns->len; i++)
    if (!write_turn (w, write, i, error))
      return FALSE;
  bty_json_writer_end_array (w);
  return TRUE;
}

static void
write_system (BtyJsonWriter *w, const Write *write, const char *text)
{
  if (*text == '\0')
    return;
  bty_json_writer_key (w, "system");
  if (write->cache == NULL)
    {
      bty_json_writer_string (w, text);
      return;
    }
  bty_json_writer_begin_array (w);
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "type", "text");
  bty_json_writer_member_string (w, "text", text);
  bty_anthropic_cache_write (w, write->cache);
  bty_json_writer_end_object (w);
  bty_json_writer_end_array (w);
}

static gboolean
write_tools (BtyJsonWriter *w, const BtyCompletionRequest *request, GError **error)
{
  bty_json_writer_key (w, "tools");
  bty_json_writer_begin_array (w);
  for (guint i = 0; i < request->tools->len; i++)
    {
      const BtyToolSpec *tool = request->tools->pdata[i];

      bty_json_writer_begin_object (w);
      bty_json_writer_member_string (w, "name", tool->name);
      if (tool->description != NULL)
        bty_json_writer_member_string (w, "description", tool->description);
      bty_json_writer_key (w, "input_schema");
      if (!bty_anthropic_schema_write (w, tool->name, tool->parameters != NULL ? tool->parameters : "{}", TRUE, error))
        return FALSE;
      bty_json_writer_end_object (w);
    }
  bty_json_writer_end_array (w);
  return TRUE;
}

static gboolean
is_forced (const BtyCompletionRequest *request)
{
  return request->tools != NULL && request->tools->len > 0 && request->tool_choice != NULL &&
         *request->tool_choice != '\0' && !g_str_equal (request->tool_choice, "auto") &&
         !g_str_equal (request->tool_choice, "none");
}

/* @is_serial: one call at a time. */
static void
write_tool_choice (BtyJsonWriter *w, const char *choice, gboolean is_serial)
{
  gboolean is_word = g_str_equal (choice, "auto") || g_str_equal (choice, "none");
  gboolean is_any = g_str_equal (choice, "required");

  bty_json_writer_key (w, "tool_choice");
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "type", is_word ? choice : is_any ? "any" : "tool");
  if (!is_word && !is_any)
    bty_json_writer_member_string (w, "name", choice);
  if (is_serial && !g_str_equal (choice, "none"))
    bty_json_writer_member_bool (w, "disable_parallel_tool_use", TRUE);
  bty_json_writer_end_object (w);
}

static gboolean
effort_is (const BtyCompletionRequest *request, const char *effort)
{
  return g_strcmp0 (request->effort, effort) == 0;
}

/* An answer that waits for results of tools and has no reasoning of this service cannot be gone on from with a budget. */
static gboolean
lacks_reasoning (const GPtrArray *turns)
{
  for (guint i = 0; i < turns->len; i++)
    {
      const BtyAnthropicTurn *turn = turns->pdata[i];
      const BtyAnthropicBlock *blocks = (const BtyAnthropicBlock *) turn->blocks->data;
      gboolean has_calls = FALSE;

      for (guint j = 0; j < turn->blocks->len; j++)
        has_calls |= blocks[j].part->kind == BTY_PART_TOOL_CALL;
      if (has_calls && blocks[0].part->kind != BTY_PART_REASONING)
        return TRUE;
    }
  return FALSE;
}

/* How many tokens an effort may reason for, where that must be said; part of the answer's bound. */
static gint64
budget_for (const Write *write)
{
  static const struct
  {
    const char *effort;
    gint64 tokens;
  } budgets[] = { { "low", 2048 }, { "medium", 8192 }, { "high", 16384 }, { "max", 32000 } };
  gint64 budget = 0;

  if (write->traits->thinking != BTY_ANTHROPIC_THINKS_ENABLED || is_forced (write->request) ||
      lacks_reasoning (write->turns))
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (budgets); i++)
    if (effort_is (write->request, budgets[i].effort))
      budget = MIN (budgets[i].tokens, write->max_tokens - MIN_BUDGET);
  return budget >= MIN_BUDGET ? budget : 0;
}

/* Nothing is said of it when nobody asked: the model does as it does by itself. */
static void
write_thinking (BtyJsonWriter *w, const Write *write)
{
  const char *effort = write->request->effort;
  gboolean is_off = effort_is (write->request, "none");
  const char *type = NULL;

  if (effort == NULL || *effort == '\0')
    return;
  if (is_off)
    type = write->traits->thinking_stops ? "disabled" : NULL;
  else if (write->traits->thinking == BTY_ANTHROPIC_THINKS_ADAPTIVE)
    type = is_forced (write->request) ? NULL : "adaptive"; /* a tool that must be called is called without */
  else if (write->budget > 0)
    type = "enabled";
  if (type == NULL)
    return;
  bty_json_writer_key (w, "thinking");
  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "type", type);
  if (write->budget > 0 && !is_off)
    bty_json_writer_member_int (w, "budget_tokens", write->budget);
  if (write->traits->shows_thinking && write->style->display != NULL && !is_off)
    bty_json_writer_member_string (w, "display", write->style->display);
  bty_json_writer_end_object (w);
}

/* Returns: (nullable): the service's word for the effort. */
static const char *
effort_of (const Write *write)
{
  const char *effort = write->request->effort;

  if (effort == NULL || *effort == '\0' || !write->traits->has_effort)
    return NULL;
  if (g_str_equal (effort, "none"))
    return write->traits->thinking_stops ? NULL : "low"; /* the least there is */
  if (g_str_equal (effort, "max") && !write->traits->has_max_effort)
    return "high";
  return effort;
}

/* The service knows no object of any kind, and older models know no schemas: they are told in words. */
static gboolean
is_told_schema (const BtyCompletionRequest *request, const BtyAnthropicTraits *traits)
{
  return request->output_schema != NULL &&
         (!traits->has_schema || g_str_equal (request->output_schema, BTY_OUTPUT_ANY_OBJECT));
}

static gboolean
tell_schema (const BtyCompletionRequest *request, GString *system, GError **error)
{
  if (!bty_json_validate (request->output_schema, strlen (request->output_schema), 0, error))
    {
      g_prefix_error (error, "%s: ", "output_schema");
      return FALSE;
    }
  g_string_append (system, system->len > 0 ? "\n\n" : "");
  if (g_str_equal (request->output_schema, BTY_OUTPUT_ANY_OBJECT))
    g_string_append (system, "Answer with nothing but a JSON object.");
  else
    g_string_append_printf (system, "Answer with nothing but JSON that follows this JSON Schema:\n%s",
                            request->output_schema);
  return TRUE;
}

static gboolean
write_output (BtyJsonWriter *w, const Write *write, GError **error)
{
  const char *effort = effort_of (write);
  const char *schema = is_told_schema (write->request, write->traits) ? NULL : write->request->output_schema;

  if (effort == NULL && schema == NULL)
    return TRUE;
  bty_json_writer_key (w, "output_config");
  bty_json_writer_begin_object (w);
  if (effort != NULL)
    bty_json_writer_member_string (w, "effort", effort);
  if (schema != NULL)
    {
      bty_json_writer_key (w, "format");
      bty_json_writer_begin_object (w);
      bty_json_writer_member_string (w, "type", "json_schema");
      bty_json_writer_key (w, "schema");
      if (!bty_anthropic_schema_write (w, "output_schema", schema, FALSE, error))
        return FALSE;
      bty_json_writer_end_object (w);
    }
  bty_json_writer_end_object (w);
  return TRUE;
}

/* Newer versions and models refuse both, older models both together, and a model that reasons a temperature. */
static void
write_sampling (BtyJsonWriter *w, const Write *write)
{
  const BtyCompletionRequest *request = write->request;
  gboolean has_temperature = !BTY_IS_NULL (request, BtyCompletionRequest, temperature);
  gboolean thinks = write->budget > 0 || (write->traits->thinking == BTY_ANTHROPIC_THINKS_ADAPTIVE &&
                                          request->effort != NULL && !effort_is (request, "none"));

  if (!write->traits->takes_sampling || strcmp (write->style->version, BTY_ANTHROPIC_VERSION) >= 0 || thinks)
    return;
  if (has_temperature)
    {
      bty_json_writer_key (w, "temperature");
      bty_json_writer_double (w, CLAMP (request->temperature, 0, 1));
    }
  else if (!BTY_IS_NULL (request, BtyCompletionRequest, top_p))
    {
      bty_json_writer_key (w, "top_p");
      bty_json_writer_double (w, CLAMP (request->top_p, 0, 1));
    }
}

static gboolean
is_blank (const char *text)
{
  return text[strspn (text, " \t\r\n")] == '\0';
}

static void
write_stop (BtyJsonWriter *w, const BtyCompletionRequest *request)
{
  gboolean has_some = FALSE;

  for (char **stop = request->stop; stop != NULL && *stop != NULL; stop++)
    {
      if (is_blank (*stop)) /* refused */
        continue;
      if (!has_some)
        {
          bty_json_writer_key (w, "stop_sequences");
          bty_json_writer_begin_array (w);
        }
      has_some = TRUE;
      bty_json_writer_string (w, *stop);
    }
  if (has_some)
    bty_json_writer_end_array (w);
}

static gint64
max_tokens_for (const BtyCompletionRequest *request, const BtyAnthropicTraits *traits, const BtyAnthropicStyle *style)
{
  gint64 most = traits->max_output;

  if (request->max_output <= 0)
    return most > 0 ? most : style->max_tokens;
  return most > 0 ? MIN (request->max_output, most) : request->max_output;
}

static gboolean
write_body (BtyJsonWriter *w, const Write *write, const char *system, GError **error)
{
  const BtyCompletionRequest *request = write->request;

  bty_json_writer_begin_object (w);
  bty_json_writer_member_string (w, "model", request->model);
  bty_json_writer_member_int (w, "max_tokens", write->max_tokens);
  write_system (w, write, system);
  if (!write_messages (w, write, error))
    return FALSE;
  if (request->tools != NULL && request->tools->len > 0)
    {
      if (!write_tools (w, request, error))
        return FALSE;
      if (request->tool_choice != NULL && *request->tool_choice != '\0')
        write_tool_choice (w, request->tool_choice, request->serial_tools);
      else if (request->serial_tools)
        write_tool_choice (w, "auto", TRUE);
    }
  write_thinking (w, write);
  if (!write_output (w, write, error))
    return FALSE;
  write_sampling (w, write);
  write_stop (w, request);
  bty_json_writer_member_bool (w, "stream", TRUE);
  bty_json_writer_end_object (w);
  return TRUE;
}

GString *
bty_anthropic_request_write (const BtyCompletionRequest *request, const BtyAnthropicTraits *traits,
                             const BtyAnthropicStyle *style, GError **error)
{
  g_autoptr (GString) body = g_string_sized_new (4096), system = g_string_new (request->system);
  g_autoptr (GPtrArray) owned = bty_record_list_new ();
  g_autoptr (GPtrArray) turns = bty_anthropic_turns_new (request, traits->takes_system, system, owned);
  Write write = { .request = request,
                  .traits = traits,
                  .style = style,
                  .cache = g_str_equal (style->cache, "none") ? NULL : style->cache,
                  .turns = turns };
  BtyJsonWriter writer;

  if (is_told_schema (request, traits) && !tell_schema (request, system, error))
    return NULL;
  write.max_tokens = max_tokens_for (request, traits, style);
  write.budget = budget_for (&write);
  bty_json_writer_init (&writer, body);
  return write_body (&writer, &write, system->str, error) ? g_steal_pointer (&body) : NULL;
}
