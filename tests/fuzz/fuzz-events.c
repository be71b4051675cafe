/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Topics from outside, one a line, and the same bytes as what a record said of itself: a filter is refused or means the same when
 * it is read again, and what goes out is JSON whatever is in the log.
 */
#define G_LOG_DOMAIN "bty-fuzz"

#include "config.h"

#include "event/bty-event-contract.h"
#include "event/bty-event-filter.h"
#include "fuzz.h"

static void
check_filter (const char *text)
{
  g_auto (GStrv) topics = g_strsplit (text, "\n", 80);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyEventFilter) filter = bty_event_filter_new ((const char *const *) topics, &error);
  g_autoptr (BtyEventFilter) again = NULL;

  if (filter == NULL)
    {
      g_assert_true (g_error_matches (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT));
      return;
    }
  again = bty_event_filter_new ((const char *const *) filter->patterns, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->key, ==, filter->key);
  for (guint i = 0; topics[i] != NULL; i++)
    {
      const char *name = bty_event_contract_get_name (topics[i]);

      if (name != NULL && !g_str_has_suffix (name, "*") && !g_str_has_prefix (name, BTY_EVENT_TYPE_PREFIX))
        g_assert_true (bty_event_filter_matches (filter, name));
    }
}

static void
check_data (const char *text)
{
  g_autoptr (BtyEvent) event = bty_event_new ();
  g_autoptr (BtyClientEvent) client = NULL;

  event->record.id = g_strdup ("0190a000-0000-7000-8000-000000000000");
  event->topic = g_strdup ("turn.finished");
  event->data = g_strdup (text);
  client = bty_event_contract_translate (event);
  g_assert_true (bty_json_validate (client->data, strlen (client->data), 0, NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);

  if (!g_utf8_validate (text, -1, NULL))
    return 0;
  check_filter (text);
  check_data (text);
  return 0;
}
