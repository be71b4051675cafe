/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-test-house.h"
#include "bty-test-wait.h"
#include "budget/bty-usage-csv.h"

/* Turns that pause at a cap, and the operations on budgets, on a provider that costs nothing: its tokens are capped. */

static const char *const words[] = { "one ", "two ", "three", NULL };

static void
set_up (BtyTestHouse *h, gconstpointer unused)
{
  bty_test_house_open (h, words);
  bty_record_unref (bty_test_call (h, "bot.create", "{\"name\":\"Bo\"}"));
}

static void
tear_down (BtyTestHouse *h, gconstpointer unused)
{
  bty_budget_service_stop (bty_router_get_budgets (h->router));
  bty_test_settle ();
  bty_test_house_close (h);
}

static const BtyChatItem *
find_item (BtyCall *call, BtyChatItemType type)
{
  const BtyChatItem *found = NULL;
  BtyItem item;

  for (guint64 number = 1; bty_item_log_get (bty_call_log (call), number, &item); number++)
    if (item.record != NULL && ((const BtyChatItem *) item.record)->type == type)
      found = item.record;
  return found;
}

static void
cap_tokens (BtyTestHouse *h, const char *amount)
{
  g_autofree char *json = g_strdup_printf ("{\"slug\":\"bo\",\"unit\":\"tokens\",\"amount\":%s}", amount);

  bty_record_unref (bty_test_call (h, "budget.set", json));
}

/* Returns: (transfer full): the id of a turn that waits for the budget */
static char *
pause_a_turn (BtyTestHouse *h)
{
  g_autoptr (BtyCall) call = NULL;
  const BtyChatItem *paused;

  cap_tokens (h, "10");
  call = bty_test_start (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"hello\"}");
  bty_test_end (call);
  g_assert_error (bty_call_error (call), BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED);
  g_assert_nonnull (strstr (bty_call_error (call)->message, "10 tokens a day for the bot “bo”"));
  g_assert_nonnull (strstr (bty_call_error (call)->message, "boternity-ctl budget set bo --day "));
  paused = find_item (call, BTY_CHAT_PAUSED);
  g_assert_nonnull (paused);
  g_assert_true (g_str_has_prefix (paused->command, "boternity-ctl budget set bo --day "));
  g_assert_true (g_str_has_suffix (paused->command, " --unit tokens"));
  return g_strdup (find_item (call, BTY_CHAT_START)->turn);
}

static BtyTurn *
get_turn (BtyTestHouse *h, const char *id)
{
  g_autofree char *json = g_strdup_printf ("{\"turn\":\"%s\"}", id);

  return bty_test_call (h, "turn.get", json);
}

static BtyTurnState
state_of (BtyTestHouse *h, const char *id)
{
  g_autoptr (BtyTurn) turn = get_turn (h, id);

  return turn->state;
}

static void
test_raise (BtyTestHouse *h, gconstpointer unused)
{
  g_autofree char *id = pause_a_turn (h);
  g_autoptr (BtyTurn) turn = get_turn (h, id);

  g_assert_cmpint (turn->state, ==, BTY_TURN_PAUSED);
  g_assert_cmpuint (h->fake->n_asked, ==, 0);
  cap_tokens (h, "1000000");
  while (state_of (h, id) != BTY_TURN_DONE)
    g_main_context_iteration (NULL, FALSE);
  g_clear_pointer (&turn, bty_turn_unref);
  turn = get_turn (h, id);
  g_assert_null (turn->error);
  g_assert_nonnull (turn->answer);
  g_assert_cmpuint (h->fake->n_asked, ==, 1);
  g_assert_cmpuint (bty_fake_store_count (BTY_FAKE_STORE (h->store), &bty_message_schema), ==, 2);
}

