/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a call may cost before it is made, and what an answer comes to while it comes. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-test-router.h"
#include "route/bty-route-estimate.h"

typedef struct
{
  BtySettings *settings;
  BtyModelBook *book;
  BtyModel *model;
  BtyCompletionRequest *request;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->settings = bty_test_settings_new ();
  f->book = bty_model_book_new (f->settings, "/nonexistent");
  f->model = bty_model_new ();
  f->model->name = g_strdup ("a/m");
  f->model->provider = g_strdup ("a");
  f->model->context_window = 100000;
  f->model->input_price = 1000000; /* a dollar for a million: a micro-dollar each */
  f->model->output_price = 2000000;
  f->request = bty_completion_request_new ();
  f->request->messages = bty_record_list_new ();
  g_ptr_array_add (f->request->messages, bty_prompt_message_new_text (BTY_ROLE_USER, "Who are you?"));
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  bty_completion_request_unref (f->request);
  bty_model_unref (f->model);
  g_assert_finalize_object (f->book);
  g_object_unref (f->settings);
}

static void
test_amounts (Fixture *f, gconstpointer unused)
{
  BtyRouteEstimate estimate;

  f->request->max_output = 1000;
  bty_route_estimate (f->book, f->model, f->request, &estimate);
  g_assert_cmpint (estimate.input, >, 0);
  g_assert_cmpint (estimate.output, ==, 1000);
  g_assert_cmpint (estimate.input_most, >, estimate.input); /* such counts may be too small */
  g_assert_cmpint (estimate.most.of[BTY_UNIT_TOKENS], ==, estimate.input_most + 1000);
  g_assert_cmpint (estimate.most.of[BTY_UNIT_USD], ==, estimate.input_most + 2000);
  g_assert_true (estimate.must_be_said); /* nobody knows how much it may say */
  g_assert_cmpint (estimate.most.of[BTY_UNIT_CALLS], ==, 1);
  g_assert_cmpint (estimate.least.of[BTY_UNIT_CALLS], ==, 1);
  g_assert_cmpint (estimate.least.of[BTY_UNIT_USD], <, estimate.most.of[BTY_UNIT_USD]);

  f->model->max_output = 500;
  bty_route_estimate (f->book, f->model, f->request, &estimate);
  g_assert_cmpint (estimate.output, ==, 500);
  g_assert_false (estimate.must_be_said);
  f->model->max_output = 0;
  f->request->max_output = 0;
  f->model->output_price = 0;
  bty_route_estimate (f->book, f->model, f->request, &estimate);
  g_assert_false (estimate.must_be_said); /* it costs nothing */
  f->model->output_price = 2000000;
  f->model->max_output = 10000000; /* more than the window has */
  f->request->max_output = 0;
  bty_route_estimate (f->book, f->model, f->request, &estimate);
  g_assert_cmpint (estimate.output, ==, 100000 - estimate.input);
  f->model->cache_write_price = 1250000; /* in the worst case all is written to the cache */
  bty_route_estimate (f->book, f->model, f->request, &estimate);
  g_assert_cmpint (bty_route_cost (f->model, 1000, 0), ==, 1250);
}

/* What is granted bounds the answer by whichever unit is the first to run out. */
static void
test_bound (Fixture *f, gconstpointer unused)
{
  BtyRouteEstimate estimate;
  BtyAmounts granted;

  f->request->max_output = 1000;
  bty_route_estimate (f->book, f->model, f->request, &estimate);
  granted = estimate.most;
  g_assert_cmpint (bty_route_estimate_bound (&estimate, f->model, &granted), ==, 1000);
  granted.of[BTY_UNIT_TOKENS] -= 400;
  g_assert_cmpint (bty_route_estimate_bound (&estimate, f->model, &granted), ==, 600);
  granted.of[BTY_UNIT_USD] -= 1800;
  g_assert_cmpint (bty_route_estimate_bound (&estimate, f->model, &granted), ==, 100);
  granted.of[BTY_UNIT_USD] = 0;
  g_assert_cmpint (bty_route_estimate_bound (&estimate, f->model, &granted), ==, 1);
}

/* A long request has prices of its own. */
static void
test_bound_of_long (Fixture *f, gconstpointer unused)
{
  BtyRouteEstimate estimate;
  BtyAmounts granted;
  gint64 bound;

  f->request->max_output = 1000;
  f->model->long_from = 5;
  f->model->long_input_price = 2000000;
  f->model->long_output_price = 10000000;
  bty_route_estimate (f->book, f->model, f->request, &estimate);
  granted = estimate.most;
  granted.of[BTY_UNIT_USD] /= 2;
  bound = bty_route_estimate_bound (&estimate, f->model, &granted);
  g_assert_cmpint (bty_route_cost (f->model, estimate.input_most, bound), <=, granted.of[BTY_UNIT_USD]);
  g_assert_cmpint (bty_route_cost (f->model, estimate.input_most, bound + 1), >, granted.of[BTY_UNIT_USD]);
}

