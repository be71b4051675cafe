/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <math.h>
#include <string.h>

#include "route/bty-route-estimate.h"

#define SMALL_ANSWER   64    /* tokens: with less there is no use in asking */
#define UNKNOWN_OUTPUT 16384 /* tokens that a model may answer whose limit nobody knows */
#define MESSAGE_TOKENS 4     /* what the wire puts around a message */
#define IMAGE_TOKENS   1600  /* what an image comes to, about: wires count its area, which is not known here */
#define UNSEEN_TOKENS  50000 /* of a document that the service fetches: some 100 pages */
#define PIECE          512   /* bytes that are counted at once */

static gint64
count (BtyModelBook *book, const BtyModel *model, const char *text)
{
  return text != NULL && text[0] != '\0' ? bty_model_book_count (book, model, text, strlen (text)) : 0;
}

static gint64
count_file (const BtyPart *part)
{
  if (part->media_type == NULL || g_str_has_prefix (part->media_type, "image/"))
    return IMAGE_TOKENS;
  if (part->data == NULL)
    return UNSEEN_TOKENS;
  return MAX ((gint64) g_bytes_get_size (part->data) / 3, IMAGE_TOKENS);
}

static gint64
count_request (BtyModelBook *book, const BtyModel *model, const BtyCompletionRequest *request)
{
  gint64 sum = count (book, model, request->system) + count (book, model, request->output_schema) + MESSAGE_TOKENS;

  for (guint i = 0; request->messages != NULL && i < request->messages->len; i++)
    {
      const BtyPromptMessage *message = request->messages->pdata[i];

      sum += MESSAGE_TOKENS;
      for (guint p = 0; message->parts != NULL && p < message->parts->len; p++)
        {
          const BtyPart *part = message->parts->pdata[p];

          sum += count (book, model, part->text) + count (book, model, part->arguments) +
                 count (book, model, part->name) + (part->kind == BTY_PART_FILE ? count_file (part) : 0);
        }
    }
  for (guint i = 0; request->tools != NULL && i < request->tools->len; i++)
    {
      const BtyToolSpec *tool = request->tools->pdata[i];

      sum += MESSAGE_TOKENS + count (book, model, tool->name) + count (book, model, tool->description) +
             count (book, model, tool->parameters);
    }
  return sum;
}

/* In the worst case all of the input is written to a cache, where that is dearer. */
gint64
bty_route_cost (const BtyModel *model, gint64 input, gint64 output)
{
  BtyUsage usage = { .input_tokens = input, .output_tokens = output };

  if (model->cache_write_price > model->input_price)
    usage.cache_write_tokens = input;
  return bty_model_cost (model, &usage);
}

void
bty_route_estimate (BtyModelBook *book, const BtyModel *model, const BtyCompletionRequest *request,
                    BtyRouteEstimate *estimate)
{
  gint64 limit = model->max_output > 0 ? model->max_output : request->max_output > 0 ? G_MAXINT64 : UNKNOWN_OUTPUT;
  gint64 small;

  estimate->input = count_request (book, model, request);
  estimate->input_most = (gint64) ceil ((double) estimate->input * (1 + bty_model_doubt (model)));
  estimate->output = request->max_output > 0 ? MIN (request->max_output, limit) : limit;
  if (model->context_window > 0)
    estimate->output = MIN (estimate->output, MAX (model->context_window - estimate->input, SMALL_ANSWER));
  small = MIN (estimate->output, SMALL_ANSWER);
  /* What was not reserved must not be said; a model that costs nothing may say all it can. */
  estimate->must_be_said = model->output_price > 0 && (model->max_output == 0 || estimate->output < model->max_output);
  estimate->least = (BtyAmounts){ { [BTY_UNIT_USD] = bty_route_cost (model, estimate->input_most, small),
                                    [BTY_UNIT_TOKENS] = estimate->input_most + small,
                                    [BTY_UNIT_CALLS] = 1,
                                    [BTY_UNIT_TIME] = BTY_ROUTE_LEAST_TIME } };
  estimate->most = (BtyAmounts){ { [BTY_UNIT_USD] = bty_route_cost (model, estimate->input_most, estimate->output),
                                   [BTY_UNIT_TOKENS] = estimate->input_most + estimate->output,
                                   [BTY_UNIT_CALLS] = 1,
                                   [BTY_UNIT_TIME] = BTY_ROUTE_MOST_TIME } };
}

