/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BtyHttpPump:
 *
 * The sockets that answers come in by, and the alarms of their time-outs, as one source of a main context. The context looks at each
 * of its sources, and at each descriptor, on every turn; one that is quiet costs nothing in here.
 *
 * Counted, and used in the thread of its context only.
 */
typedef struct _BtyHttpPump BtyHttpPump;
typedef struct _BtyHttpWatch BtyHttpWatch;
typedef struct _BtyHttpAlarm BtyHttpAlarm;

typedef void (*BtyHttpWatchFunc) (BtyHttpWatch *watch);
typedef void (*BtyHttpAlarmFunc) (BtyHttpAlarm *alarm);

/* Part of whoever waits. */
struct _BtyHttpWatch
{
  int fd; /* -1: not watched */
  gboolean is_due;
  BtyHttpWatchFunc func;
  GList link; /* among those that have more to read */
};

struct _BtyHttpAlarm
{
  gint64 at;   /* monotonic, in microseconds */
  guint place; /* in the pump's heap, from 1; 0: not set */
  BtyHttpAlarmFunc func;
};

/* That of the thread's default context; a new one when there is none or it cannot be shared. */
BtyHttpPump *bty_http_pump_get (void);
BtyHttpPump *bty_http_pump_ref (BtyHttpPump *pump);
void bty_http_pump_unref (BtyHttpPump *pump);

/* Calls @watch->func whenever @fd has something to read, or is at its end; until bty_http_pump_unwatch(). It must read all there is,
 * or ask to be called again. %FALSE: the descriptor cannot be watched. */
gboolean bty_http_pump_watch (BtyHttpPump *pump, BtyHttpWatch *watch, int fd);
/* Calls it once more in the next turn of the main loop: there is more, and others are to have their turn. */
void bty_http_pump_again (BtyHttpPump *pump, BtyHttpWatch *watch);
/* @is_open: whether the descriptor is still that which was watched. */
void bty_http_pump_unwatch (BtyHttpPump *pump, BtyHttpWatch *watch, gboolean is_open);

/* Calls @alarm->func once, not before @at. One that is set is moved. */
void bty_http_pump_set_alarm (BtyHttpPump *pump, BtyHttpAlarm *alarm, gint64 at);
void bty_http_pump_drop_alarm (BtyHttpPump *pump, BtyHttpAlarm *alarm);

G_END_DECLS
