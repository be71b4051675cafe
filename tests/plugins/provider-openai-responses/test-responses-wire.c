/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The events of a stream, as the service sends them and as it should not, cut at every place. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-responses-stream.h"
#include "test-wire.h"

static const char *const *stop;

static gpointer
new_ (void)
{
  return bty_responses_stream_new (NULL, stop);
}

static gboolean
event (gpointer stream, const BtySseEvent *event, BtyCompletion *out, GError **error)
{
  return bty_responses_stream_event (stream, event, out, error);
}

static void
free_ (gpointer stream)
{
  bty_responses_stream_free (stream);
}

static const TestWire wire = { new_, event, free_ };

#define E(name, members) "event: " name "\ndata: {\"type\":\"" name "\"" members "}\n\n"
#define START                                                                                                          \
  E ("response.created", ",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"status\":"  \
                         "\"in_progress\",\"error\":null,\"incomplete_details\":null,\"output\":[],\"usage\":null}")   \
  E ("response.in_progress", ",\"sequence_number\":1,\"response\":{\"id\":\"resp_1\",\"object\":\"response\","         \
                             "\"status\":\"in_progress\",\"error\":null,\"output\":[]}")
#define ADDED(index, item) E ("response.output_item.added", ",\"output_index\":" #index ",\"item\":" item)
#define DONE(index, item)  E ("response.output_item.done", ",\"output_index\":" #index ",\"item\":" item)
#define TEXT(index, text)                                                                                              \
  E ("response.output_text.delta", ",\"item_id\":\"msg_1\",\"output_index\":" #index ",\"content_index\":0,"           \
                                   "\"delta\":\"" text "\",\"logprobs\":[],\"obfuscation\":\"xY\"")
#define SUMMARY(text)                                                                                                  \
  E ("response.reasoning_summary_text.delta", ",\"item_id\":\"rs_1\",\"output_index\":0,\"summary_index\":0,"          \
                                              "\"delta\":\"" text "\"")
#define SUMMARY_PART(index)                                                                                            \
  E ("response.reasoning_summary_part.added", ",\"item_id\":\"rs_1\",\"output_index\":0,\"summary_index\":" #index     \
                                              ",\"part\":{\"type\":\"summary_text\",\"text\":\"\"}")
#define CALL(id, call, name, args)                                                                                     \
  "{\"id\":\"" id "\",\"type\":\"function_call\",\"status\":\"in_progress\",\"arguments\":\"" args                     \
  "\",\"call_id\":\"" call "\",\"name\":\"" name "\"}"