static void
test_more (Fixture *f, gconstpointer unused)
{
  BtyRouteEstimate plain, more;
  BtyToolSpec *tool = bty_tool_spec_new ();
  BtyPart *part = bty_part_new ();

  bty_route_estimate (f->book, f->model, f->request, &plain);
  tool->name = g_strdup ("look_up");
  tool->parameters = g_strdup ("{\"type\":\"object\"}");
  f->request->tools = bty_record_list_new ();
  g_ptr_array_add (f->request->tools, tool);
  f->request->system = g_strdup ("You are a bot.");
  bty_route_estimate (f->book, f->model, f->request, &more);
  g_assert_cmpint (more.input, >, plain.input);
  part->kind = BTY_PART_FILE;
  part->media_type = g_strdup ("image/png");
  g_ptr_array_add (((BtyPromptMessage *) f->request->messages->pdata[0])->parts, part);
  bty_route_estimate (f->book, f->model, f->request, &plain);
  g_assert_cmpint (plain.input, >, more.input + 1000);
}

/* However it comes in pieces, it is counted about the same, and never more than its bytes. */
static void
test_meter (Fixture *f, gconstpointer unused)
{
  g_auto (BtyRouteMeter) meter = { 0 };
  g_autofree char *text = g_strnfill (5000, 'a');
  gint64 whole = bty_model_book_count (f->book, f->model, text, 5000);

  g_assert_cmpint (bty_route_meter_count (&meter, f->book, f->model), ==, 0);
  for (guint i = 0; i < 5000; i++)
    {
      bty_route_meter_add (&meter, f->book, f->model, text + i, 1);
      g_assert_cmpint (bty_route_meter_get_most (&meter), <=, i + 1);
    }
  g_assert_cmpuint (meter.bytes, ==, 5000);
  g_assert_cmpint (bty_route_meter_count (&meter, f->book, f->model), >=, whole - 20);
  g_assert_cmpint (bty_route_meter_count (&meter, f->book, f->model), <=, whole + 20);
}

static void
assert_usage (const BtyUsage *reported, gint64 input, gint64 counted, gboolean is_whole, gint64 expected_input,
              gint64 expected_output, gboolean is_estimate)
{
  g_autoptr (BtyUsage) usage = bty_route_estimate_usage (reported, input, counted, is_whole);

  g_assert_cmpint (usage->input_tokens, ==, expected_input);
  g_assert_cmpint (usage->output_tokens, ==, expected_output);
  g_assert_cmpint (usage->is_estimate, ==, is_estimate);
}

/* What the wire tells counts, unless it broke off before it had told all, or told what cannot be. */
static void
test_usage (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyUsage) told = bty_usage_new ();

  told->input_tokens = 10;
  told->output_tokens = 20;
  assert_usage (told, 12, 33, TRUE, 10, 20, FALSE);
  assert_usage (told, 12, 33, FALSE, 10, 33, TRUE);
  assert_usage (told, 12, 3, FALSE, 10, 20, FALSE);
  assert_usage (NULL, 12, 33, TRUE, 12, 33, TRUE);
  assert_usage (NULL, 0, 0, FALSE, 0, 0, TRUE); /* it never answered: nobody can ask money for that */
  told->input_tokens = -10;
  told->output_tokens = -20;
  assert_usage (told, 12, 33, TRUE, 12, 33, TRUE);
  told->input_tokens = 10;
  told->output_tokens = 0;
  assert_usage (told, 12, 33, TRUE, 10, 33, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/route-estimate/amounts", Fixture, NULL, set_up, test_amounts, tear_down);
  g_test_add ("/route-estimate/bound", Fixture, NULL, set_up, test_bound, tear_down);
  g_test_add ("/route-estimate/bound-of-long", Fixture, NULL, set_up, test_bound_of_long, tear_down);
  g_test_add ("/route-estimate/more", Fixture, NULL, set_up, test_more, tear_down);
  g_test_add ("/route-estimate/meter", Fixture, NULL, set_up, test_meter, tear_down);
  g_test_add ("/route-estimate/usage", Fixture, NULL, set_up, test_usage, tear_down);
  return g_test_run ();
}
