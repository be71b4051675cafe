/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/bty-model-book.h"
#include "route/bty-route-step.h"

#define MAX_TEXT   512
#define MAX_TOKENS G_GINT64_CONSTANT (1000000000000)
#define MAX_USD    1000000

static const char *const abilities[] = { "tools", "vision", "files" };

static gboolean
refuse (GError **error, const char *text, const char *why)
{
  g_autofree char *shown = g_utf8_make_valid (text, (gssize) MIN (strlen (text), 100));

  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, "“%s”: %s", shown, why);
  return FALSE;
}

/* Digits alone: no sign, no space, no other base. */
static gboolean
read_number (const char *text, gint64 max, gint64 *number)
{
  gint64 value = 0;

  if (text[0] == '\0')
    return FALSE;
  for (const char *c = text; *c != '\0'; c++)
    {
      if (!g_ascii_isdigit (*c))
        return FALSE;
      value = value * 10 + (*c - '0');
      if (value > max)
        return FALSE;
    }
  *number = value;
  return TRUE;
}

/* Dollars with at most six decimals, as micro-dollars. */
static gboolean
read_usd (const char *text, gint64 *micro)
{
  const char *point = strchr (text, '.');
  g_autofree char *whole = point != NULL ? g_strndup (text, point - text) : g_strdup (text);
  char decimals[7] = "000000";
  gint64 dollars, fraction = 0;

  if (!read_number (whole, MAX_USD, &dollars))
    return FALSE;
  if (point != NULL && (strlen (point + 1) == 0 || strlen (point + 1) > 6))
    return FALSE;
  if (point != NULL)
    memcpy (decimals, point + 1, strlen (point + 1));
  if (!read_number (decimals, 999999, &fraction))
    return FALSE;
  *micro = dollars * 1000000 + fraction;
  return *micro > 0;
}

static gboolean
read_hours (const char *text, BtyRouteCondition *condition)
{
  const char *dash = strchr (text, '-');
  g_autofree char *from = dash != NULL ? g_strndup (text, dash - text) : NULL;

  return dash != NULL && read_number (from, 23, &condition->number) && read_number (dash + 1, 24, &condition->end) &&
         condition->number != condition->end;
}

static gboolean
read_need (const char *text, BtyRouteCondition *condition)
{
  const char *name = text[0] == '!' ? text + 1 : text;

  condition->kind = BTY_CONDITION_NEED;
  condition->is_negated = text[0] == '!';
  for (guint i = 0; i < G_N_ELEMENTS (abilities); i++)
    if (strcmp (name, abilities[i]) == 0)
      condition->need = abilities[i];
  return condition->need != NULL;
}

static gboolean
read_condition (const char *text, BtyRouteCondition *condition, GError **error)
{
  if (g_str_has_prefix (text, "context>") || g_str_has_prefix (text, "context<"))
    {
      condition->kind = text[7] == '>' ? BTY_CONDITION_CONTEXT_ABOVE : BTY_CONDITION_CONTEXT_BELOW;
      return read_number (text + 8, MAX_TOKENS, &condition->number) ||
             refuse (error, text, _ ("after the sign stands a number of tokens, as in context>32000"));
    }
  if (g_str_has_prefix (text, "cost<"))
    {
      condition->kind = BTY_CONDITION_COST_BELOW;
      return read_usd (text + 5, &condition->number) ||
             refuse (error, text, _ ("after the sign stands an amount of dollars, as in cost<0.02"));
    }
  if (g_str_has_prefix (text, "hour="))
    {
      condition->kind = BTY_CONDITION_HOUR;
      return read_hours (text + 5, condition) ||
             refuse (error, text, _ ("after the sign stand two hours of the day, 0 to 24, as in hour=22-6"));
    }
  return read_need (text, condition) ||
         refuse (error, text,
                 _ ("no such condition: there are tools, vision, files (each also with ! before it), context>N, "
                    "context<N, cost<USD and hour=FROM-TO"));
}

