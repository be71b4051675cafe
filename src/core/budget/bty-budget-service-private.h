/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "budget/bty-budget-node.h"
#include "budget/bty-budget-service.h"

/* What the files of BtyBudgetService and BtySpender share. */

typedef gint64 (*BtyBudgetNow) (gpointer data);

struct _BtyBudgetService
{
  GObject parent_instance;
  BtyStore *store;
  BtySettings *settings;
  BtyBudgetNow now;
  gpointer now_data;
  GTimeZone *zone;
  BtyPeriodSpan day;   /* the one it is now */
  BtyPeriodSpan month; /* likewise */
  GHashTable *caps;    /* key -> BtyCap */
  guint generation;    /* of caps and settings */
  BtyAmounts slab;     /* what the settings want to have ahead */
  guint slab_of;       /* of which generation that is */
  gboolean is_open;
  gboolean is_opening;
  GPtrArray *opening;   /* GTask: wait until it is open */
  GHashTable *nodes;    /* key -> BtyBudgetNode */
  GPtrArray *looking;   /* GTask with its nodes: wait until they are known */
  GPtrArray *reserving; /* GTask: in order, those that wait for a node, for the disk or for what others hold */
  guint n_waiting;      /* of them for what others hold */
  guint pass;           /* over them */
  guint pump_source;
  GPtrArray *unsaved; /* BtyUsageEntry that the disk did not take */
  gint64 swept_at;
  gboolean is_pumping;
  gboolean is_stopped;
};

/* Who stands above a spender, itself included: whose caps count for it. */
typedef struct
{
  BtyBudgetScope scope;
  const char *subject;
} BtyBudgetOwner;
#define BTY_BUDGET_MAX_OWNERS 4

/* Which cap left less of a unit than was wished for: of @node, or with NULL that of each call or turn. */
typedef struct
{
  gboolean is_set;
  BtyBudgetNode *node; /* on the path */
  BtyBudgetPeriod period;
} BtyBudgetLimit;

/* Why nothing was granted: the cap is that of @node, or with NULL that of each call or turn. */
typedef struct
{
  BtyBudgetNode *node;
  BtyBudgetPeriod period;
  BtyBudgetUnit unit;
  gint64 left;
  gint64 needed;
  gboolean may_wait; /* others hold it, and will give it back */
} BtyBudgetRefusal;

/* Of one who waits for what others hold of a node. */
typedef struct
{
  BtyBudgetNode *node;
  BtyBudgetUnit unit;
  guint generation; /* of the caps, when it was last looked at */
  gint64 day_until; /* likewise */
  guint64 n_granted_before;
  gboolean is_next; /* was passed over often enough */
  gboolean is_late; /* has waited long enough */
  guint timeout;
  GCancellable *cancellable; /* (nullable) */
  gulong cancelled;
} BtyBudgetWait;

/* One reserve on its way: the data of its task. */
typedef struct
{
  BtyAmounts least;
  BtyAmounts most;
  BtyAmounts granted;
  BtyBudgetWait *wait; /* (nullable) */
  BtyBudgetLimit limits[BTY_N_UNITS];
  BtyReservation *reservation; /* counted already */
  BtyAmounts *marks;           /* for each node of it: how far the disk must be */
  guint tries;
} BtyReserving;

struct _BtySpender
{
  GObject parent_instance;
  BtyBudgetService *budgets;
  BtySpender *parent;
  BtySpenderFor what;
  gint64 cost;
  BtyPricing pricing;
  gboolean has_settled;
  BtyAmounts spent;
  BtyAmounts reserved;
  BtyCapHit *hit;
  void (*warn) (const char *text, gpointer data);
  gpointer warn_data;
  GPtrArray *path; /* BtyBudgetNode: until path_until, for path_of */
  gint64 path_until;
  guint path_of;
  BtyAmounts call_caps;
  BtyAmounts turn_caps;
};

struct _BtyReservation
{
  BtySpender *spender;
  BtyAmounts granted;
  gint64 at;        /* when it was granted */
  guint generation; /* of the caps then */
  guint caps_of;    /* the generation that its path was last filled with */
  BtyBudgetLimit limits[BTY_N_UNITS];
  GPtrArray *path;
};

/* Time and periods. */
gint64 bty_budget_now (BtyBudgetService *self);
void bty_budget_look_at_clock (BtyBudgetService *self);
void bty_budget_service_set_now (BtyBudgetService *self, BtyBudgetNow now, gpointer data);

void bty_budget_service_open_async (BtyBudgetService *self, GAsyncReadyCallback callback, gpointer data);
gboolean bty_budget_service_open_finish (BtyBudgetService *self, GAsyncResult *result, GError **error);
/* There is more room for a bot, or for all with NULL. */
void bty_budget_raised (BtyBudgetService *self, const char *slug);

/* A call that was taken to be free cost something. */
void bty_budget_billed (BtyBudgetService *self, BtyUsageEntry *entry);

