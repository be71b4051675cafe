/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/* The members of an event that count. An answer's own members are the same, whether it stands in an event or alone. */
typedef enum
{
  BTY_RESPONSES_TYPE,
  BTY_RESPONSES_OBJECT,
  BTY_RESPONSES_DELTA,
  BTY_RESPONSES_ITEM_ID,
  BTY_RESPONSES_ARGUMENTS,
  BTY_RESPONSES_ITEM, /* JSON */
  BTY_RESPONSES_ITEM_TYPE,
  BTY_RESPONSES_ITEM_OWN_ID,
  BTY_RESPONSES_ITEM_CALL_ID,
  BTY_RESPONSES_ITEM_NAME,
  BTY_RESPONSES_ITEM_ARGUMENTS,
  BTY_RESPONSES_ITEM_ENCRYPTED,
  BTY_RESPONSES_STATUS,
  BTY_RESPONSES_REASON,
  BTY_RESPONSES_ERROR,  /* JSON */
  BTY_RESPONSES_OUTPUT, /* JSON, of an answer that stands alone */
  BTY_RESPONSES_N_TEXTS,
} BtyResponsesText;

typedef enum
{
  BTY_RESPONSES_OUTPUT_INDEX,
  BTY_RESPONSES_SUMMARY_INDEX,
  BTY_RESPONSES_INPUT,
  BTY_RESPONSES_CACHED,
  BTY_RESPONSES_CACHE_WRITE,
  BTY_RESPONSES_GIVEN,
  BTY_RESPONSES_REASONED,
  BTY_RESPONSES_N_NUMBERS,
} BtyResponsesNumber;

/* One event, flat, whatever the order of its members was. Used again and again. */
typedef struct
{
  GString *texts[BTY_RESPONSES_N_TEXTS];
  gboolean has[BTY_RESPONSES_N_TEXTS];
  gint64 numbers[BTY_RESPONSES_N_NUMBERS]; /* -1: not given */
  GString *path;
} BtyResponsesEvent;

void bty_responses_event_init (BtyResponsesEvent *event);
void bty_responses_event_clear (BtyResponsesEvent *event);

/* @prefix: where the document is taken to stand: "" for an event, `/item` for one item of a list. */
gboolean bty_responses_event_read (BtyResponsesEvent *event, const char *prefix, const char *json, gsize length,
                                   GError **error);

static inline gboolean
bty_responses_event_is (const BtyResponsesEvent *event, BtyResponsesText text, const char *word)
{
  return event->has[text] && g_str_equal (event->texts[text]->str, word);
}

G_END_DECLS
