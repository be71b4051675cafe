/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BtyBus:
 *
 * Tells subscribers in this process what was committed. It hears of events from the store alone, so that nothing is told that
 * is not durable. Main context.
 */
#define BTY_TYPE_BUS (bty_bus_get_type ())
G_DECLARE_FINAL_TYPE (BtyBus, bty_bus, BTY, BUS, GObject)

typedef void (*BtyBusFunc) (const BtyEvent *event, gpointer data);

/** bty_bus_matches: Returns: whether @topic is @pattern, or begins like it where that ends with `.*`, or @pattern is `*` */
gboolean bty_bus_matches (const char *pattern, const char *topic);

BtyBus *bty_bus_new (void);
void bty_bus_follow (BtyBus *bus, BtyStore *store);
/** bty_bus_subscribe: @topic: a topic, or a prefix that ends with `.*`, or `*`; Returns: a number for bty_bus_unsubscribe() */
guint bty_bus_subscribe (BtyBus *bus, const char *topic, BtyBusFunc func, gpointer data);
void bty_bus_unsubscribe (BtyBus *bus, guint subscription);