static void
test_resume (BtyTestHouse *h, gconstpointer unused)
{
  g_autofree char *id = pause_a_turn (h);
  g_autofree char *json = g_strdup_printf ("{\"turn\":\"%s\"}", id);
  g_autoptr (BtyCall) call = bty_test_start (h, "chat.resume", json);
  g_autoptr (BtyCall) again = NULL;
  g_autoptr (BtyCall) over = NULL;
  g_autofree char *said = NULL;

  /* Nothing has changed: it waits on. */
  bty_test_end (call);
  g_assert_error (bty_call_error (call), BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED);
  g_assert_cmpint (state_of (h, id), ==, BTY_TURN_PAUSED);
  cap_tokens (h, "null");
  again = bty_test_start (h, "chat.resume", json);
  bty_test_end (again);
  g_assert_no_error (bty_call_error (again));
  said = bty_test_text (again, 0);
  g_assert_cmpstr (said, ==, "one two three");
  over = bty_test_start (h, "chat.resume", json);
  bty_test_end (over);
  g_assert_no_error (bty_call_error (over));
  g_assert_cmpuint (h->fake->n_asked, ==, 1);
}

static void
test_cancel (BtyTestHouse *h, gconstpointer unused)
{
  g_autofree char *id = pause_a_turn (h);
  g_autofree char *json = g_strdup_printf ("{\"turn\":\"%s\"}", id);
  g_autoptr (BtyTurn) turn = bty_test_call (h, "chat.cancel", json);

  g_assert_cmpint (turn->state, ==, BTY_TURN_CANCELLED);
  cap_tokens (h, "1000000");
  bty_test_settle ();
  g_assert_cmpint (state_of (h, id), ==, BTY_TURN_CANCELLED);
  g_assert_cmpuint (h->fake->n_asked, ==, 0);
}

static const BtyStanding *
find_standing (BtyPage *page, BtyBudgetScope scope, BtyBudgetPeriod period, BtyBudgetUnit unit)
{
  for (guint i = 0; i < page->items->len; i++)
    {
      const BtyStanding *standing = page->items->pdata[i];

      if (standing->scope == scope && standing->period == period && standing->unit == unit)
        return standing;
    }
  return NULL;
}

static void
test_operations (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyPage) page = NULL;
  g_autoptr (BtyPage) usage = NULL;
  g_autoptr (BtyPage) sums = NULL;
  g_autoptr (BtyPage) history = NULL;
  g_autoptr (BtyTurn) turn = NULL;
  const BtyStanding *standing;
  const BtyUsageEntry *entry;

  cap_tokens (h, "1000000");
  turn = bty_test_call (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"hello\"}");
  bty_test_settle ();
  page = bty_test_call (h, "budget.show", "{\"slug\":\"bo\"}");
  standing = find_standing (page, BTY_SCOPE_BOT, BTY_PERIOD_DAY, BTY_UNIT_TOKENS);
  g_assert_nonnull (standing);
  g_assert_false (standing->is_default);
  g_assert_cmpint (standing->spent, >, 0);
  g_assert_cmpint (standing->reserved, ==, 0);
  g_assert_cmpint (standing->left, ==, 1000000 - standing->spent);
  standing = find_standing (page, BTY_SCOPE_INSTALLATION, BTY_PERIOD_DAY, BTY_UNIT_USD);
  g_assert_true (standing->is_default);
  g_assert_cmpint (standing->amount, ==, 5000000);
  g_assert_nonnull (find_standing (page, BTY_SCOPE_INSTALLATION, BTY_PERIOD_TURN, BTY_UNIT_USD));
  usage = bty_test_call (h, "usage.list", "{\"slug\":\"bo\"}");
  g_assert_cmpuint (usage->items->len, ==, 1);
  entry = usage->items->pdata[0];
  g_assert_cmpstr (entry->purpose, ==, "chat");
  g_assert_cmpstr (entry->turn, ==, turn->record.id);
  sums = bty_test_call (h, "usage.summary", "{\"by\":\"model\"}");
  g_assert_cmpuint (sums->items->len, ==, 2);
  g_assert_null (((BtyUsageSum *) sums->items->pdata[1])->name);
  g_assert_cmpint (((BtyUsageSum *) sums->items->pdata[1])->calls, ==, 1);
  history = bty_test_call (h, "budget.history", "{\"period\":\"month\"}");
  g_assert_cmpuint (history->items->len, ==, 2);
  bty_test_call_fails (h, "budget.history", "{\"period\":\"turn\"}", BTY_ERROR_INVALID_ARGUMENT, "by day or by month");
  bty_test_call_fails (h, "budget.set", "{\"slug\":\"bo\"}", BTY_ERROR_INVALID_ARGUMENT, "amount is missing");
  bty_test_call_fails (h, "budget.set", "{\"slug\":\"none\",\"amount\":1}", BTY_ERROR_NOT_FOUND, "none");
  bty_record_unref (bty_test_call (h, "budget.set", "{\"slug\":\"bo\",\"unit\":\"tokens\",\"remove\":true}"));
  bty_test_call_fails (h, "budget.set", "{\"slug\":\"bo\",\"unit\":\"tokens\",\"remove\":true}", BTY_ERROR_NOT_FOUND,
                       "no such cap");
}

