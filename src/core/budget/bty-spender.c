/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include "budget/bty-budget-service.h"

struct _BtySpender
{
  GObject parent_instance;
  BtyBudgetService *budgets;
  BtySpender *parent;
  BtySpenderFor what;
  gint64 cost;
  BtyPricing pricing;
};

struct _BtyReservation
{
  BtySpender *spender;
  BtyAmounts granted;
};

G_DEFINE_FINAL_TYPE (BtySpender, bty_spender, G_TYPE_OBJECT)

static void
bty_spender_finalize (GObject *object)
{
  BtySpender *self = BTY_SPENDER (object);

  g_clear_object (&self->budgets);
  g_clear_object (&self->parent);
  g_free ((char *) self->what.purpose);
  g_free ((char *) self->what.bot);
  g_free ((char *) self->what.slug);
  g_free ((char *) self->what.session);
  g_free ((char *) self->what.turn);
  g_free ((char *) self->what.workflow);
  G_OBJECT_CLASS (bty_spender_parent_class)->finalize (object);
}

static void
bty_spender_class_init (BtySpenderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_spender_finalize;
}

static void
bty_spender_init (BtySpender *self)
{
}

BtySpender *
bty_spender_new (BtyBudgetService *budgets, BtySpender *parent, const BtySpenderFor *what)
{
  BtySpender *self = g_object_new (BTY_TYPE_SPENDER, NULL);

  self->budgets = g_object_ref (budgets);
  self->parent = parent != NULL ? g_object_ref (parent) : NULL;
  self->what = (BtySpenderFor){ .purpose = g_strdup (what->purpose),
                                .bot = g_strdup (what->bot),
                                .slug = g_strdup (what->slug),
                                .session = g_strdup (what->session),
                                .turn = g_strdup (what->turn),
                                .workflow = g_strdup (what->workflow),
                                .spent = what->spent };
  self->cost = what->spent;
  return self;
}

const BtySpenderFor *
bty_spender_get_for (BtySpender *self)
{
  return &self->what;
}

gint64
bty_spender_get_cost (BtySpender *self, BtyPricing *pricing)
{
  if (pricing != NULL)
    *pricing = self->pricing;
  return self->cost;
}

const BtyCapHit *
bty_spender_get_hit (BtySpender *self)
{
  return NULL;
}

void
bty_spender_on_warning (BtySpender *self, void (*warn) (const char *text, gpointer data), gpointer data)
{
}

void
bty_spender_reserve_async (BtySpender *self, const BtyAmounts *least, const BtyAmounts *most, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  BtyReservation *reservation = g_new0 (BtyReservation, 1);

  g_task_set_source_tag (task, bty_spender_reserve_async);
  reservation->spender = g_object_ref (self);
  reservation->granted = *most;
  g_task_return_pointer (task, reservation, (GDestroyNotify) bty_reservation_drop);
}

BtyReservation *
bty_spender_reserve_finish (BtySpender *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

const BtyAmounts *
bty_reservation_get (const BtyReservation *reservation)
{
  return &reservation->granted;
}

gboolean
bty_reservation_grow (BtyReservation *reservation, const BtyAmounts *more)
{
  for (guint i = 0; i < BTY_N_UNITS; i++)
    reservation->granted.of[i] += more->of[i];
  return TRUE;
}

void
bty_reservation_settle (BtyReservation *reservation, BtyUsageEntry *entry)
{
  reservation->spender->cost += entry->cost;
  bty_reservation_drop (reservation);
}

void
bty_reservation_drop (BtyReservation *reservation)
{
  g_object_unref (reservation->spender);
  g_free (reservation);
}
