/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-budget"

#include "config.h"

#include "budget/bty-usage-csv.h"

#include <string.h>

void
bty_usage_csv_append_head (GString *lines)
{
  g_string_append (lines, "time,id,bot,session,turn,workflow,tool,purpose,provider,model,input_tokens,cached_tokens,"
                          "cache_write_tokens,output_tokens,reasoning_tokens,estimated,cost_usd,pricing,first_token_ms,"
                          "time_ms,outcome\r\n");
}

/* A spreadsheet takes what begins so for a formula, also behind blanks: an apostrophe before it makes it plain text. */
static gboolean
looks_like_formula (const char *text)
{
  while (*text == ' ' || *text == '"' || *text == '\'')
    text++;
  return *text != '\0' && strchr ("=+-@\t\r\n|%", *text) != NULL;
}

void
bty_usage_csv_append_cell (GString *lines, const char *text)
{
  if (text == NULL)
    return;
  g_string_append_c (lines, '"');
  if (looks_like_formula (text))
    g_string_append_c (lines, '\'');
  for (; *text != '\0'; text++)
    {
      if (*text == '"')
        g_string_append_c (lines, '"');
      g_string_append_c (lines, g_ascii_iscntrl (*text) ? ' ' : *text);
    }
  g_string_append_c (lines, '"');
}

static void
append_text (GString *lines, const char *text)
{
  bty_usage_csv_append_cell (lines, text);
  g_string_append_c (lines, ',');
}

static void
append_number (GString *lines, gint64 number)
{
  g_string_append_printf (lines, "%" G_GINT64_FORMAT ",", number);
}

void
bty_usage_csv_append (GString *lines, const BtyUsageEntry *entry)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (entry->record.created_at / G_USEC_PER_SEC);
  g_autofree char *text = g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");
  g_autofree char *cost = bty_usd_format (entry->cost);

  g_string_append_printf (lines, "%s,%s,", text, entry->record.id);
  append_text (lines, entry->slug);
  append_text (lines, entry->session);
  append_text (lines, entry->turn);
  append_text (lines, entry->workflow);
  append_text (lines, entry->tool);
  append_text (lines, entry->purpose);
  append_text (lines, entry->provider);
  append_text (lines, entry->model);
  append_number (lines, entry->input_tokens);
  append_number (lines, entry->cached_tokens);
  append_number (lines, entry->cache_write_tokens);
  append_number (lines, entry->output_tokens);
  append_number (lines, entry->reasoning_tokens);
  g_string_append_printf (lines, "%s,%s,%s,", entry->is_estimate ? "yes" : "no", cost,
                          bty_enum_nick (bty_pricings, (int) entry->pricing));
  append_number (lines, entry->first_token_ms);
  append_number (lines, entry->time_ms);
  bty_usage_csv_append_cell (lines, entry->outcome);
  g_string_append (lines, "\r\n");
}