#define ARGS(index, id, text)                                                                                          \
  E ("response.function_call_arguments.delta",                                                                         \
     ",\"item_id\":\"" id "\",\"output_index\":" #index ",\"delta\":\"" text "\"")
#define ARGS_DONE(index, id, text)                                                                                     \
  E ("response.function_call_arguments.done", ",\"item_id\":\"" id "\",\"output_index\":" #index ",\"arguments\":"     \
                                              "\"" text "\"")
#define USAGE                                                                                                          \
  "\"usage\":{\"input_tokens\":34,\"input_tokens_details\":{\"cached_tokens\":20,\"cache_write_tokens\":5},"           \
  "\"output_tokens\":12,\"output_tokens_details\":{\"reasoning_tokens\":7},\"total_tokens\":46}"
#define COMPLETED                                                                                                      \
  E ("response.completed", ",\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"completed\","        \
                           "\"error\":null,\"output\":[{\"type\":\"message\",\"content\":[{\"type\":\"output_text\","  \
                           "\"text\":\"not again\"}]}]," USAGE "}")
#define INCOMPLETE(reason)                                                                                             \
  E ("response.incomplete", ",\"response\":{\"object\":\"response\",\"status\":\"incomplete\",\"incomplete_details\":" \
                            "{\"reason\":\"" reason "\"}," USAGE "}")
#define MESSAGE                                                                                                        \
  "{\"id\":\"msg_1\",\"type\":\"message\",\"status\":\"in_progress\",\"content\":[],\"role\":\"assistant\"}"
#define REASONED "{\"id\":\"rs_1\",\"type\":\"reasoning\",\"summary\":[],\"encrypted_content\":\"gAAA\"}"
#define SPENT    " | in=34 cached=20 write=5 out=12 think=7"

static const struct
{
  const char *name;
  const char *bytes;
  const char *expected;
} shapes[] = {
  { "text", START ADDED (0, MESSAGE) TEXT (0, "Grüße 🎈, ") TEXT (0, "\\\"q\\\"") DONE (0, MESSAGE) COMPLETED,
    "text(Grüße 🎈, \"q\") | end" SPENT },
  { "comments", START ": keep-alive\n\n" TEXT (0, "a") COMPLETED, "text(a) | end" SPENT },
  { "reasoning",
    START ADDED (0, REASONED) SUMMARY_PART (0) SUMMARY ("**Plan**") SUMMARY_PART (1) SUMMARY ("Do it.")
      DONE (0, REASONED) ADDED (1, MESSAGE) TEXT (1, "42") COMPLETED,
    "reasoning(**Plan**\n\nDo it.) signature(openai-responses:" REASONED ") text(42) | end" SPENT },
  { "reasoning-sealed-only", START ADDED (0, REASONED) DONE (0, REASONED) TEXT (1, "42") COMPLETED,
    "signature(openai-responses:" REASONED ") text(42) | end" SPENT },
  { "reasoning-open",
    START E ("response.reasoning_text.delta",
             ",\"item_id\":\"rs_1\",\"output_index\":0,\"content_index\":0,\"delta\":\"hm\"") SUMMARY ("hm again")
      DONE (0, "{\"id\":\"rs_1\",\"type\":\"reasoning\",\"summary\":[]}") TEXT (1, "42") COMPLETED,
    "reasoning(hm) text(42) | end" SPENT },
  { "tool",
    START ADDED (0, CALL ("fc_1", "call_1", "weather", "")) ARGS (0, "fc_1", "{\\\"ci")
      ARGS (0, "fc_1", "ty\\\":\\\"Köln\\\"}") ARGS_DONE (0, "fc_1", "{\\\"city\\\":\\\"Köln\\\"}")
        DONE (0, CALL ("fc_1", "call_1", "weather", "{\\\"city\\\":\\\"Köln\\\"}")) COMPLETED,
    "call0(call_1,weather) args0({\"city\":\"Köln\"}) | tools" SPENT },
  { "tools-interleaved",
    START ADDED (0, CALL ("fc_1", "call_1", "a", "")) ADDED (1, CALL ("fc_2", "call_2", "b", ""))
      ARGS (0, "fc_1", "{\\\"x\\\"") ARGS (1, "fc_2", "{}") ARGS (0, "fc_1", ":1}") COMPLETED,
    "call0(call_1,a) call1(call_2,b) args0({\"x\") args1({}) args0(:1}) | tools" SPENT },
  { "tool-without-pieces",
    START ADDED (0, CALL ("fc_1", "call_1", "a", "")) ARGS_DONE (0, "fc_1", "{\\\"x\\\":1}") COMPLETED,
    "call0(call_1,a) args0({\"x\":1}) | tools" SPENT },
  { "tool-at-its-end-only", START DONE (0, CALL ("fc_1", "call_1", "a", "{\\\"x\\\":1}")) COMPLETED,
    "call0(call_1,a) args0({\"x\":1}) | tools" SPENT },
  { "tool-twice",
    START ADDED (0, CALL ("fc_1", "call_1", "a", "")) ADDED (0, CALL ("fc_1", "call_1", "a", "")) ARGS (0, "fc_1", "{}")
      DONE (0, CALL ("fc_1", "call_1", "a", "{}")) DONE (0, CALL ("fc_1", "call_1", "a", "{}")) COMPLETED,
    "call0(call_1,a) args0({}) | tools" SPENT },
  { "tool-without-arguments", START ADDED (0, CALL ("fc_1", "call_1", "a", "")) COMPLETED,
    "call0(call_1,a) args0({}) | tools" SPENT },
  { "tool-by-place",
    START ADDED (3, "{\"type\":\"function_call\",\"name\":\"a\",\"call_id\":\"c\"}") ARGS (3, "", "{}") COMPLETED,
    "call0(c,a) args0({}) | tools" SPENT },
  { "tool-without-id", START ADDED (0, "{\"type\":\"function_call\",\"name\":\"a\"}") COMPLETED,
    "call0(made,a) args0({}) | tools" SPENT },
  { "tool-not-json", START ADDED (0, CALL ("fc_1", "call_1", "a", "")) ARGS (0, "fc_1", "{oops") COMPLETED,
    "call0(call_1,a) args0({oops) | tools" SPENT },
  { "tool-without-name", START ADDED (0, "{\"type\":\"function_call\",\"call_id\":\"c\"}") COMPLETED,
    "| error DATA_LOSS" },
  { "arguments-of-nothing", START ARGS (0, "fc_9", "{}") COMPLETED, "| error DATA_LOSS" },
  { "other-items",
    START ADDED (0, "{\"type\":\"web_search_call\",\"id\":\"ws_1\"}")
      E ("response.web_search_call.searching", ",\"item_id\":\"ws_1\"")
        DONE (0, "{\"type\":\"web_search_call\",\"id\":\"ws_1\",\"action\":{\"type\":\"search\"}}")
          E ("response.hologram.delta", ",\"delta\":\"no\"") TEXT (1, "yes") "event: later\ndata: {}\n\n" COMPLETED,
    "text(yes) | end" SPENT },
  { "length", START TEXT (0, "It was") INCOMPLETE ("max_output_tokens"), "text(It was) | length" SPENT },
  { "filter", START TEXT (0, "It was") INCOMPLETE ("content_filter"), "text(It was) | refused" SPENT },
  { "incomplete-of-tomorrow", START TEXT (0, "It was") INCOMPLETE ("vibes"), "text(It was) | length" SPENT },
  { "refusal",
    START E ("response.refusal.delta", ",\"item_id\":\"msg_1\",\"output_index\":0,\"delta\":\"I cannot\"") COMPLETED,
    "text(I cannot) | refused" SPENT },
  { "failed",
    START TEXT (0, "Half")
      E ("response.failed", ",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"server_error\","
                            "\"message\":\"oh\"},\"usage\":null}"),
    "text(Half) | error UNAVAILABLE" },
  { "error", START TEXT (0, "Half") E ("error", ",\"code\":\"server_error\",\"message\":\"oh\",\"param\":null"),
    "text(Half) | error UNAVAILABLE" },
  { "error-alone", "data: {\"error\":{\"message\":\"oh\",\"type\":\"server_error\"}}\n\n", "| error UNAVAILABLE" },
  { "cut-off", START TEXT (0, "Half"), "text(Half) | cut off" },
  { "cut-off-with-a-marker", START TEXT (0, "Half") "data: [DONE]\n\n", "text(Half) | cut off" },
  { "marker-after-the-end", START TEXT (0, "x") COMPLETED "data: [DONE]\n\n", "text(x) | end" SPENT },
  { "json-cut-short", START "data: {\"type\":\"response.output_text.del\n\n", "| error DATA_LOSS" },
  { "not-json", "data: <html>\n\n", "| error DATA_LOSS" },
  { "not-an-object", "data: \"x\"\n\n", "| error DATA_LOSS" },
  { "twice-the-same-member", "data: {\"type\":\"ping\",\"type\":\"ping\"}\n\n", "| error DATA_LOSS" },
  { "members-in-another-order", "data: {\"delta\":\"a\",\"type\":\"response.output_text.delta\"}\n\n" COMPLETED,
    "text(a) | end" SPENT },
  { "usage-missing", START TEXT (0, "x") E ("response.completed", ",\"response\":{\"usage\":null}"), "text(x) | end" },
  { "usage-odd",
    START E ("response.completed", ",\"response\":{\"usage\":{\"input_tokens\":-5,\"output_tokens\":1e1,"
                                   "\"input_tokens_details\":{\"cached_tokens\":\"many\"},\"output_tokens_details\":{"
                                   "\"reasoning_tokens\":99}}}"),
    "| end | in=0 cached=0 write=0 out=10 think=10" },
  { "nul", START TEXT (0, "a\\u0000b") COMPLETED, "text(a\357\277\275b) | end" SPENT },
  { "bytes-that-are-not-utf-8", START TEXT (0, "a\377b") COMPLETED, "text(a\357\277\275b) | end" SPENT },
  { "whole-answer",
    "data: {\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"completed\",\"error\":null,\"output\":[" REASONED ","
    "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"All at once.\","
    "\"annotations\":[{\"text\":\"no\"}]}]}," CALL ("fc_1", "call_1", "a", "{}") "]," USAGE "}\n\n",
    "signature(openai-responses:" REASONED ") text(All at once.) call0(call_1,a) args0({}) | tools" SPENT },
  { "whole-incomplete",
    "data: {\"object\":\"response\",\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"max_output_tokens\"},"
    "\"output\":[]," USAGE "}\n\n",
    "| length" SPENT },
};

static void
test_shape (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);

  test_wire_check (&wire, shapes[i].bytes, shapes[i].expected);
}

