/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "budget/bty-budget-service-private.h"

G_DEFINE_FINAL_TYPE (BtySpender, bty_spender, G_TYPE_OBJECT)

static void
bty_spender_finalize (GObject *object)
{
  BtySpender *self = BTY_SPENDER (object);

  g_clear_object (&self->budgets);
  g_clear_object (&self->parent);
  g_clear_pointer (&self->path, g_ptr_array_unref);
  g_clear_pointer (&self->hit, bty_cap_hit_free);
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
  self->what = *what;
  self->what.purpose = g_strdup (what->purpose);
  self->what.bot = g_strdup (what->bot);
  self->what.slug = g_strdup (what->slug);
  self->what.session = g_strdup (what->session);
  self->what.turn = g_strdup (what->turn);
  self->what.workflow = g_strdup (what->workflow);
  self->cost = what->spent;
  self->spent = (BtyAmounts){ { what->spent, what->spent_tokens, what->spent_calls, what->spent_ms } };
  self->pricing = what->spent_pricing;
  self->has_settled = what->spent_calls > 0;
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
    *pricing = self->has_settled ? self->pricing : BTY_PRICING_FREE;
  return self->cost;
}

const BtyCapHit *
bty_spender_get_hit (BtySpender *self)
{
  return self->hit;
}

void
bty_spender_set_hit (BtySpender *self, BtyCapHit *hit)
{
  g_clear_pointer (&self->hit, bty_cap_hit_free);
  self->hit = hit;
}

void
bty_spender_on_warning (BtySpender *self, void (*warn) (const char *text, gpointer data), gpointer data)
{
  self->warn = warn;
  self->warn_data = data;
}

/* The branch of the tree that it stands on. */

guint
bty_spender_list_owners (BtySpender *self, BtyBudgetOwner *owners)
{
  guint n = 0;

  if (self->what.session != NULL)
    owners[n++] = (BtyBudgetOwner){ BTY_SCOPE_SESSION, self->what.session };
  if (self->what.workflow != NULL)
    owners[n++] = (BtyBudgetOwner){ BTY_SCOPE_WORKFLOW, self->what.workflow };
  if (self->what.bot != NULL)
    owners[n++] = (BtyBudgetOwner){ BTY_SCOPE_BOT, self->what.bot };
  owners[n++] = (BtyBudgetOwner){ BTY_SCOPE_INSTALLATION, NULL };
  return n;
}

static void
add_node (BtySpender *self, GPtrArray *path, BtyBudgetNode *node)
{
  if (!g_ptr_array_find (path, node, NULL))
    g_ptr_array_add (path, bty_budget_node_ref (node));
}

static gboolean
has_session_cap (BtyBudgetService *budgets, const BtyBudgetOwner *owners, guint n)
{
  for (guint i = 0; i < n; i++)
    if (bty_budget_caps_has (budgets, owners[i].scope, owners[i].subject, BTY_PERIOD_SESSION))
      return TRUE;
  return FALSE;
}

/* The periods above one spender; those of its parents are added by the caller. */
static void
add_branch (BtySpender *self, BtySpender *of, GPtrArray *path)
{
  static const BtyBudgetPeriod periods[] = { BTY_PERIOD_DAY, BTY_PERIOD_MONTH, BTY_PERIOD_TOTAL };
  BtyBudgetOwner owners[BTY_BUDGET_MAX_OWNERS];
  guint n = bty_spender_list_owners (of, owners);
  guint first = path->len;

  for (guint i = 0; i < n; i++)
    {
      if (owners[i].scope == BTY_SCOPE_SESSION && has_session_cap (self->budgets, owners, n))
        add_node (
          self, path,
          bty_budget_nodes_get (self->budgets, BTY_SCOPE_SESSION, owners[i].subject, BTY_PERIOD_SESSION, &of->what));
      for (guint p = 0; owners[i].scope != BTY_SCOPE_SESSION && p < G_N_ELEMENTS (periods); p++)
        add_node (self, path,
                  bty_budget_nodes_get (self->budgets, owners[i].scope, owners[i].subject, periods[p], &of->what));
    }
  for (guint i = first; i < path->len; i++)
    bty_budget_caps_fill (self->budgets, path->pdata[i], owners, n);
}