static void
test_export (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyCall) call = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  bty_record_unref (bty_test_call (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"hello\"}"));
  bty_test_settle ();
  call = bty_test_start (h, "usage.export", "{}");
  bty_test_end (call);
  g_assert_no_error (bty_call_error (call));
  text = bty_test_text (call, 0);
  lines = g_strsplit (text, "\r\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  g_assert_true (g_str_has_prefix (lines[0], "time,id,bot,"));
  g_assert_nonnull (strstr (lines[1], "\"bo\""));
}

/* A dollar for a million tokens, in and out: a token is a micro-dollar. */
static void
set_price (BtyTestHouse *h, const char *model, gint64 price)
{
  g_autofree char *json = g_strdup_printf ("{\"name\":\"%s\",\"input_price\":%d,\"output_price\":%d}", model,
                                           (int) price, (int) price);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyModelSet) set = bty_record_from_json (&bty_model_set_schema, BTY_VIEW_CREATE, json, -1, &error);
  g_autoptr (BtyModel) known = NULL;

  g_assert_no_error (error);
  known = bty_model_book_set (bty_router_get_book (h->router), set, &error);
  g_assert_no_error (error);
}

static void
cap_dollars (BtyTestHouse *h, const char *period, gint64 amount)
{
  g_autofree char *json = g_strdup_printf (
    "{\"slug\":\"bo\",\"period\":\"%s\",\"unit\":\"usd\",\"amount\":%" G_GINT64_FORMAT "}", period, amount);

  bty_record_unref (bty_test_call (h, "budget.set", json));
}

static gint64
spent_of (BtyTestHouse *h)
{
  g_autoptr (BtyPage) page = bty_test_call (h, "budget.show", "{\"slug\":\"bo\"}");
  const BtyStanding *standing = find_standing (page, BTY_SCOPE_BOT, BTY_PERIOD_DAY, BTY_UNIT_USD);

  g_assert_cmpint (standing->reserved, ==, 0);
  return standing->spent;
}

/* A model that says more than there is money for is cut: what it said is kept, the turn is done, and the person is told. */
static void
test_cut (BtyTestHouse *h, gconstpointer unused)
{
  static const char much[] =
    "and so on, for as long as anybody listens, and there is always a little more to say about all of it, ";
  const char *many[201] = { 0 };
  g_autoptr (BtyCall) call = NULL;
  const BtyTurn *turn;
  const BtyChatItem *notice;
  g_autofree char *said = NULL;

  for (guint i = 0; i < 200; i++)
    many[i] = much;
  h->fake->words = many;
  h->fake->hangs = TRUE;
  set_price (h, "builtin/m", 1000000);
  cap_dollars (h, "turn", 2000);
  call = bty_test_start (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"hello\"}");
  bty_test_end (call);
  g_assert_no_error (bty_call_error (call));
  turn = bty_call_response (call);
  g_assert_cmpint (turn->state, ==, BTY_TURN_DONE);
  g_assert_cmpint (turn->stop_reason, ==, BTY_STOP_LENGTH);
  g_assert_nonnull (turn->answer);
  said = bty_test_text (call, 0);
  g_assert_cmpuint (strlen (said), >, strlen (much));
  g_assert_cmpuint (strlen (said), <, 200 * strlen (much));
  g_assert_cmpint (h->fake->request->max_output, >, 0);
  g_assert_cmpint (h->fake->request->max_output, <, 2000);
  notice = find_item (call, BTY_CHAT_NOTICE);
  g_assert_nonnull (notice);
  g_assert_nonnull (strstr (notice->text, "0.002 USD for each turn of the bot “bo”"));
  g_assert_nonnull (strstr (notice->text, "boternity-ctl budget set bo --turn "));
  while (h->fake->n_running > 0)
    g_main_context_iteration (NULL, TRUE);
  bty_test_settle ();
  g_assert_cmpint (spent_of (h), >, 0);
}