/* The texts that end an answer are looked for here: whole, over several pieces, and beginnings that come to nothing. */
static void
test_stop (void)
{
  static const char *const texts[] = { "END", "", "E🎈", NULL };
  static const char *const rows[][2] = {
    { START TEXT (0, "one END two") COMPLETED, "text(one ) | sequence" },
    { START TEXT (0, "one E") TEXT (0, "N") TEXT (0, "D two") COMPLETED, "text(one ) | sequence" },
    { START TEXT (0, "one E") TEXT (0, "🎈") COMPLETED, "text(one ) | sequence" },
    { START TEXT (0, "one EN") TEXT (0, "Ding") COMPLETED, "text(one ) | sequence" },
    { START TEXT (0, "one EN") TEXT (0, "d E") COMPLETED, "text(one ENd E) | end" SPENT },
    { START TEXT (0, "END") COMPLETED, "| sequence" },
    { START TEXT (0, "one EN") ADDED (1, CALL ("fc_1", "call_1", "a", "{}")) COMPLETED,
      "text(one EN) call0(call_1,a) args0({}) | tools" SPENT },
  };

  stop = texts;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    test_wire_check (&wire, rows[i][0], rows[i][1]);
  stop = NULL;
}

static void
test_bounds (void)
{
  g_autoptr (GString) bytes = g_string_new (START);
  g_autofree char *calls = NULL;

  for (guint i = 0; i < 200; i++)
    g_string_append_printf (bytes,
                            "data: {\"type\":\"response.output_item.added\",\"output_index\":%u,\"item\":{\"type\":"
                            "\"function_call\",\"name\":\"a\"}}\n\n",
                            i);
  calls = test_wire_play (&wire, bytes->str, bytes->len, 0);
  g_assert_nonnull (strstr (calls, "call127("));
  g_assert_null (strstr (calls, "call128("));
  g_assert_nonnull (strstr (calls, "| error DATA_LOSS"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autofree char *path = g_strconcat ("/responses-wire/", shapes[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_shape);
    }
  g_test_add_func ("/responses-wire/stop", test_stop);
  g_test_add_func ("/responses-wire/bounds", test_bounds);
  return g_test_run ();
}
