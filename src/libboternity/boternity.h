/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#define BTY_INSIDE

#include "bty-batch.h"
#include "bty-bot.h"
#include "bty-call.h"
#include "bty-catalogue.h"
#include "bty-client-event.h"
#include "bty-completion-request.h"
#include "bty-completion.h"
#include "bty-error.h"
#include "bty-event.h"
#include "bty-exchange.h"
#include "bty-host.h"
#include "bty-id.h"
#include "bty-idempotency.h"
#include "bty-info.h"
#include "bty-item-log.h"
#include "bty-json-reader.h"
#include "bty-json-writer.h"
#include "bty-model.h"
#include "bty-operation.h"
#include "bty-paths.h"
#include "bty-plugin.h"
#include "bty-principal.h"
#include "bty-provider-config.h"
#include "bty-provider.h"
#include "bty-query.h"
#include "bty-record.h"
#include "bty-schema.h"
#include "bty-secret.h"
#include "bty-session.h"
#include "bty-setting.h"
#include "bty-store.h"
#include "bty-turn.h"

#undef BTY_INSIDE
