/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/* The texts of an event that count. A delta and a block that begins share the names of their contents. */
typedef enum
{
  BTY_ANTHROPIC_TYPE,
  BTY_ANTHROPIC_DELTA_TYPE,
  BTY_ANTHROPIC_BLOCK_TYPE,
  BTY_ANTHROPIC_ID,
  BTY_ANTHROPIC_NAME,
  BTY_ANTHROPIC_TEXT,
  BTY_ANTHROPIC_THINKING,
  BTY_ANTHROPIC_SIGNED,
  BTY_ANTHROPIC_DATA,
  BTY_ANTHROPIC_INPUT, /* JSON */
  BTY_ANTHROPIC_PARTIAL,
  BTY_ANTHROPIC_STOP,
  BTY_ANTHROPIC_N_TEXTS,
} BtyAnthropicText;

/* The numbers of a usage. */
typedef enum
{
  BTY_ANTHROPIC_COUNT_INPUT,
  BTY_ANTHROPIC_COUNT_CACHED,
  BTY_ANTHROPIC_COUNT_CACHE_WRITE,
  BTY_ANTHROPIC_COUNT_OUTPUT,
  BTY_ANTHROPIC_COUNT_THINKING,
  BTY_ANTHROPIC_N_COUNTS,
} BtyAnthropicCount;

/* One event, flat, whatever the order of its members was. Used again and again, so that an event allocates nothing. */
typedef struct
{
  GString *texts[BTY_ANTHROPIC_N_TEXTS];
  gboolean has[BTY_ANTHROPIC_N_TEXTS];
  gint64 index;                          /* -1: not given */
  gint64 counts[BTY_ANTHROPIC_N_COUNTS]; /* -1: not given */
  gboolean has_counts;
  gboolean has_error;
} BtyAnthropicEvent;

/* Takes one content block of a whole answer; the event holds it. */
typedef gboolean (*BtyAnthropicBlockFunc) (BtyAnthropicEvent *event, gpointer data, GError **error);

void bty_anthropic_event_init (BtyAnthropicEvent *event);
void bty_anthropic_event_clear (BtyAnthropicEvent *event);

/* Reads a document. A whole answer, which has its blocks in a list, hands them to @block one by one. */
gboolean bty_anthropic_event_read (BtyAnthropicEvent *event, const char *json, gsize length,
                                   BtyAnthropicBlockFunc block, gpointer data, GError **error);

static inline gboolean
bty_anthropic_event_is (const BtyAnthropicEvent *event, BtyAnthropicText text, const char *word)
{
  return event->has[text] && g_str_equal (event->texts[text]->str, word);
}

G_END_DECLS