/* Caps, in bty-budget-caps.c. */
void bty_budget_caps_load (BtyBudgetService *self);
/* What a scope's own cap of a period and unit is, or else the default; BTY_UNCAPPED: none. */
gint64 bty_budget_caps_find (BtyBudgetService *self, BtyBudgetScope scope, const char *subject, BtyBudgetPeriod period,
                             BtyBudgetUnit unit, gboolean *is_default);
/* The tightest of those that @owners have for each call, turn or session. */
gint64 bty_budget_caps_of_each (BtyBudgetService *self, const BtyBudgetOwner *owners, guint n, BtyBudgetPeriod period,
                                BtyBudgetUnit unit, guint *whose);
/* What the caps of a node are now; @owners: those that a session's caps are looked for with. */
void bty_budget_caps_fill (BtyBudgetService *self, BtyBudgetNode *node, const BtyBudgetOwner *owners, guint n);
gboolean bty_budget_caps_has (BtyBudgetService *self, BtyBudgetScope scope, const char *subject,
                              BtyBudgetPeriod period);

/* Nodes, in bty-budget-nodes.c. */
BtyBudgetNode *bty_budget_nodes_get (BtyBudgetService *self, BtyBudgetScope scope, const char *subject,
                                     BtyBudgetPeriod period, const BtySpenderFor *what);
/* Returns: whether its figures are known; else it is looked for, and the service pumped when it was. */
gboolean bty_budget_nodes_load (BtyBudgetService *self, BtyBudgetNode *node);
/* Calls back with a task of a boolean once all of @nodes are known. */
void bty_budget_nodes_look (BtyBudgetService *self, GPtrArray *nodes, GAsyncReadyCallback callback, gpointer data);
void bty_budget_nodes_pump (BtyBudgetService *self);
void bty_budget_nodes_sweep (BtyBudgetService *self);
/* Asks the disk for more where less is left than it takes; @is_urgent: somebody waits for it. */
void bty_budget_nodes_extend (BtyBudgetService *self, GPtrArray *path, gboolean is_urgent);
/* Writes down exactly what was spent, each node by itself: one that cannot be written leaves the others as they are. */
void bty_budget_nodes_close (BtyBudgetService *self, BtyBudgetNode *node, gboolean is_lazy);
/* Nobody has @bot any more, nor what is on disk of it. */
void bty_budget_nodes_forget (BtyBudgetService *self, const char *bot);

/* Spenders, in bty-spender.c. */
guint bty_spender_list_owners (BtySpender *self, BtyBudgetOwner *owners);
GPtrArray *bty_spender_find_path (BtySpender *self);
/* Returns: whether there is room for @reserving, which then says how much; @refusal: why not. */
gboolean bty_spender_grant (BtySpender *self, GPtrArray *path, BtyReserving *reserving, BtyBudgetRefusal *refusal);
/* Takes @hit. */
void bty_spender_set_hit (BtySpender *self, BtyCapHit *hit);
/* What was granted counts from now on. */
BtyReservation *bty_reservation_new (BtySpender *spender, GPtrArray *path, const BtyReserving *reserving);

/* Reserving, in bty-budget-reserving.c. */
void bty_budget_pump (BtyBudgetService *self);
/* Something was given back: those who wait for it are looked at from the main loop. */
void bty_budget_pump_soon (BtyBudgetService *self);
/* Nothing is given back any more. */
void bty_budget_stop_waiting (BtyBudgetService *self, const GError *error);
/* A write of @node failed. */
void bty_budget_fail_waiting (BtyBudgetService *self, GHashTable *nodes, const GError *error);

/* Hits, in bty-budget-hit.c. */
BtyCapHit *bty_cap_hit_new (BtySpender *spender, BtyBudgetNode *node, BtyBudgetPeriod period, BtyBudgetUnit unit,
                            gint64 left, gint64 needed);
void bty_cap_hit_free (BtyCapHit *hit);
/* Returns: (transfer full): the cap in words, as `the cap of 0.50 USD for each turn of the bot “ada”` */
char *bty_cap_hit_name (const BtyCapHit *hit, const char *slug);
GError *bty_cap_hit_to_error (const BtyCapHit *hit, const char *slug, GTimeZone *zone);

/* Warnings, in bty-budget-warning.c. */
/* What stands at a level already is not told. */
void bty_budget_warn_begin (GPtrArray *path);
void bty_budget_warn_of (BtyBudgetService *self, BtySpender *spender, GPtrArray *path);

/* The ledger, in bty-budget-ledger.c. */
/* Calls back with a task of a BtyAmounts: what a session has used, by the entries of its calls up to now. */
void bty_budget_ledger_add_up (BtyBudgetService *self, const char *session, GAsyncReadyCallback callback,
                               gpointer data);
void bty_budget_ledger_add (BtyBudgetService *self, BtyUsageEntry *entry);
