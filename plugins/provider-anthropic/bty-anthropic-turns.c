/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-anthropic"

#include "config.h"

#include <string.h>

#include "bty-anthropic-turns.h"

typedef struct
{
  GPtrArray *turns;
  GPtrArray *owned;
  GString *system;
  gboolean takes_system;
} Build;

static void
turn_free (gpointer data)
{
  BtyAnthropicTurn *turn = data;

  g_array_unref (turn->blocks);
  g_free (turn);
}

static gboolean
is_empty (const char *text)
{
  return text == NULL || *text == '\0';
}

static gboolean
is_blank (const char *text)
{
  return text == NULL || text[strspn (text, " \t\r\n")] == '\0';
}

/* The service refuses empty texts; files in its own messages; and reasoning that is not its own. */
static gboolean
can_be_sent (const BtyPart *part, BtyRole role)
{
  switch (part->kind)
    {
    case BTY_PART_TEXT:
      return !is_blank (part->text);
    case BTY_PART_REASONING:
      return role == BTY_ROLE_ASSISTANT && part->signature != NULL &&
             (g_str_has_prefix (part->signature, BTY_ANTHROPIC_SIGNATURE) ||
              g_str_has_prefix (part->signature, BTY_ANTHROPIC_REDACTED));
    case BTY_PART_TOOL_CALL:
      return role == BTY_ROLE_ASSISTANT && !is_empty (part->call_id) && !is_empty (part->name);
    case BTY_PART_TOOL_RESULT:
      return role != BTY_ROLE_ASSISTANT && !is_empty (part->call_id);
    case BTY_PART_FILE:
      return role != BTY_ROLE_ASSISTANT;
    default:
      return FALSE;
    }
}

static BtyAnthropicTurn *
turn_for (Build *build, BtyRole role)
{
  BtyAnthropicTurn *last = build->turns->len > 0 ? build->turns->pdata[build->turns->len - 1] : NULL;

  if (last != NULL && last->role == role)
    return last;
  last = g_new0 (BtyAnthropicTurn, 1);
  last->role = role;
  last->blocks = g_array_new (FALSE, FALSE, sizeof (BtyAnthropicBlock));
  g_ptr_array_add (build->turns, last);
  return last;
}

static void
add_block (BtyAnthropicTurn *turn, const BtyPart *part)
{
  BtyAnthropicBlock block = { .part = part };

  g_array_append_val (turn->blocks, block);
}

static void
add_plain (Build *build, const BtyPromptMessage *message)
{
  BtyRole role = message->role == BTY_ROLE_ASSISTANT ? BTY_ROLE_ASSISTANT : BTY_ROLE_USER;
  BtyAnthropicTurn *turn = NULL;

  for (guint i = 0; message->parts != NULL && i < message->parts->len; i++)
    {
      const BtyPart *part = message->parts->pdata[i];

      if (!can_be_sent (part, role))
        continue;
      turn = turn_for (build, role);
      add_block (turn, part);
    }
  for (guint i = turn != NULL && message->cache_here ? turn->blocks->len : 0; i > 0; i--)
    {
      BtyAnthropicBlock *block = &g_array_index (turn->blocks, BtyAnthropicBlock, i - 1);

      if (block->part->kind == BTY_PART_REASONING) /* takes no mark */
        continue;
      block->is_marked = TRUE;
      break;
    }
}

static char *
texts_of (const BtyPromptMessage *message)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; message->parts != NULL && i < message->parts->len; i++)
    {
      const BtyPart *part = message->parts->pdata[i];

      if (part->kind == BTY_PART_TEXT && !is_empty (part->text))
        g_string_append_printf (text, "%s%s", text->len > 0 ? "\n\n" : "", part->text);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
add_system (Build *build, const BtyPromptMessage *message)
{
  const BtyAnthropicTurn *last = build->turns->len > 0 ? build->turns->pdata[build->turns->len - 1] : NULL;
  g_autofree char *text = texts_of (message);
  gboolean has_place = build->takes_system && last != NULL && last->role != BTY_ROLE_ASSISTANT;
  BtyPart *part;

  if (*text == '\0')
    return;
  if (last == NULL)
    {
      g_string_append_printf (build->system, "%s%s", build->system->len > 0 ? "\n\n" : "", text);
      return;
    }
  part = bty_part_new ();
  part->kind = BTY_PART_TEXT;
  part->text = has_place ? g_steal_pointer (&text) : g_strdup_printf ("<system>\n%s\n</system>", text);
  g_ptr_array_add (build->owned, part);
  add_block (turn_for (build, has_place ? BTY_ROLE_SYSTEM : BTY_ROLE_USER), part);
}

/* Results first, each kind in its order. */
static void
sort_results (BtyAnthropicTurn *turn)
{
  GArray *sorted = g_array_sized_new (FALSE, FALSE, sizeof (BtyAnthropicBlock), turn->blocks->len);

  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < turn->blocks->len; i++)
      {
        BtyAnthropicBlock block = g_array_index (turn->blocks, BtyAnthropicBlock, i);

        if ((block.part->kind == BTY_PART_TOOL_RESULT) == (pass == 0))
          g_array_append_val (sorted, block);
      }
  g_array_unref (turn->blocks);
  turn->blocks = sorted;
}

/* The last ones are worth most: they hold what stands before them. */
static void
bound_marks (GPtrArray *turns)
{
  guint n_marks = 0;

  for (guint i = turns->len; i > 0; i--)
    {
      const BtyAnthropicTurn *turn = turns->pdata[i - 1];

      for (guint j = turn->blocks->len; j > 0; j--)
        {
          BtyAnthropicBlock *block = &g_array_index (turn->blocks, BtyAnthropicBlock, j - 1);

          block->is_marked = block->is_marked && n_marks++ < BTY_ANTHROPIC_MAX_MARKS;
        }
    }
}

GPtrArray *
bty_anthropic_turns_new (const BtyCompletionRequest *request, gboolean takes_system, GString *system, GPtrArray *owned)
{
  Build build = {
    .turns = g_ptr_array_new_with_free_func (turn_free), .owned = owned, .system = system, .takes_system = takes_system
  };

  for (guint i = 0; request->messages != NULL && i < request->messages->len; i++)
    {
      const BtyPromptMessage *message = request->messages->pdata[i];

      if (message->role == BTY_ROLE_SYSTEM)
        add_system (&build, message);
      else
        add_plain (&build, message);
    }
  for (guint i = 0; i < build.turns->len; i++)
    if (((BtyAnthropicTurn *) build.turns->pdata[i])->role == BTY_ROLE_USER)
      sort_results (build.turns->pdata[i]);
  bound_marks (build.turns);
  return build.turns;
}