/* The same when the service itself keeps to the bound that it was given. */
static void
test_cut_by_the_service (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyCall) call = NULL;
  const BtyChatItem *notice;

  set_price (h, "builtin/m", 1000000);
  cap_dollars (h, "turn", 2000);
  h->fake->usage = bty_usage_new ();
  h->fake->usage->input_tokens = 100;
  h->fake->usage->output_tokens = 50;
  h->fake->usage->cost = 777;
  BTY_SET_NULL (h->fake->usage, BtyUsage, cost, FALSE);
  h->fake->stop_reason = BTY_STOP_LENGTH;
  call = bty_test_start (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"hello\"}");
  bty_test_end (call);
  g_assert_no_error (bty_call_error (call));
  notice = find_item (call, BTY_CHAT_NOTICE);
  g_assert_nonnull (notice);
  g_assert_nonnull (strstr (notice->text, "for each turn of the bot “bo”"));
  bty_test_settle ();
  g_assert_cmpint (spent_of (h), ==, 777); /* as the service says */
  g_clear_pointer (&h->fake->usage, bty_usage_unref);
}

/* The cheaper one is down: the turn pauses all the same, with its command. */
static void
check_cheaper_step_down (BtyTestHouse *h)
{
  g_autoptr (BtyCall) call = NULL;
  g_autofree char *id = NULL;
  const BtyChatItem *paused;
  static const char *const nothing[] = { NULL };

  h->fake->words = nothing;
  g_set_error_literal (&h->fake->failure, BTY_ERROR, BTY_ERROR_UNAVAILABLE, "it is down");
  call = bty_test_start (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"hello\"}");
  bty_test_end (call);
  g_assert_error (bty_call_error (call), BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED);
  paused = find_item (call, BTY_CHAT_PAUSED);
  g_assert_nonnull (paused);
  g_assert_true (g_str_has_prefix (paused->command, "boternity-ctl budget set bo --turn "));
  id = g_strdup (find_item (call, BTY_CHAT_START)->turn);
  g_assert_cmpint (state_of (h, id), ==, BTY_TURN_PAUSED);
}

/* A cap that not even a short answer fits under pauses the turn, and nothing is asked; a cheaper step that fits is taken. */
static void
test_cheaper_step (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyCall) call = NULL;
  g_autoptr (BtyCall) again = NULL;
  const BtyChatItem *paused;

  h->fake->models = "dear cheap";
  set_price (h, "builtin/dear", 900000000);
  set_price (h, "builtin/cheap", 1000000);
  cap_dollars (h, "turn", 20000);
  bty_record_unref (bty_test_call (h, "bot.update", "{\"slug\":\"bo\",\"route\":[\"builtin/dear\"]}"));
  call = bty_test_start (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"hello\"}");
  bty_test_end (call);
  g_assert_error (bty_call_error (call), BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED);
  paused = find_item (call, BTY_CHAT_PAUSED);
  g_assert_nonnull (paused);
  g_assert_true (g_str_has_prefix (paused->command, "boternity-ctl budget set bo --turn "));
  g_assert_cmpuint (h->fake->n_asked, ==, 0);
  bty_record_unref (
    bty_test_call (h, "bot.update", "{\"slug\":\"bo\",\"route\":[\"builtin/dear\",\"builtin/cheap\"]}"));
  again = bty_test_start (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"hello\"}");
  bty_test_end (again);
  g_assert_no_error (bty_call_error (again));
  g_assert_cmpstr (((const BtyTurn *) bty_call_response (again))->model, ==, "builtin/cheap");
  g_assert_cmpuint (h->fake->n_asked, ==, 1);
  check_cheaper_step_down (h);
}

/* A call that says nothing more is cut when its time is over. */
static void
test_time (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtyCall) call = NULL;
  g_autofree char *said = NULL;

  h->fake->hangs = TRUE;
  bty_record_unref (
    bty_test_call (h, "budget.set", "{\"slug\":\"bo\",\"period\":\"call\",\"unit\":\"time\",\"amount\":1000}"));
  call = bty_test_start (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"hello\"}");
  bty_test_end (call);
  g_assert_no_error (bty_call_error (call));
  said = bty_test_text (call, 0);
  g_assert_cmpstr (said, ==, "one two three");
  g_assert_cmpint (((const BtyTurn *) bty_call_response (call))->stop_reason, ==, BTY_STOP_LENGTH);
  g_assert_nonnull (strstr (find_item (call, BTY_CHAT_NOTICE)->text, "for each call of the bot “bo”"));
}

