/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-bot"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bot/bty-bot-service-private.h"
#include "bot/bty-bot-template.h"

static void
list_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_task_return_pointer (task, bty_bot_template_list (BTY_BOT_SERVICE (source)->data_dir),
                         (GDestroyNotify) g_ptr_array_unref);
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GPtrArray) list = g_task_propagate_pointer (G_TASK (result), NULL);
  g_autoptr (BtyPage) page = bty_page_new ();

  for (guint i = 0; i < list->len; i++)
    bty_call_emit (call, g_ptr_array_index (list, i));
  page->items = g_steal_pointer (&list);
  bty_call_return (call, page);
}

static void
template_list (BtyCall *call)
{
  g_autoptr (GTask) task = g_task_new (bty_call_service (call), NULL, on_listed, bty_call_ref (call));

  g_task_set_source_tag (task, template_list);
  g_task_run_in_thread (task, list_in_thread);
}

static void
load_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  BtyTemplate *template = bty_bot_template_load (BTY_BOT_SERVICE (source)->data_dir, data, &error);

  if (template != NULL)
    g_task_return_pointer (task, template, bty_record_unref);
  else
    g_task_return_error (task, error);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyTemplate) template = g_task_propagate_pointer (G_TASK (result), &error);

  if (template != NULL)
    bty_call_return (call, template);
  else
    bty_call_fail (call, error);
}

static void
template_get (BtyCall *call)
{
  const BtyTemplateKey *request = bty_call_request (call);
  g_autoptr (GTask) task = g_task_new (bty_call_service (call), NULL, on_loaded, bty_call_ref (call));

  g_task_set_source_tag (task, template_get);
  g_task_set_task_data (task, g_strdup (request->name), g_free);
  g_task_run_in_thread (task, load_in_thread);
}

const BtyOperation bty_template_operations[] = {
  { .name = "template.list",
    .summary = N_ ("List the bots that one can begin with"),
    .item = &bty_template_schema,
    .response = &bty_page_schema,
    .http = "GET /templates",
    .scope = "bots:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .run = template_list },
  { .name = "template.get",
    .summary = N_ ("Show a bot that one can begin with"),
    .request = &bty_template_key_schema,
    .response = &bty_template_schema,
    .http = "GET /templates/{name}",
    .scope = "bots:read",
    .effect = BTY_EFFECT_READ | BTY_EFFECT_IDEMPOTENT,
    .errors = BTY_ERRORS (NOT_FOUND),
    .run = template_get },
};

const guint bty_n_template_operations = G_N_ELEMENTS (bty_template_operations);