static void
find_own_caps (BtySpender *self)
{
  BtyBudgetOwner owners[BTY_BUDGET_MAX_OWNERS];
  guint n = bty_spender_list_owners (self, owners);

  for (guint unit = 0; unit < BTY_N_UNITS; unit++)
    {
      self->call_caps.of[unit] = bty_budget_caps_of_each (self->budgets, owners, n, BTY_PERIOD_CALL, unit, NULL);
      self->turn_caps.of[unit] = bty_budget_caps_of_each (self->budgets, owners, n, BTY_PERIOD_TURN, unit, NULL);
    }
}

GPtrArray *
bty_spender_find_path (BtySpender *self)
{
  BtyBudgetService *budgets = self->budgets;

  bty_budget_look_at_clock (budgets);
  if (self->path != NULL && self->path_of == budgets->generation && self->path_until == budgets->day.until)
    return self->path;
  g_clear_pointer (&self->path, g_ptr_array_unref);
  self->path = g_ptr_array_new_with_free_func ((GDestroyNotify) bty_budget_node_unref);
  for (BtySpender *of = self; of != NULL; of = of->parent)
    {
      add_branch (self, of, self->path);
      find_own_caps (of);
    }
  self->path_of = budgets->generation;
  self->path_until = budgets->day.until;
  return self->path;
}

/* Granting. */

static gboolean
refuse (BtyBudgetRefusal *refusal, BtyBudgetNode *node, BtyBudgetPeriod period, BtyBudgetUnit unit, gint64 left,
        gint64 needed)
{
  *refusal = (BtyBudgetRefusal){ node, period, unit, left, needed, FALSE };
  return FALSE;
}

/* @room becomes no more than @left; when that is less, @limit says who left so little. */
static void
narrow (gint64 *room, gint64 left, BtyBudgetLimit *limit, BtyBudgetNode *node, BtyBudgetPeriod period)
{
  if (left >= *room)
    return;
  *room = left;
  *limit = (BtyBudgetLimit){ TRUE, node, period };
}

/* What only its own turn or call, or what is spent already, leaves no room for: waiting does not help. */
static gboolean
check_unit (BtySpender *self, GPtrArray *path, BtyBudgetUnit unit, gint64 least, gint64 *most, BtyBudgetLimit *limit,
            BtyBudgetRefusal *refusal)
{
  gint64 room = *most;

  *limit = (BtyBudgetLimit){ 0 };
  narrow (&room, self->call_caps.of[unit], limit, NULL, BTY_PERIOD_CALL);
  if (room < least)
    return refuse (refusal, NULL, BTY_PERIOD_CALL, unit, room, least);
  for (BtySpender *of = self; of != NULL; of = of->parent)
    if (of->turn_caps.of[unit] < BTY_UNCAPPED)
      narrow (&room, of->turn_caps.of[unit] - of->spent.of[unit] - of->reserved.of[unit], limit, NULL, BTY_PERIOD_TURN);
  if (room < least || room <= 0)
    return refuse (refusal, NULL, BTY_PERIOD_TURN, unit, room, least);
  for (guint i = 0; i < path->len; i++)
    {
      BtyBudgetNode *node = path->pdata[i];

      if (node->caps.of[unit] < BTY_UNCAPPED && bty_budget_node_unspent (node, unit) < MAX (least, 1))
        return refuse (refusal, node, node->period, unit,
                       bty_budget_node_unspent (node, unit) - node->reserved.of[unit], least);
    }
  *most = room;
  return TRUE;
}

