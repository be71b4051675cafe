/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/*
 * Records as a{sv} and back, by their field tables. A request is turned into the JSON that says the same and read by the one
 * strict reader of records, so that every check and every message is that of the other doors.
 */

/**
 * bty_dbus_decode: a decoder for #BtyCallSpec whose input is a #GVariant of type a{sv} or s (JSON; empty: nothing)
 */
gpointer bty_dbus_decode (const BtySchema *schema, BtyView view, gpointer input, GError **error);

/** bty_dbus_is_empty: whether a request, of either type, says nothing */
gboolean bty_dbus_is_empty (GVariant *request);

/** bty_dbus_encode: Returns: (transfer floating): a{sv} with what the view shows; members without a value are left out */
GVariant *bty_dbus_encode (gconstpointer record, BtyView view);

/** bty_dbus_encode_item: Returns: (transfer floating): a{sv}; a text item as the record of @schema with nothing but its text */
GVariant *bty_dbus_encode_item (const BtyItem *item, const BtySchema *schema);

/** bty_dbus_encode_into: adds the members to @builder, which is of type a{sv} */
void bty_dbus_encode_into (gconstpointer record, BtyView view, GVariantBuilder *builder);

/* Returns: (transfer floating): microseconds since 1970 as every door writes them */
GVariant *bty_dbus_encode_time (gint64 time);

G_END_DECLS
