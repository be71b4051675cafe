/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-ctl-budget.h"
#include "bty-ctl-doctor.h"

/* Models that failed in a row are not asked for a while. */
static void
check_breakers (BtyCtlDoctor *doctor, const BtyProviderStatus *status)
{
  for (guint i = 0; status->breakers != NULL && i < status->breakers->len; i++)
    {
      const BtyBreakerInfo *info = status->breakers->pdata[i];

      if (info->state != BTY_BREAKER_STATE_CLOSED)
        bty_ctl_doctor_add (
          doctor, BTY_CTL_FINDING_WARNING,
          g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s failed %lld time and rests: %s",
                                        "%s failed %lld times and rests: %s", (gulong) info->failures),
                           info->model, (long long) info->failures, info->reason != NULL ? info->reason : "?"),
          g_strdup_printf (_ ("run: boternity-ctl provider test %s, which tries it now"), status->name));
    }
}

static void
check_providers (BtyCtlDoctor *doctor)
{
  g_autoptr (GPtrArray) providers = bty_ctl_doctor_list (doctor, "provider.status", &bty_provider_status_schema);
  guint before = doctor->findings->len;

  if (providers == NULL)
    return;
  for (guint i = 0; i < providers->len; i++)
    {
      const BtyProviderStatus *status = providers->pdata[i];

      check_breakers (doctor, status);
      if (status->keys > 0 && status->keys_resting >= status->keys)
        bty_ctl_doctor_add (
          doctor, BTY_CTL_FINDING_WARNING,
          g_strdup_printf (_ ("no key of the provider “%s” can be used now: they were refused, or are used up"),
                           status->name),
          g_strdup_printf (
            _ ("see why: boternity-ctl provider status; run: boternity-ctl provider update %s --key-stdin"),
            status->name));
    }
  if (doctor->findings->len == before)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_OK, g_strdup (_ ("no model rests, and no provider is out of keys")),
                        NULL);
}

static void
check_standing (BtyCtlDoctor *doctor, const BtyStanding *standing)
{
  if (bty_ctl_budget_is_full (standing))
    {
      g_autofree char *text = bty_ctl_budget_tell (standing);

      bty_ctl_doctor_add (
        doctor, BTY_CTL_FINDING_WARNING, g_strdup_printf (_ ("%s: what asks for more waits"), text),
        g_strdup (_ ("see when it renews: boternity-ctl budget show; boternity-ctl budget set raises it")));
    }
}

static void
check_budget (BtyCtlDoctor *doctor)
{
  g_autoptr (GPtrArray) standings = bty_ctl_doctor_list (doctor, "budget.show", &bty_standing_schema);
  guint before = doctor->findings->len;
  gboolean is_unsure = FALSE;

  if (standings == NULL)
    return;
  for (guint i = 0; i < standings->len; i++)
    {
      check_standing (doctor, standings->pdata[i]);
      is_unsure = is_unsure || ((const BtyStanding *) standings->pdata[i])->unsure > 0;
    }
  if (is_unsure)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING,
                        g_strdup (_ ("something was reserved when the daemon was killed, and counts as spent")),
                        g_strdup (_ ("run: boternity-ctl budget reconcile, which counts again")));
  if (standings->len == 0)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_WARNING, g_strdup (_ ("there is no cap on what may be spent")),
                        g_strdup (_ ("run: boternity-ctl budget set --day 5 --month 50")));
  else if (doctor->findings->len == before)
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_OK, g_strdup (_ ("something is left of every cap")), NULL);
}

/* What was asked counts, not what could be: a provider's list of models is long. */
static void
check_prices (BtyCtlDoctor *doctor)
{
  g_autoptr (GPtrArray) sums = bty_ctl_doctor_list (doctor, "usage.summary", &bty_usage_sum_schema);
  const BtyUsageSum *all = sums != NULL && sums->len > 0 ? sums->pdata[sums->len - 1] : NULL;

  if (sums == NULL)
    return;
  if (all != NULL && all->unpriced > 0)
    bty_ctl_doctor_add (
      doctor, BTY_CTL_FINDING_WARNING,
      g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                    "%lld call in the last 30 days was of a model whose price nobody knows: it counts "
                                    "as the dearest that is known",
                                    "%lld calls in the last 30 days were of models whose price nobody knows: they "
                                    "count as the dearest that is known",
                                    (gulong) all->unpriced),
                       (long long) all->unpriced),
      g_strdup (_ ("see which: boternity-ctl usage summary --by model; then run: boternity-ctl model set MODEL --input "
                   "USD --output USD")));
  else
    bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_OK, g_strdup (_ ("the price of every model that was asked is known")),
                        NULL);
}

const BtyCtlCheck bty_ctl_doctor_model_checks[] = {
  { "providers", N_ ("models that failed and rest, providers that are out of keys"), check_providers },
  { "budget", N_ ("caps of which nothing is left"), check_budget },
  { "prices", N_ ("models that were asked and whose price nobody knows"), check_prices },
  { 0 },
};
