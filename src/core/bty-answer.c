/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-engine"

#include "config.h"

#include "bty-answer.h"

void
bty_answer (BtyCall *call, gpointer record, GError *error)
{
  g_autoptr (BtyRecord) response = record;
  g_autoptr (GError) failure = error;

  if (failure != NULL)
    bty_call_fail (call, failure);
  else
    bty_call_return (call, response);
}

void
bty_answer_list (BtyCall *call, GPtrArray *items, GError *error)
{
  g_autoptr (GPtrArray) list = items;

  for (guint i = 0; list != NULL && i < list->len; i++)
    bty_call_emit (call, list->pdata[i]);
  bty_answer (call, list != NULL ? bty_page_new () : NULL, error);
}
