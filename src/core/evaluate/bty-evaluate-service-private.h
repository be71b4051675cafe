/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "evaluate/bty-evaluate-service.h"

struct _BtyEvaluateService
{
  GObject parent_instance;
  BtyBotService *bots;
  BtySoulService *souls;
  BtyRouter *router;
  BtyStore *store;
  BtyBus *bus;
  BtySettings *settings;
  char *data_dir;
  guint subscription;
  GCancellable *cancellable; /* of what it began by itself */
  GHashTable *passed;        /* slug -> hash of the texts that passed the gate last */
  GHashTable *looked_at;     /* slug -> number of the newest version that was looked at */
};

/*
 * bty_evaluate_test_async:
 * @texts: (nullable): tested instead of a version; then nothing is stored
 * @least: when the first score is below, `soul.gate_failed` is published with what is stored; 0: never
 *
 * A test as of bty_evaluate_service_test_async(), in bty-evaluate-test.c.
 */
void bty_evaluate_test_async (BtyEvaluateService *self, const BtySoulTestRun *request, const BtySoulTexts *texts,
                              gint64 least, void (*on_item) (const BtySoulTestItem *item, gpointer data),
                              gpointer item_data, GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer data);
BtySoulTestReport *bty_evaluate_test_finish (BtyEvaluateService *self, GAsyncResult *result, GError **error);
