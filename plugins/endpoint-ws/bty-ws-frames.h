/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/**
 * BtyWsFault:
 * @BTY_WS_FAULT_CALL: the operation, or what was asked of it; the error's own code says what
 * @BTY_WS_FAULT_PARSE: not JSON
 * @BTY_WS_FAULT_REQUEST: JSON, but no request
 * @BTY_WS_FAULT_METHOD: there is no such method
 *
 * Where an error lies, as JSON-RPC tells it.
 */
typedef enum
{
  BTY_WS_FAULT_CALL,
  BTY_WS_FAULT_PARSE,
  BTY_WS_FAULT_REQUEST,
  BTY_WS_FAULT_METHOD,
} BtyWsFault;

/* Frames that the server sends, each appended to @frame. @id: JSON as it stands in BtyWsRequest; NULL is written as null. */
void bty_ws_write_error (GString *frame, const char *id, BtyWsFault fault, const GError *error);
void bty_ws_write_item (GString *frame, const char *id, BtyCallReader *reader, const BtyItem *item);

/* @record: (nullable): an operation without an answer gives {} */
void bty_ws_write_result (GString *frame, const char *id, const BtyRecord *record);

/* The same with a list of items, which @items holds as JSON, beside the record's members. */
void bty_ws_write_list (GString *frame, const char *id, const GString *items, const BtyRecord *record);

G_END_DECLS
