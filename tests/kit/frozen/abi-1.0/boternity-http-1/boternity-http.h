/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#define BTY_HTTP_INSIDE

#include "bty-http-client.h"
#include "bty-http-failure.h"
#include "bty-http-options.h"
#include "bty-http-prompt.h"
#include "bty-http-provider.h"
#include "bty-http-request.h"
#include "bty-http-series.h"
#include "bty-http-transfer.h"
#include "bty-ndjson-reader.h"
#include "bty-openai-chat.h"
#include "bty-openai-embeddings.h"
#include "bty-openai-models.h"
#include "bty-openai-stream.h"
#include "bty-sse-reader.h"
#include "bty-vector-list.h"

#undef BTY_HTTP_INSIDE