/* What others hold at this moment, or what somebody waits for who was passed over too often, is had later. */
static gboolean
grant_unit (BtySpender *self, GPtrArray *path, BtyBudgetUnit unit, gint64 least, gint64 *most, BtyBudgetLimit *limit,
            BtyBudgetRefusal *refusal)
{
  gint64 room = *most;

  for (guint i = 0; i < path->len; i++)
    {
      BtyBudgetNode *node = path->pdata[i];
      gint64 left = bty_budget_node_unspent (node, unit) - node->reserved.of[unit];

      if (node->caps.of[unit] >= BTY_UNCAPPED)
        continue;
      narrow (&room, left, limit, node, node->period);
      if (room >= MAX (least, 1) && node->claimed[unit] != self->budgets->pass)
        continue;
      refuse (refusal, node, node->period, unit, left, least);
      refusal->may_wait = TRUE;
      return FALSE;
    }
  *most = room;
  return TRUE;
}

gboolean
bty_spender_grant (BtySpender *self, GPtrArray *path, BtyReserving *reserving, BtyBudgetRefusal *refusal)
{
  BtyAmounts most = reserving->most;

  for (guint unit = 0; unit < BTY_N_UNITS; unit++)
    if (most.of[unit] > 0 && !check_unit (self, path, unit, MIN (reserving->least.of[unit], reserving->most.of[unit]),
                                          &most.of[unit], &reserving->limits[unit], refusal))
      return FALSE;
  for (guint unit = 0; unit < BTY_N_UNITS; unit++)
    if (most.of[unit] > 0 && !grant_unit (self, path, unit, MIN (reserving->least.of[unit], reserving->most.of[unit]),
                                          &most.of[unit], &reserving->limits[unit], refusal))
      return FALSE;
  reserving->granted = most;
  return TRUE;
}

/* From now on it counts as gone, everywhere above. */
static void
count (BtySpender *self, GPtrArray *path, const BtyAmounts *amounts, int sign)
{
  for (guint unit = 0; unit < BTY_N_UNITS; unit++)
    {
      gint64 amount = sign * amounts->of[unit];

      for (BtySpender *of = self; of != NULL; of = of->parent)
        of->reserved.of[unit] += amount;
      for (guint i = 0; i < path->len; i++)
        ((BtyBudgetNode *) path->pdata[i])->reserved.of[unit] += amount;
    }
}

static void
remember (GPtrArray *path, const BtyAmounts *amounts)
{
  for (guint i = 0; i < path->len; i++)
    {
      BtyBudgetNode *node = path->pdata[i];

      node->n_granted += 1;
      for (guint unit = 0; unit < BTY_N_UNITS; unit++)
        node->largest.of[unit] = MAX (amounts->of[unit], node->largest.of[unit] - node->largest.of[unit] / 8);
    }
}

/* Reservations. */

BtyReservation *
bty_reservation_new (BtySpender *spender, GPtrArray *path, const BtyReserving *reserving)
{
  BtyReservation *self = g_new0 (BtyReservation, 1);

  self->spender = g_object_ref (spender);
  self->granted = reserving->granted;
  self->at = bty_budget_now (spender->budgets);
  self->generation = self->caps_of = spender->budgets->generation;
  self->path = g_ptr_array_ref (path);
  memcpy (self->limits, reserving->limits, sizeof (self->limits));
  count (spender, path, &self->granted, 1);
  remember (path, &self->granted);
  return self;
}

const BtyAmounts *
bty_reservation_get (const BtyReservation *self)
{
  return &self->granted;
}

char *
bty_reservation_tell_limit (const BtyReservation *self, BtyBudgetUnit unit)
{
  const BtyBudgetLimit *limit = &self->limits[unit];
  const char *slug = self->spender->what.slug;
  BtyCapHit *hit;
  char *text;

  if (!limit->is_set)
    return NULL;
  if (limit->node != NULL && limit->node->slug != NULL)
    slug = limit->node->slug;
  hit = bty_cap_hit_new (self->spender, limit->node, limit->period, unit, 0, self->granted.of[unit]);
  {
    g_autofree char *name = bty_cap_hit_name (hit, slug);

    text = g_strdup_printf (_ ("the answer ends at %s: “%s” raises it"), name, hit->command);
  }
  bty_cap_hit_free (hit);
  return text;
}

