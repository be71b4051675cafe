/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-settings.h"

/**
 * BtyRecorder:
 *
 * What goes along with the completions of all routes: the recording of the turns that are recorded, and the faults that are made. Settings
 * groups `cassette` and `faults`. Main context.
 */
#define BTY_TYPE_RECORDER (bty_recorder_get_type ())
G_DECLARE_FINAL_TYPE (BtyRecorder, bty_recorder, BTY, RECORDER, GObject)

/** bty_recorder_new: @data_dir: cassettes are in its folder `cassettes` */
BtyRecorder *bty_recorder_new (BtySettings *settings, const char *data_dir);
void bty_recorder_add_settings (BtySettings *settings);
/** bty_recorder_get_folder: Returns: (transfer none): where cassettes are */
const char *bty_recorder_get_folder (BtyRecorder *recorder);

/** bty_recorder_begin: @session: @bot: (nullable): from now on what is asked for the turn is recorded */
void bty_recorder_begin (BtyRecorder *recorder, const char *turn, const char *session, const char *bot);
/**
 * bty_recorder_attach:
 * @recorder: (nullable): nothing is done without one
 * @completion: one that is about to begin
 * @provider: whom it goes to
 * @turn: (nullable): id of the turn that it is for
 *
 * Gives a completion the cassette of its turn, when that is recorded, and the fault that is its lot.
 */
void bty_recorder_attach (BtyRecorder *recorder, BtyCompletion *completion, const BtyProviderConfig *provider,
                          const char *turn);
/** bty_recorder_end: @recorder: (nullable): the turn is over: its cassette, if there is one, is written, without anything secret; in the background */
void bty_recorder_end (BtyRecorder *recorder, const char *turn);
/** bty_recorder_forget: deletes the cassettes of a bot, by its id; in the background */
void bty_recorder_forget (BtyRecorder *recorder, const char *bot);
/** bty_recorder_when_written: calls @func once as many writes as had been begun by now have ended: now, when nothing is being written */
void bty_recorder_when_written (BtyRecorder *recorder, void (*func) (gpointer data), gpointer data);
/** bty_recorder_is_idle: Returns: whether nothing is being written */
gboolean bty_recorder_is_idle (BtyRecorder *recorder);
