/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-openai-door"

#include "config.h"

#include "bty-oai-ask.h"

BtyOaiAsk *
bty_oai_ask_new (void)
{
  BtyOaiAsk *ask = g_new0 (BtyOaiAsk, 1);

  g_ref_count_init (&ask->references);
  return ask;
}

BtyOaiAsk *
bty_oai_ask_ref (BtyOaiAsk *ask)
{
  g_ref_count_inc (&ask->references);
  return ask;
}

void
bty_oai_ask_unref (BtyOaiAsk *ask)
{
  if (!g_ref_count_dec (&ask->references))
    return;
  g_free (ask->param);
  g_free (ask->model);
  if (ask->echo != NULL)
    g_string_free (ask->echo, TRUE);
  g_free (ask);
}

const char *
bty_oai_ask_get_model (const BtyOaiAsk *ask, const char *model)
{
  if (model == NULL || (ask->model != NULL && g_str_has_prefix (ask->model, BTY_OAI_BOT_PREFIX)))
    return ask->model != NULL ? ask->model : "";
  return model;
}
