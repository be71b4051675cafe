/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity-http.h>

G_BEGIN_DECLS

/* What is known of a model of OpenAI's own by its name: a request with a member too many is refused. For the plugins of both of its wires;
 * no part of the interface. */
typedef struct
{
  gboolean is_known; /* a name of OpenAI's own that converses; nothing else is known of others */
  gboolean reasons;
  const char *least;       /* effort that stands for `none` */
  const char *most;        /* effort that stands for `max` */
  gboolean takes_sampling; /* temperature and top_p, whatever the effort */
  gboolean takes_stop;     /* texts that end an answer, in Chat Completions */
  gboolean tools_at_rest;  /* Chat Completions takes tools with the effort `none` alone, and that must be said */
} BtyOpenaiTraits;

/* @model: as it is called, with or without a vendor before it. */
void bty_openai_traits_of (const char *model, BtyOpenaiTraits *traits);

/* Whether @options are those of OpenAI's own service. */
gboolean bty_openai_is_itself (const BtyHttpOptions *options);

/* For Chat Completions, which are spoken by many: whether @model is one of OpenAI's own, at a service that says so (option
 * `openai_models`) or is OpenAI's. */
gboolean bty_openai_traits_find (const BtyHttpOptions *options, const char *model, BtyOpenaiTraits *traits);

/* Returns: (nullable): the service's word for @effort (nullable); NULL when none is to be said. */
const char *bty_openai_traits_effort (const BtyOpenaiTraits *traits, const char *effort);

/* Whether temperature and top_p may be sent; @word: (nullable): the effort that is, in the service's word. */
gboolean bty_openai_traits_sampling (const BtyOpenaiTraits *traits, const char *word);

G_END_DECLS