static gint64
output_price_of (const BtyModel *model, gint64 input)
{
  return model->long_from > 0 && input > model->long_from ? model->long_output_price : model->output_price;
}

gint64
bty_route_estimate_bound (const BtyRouteEstimate *estimate, const BtyModel *model, const BtyAmounts *granted)
{
  gint64 bound = MIN (estimate->output, granted->of[BTY_UNIT_TOKENS] - estimate->input_most);
  gint64 price = output_price_of (model, estimate->input_most);
  gint64 left;

  if (granted->of[BTY_UNIT_USD] < estimate->most.of[BTY_UNIT_USD] && price > 0)
    {
      left = MAX (granted->of[BTY_UNIT_USD] - bty_route_cost (model, estimate->input_most, 0), 0);
      bound = MIN (bound, (gint64) ((double) left * 1e6 / (double) price));
    }
  return MAX (bound, 1);
}

/* A wire that broke off has not told all, and none uses nothing, or less. */
BtyUsage *
bty_route_estimate_usage (const BtyUsage *reported, gint64 input, gint64 counted, gboolean is_whole)
{
  BtyUsage *usage = reported != NULL ? bty_usage_edit (reported) : bty_usage_new ();

  if (usage->input_tokens <= 0 && input > 0)
    {
      usage->input_tokens = input;
      usage->is_estimate = TRUE;
    }
  if (usage->output_tokens < counted && (!is_whole || usage->output_tokens <= 0))
    {
      usage->output_tokens = counted;
      usage->is_estimate = TRUE;
    }
  usage->is_estimate = usage->is_estimate || reported == NULL;
  return usage;
}

BtyUsageEntry *
bty_route_make_entry (const BtyModel *described, const char *provider, const char *model, const BtyUsage *usage,
                      gint64 estimated, gint64 asked_at)
{
  BtyUsageEntry *entry = bty_usage_entry_new ();

  entry->provider = g_strdup (provider);
  entry->model = g_strdup (model);
  entry->input_tokens = MAX (usage->input_tokens, 0);
  entry->cached_tokens = MAX (usage->cached_tokens, 0);
  entry->cache_write_tokens = MAX (usage->cache_write_tokens, 0);
  entry->output_tokens = MAX (usage->output_tokens, 0);
  entry->reasoning_tokens = MAX (usage->reasoning_tokens, 0);
  entry->estimated_tokens = estimated;
  entry->is_estimate = usage->is_estimate;
  entry->cost = bty_model_bill (described, usage, &entry->pricing);
  entry->time_ms = (g_get_monotonic_time () - asked_at) / 1000;
  return entry;
}

/* Counting what comes. */

void
bty_route_meter_clear (BtyRouteMeter *meter)
{
  if (meter->pending != NULL)
    g_string_free (meter->pending, TRUE);
  meter->pending = NULL;
}

void
bty_route_meter_add (BtyRouteMeter *meter, BtyModelBook *book, const BtyModel *model, const char *text, gsize length)
{
  if (meter->pending == NULL)
    meter->pending = g_string_sized_new (PIECE + 64);
  meter->bytes += length;
  g_string_append_len (meter->pending, text, (gssize) length);
  if (meter->pending->len >= PIECE)
    bty_route_meter_count (meter, book, model);
}

gint64
bty_route_meter_get_most (const BtyRouteMeter *meter)
{
  return meter->tokens + (meter->pending != NULL ? (gint64) meter->pending->len : 0);
}

gint64
bty_route_meter_count (BtyRouteMeter *meter, BtyModelBook *book, const BtyModel *model)
{
  if (meter->pending != NULL && meter->pending->len > 0)
    {
      meter->tokens += bty_model_book_count (book, model, meter->pending->str, meter->pending->len);
      g_string_truncate (meter->pending, 0);
    }
  return meter->tokens;
}
