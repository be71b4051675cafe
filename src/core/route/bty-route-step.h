/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/* Most conditions that one step may have. */
#define BTY_ROUTE_MAX_CONDITIONS 8

/**
 * BtyPriority:
 *
 * Who goes first when a provider's limit makes them wait.
 */
typedef enum
{
  BTY_PRIORITY_PERSON,   /* somebody waits for the answer */
  BTY_PRIORITY_PROGRAM,  /* another program waits: the doors for other programs */
  BTY_PRIORITY_WORKFLOW, /* nobody waits: schedules, tests */
} BtyPriority;
#define BTY_N_PRIORITIES 3

/**
 * BtyRouteDemand:
 * @needs: (nullable): abilities that are needed, such as `tools` and `vision`: a model that lacks one is passed over
 * @tokens: what the input comes to, about; 0 when unknown
 * @priority: who goes first when a provider's limit makes them wait
 * @is_probe: it is asked to see whether it works: also while it rests after failures, and only once
 *
 * What the conditions of the steps are held against.
 */
typedef struct
{
  const char *const *needs;
  gint64 tokens;
  BtyPriority priority;
  gboolean is_probe;
} BtyRouteDemand;

/** bty_route_demand_is_met: Returns: whether a model can do at all what is asked; what nobody knows of it is not denied */
gboolean bty_route_demand_is_met (const BtyRouteDemand *demand, const BtyModel *model, GError **error);

typedef enum
{
  BTY_CONDITION_NEED,          /* `tools`, `!vision`: whether the request needs an ability */
  BTY_CONDITION_CONTEXT_ABOVE, /* `context>N` */
  BTY_CONDITION_CONTEXT_BELOW, /* `context<N` */
  BTY_CONDITION_COST_BELOW,    /* `cost<USD` */
  BTY_CONDITION_HOUR,          /* `hour=FROM-TO` */
} BtyConditionKind;

/**
 * BtyRouteCondition:
 * @need: (nullable): the ability, static
 * @is_negated: with an ability: the request must not need it
 * @number: tokens, micro-dollars, or the hour that it begins with; @end: the hour that it ends before
 */
typedef struct
{
  BtyConditionKind kind;
  const char *need;
  gboolean is_negated;
  gint64 number;
  gint64 end;
} BtyRouteCondition;

/**
 * BtyRouteStep:
 * @provider: name of the provider, or of a route when there is no @model
 * @model: (nullable): the model's own name; %NULL: the provider's default
 *
 * One step of a route: `PROVIDER/MODEL?CONDITION&CONDITION…`.
 */
typedef struct
{
  char *provider;
  char *model;
  guint n_conditions;
  BtyRouteCondition conditions[BTY_ROUTE_MAX_CONDITIONS];
} BtyRouteStep;

/** bty_route_step_parse: Returns: (transfer full) (nullable): the step; INVALID_ARGUMENT names what cannot be read, and what could */
BtyRouteStep *bty_route_step_parse (const char *text, GError **error);
/** bty_route_step_copy: @more: (nullable): a step whose conditions count as well; those that have no place any more are left out */
BtyRouteStep *bty_route_step_copy (const BtyRouteStep *step, const BtyRouteStep *more);
void bty_route_step_free (BtyRouteStep *step);
/** bty_route_step_print: Returns: (transfer full): its text, which reads as the same step */
char *bty_route_step_print (const BtyRouteStep *step);
/** bty_route_step_label: Returns: (transfer full): without its conditions: `PROVIDER/MODEL`, or `PROVIDER` */
char *bty_route_step_label (const BtyRouteStep *step);
/**
 * bty_route_step_admits:
 * @hour: of the day, in the time zone of the owner
 *
 * Whether the conditions that need no model hold: all but the cost. FAILED_PRECONDITION says which does not.
 */
gboolean bty_route_step_admits (const BtyRouteStep *step, const BtyRouteDemand *demand, gint64 hour, GError **error);
/** bty_route_step_admits_cost: @cost: micro-dollars that the call is expected to cost */
gboolean bty_route_step_admits_cost (const BtyRouteStep *step, gint64 cost, GError **error);
/** bty_route_step_is_about_cost: whether what it costs matters at all */
gboolean bty_route_step_is_about_cost (const BtyRouteStep *step);

/** bty_route_check: whether each of @steps can be read; @place: (nullable): put before what is wrong with one, as `/steps/0` */
gboolean bty_route_check (const char *const *steps, const char *place, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyRouteStep, bty_route_step_free)