/* A cap that was lowered meanwhile counts from now on. */
static void
fill_caps (BtyReservation *self)
{
  BtyBudgetService *budgets = self->spender->budgets;

  for (BtySpender *of = self->spender; of != NULL; of = of->parent)
    {
      BtyBudgetOwner owners[BTY_BUDGET_MAX_OWNERS];
      guint n = bty_spender_list_owners (of, owners);

      find_own_caps (of);
      for (guint i = 0; i < self->path->len; i++)
        {
          BtyBudgetNode *node = self->path->pdata[i];

          if (node->period != BTY_PERIOD_SESSION || g_strcmp0 (node->subject, of->what.session) == 0)
            bty_budget_caps_fill (budgets, node, owners, n);
        }
    }
  self->caps_of = budgets->generation;
}

static gboolean
has_room (const BtyReservation *self, BtyBudgetUnit unit, gint64 amount)
{
  BtySpender *spender = self->spender;

  if (self->granted.of[unit] + amount > spender->call_caps.of[unit])
    return FALSE;
  for (BtySpender *of = spender; of != NULL; of = of->parent)
    if (of->turn_caps.of[unit] < BTY_UNCAPPED &&
        of->spent.of[unit] + of->reserved.of[unit] + amount > of->turn_caps.of[unit])
      return FALSE;
  for (guint i = 0; i < self->path->len; i++)
    {
      const BtyBudgetNode *node = self->path->pdata[i];
      gint64 used = bty_budget_node_used (node, unit) + amount;

      if ((node->caps.of[unit] < BTY_UNCAPPED && used > node->caps.of[unit]) || used > node->durable.of[unit])
        return FALSE;
    }
  return TRUE;
}

gboolean
bty_reservation_grow (BtyReservation *self, const BtyAmounts *more)
{
  if (self->caps_of != self->spender->budgets->generation)
    fill_caps (self);
  for (guint unit = 0; unit < BTY_N_UNITS; unit++)
    if (more->of[unit] > 0 && !has_room (self, unit, more->of[unit]))
      return FALSE;
  count (self->spender, self->path, more, 1);
  for (guint unit = 0; unit < BTY_N_UNITS; unit++)
    self->granted.of[unit] += more->of[unit];
  bty_budget_nodes_extend (self->spender->budgets, self->path, FALSE);
  return TRUE;
}

static void
fill_in (BtySpender *self, BtyUsageEntry *entry)
{
  bty_record_take_string (&entry->bot, g_strdup (self->what.bot));
  bty_record_take_string (&entry->slug, g_strdup (self->what.slug));
  bty_record_take_string (&entry->session, g_strdup (self->what.session));
  bty_record_take_string (&entry->turn, g_strdup (self->what.turn));
  bty_record_take_string (&entry->workflow, g_strdup (self->what.workflow));
  if (entry->purpose == NULL)
    entry->purpose = g_strdup (self->what.purpose);
}

/* More than was reserved is gone all the same: who waits for the disk waits for that as well. */
static void
push_marks (BtyBudgetService *budgets, GPtrArray *path, BtyBudgetUnit unit, gint64 excess)
{
  for (guint i = 0; i < budgets->reserving->len; i++)
    {
      BtyReserving *reserving = g_task_get_task_data (budgets->reserving->pdata[i]);

      for (guint k = 0; reserving->reservation != NULL && k < reserving->reservation->path->len; k++)
        if (g_ptr_array_find (path, reserving->reservation->path->pdata[k], NULL))
          reserving->marks[k].of[unit] += excess;
    }
}