static gboolean
read_conditions (BtyRouteStep *step, const char *text, GError **error)
{
  g_auto (GStrv) conditions = g_strsplit (text, "&", -1);

  for (guint i = 0; conditions[i] != NULL; i++)
    {
      if (step->n_conditions == BTY_ROUTE_MAX_CONDITIONS)
        return refuse (error, text, _ ("a step has 8 conditions at most: leave some out"));
      if (!read_condition (conditions[i], &step->conditions[step->n_conditions], error))
        return FALSE;
      step->n_conditions += 1;
    }
  return step->n_conditions > 0 || refuse (error, text, _ ("a condition stands after the question mark, as in ?tools"));
}

/* A provider's name is checked here as it is when one is added: it has no colon, for one. */
static gboolean
is_name (const char *name)
{
  gboolean good = g_ascii_isalnum (name[0]) && strlen (name) <= 64;

  for (const char *c = name; good && *c != '\0'; c++)
    good = g_ascii_isalnum (*c) || strchr ("-_.", *c) != NULL;
  return good;
}

static gboolean
is_written_well (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (g_ascii_isspace (*c) || g_ascii_iscntrl (*c) || *c == ',')
      return FALSE;
  return g_utf8_validate (text, -1, NULL) && strlen (text) <= MAX_TEXT;
}

BtyRouteStep *
bty_route_step_parse (const char *text, GError **error)
{
  g_autoptr (BtyRouteStep) step = g_new0 (BtyRouteStep, 1);
  const char *mark = strchr (text, '?');
  g_autofree char *label = mark != NULL ? g_strndup (text, mark - text) : g_strdup (text);
  const char *slash = strchr (label, '/');

  step->provider = slash != NULL ? g_strndup (label, slash - label) : g_strdup (label);
  step->model = slash != NULL && slash[1] != '\0' ? g_strdup (slash + 1) : NULL;
  if (!is_written_well (text))
    refuse (error, text, _ ("a step has no spaces and no commas, and at most 512 characters"));
  else if (!is_name (step->provider))
    refuse (error, text, _ ("this is no model: write PROVIDER/MODEL, or PROVIDER, or the name of a route"));
  else if (mark == NULL || read_conditions (step, mark + 1, error))
    return g_steal_pointer (&step);
  return NULL;
}

BtyRouteStep *
bty_route_step_copy (const BtyRouteStep *step, const BtyRouteStep *more)
{
  BtyRouteStep *copy = g_memdup2 (step, sizeof *step);

  copy->provider = g_strdup (step->provider);
  copy->model = g_strdup (step->model);
  for (guint i = 0; more != NULL && i < more->n_conditions && copy->n_conditions < BTY_ROUTE_MAX_CONDITIONS; i++)
    copy->conditions[copy->n_conditions++] = more->conditions[i];
  return copy;
}

void
bty_route_step_free (BtyRouteStep *step)
{
  g_free (step->provider);
  g_free (step->model);
  g_free (step);
}

static void
print_usd (GString *text, gint64 micro)
{
  gsize end;

  g_string_append_printf (text, "%" G_GINT64_FORMAT ".%06" G_GINT64_FORMAT, micro / 1000000, micro % 1000000);
  for (end = text->len; text->str[end - 1] == '0'; end--)
    ;
  g_string_truncate (text, text->str[end - 1] == '.' ? end - 1 : end);
}

