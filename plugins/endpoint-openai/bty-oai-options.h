/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-oai-content.h"

G_BEGIN_DECLS

/* Members that Chat Completions and Responses have in common; each reads its value. @request: what they go into */

/* Either shape: `{"type":"function","function":{"name":…}}` and `{"type":"function","name":…}`. */
gboolean bty_oai_read_tools (BtyOaiReader *reader, BtyCompletionRequest *request);
gboolean bty_oai_read_tool_choice (BtyOaiReader *reader, BtyCompletionRequest *request);
gboolean bty_oai_read_parallel (BtyOaiReader *reader, BtyCompletionRequest *request);
/* `{"type":"json_schema","json_schema":{"schema":…}}` and `{"type":"json_schema","schema":…}`. */
gboolean bty_oai_read_format (BtyOaiReader *reader, BtyCompletionRequest *request);
gboolean bty_oai_read_stop (BtyOaiReader *reader, BtyCompletionRequest *request);
gboolean bty_oai_read_temperature (BtyOaiReader *reader, BtyCompletionRequest *request);
gboolean bty_oai_read_top_p (BtyOaiReader *reader, BtyCompletionRequest *request);
gboolean bty_oai_read_max_output (BtyOaiReader *reader, BtyCompletionRequest *request);
gboolean bty_oai_read_effort (BtyOaiReader *reader, BtyCompletionRequest *request);
/* `{"effort":…}`. */
gboolean bty_oai_read_reasoning (BtyOaiReader *reader, BtyCompletionRequest *request);
/* The model, which must be there. */
gboolean bty_oai_read_model (BtyOaiReader *reader, char **place);
gboolean bty_oai_check_model (BtyOaiReader *reader, const char *model);
/* What is not done here: an error that says why, unless it is null or false. */
gboolean bty_oai_refuse_member (BtyOaiReader *reader, const char *why);

G_END_DECLS