static void
spend (BtyReservation *self, const BtyAmounts *used)
{
  for (guint unit = 0; unit < BTY_N_UNITS; unit++)
    {
      for (BtySpender *of = self->spender; of != NULL; of = of->parent)
        of->spent.of[unit] += used->of[unit];
      for (guint i = 0; i < self->path->len; i++)
        ((BtyBudgetNode *) self->path->pdata[i])->spent.of[unit] += used->of[unit];
      if (used->of[unit] > self->granted.of[unit])
        push_marks (self->spender->budgets, self->path, unit, used->of[unit] - self->granted.of[unit]);
    }
}

/* Its session has a cap only since it was granted: it counts there as well. */
static void
spend_in_session (BtyReservation *self, const BtyAmounts *used)
{
  for (BtySpender *of = self->spender; of != NULL; of = of->parent)
    {
      g_autofree char *key = NULL;
      BtyBudgetNode *node;

      if (of->what.session == NULL)
        continue;
      key = bty_budget_key (BTY_SCOPE_SESSION, of->what.session, BTY_PERIOD_SESSION, "");
      node = g_hash_table_lookup (of->budgets->nodes, key);
      if (node == NULL || g_ptr_array_find (self->path, node, NULL))
        continue;
      for (guint unit = 0; unit < BTY_N_UNITS; unit++)
        node->spent.of[unit] += used->of[unit];
    }
}

/* What comes from outside is no more than anybody could use: nothing of it may lock the caps for good. */
#define MAX_COST G_GINT64_CONSTANT (1000000000000)

static void
clamp (BtyUsageEntry *entry)
{
  entry->cost = CLAMP (entry->cost, 0, MAX_COST);
  entry->time_ms = CLAMP (entry->time_ms, 0, G_MAXINT32);
  entry->input_tokens = CLAMP (entry->input_tokens, 0, G_MAXINT32);
  entry->cached_tokens = CLAMP (entry->cached_tokens, 0, G_MAXINT32);
  entry->cache_write_tokens = CLAMP (entry->cache_write_tokens, 0, G_MAXINT32);
  entry->output_tokens = CLAMP (entry->output_tokens, 0, G_MAXINT32);
  entry->reasoning_tokens = CLAMP (entry->reasoning_tokens, 0, G_MAXINT32);
}

void
bty_reservation_settle (BtyReservation *self, BtyUsageEntry *entry)
{
  BtySpender *spender = self->spender;
  gboolean was_free = self->granted.of[BTY_UNIT_USD] == 0;
  BtyAmounts used;

  clamp (entry);
  used = (BtyAmounts){ { entry->cost, entry->input_tokens + entry->output_tokens, 1, entry->time_ms } };
  fill_in (spender, entry);
  entry->record.created_at = self->at; /* the day that it counts for */
  count (spender, self->path, &self->granted, -1);
  spend (self, &used);
  if (self->generation != spender->budgets->generation)
    spend_in_session (self, &used);
  self->granted = (BtyAmounts){ 0 };
  for (BtySpender *of = spender; of != NULL; of = of->parent)
    {
      of->cost += used.of[BTY_UNIT_USD];
      of->pricing = of->has_settled ? MIN (of->pricing, entry->pricing) : entry->pricing;
      of->has_settled = TRUE;
    }
  bty_budget_nodes_extend (spender->budgets, self->path, FALSE);
  bty_budget_ledger_add (spender->budgets, entry);
  bty_budget_warn_of (spender->budgets, spender, self->path);
  if (was_free && entry->cost > 0)
    bty_budget_billed (spender->budgets, entry);
  bty_reservation_drop (self);
}

void
bty_reservation_drop (BtyReservation *self)
{
  count (self->spender, self->path, &self->granted, -1);
  bty_budget_pump_soon (self->spender->budgets);
  g_ptr_array_unref (self->path);
  g_object_unref (self->spender);
  g_free (self);
}