static void
print_condition (GString *text, const BtyRouteCondition *condition)
{
  switch (condition->kind)
    {
    case BTY_CONDITION_NEED:
      g_string_append_printf (text, "%s%s", condition->is_negated ? "!" : "", condition->need);
      break;
    case BTY_CONDITION_CONTEXT_ABOVE:
      g_string_append_printf (text, "context>%" G_GINT64_FORMAT, condition->number);
      break;
    case BTY_CONDITION_CONTEXT_BELOW:
      g_string_append_printf (text, "context<%" G_GINT64_FORMAT, condition->number);
      break;
    case BTY_CONDITION_COST_BELOW:
      g_string_append (text, "cost<");
      print_usd (text, condition->number);
      break;
    case BTY_CONDITION_HOUR:
      g_string_append_printf (text, "hour=%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, condition->number, condition->end);
      break;
    }
}

char *
bty_route_step_label (const BtyRouteStep *step)
{
  return step->model != NULL ? g_strconcat (step->provider, "/", step->model, NULL) : g_strdup (step->provider);
}

char *
bty_route_step_print (const BtyRouteStep *step)
{
  g_autofree char *label = bty_route_step_label (step);
  GString *text = g_string_new (label);

  for (guint i = 0; i < step->n_conditions; i++)
    {
      g_string_append_c (text, i == 0 ? '?' : '&');
      print_condition (text, &step->conditions[i]);
    }
  return g_string_free (text, FALSE);
}

/* Holding against what is demanded. */

static gboolean
is_in_hours (gint64 hour, gint64 from, gint64 to)
{
  return from < to ? hour >= from && hour < to : hour >= from || hour < to;
}

static gboolean
holds (const BtyRouteCondition *condition, const BtyRouteDemand *demand, gint64 hour)
{
  gboolean needed;

  switch (condition->kind)
    {
    case BTY_CONDITION_NEED:
      needed = demand->needs != NULL && g_strv_contains (demand->needs, condition->need);
      return needed != condition->is_negated;
    case BTY_CONDITION_CONTEXT_ABOVE:
      return demand->tokens > condition->number;
    case BTY_CONDITION_CONTEXT_BELOW:
      return demand->tokens < condition->number;
    case BTY_CONDITION_HOUR:
      return is_in_hours (hour, condition->number, condition->end);
    case BTY_CONDITION_COST_BELOW:
      return TRUE; /* once the model is known */
    }
  return TRUE;
}

static gboolean
say_unmet (const BtyRouteCondition *condition, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  print_condition (text, condition);
  g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("its condition “%s” does not hold"), text->str);
  return FALSE;
}

gboolean
bty_route_step_admits (const BtyRouteStep *step, const BtyRouteDemand *demand, gint64 hour, GError **error)
{
  for (guint i = 0; i < step->n_conditions; i++)
    if (!holds (&step->conditions[i], demand, hour))
      return say_unmet (&step->conditions[i], error);
  return TRUE;
}

gboolean
bty_route_step_admits_cost (const BtyRouteStep *step, gint64 cost, GError **error)
{
  for (guint i = 0; i < step->n_conditions; i++)
    if (step->conditions[i].kind == BTY_CONDITION_COST_BELOW && cost >= step->conditions[i].number)
      return say_unmet (&step->conditions[i], error);
  return TRUE;
}

gboolean
bty_route_step_is_about_cost (const BtyRouteStep *step)
{
  for (guint i = 0; i < step->n_conditions; i++)
    if (step->conditions[i].kind == BTY_CONDITION_COST_BELOW)
      return TRUE;
  return FALSE;
}

gboolean
bty_route_check (const char *const *steps, const char *place, GError **error)
{
  for (guint i = 0; steps != NULL && steps[i] != NULL; i++)
    {
      g_autoptr (BtyRouteStep) step = bty_route_step_parse (steps[i], error);

      if (step != NULL)
        continue;
      if (place != NULL)
        g_prefix_error (error, "%s/%u: ", place, i);
      return FALSE;
    }
  return TRUE;
}

/* What a request demands. */

gboolean
bty_route_demand_is_met (const BtyRouteDemand *demand, const BtyModel *model, GError **error)
{
  for (guint i = 0; demand->needs != NULL && demand->needs[i] != NULL; i++)
    if (!bty_model_can (model, demand->needs[i]))
      {
        g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                     _ ("the request needs “%s”, which this model cannot do: add one to the route that can"),
                     demand->needs[i]);
        return FALSE;
      }
  return TRUE;
}
