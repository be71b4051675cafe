/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bot/bty-bot-service.h"
#include "bty-bus.h"
#include "bty-settings.h"
#include "route/bty-router.h"

/*
 * BtyEvaluateService:
 *
 * Asks bots their golden questions: those in `evals.yaml` in a bot's folder. Settings group `evaluate`. It hears on the bus of souls that
 * were changed with an editor, and tells when such a version does not reach the gate. Main context.
 */
#define BTY_TYPE_EVALUATE_SERVICE (bty_evaluate_service_get_type ())
G_DECLARE_FINAL_TYPE (BtyEvaluateService, bty_evaluate_service, BTY, EVALUATE_SERVICE, GObject)

/* bty_evaluate_service_new: @bus: (nullable): where souls that were changed are told of */
BtyEvaluateService *bty_evaluate_service_new (BtyBotService *bots, BtyRouter *router, BtyBus *bus,
                                              BtySettings *settings, const char *data_dir);
/* bty_evaluate_service_stop: ends what it began by itself */
void bty_evaluate_service_stop (BtyEvaluateService *service);
BtyBotService *bty_evaluate_service_get_bots (BtyEvaluateService *service);

/* bty_evaluate_add_settings: declares the settings of the group `evaluate` */
void bty_evaluate_add_settings (BtySettings *settings);

/*
 * bty_evaluate_service_test_async:
 * @request: what to ask whom
 * @on_item: (nullable): told of each question that is over, with @item_data
 *
 * Errors: NOT_FOUND (bot, version, question, no file), INVALID_ARGUMENT (the file), FAILED_PRECONDITION
 */
void bty_evaluate_service_test_async (BtyEvaluateService *service, const BtySoulTestRun *request,
                                      void (*on_item) (const BtySoulTestItem *item, gpointer data), gpointer item_data,
                                      GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* bty_evaluate_service_test_finish: Returns: (transfer full): what is stored by then */
BtySoulTestReport *bty_evaluate_service_test_finish (BtyEvaluateService *service, GAsyncResult *result, GError **error);

/*
 * bty_evaluate_gate_async:
 * @service: a #BtyEvaluateService: a #BtySoulGate for bty_soul_service_set_gate()
 * @texts: what the soul would be
 * @least: percent that its golden questions must give
 *
 * Whether texts may become a version. Errors: FAILED_PRECONDITION: they do not reach it, or cannot be tested
 */
void bty_evaluate_gate_async (gpointer service, const char *slug, const BtySoulTexts *texts, gint64 least,
                              GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean bty_evaluate_gate_finish (GAsyncResult *result, GError **error);

extern const BtyOperation bty_evaluate_operations[];
extern const guint bty_n_evaluate_operations;
