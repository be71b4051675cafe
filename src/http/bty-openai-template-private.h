/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/*
 * The events of a stream are alike but for a few words of text. Once one was read strictly, another that differs from it only
 * between the same two quotation marks, and there has nothing but plain characters, must read the same: it is recognised by
 * comparing bytes.
 */
typedef struct
{
  BtyDeltaKind kind;
  GString *before; /* up to and with the opening quotation mark; empty: nothing learnt */
  GString *after;  /* from the closing one on */
} BtyOpenaiTemplate;

void bty_openai_template_init (BtyOpenaiTemplate *self);
void bty_openai_template_clear (BtyOpenaiTemplate *self);

/* @text lies in @event, between its quotation marks, and was its only content. */
void bty_openai_template_learn (BtyOpenaiTemplate *self, BtyDeltaKind kind, const char *event, gsize event_length,
                                const char *text, gsize length);
gboolean bty_openai_template_match (const BtyOpenaiTemplate *self, const char *event, gsize event_length,
                                    BtyDelta *delta);

G_END_DECLS
