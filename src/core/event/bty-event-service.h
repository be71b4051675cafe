/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-bus.h"
#include "bty-settings.h"
#include "event/bty-event-feed.h"

/**
 * BtyEventService:
 *
 * Tells clients what happened, now and before. Settings group `events`. Main context.
 */
#define BTY_TYPE_EVENT_SERVICE (bty_event_service_get_type ())
G_DECLARE_FINAL_TYPE (BtyEventService, bty_event_service, BTY, EVENT_SERVICE, GObject)

BtyEventService *bty_event_service_new (BtyStore *store, BtyBus *bus, BtySettings *settings);
/** bty_event_service_stop: ends every stream well, and begins no more */
void bty_event_service_stop (BtyEventService *service);

/** bty_event_add_settings: declares the settings of the group `events` */
void bty_event_add_settings (BtySettings *settings);

extern const BtyOperation bty_event_operations[];
extern const guint bty_n_event_operations;

typedef struct _BtyEventSubscription BtyEventSubscription;

/* For subscriptions. */
void bty_event_service_add (BtyEventService *service, BtyEventSubscription *subscription);
void bty_event_service_remove (BtyEventService *service, BtyEventSubscription *subscription);
BtyStore *bty_event_service_get_store (BtyEventService *service);
/* Position of the last event there is. */
gint64 bty_event_service_get_position (BtyEventService *service);
/* (transfer full): the feed of a filter, which is taken over; it has everything from now on */
BtyEventFeed *bty_event_service_take_feed (BtyEventService *service, BtyEventFilter *filter);
/* (transfer full) */
void bty_event_service_give_feed_back (BtyEventService *service, BtyEventFeed *feed);

/*
 * For operations: calls @ready with @call once it is known how far the log goes, now or later; fails the call when that cannot be
 * found out, when the daemon stops, or when there are too many.
 */
typedef void (*BtyEventReady) (BtyEventService *service, BtyCall *call);
void bty_event_service_begin (BtyEventService *service, BtyCall *call, BtyEventReady ready);
