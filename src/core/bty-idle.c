/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-idle"

#include "config.h"

#include "bty-idle.h"

#include <glib/gi18n-lib.h>

#define LEAVE_MS    20 /* how often the doors are asked, once they take down their signs */
#define MAX_WAIT_MS 10000

const BtySetting bty_idle_settings[] = {
  { .group = "daemon",
    .key = "idle_exit",
    .type = BTY_SETTING_INT,
    .fallback = "300",
    .unit = "s",
    .min = 0,
    .max = 86400,
    .summary = N_ ("When a daemon that was started on demand ends, unused and without a TCP port; 0: never") },
};
const guint bty_n_idle_settings = G_N_ELEMENTS (bty_idle_settings);

typedef enum
{
  IDLE_WATCHING,
  IDLE_LEAVING,
  IDLE_EXPIRED,
} IdleState;

struct _BtyIdle
{
  BtySettings *settings;
  GPtrArray *transports;
  BtyIdleBusy is_busy;
  GSourceOnceFunc expire;
  gpointer data;
  IdleState state;
  gint64 last_use;
  guint64 n_uses;
  guint timer;
};

static gboolean
is_used (BtyIdle *self)
{
  guint64 n_uses = self->n_uses;
  gboolean used = self->is_busy (&n_uses, self->data) || n_uses != self->n_uses;

  self->n_uses = n_uses;
  for (guint i = 0; i < self->transports->len; i++)
    used = bty_transport_keeps_daemon (g_ptr_array_index (self->transports, i)) || used;
  return used;
}

/* Returns: whether all have done so */
static gboolean
tell_doors (BtyIdle *self, gboolean leaving)
{
  gboolean is_done = TRUE;

  for (guint i = 0; i < self->transports->len; i++)
    is_done = bty_transport_leave (g_ptr_array_index (self->transports, i), leaving) && is_done;
  return is_done;
}

static gint64
get_patience (BtyIdle *self)
{
  return bty_settings_get_int (self->settings, "daemon", "idle_exit") * G_USEC_PER_SEC;
}

static void
watch (BtyIdle *self)
{
  gint64 patience = get_patience (self);
  gint64 now = g_get_monotonic_time ();

  if (patience == 0 || is_used (self))
    self->last_use = now;
  else if (now - self->last_use >= patience)
    self->state = IDLE_LEAVING;
}

static void
leave (BtyIdle *self)
{
  gboolean is_done = tell_doors (self, TRUE);

  if (is_used (self))
    {
      tell_doors (self, FALSE);
      self->last_use = g_get_monotonic_time ();
      self->state = IDLE_WATCHING;
    }
  else if (is_done)
    {
      self->state = IDLE_EXPIRED;
      g_message ("not used for a while: ending until somebody calls again");
      self->expire (self->data);
    }
}

static gboolean on_timer (gpointer data);

static void
wait_on (BtyIdle *self)
{
  gint64 wait = CLAMP (get_patience (self) / 4000, 50, MAX_WAIT_MS);

  self->timer = g_timeout_add (self->state == IDLE_LEAVING ? LEAVE_MS : (guint) wait, on_timer, self);
}

static gboolean
on_timer (gpointer data)
{
  BtyIdle *self = data;

  self->timer = 0;
  if (self->state == IDLE_WATCHING)
    watch (self);
  else
    leave (self);
  if (self->state != IDLE_EXPIRED)
    wait_on (self);
  return G_SOURCE_REMOVE;
}

BtyIdle *
bty_idle_new (BtySettings *settings, GPtrArray *transports, BtyIdleBusy is_busy, GSourceOnceFunc expire, gpointer data)
{
  BtyIdle *self = g_new0 (BtyIdle, 1);

  self->settings = g_object_ref (settings);
  self->transports = g_ptr_array_ref (transports);
  self->is_busy = is_busy;
  self->expire = expire;
  self->data = data;
  self->last_use = g_get_monotonic_time ();
  wait_on (self);
  return self;
}

void
bty_idle_free (BtyIdle *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_object_unref (self->settings);
  g_ptr_array_unref (self->transports);
  g_free (self);
}
