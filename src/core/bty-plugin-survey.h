/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-plugin-file.h"

/**
 * BtyPluginSurvey:
 *
 * A queue of files for the scanner, one at a time, in the background.
 */
typedef struct _BtyPluginSurvey BtyPluginSurvey;

/** BtyPluginSurveyed: @manifest: (nullable): what @path is, as it was with @stamp; %NULL: @error says why nobody
 * knows; @copy: (nullable): the copy that was looked at */
typedef void (*BtyPluginSurveyed) (gpointer data, const char *path, const BtyPluginStamp *stamp,
                                   BtyPluginManifest *manifest, const char *copy, const GError *error);

/** BtyPluginWanted: Returns: whether anybody still wants to know what @path is */
typedef gboolean (*BtyPluginWanted) (gpointer data, const char *path);

/** bty_plugin_survey_new: @wanted and @surveyed: called for each file, when its turn comes and when it is over, with @data */
BtyPluginSurvey *bty_plugin_survey_new (BtyPluginWanted wanted, BtyPluginSurveyed surveyed, gpointer data);
/** bty_plugin_survey_free: what is under way is left alone, and nobody told */
void bty_plugin_survey_free (BtyPluginSurvey *survey);

/** bty_plugin_survey_push: @copies: (nullable): folder of the copies; %NULL: it came with the program; @max: bytes; @timeout: milliseconds */
void bty_plugin_survey_push (BtyPluginSurvey *survey, const char *path, const BtyPluginStamp *stamp, const char *copies,
                             guint64 max, guint timeout);
/** bty_plugin_survey_hold: @hold: more is to come, so that it is not idle even when no file is left */
void bty_plugin_survey_hold (BtyPluginSurvey *survey, gboolean hold);
/** bty_plugin_survey_when_idle: calls @func (@index, @data) once, when the last file is done, maybe now; @destroy: frees @data in any case */
void bty_plugin_survey_when_idle (BtyPluginSurvey *survey, GFunc func, gpointer index, gpointer data,
                                  GDestroyNotify destroy);
