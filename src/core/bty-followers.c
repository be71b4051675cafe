/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-core"

#include "config.h"

#include "bty-followers.h"

#include <glib/gi18n-lib.h>

struct _BtyFollowers
{
  GPtrArray *list;
};

typedef struct
{
  BtyFollowers *followers;
  BtyCall *call;
  gulong handler;
  gboolean only_report;
} Follower;

static void
follower_free (gpointer data)
{
  Follower *follower = data;

  g_clear_signal_handler (&follower->handler, bty_call_cancellable (follower->call));
  bty_call_unref (follower->call);
  g_free (follower);
}

BtyFollowers *
bty_followers_new (void)
{
  BtyFollowers *self = g_new0 (BtyFollowers, 1);

  self->list = g_ptr_array_new_with_free_func (follower_free);
  return self;
}

void
bty_followers_free (BtyFollowers *self)
{
  g_ptr_array_unref (self->list);
  g_free (self);
}

static void
fail_cancelled (BtyCall *call)
{
  bty_call_fail_new (call, BTY_ERROR_CANCELLED, _ ("the caller gave up; what it asked for goes on"));
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  Follower *follower = data;
  g_autoptr (BtyCall) call = bty_call_ref (follower->call);

  g_ptr_array_remove (follower->followers->list, follower);
  fail_cancelled (call);
}

void
bty_followers_add (BtyFollowers *self, BtyCall *call, gboolean only_report)
{
  Follower *follower;

  if (g_cancellable_is_cancelled (bty_call_cancellable (call)))
    {
      fail_cancelled (call);
      return;
    }
  follower = g_new0 (Follower, 1);
  follower->followers = self;
  follower->call = bty_call_ref (call);
  follower->only_report = only_report;
  /* Not g_cancellable_connect(): its handler must not disconnect itself. */
  follower->handler = g_signal_connect (bty_call_cancellable (call), "cancelled", G_CALLBACK (on_cancelled), follower);
  g_ptr_array_add (self->list, follower);
}

gboolean
bty_followers_is_empty (const BtyFollowers *self)
{
  return self->list->len == 0;
}

void
bty_followers_end (BtyFollowers *self, gconstpointer response, const GError *error)
{
  g_autoptr (GPtrArray) list = g_steal_pointer (&self->list);

  self->list = g_ptr_array_new_with_free_func (follower_free);
  for (guint i = 0; i < list->len; i++)
    {
      Follower *follower = g_ptr_array_index (list, i);

      g_clear_signal_handler (&follower->handler, bty_call_cancellable (follower->call));
      /* The end of one may have ended another. */
      if (bty_call_state (follower->call) != BTY_CALL_RUNNING)
        continue;
      if (error != NULL && !(follower->only_report && response != NULL))
        bty_call_fail (follower->call, error);
      else
        bty_call_return (follower->call, response);
    }
}