/* Of two that set the same cap at once both succeed. */
static void
test_set_at_once (BtyTestHouse *h, gconstpointer unused)
{
  for (guint round = 0; round < 2; round++)
    {
      g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func ((GDestroyNotify) bty_call_unref);
      g_autoptr (BtyPage) page = NULL;

      for (guint i = 0; i < 5; i++)
        {
          g_autofree char *json = g_strdup_printf ("{\"slug\":\"bo\",\"unit\":\"tokens\",\"amount\":%u}", 100 + i);

          g_ptr_array_add (calls, bty_test_start (h, "budget.set", json));
        }
      for (guint i = 0; i < calls->len; i++)
        {
          bty_test_end (calls->pdata[i]);
          g_assert_no_error (bty_call_error (calls->pdata[i]));
        }
      page = bty_test_call (h, "budget.show", "{\"slug\":\"bo\"}");
      g_assert_cmpint (find_standing (page, BTY_SCOPE_BOT, BTY_PERIOD_DAY, BTY_UNIT_TOKENS)->amount, >=, 100);
      g_assert_cmpuint (bty_fake_store_count (BTY_FAKE_STORE (h->store), &bty_cap_schema), ==, 1);
    }
}

static void
test_absurd_amounts (BtyTestHouse *h, gconstpointer unused)
{
  bty_test_call_fails (h, "budget.set", "{\"amount\":-1}", BTY_ERROR_INVALID_ARGUMENT, "amount");
  bty_test_call_fails (h, "budget.set", "{\"amount\":9223372036854775807}", BTY_ERROR_INVALID_ARGUMENT, "amount");
  bty_test_call_fails (h, "budget.set", "{\"amount\":1.5}", BTY_ERROR_INVALID_ARGUMENT, "amount");
  bty_record_unref (bty_test_call (h, "budget.set", "{\"amount\":2305843009213693951}"));
  bty_record_unref (bty_test_call (h, "budget.show", "{}"));
  /* Nothing at all: what is free goes on, what costs does not. */
  bty_record_unref (bty_test_call (h, "budget.set", "{\"slug\":\"bo\",\"amount\":0}"));
  bty_record_unref (bty_test_call (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"hello\"}"));
  set_price (h, "builtin/m", 1000000);
  bty_test_call_fails (h, "chat.send", "{\"slug\":\"bo\",\"message\":\"hello\"}", BTY_ERROR_RESOURCE_EXHAUSTED,
                       "0.00 USD a day");
}

/* What a service calls its model is no formula. */
static void
test_cells (void)
{
  static const struct
  {
    const char *text;
    const char *cell;
  } cells[] = {
    { "plain", "\"plain\"" },        { "=1+1", "\"'=1+1\"" },  { "+1", "\"'+1\"" },    { "-1", "\"'-1\"" },
    { "@SUM(A1)", "\"'@SUM(A1)\"" }, { "  =1", "\"'  =1\"" },  { "\t=1", "\"' =1\"" }, { "a\"b", "\"a\"\"b\"" },
    { "\"=1", "\"'\"\"=1\"" },       { "a\r\nb", "\"a  b\"" }, { "a,b", "\"a,b\"" },   { "", "\"\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cells); i++)
    {
      g_autoptr (GString) line = g_string_new (NULL);

      bty_usage_csv_append_cell (line, cells[i].text);
      g_assert_cmpstr (line->str, ==, cells[i].cell);
    }
}

#define ADD(path, func) g_test_add ("/budget-chat/" path, BtyTestHouse, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("raise", test_raise);
  ADD ("resume", test_resume);
  ADD ("cancel", test_cancel);
  ADD ("operations", test_operations);
  ADD ("export", test_export);
  ADD ("cut", test_cut);
  ADD ("cut-by-the-service", test_cut_by_the_service);
  ADD ("cheaper-step", test_cheaper_step);
  ADD ("time", test_time);
  ADD ("set-at-once", test_set_at_once);
  ADD ("absurd-amounts", test_absurd_amounts);
  g_test_add_func ("/budget-chat/cells", test_cells);
  return g_test_run ();
}
