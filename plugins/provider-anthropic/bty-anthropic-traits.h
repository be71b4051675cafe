/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/* How a model reasons, and is asked to. */
typedef enum
{
  BTY_ANTHROPIC_THINKS_NEVER,
  BTY_ANTHROPIC_THINKS_ENABLED,  /* when it is given a budget */
  BTY_ANTHROPIC_THINKS_ADAPTIVE, /* as much as it finds right, guided by the effort */
} BtyAnthropicThinking;

/* What a model takes and does not: a request with a member too many is refused. */
typedef struct
{
  BtyAnthropicThinking thinking;
  gboolean thinking_stops; /* it can be told not to reason */
  gboolean shows_thinking; /* it takes `display` */
  gboolean has_effort;     /* it takes output_config.effort */
  gboolean has_max_effort; /* … up to `max` */
  gboolean takes_sampling; /* temperature and top_p; with API version 2023-06-01 */
  gboolean has_schema;     /* it answers by a JSON schema */
  gboolean continues;      /* it goes on from the beginning of an answer */
  gboolean takes_system;   /* a system message may stand in the conversation */
  gint64 max_output;       /* tokens; 0: not known */
  gint64 window;           /* tokens; 0: not known */
} BtyAnthropicTraits;

/* What is known of a model by its name. A model that is not one of Claude's is taken to be a plain one. */
void bty_anthropic_traits_of (const char *model, BtyAnthropicTraits *traits);

G_END_DECLS
