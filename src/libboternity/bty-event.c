/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-event.h"

static const BtyField event_fields[] = {
  BTY_STORED_FIELDS (0),
  BTY_FIELD_STRING (BtyEvent, topic, BTY_REQUIRED | BTY_READ_ONLY | BTY_INDEXED,
                    N_ ("What happened, such as bot.created")),
  BTY_FIELD_STRING (BtyEvent, subject, BTY_READ_ONLY, N_ ("Identifier of the record it is about")),
  BTY_FIELD_JSON (BtyEvent, data, BTY_READ_ONLY, N_ ("That record, as it was then")),
  BTY_FIELD_INT64 (BtyEvent, position, BTY_READ_ONLY | BTY_INDEXED | BTY_NULLABLE,
                   N_ ("Its place in the event log; null until it is committed"), .min = 0, .max = G_MAXINT64),
};

BTY_DEFINE_RECORD (BtyEvent, bty_event, "event", N_ ("Something that happened"), event_fields)
