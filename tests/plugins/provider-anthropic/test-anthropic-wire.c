/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The events of a stream, as the service sends them and as it should not, cut at every place. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-anthropic-stream.h"
#include "test-wire.h"

static gpointer
new_ (void)
{
  return bty_anthropic_stream_new (NULL);
}

static gboolean
event (gpointer stream, const BtySseEvent *event, BtyCompletion *out, GError **error)
{
  return bty_anthropic_stream_event (stream, event, out, error);
}

static void
free_ (gpointer stream)
{
  bty_anthropic_stream_free (stream);
}

static const TestWire wire = { new_, event, free_ };

#define E(name, members) "event: " name "\ndata: {\"type\":\"" name "\"" members "}\n\n"
#define START                                                                                                          \
  E ("message_start",                                                                                                  \
     ",\"message\":{\"id\":\"msg_01\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-sonnet-5-5\","    \
     "\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"stop_details\":null,\"usage\":{\"input_tokens\":9," \
     "\"cache_creation_input_tokens\":5,\"cache_read_input_tokens\":20,\"cache_creation\":{"                           \
     "\"ephemeral_5m_input_tokens\":5,\"ephemeral_1h_input_tokens\":0},\"output_tokens\":1,\"service_tier\":"          \
     "\"standard\",\"inference_geo\":\"global\"}}")
#define BLOCK(index, block) E ("content_block_start", ",\"index\":" #index ",\"content_block\":" block)
#define DELTA(index, delta) E ("content_block_delta", ",\"index\":" #index ",\"delta\":" delta)
#define STOP(index)         E ("content_block_stop", ",\"index\":" #index)
#define TEXT(index, text)   DELTA (index, "{\"type\":\"text_delta\",\"text\":\"" text "\"}")
#define ARGS(index, text)   DELTA (index, "{\"type\":\"input_json_delta\",\"partial_json\":\"" text "\"}")
#define END(reason)                                                                                                    \
  E ("message_delta", ",\"delta\":{\"stop_reason\":\"" reason "\",\"stop_sequence\":null},\"usage\":{"                 \
                      "\"output_tokens\":12}")                                                                         \
  E ("message_stop", "")
#define PING           "event: ping\ndata: {\"type\": \"ping\"}\n\n"
#define TEXT_BLOCK     "{\"type\":\"text\",\"text\":\"\"}"
#define TOOL(id, name) "{\"type\":\"tool_use\",\"id\":\"" id "\",\"name\":\"" name "\",\"input\":{}}"
#define SPENT          " | in=34 cached=20 write=5 out=12 think=0"
#define BEGUN          " | in=34 cached=20 write=5 out=1 think=0"

static const struct
{
  const char *name;
  const char *bytes;
  const char *expected;
} shapes[] = {
  { "text", START BLOCK (0, TEXT_BLOCK) PING TEXT (0, "Grüße 🎈, ") TEXT (0, "\\\"q\\\"") STOP (0) END ("end_turn"),
    "text(Grüße 🎈, \"q\") | end" SPENT },
  { "comments", START ": keep-alive\n\n" BLOCK (0, TEXT_BLOCK) TEXT (0, "a") STOP (0) END ("end_turn"),
    "text(a) | end" SPENT },
  { "thinking",
    START BLOCK (0, "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}")
      DELTA (0, "{\"type\":\"thinking_delta\",\"thinking\":\"Let me \"}")
        DELTA (0, "{\"type\":\"thinking_delta\",\"thinking\":\"see.\"}")
          DELTA (0, "{\"type\":\"signature_delta\",\"signature\":\"EqQB\"}")
            DELTA (0, "{\"type\":\"signature_delta\",\"signature\":\"CgI=\"}") STOP (0) BLOCK (1, TEXT_BLOCK)
              TEXT (1, "42") STOP (1) END ("end_turn"),
    "reasoning(Let me see.) signature(anthropic:EqQBCgI=) text(42) | end" SPENT },
  { "thinking-omitted",
    START BLOCK (0, "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}")
      DELTA (0, "{\"type\":\"signature_delta\",\"signature\":\"EqQB\"}") STOP (0) BLOCK (1, TEXT_BLOCK) TEXT (1, "42")
        STOP (1) END ("end_turn"),
    "signature(anthropic:EqQB) text(42) | end" SPENT },
  { "redacted",
    START BLOCK (0, "{\"type\":\"redacted_thinking\",\"data\":\"EmwKAh\"}") STOP (0)
      BLOCK (1, "{\"type\":\"redacted_thinking\",\"data\":\"BB\"}") STOP (1) BLOCK (2, TEXT_BLOCK) TEXT (2, "x")
        STOP (2) END ("end_turn"),
    "signature(anthropic.redacted:EmwKAh) signature(anthropic.redacted:BB) text(x) | end" SPENT },
  { "tool",
    START BLOCK (0, TEXT_BLOCK) TEXT (0, "Let me look.") STOP (0) BLOCK (1, TOOL ("toolu_1", "weather")) ARGS (1, "")
      ARGS (1, "{\\\"ci") ARGS (1, "ty\\\": \\\"Köln\\\"}") STOP (1) END ("tool_use"),
    "text(Let me look.) call0(toolu_1,weather) args0({\"city\": \"Köln\"}) | tools" SPENT },
  { "tools-interleaved",
    START BLOCK (0, TOOL ("toolu_1", "weather")) BLOCK (1, TOOL ("toolu_2", "clock")) ARGS (0, "{\\\"a\\\"")
      ARGS (1, "{\\\"z\\\"") ARGS (0, ":1}") ARGS (1, ":2}") STOP (1) STOP (0) END ("tool_use"),
    "call0(toolu_1,weather) call1(toolu_2,clock) args0({\"a\") args1({\"z\") args0(:1}) args1(:2}) | tools" SPENT },
  { "tool-without-arguments", START BLOCK (0, TOOL ("toolu_1", "clock")) ARGS (0, "") STOP (0) END ("tool_use"),
    "call0(toolu_1,clock) args0({}) | tools" SPENT },
  { "tool-whole",
    START BLOCK (0, "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"clock\",\"input\":{\"z\":[1,{}]}}") STOP (0)
      END ("tool_use"),
    "call0(toolu_1,clock) args0({\"z\":[1,{}]}) | tools" SPENT },
  { "tool-not-json",
    START BLOCK (0, TOOL ("toolu_1", "clock")) ARGS (0, "{\\\"z\\\": oops") STOP (0) END ("max_tokens"),
    "call0(toolu_1,clock) args0({\"z\": oops) | length" SPENT },
  { "tool-without-id",
    START BLOCK (0, "{\"type\":\"tool_use\",\"name\":\"clock\",\"input\":{}}") STOP (0) END ("end_turn"),
    "call0(made,clock) args0({}) | tools" SPENT },
  { "tool-without-name", START BLOCK (0, "{\"type\":\"tool_use\",\"id\":\"t\",\"input\":{}}") STOP (0) END ("tool_use"),
    "| error DATA_LOSS" BEGUN },
  { "arguments-of-nothing", START ARGS (3, "{}") END ("tool_use"), "| error DATA_LOSS" BEGUN },
  { "arguments-after-the-end",
    START BLOCK (0, TOOL ("toolu_1", "clock")) ARGS (0, "{}") STOP (0) ARGS (0, "{}") END ("tool_use"),
    "call0(toolu_1,clock) args0({}) | error DATA_LOSS" BEGUN },
  { "blocks-of-other-kinds",
    START BLOCK (0, "{\"type\":\"server_tool_use\",\"id\":\"s\",\"name\":\"web_search\",\"input\":{}}")
      ARGS (0, "{\\\"query\\\"") STOP (0) BLOCK (1, "{\"type\":\"hologram\",\"text\":\"no\"}") TEXT (1, "no") STOP (1)
        BLOCK (2, TEXT_BLOCK) DELTA (2, "{\"type\":\"citations_delta\",\"citation\":{\"type\":\"page_location\"}}")
          DELTA (2, "{\"type\":\"sparkle_delta\",\"text\":\"no\"}") TEXT (2, "yes") STOP (2) END ("end_turn"),
    "text(yes) | end" SPENT },
  { "events-of-other-kinds",
    START E ("hologram", ",\"index\":0,\"delta\":{\"text\":\"no\"}") BLOCK (0, TEXT_BLOCK) TEXT (0, "yes")
      STOP (0) "event: later\ndata: {}\n\n" END ("end_turn"),
    "text(yes) | end" SPENT },
  { "members-in-another-order",
    START
    "data: {\"delta\":{\"text\":\"a\",\"type\":\"text_delta\"},\"index\":0,\"type\":\"content_block_delta\"}\n\n" END (
      "end_turn"),
    "text(a) | end" SPENT },
  { "block-begins-twice",
    START BLOCK (0, TOOL ("toolu_1", "a")) ARGS (0, "{}") BLOCK (0, TOOL ("toolu_2", "b")) STOP (0) STOP (0)
      END ("tool_use"),
    "call0(toolu_1,a) args0({}) call1(toolu_2,b) args1({}) | tools" SPENT },
  { "block-without-end", START BLOCK (0, TOOL ("toolu_1", "a")) END ("tool_use"),
    "call0(toolu_1,a) args0({}) | tools" SPENT },
  { "max-tokens", START TEXT (0, "It was") END ("max_tokens"), "text(It was) | length" SPENT },
  { "window", START TEXT (0, "It was") END ("model_context_window_exceeded"), "text(It was) | length" SPENT },
  { "stop-sequence", START TEXT (0, "It was") END ("stop_sequence"), "text(It was) | sequence" SPENT },
  { "pause", START TEXT (0, "It was") END ("pause_turn"), "text(It was) | paused" SPENT },
  { "refusal", START TEXT (0, "I can") END ("refusal"), "text(I can) | refused" SPENT },
  { "reason-of-tomorrow", START TEXT (0, "x") END ("vibes"), "text(x) | end" SPENT },
  { "no-reason", START TEXT (0, "x") E ("message_stop", ""), "text(x) | end" BEGUN },
  { "usage-missing", E ("message_start", ",\"message\":{}") TEXT (0, "x") E ("message_stop", ""), "text(x) | end" },
  { "usage-odd",
    E ("message_start", ",\"message\":{\"usage\":{\"input_tokens\":-5,\"output_tokens\":null,"
                        "\"cache_read_input_tokens\":\"many\",\"cache_creation_input_tokens\":1e3}}")
      E ("message_delta", ",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":7,"
                          "\"input_tokens\":null,\"output_tokens_details\":{\"thinking_tokens\":99}}")
        E ("message_stop", ""),
    "| end | in=1000 cached=0 write=1000 out=7 think=7" },
  { "usage-grows",
    START TEXT (0, "x") E ("message_delta", ",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{"
                                            "\"input_tokens\":10,\"cache_read_input_tokens\":30,"
                                            "\"cache_creation_input_tokens\":null,\"output_tokens\":8,"
                                            "\"output_tokens_details\":{\"thinking_tokens\":3}}")
      E ("message_stop", ""),
    "text(x) | end | in=45 cached=30 write=5 out=8 think=3" },
  { "overloaded",
    START TEXT (0, "Half an") "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
                              "\"message\":\"Overloaded\"},\"request_id\":\"req_1\"}\n\n",
    "text(Half an) | error UNAVAILABLE" BEGUN },
  { "error-without-a-name", START "data: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"x\"}}\n\n",
    "| error UNAVAILABLE" BEGUN },
  { "cut-off", START BLOCK (0, TEXT_BLOCK) TEXT (0, "Half an") STOP (0), "text(Half an) | cut off" BEGUN },
  { "cut-after-reason",
    START TEXT (0, "x")
      E ("message_delta", ",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":2}"),
    "text(x) | cut off | in=34 cached=20 write=5 out=2 think=0" },
  { "json-cut-short", START "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"te\n\n",
    "| error DATA_LOSS" BEGUN },
  { "not-json", "data: <html>\n\n", "| error DATA_LOSS" },
  { "not-an-object", "data: [1]\n\n", "| error DATA_LOSS" },
  { "twice-the-same-member", "data: {\"type\":\"ping\",\"type\":\"ping\"}\n\n", "| error DATA_LOSS" },
  { "nul", START TEXT (0, "a\\u0000b") END ("end_turn"), "text(a\357\277\275b) | end" SPENT },
  { "bytes-that-are-not-utf-8", START TEXT (0, "a\377b") END ("end_turn"), "text(a\357\277\275b) | end" SPENT },
  { "whole-answer",
    "data: {\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":"
    "\"hm\",\"signature\":\"S\"},{\"type\":\"text\",\"text\":\"All at once.\"},{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":"
    "\"clock\",\"input\":{\"z\":1}}],\"stop_reason\":\"tool_use\",\"usage\":{\"input_tokens\":3,\"output_tokens\":4}}\n\n",
    "reasoning(hm) signature(anthropic:S) text(All at once.) call0(t1,clock) args0({\"z\":1}) | tools | in=3 cached=0 "
    "write=0 out=4 think=0" },
  { "after-the-end", START TEXT (0, "x") END ("end_turn") "data: garbage\n\n", "text(x) | end" SPENT },
};

static void
test_shape (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);

  test_wire_check (&wire, shapes[i].bytes, shapes[i].expected);
}

/* More calls than any answer has; and a mark that goes on for ever. */
static void
test_bounds (void)
{
  g_autoptr (GString) bytes = g_string_new (START);
  g_autofree char *calls = NULL, *signature = NULL;

  for (guint i = 0; i < 200; i++)
    g_string_append_printf (bytes,
                            "data: {\"type\":\"content_block_start\",\"index\":%u,\"content_block\":{\"type\":"
                            "\"tool_use\",\"id\":\"t%u\",\"name\":\"a\"}}\n\n",
                            i, i);
  calls = test_wire_play (&wire, bytes->str, bytes->len, 0);
  g_assert_nonnull (strstr (calls, "call127("));
  g_assert_null (strstr (calls, "call128("));
  g_assert_nonnull (strstr (calls, "| error DATA_LOSS"));
  g_string_assign (bytes, START BLOCK (0, "{\"type\":\"thinking\",\"thinking\":\"\"}"));
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *much = g_strnfill (1024 * 1024, 'A');

      g_string_append_printf (bytes,
                              "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":"
                              "\"signature_delta\",\"signature\":\"%s\"}}\n\n",
                              much);
    }
  signature = test_wire_play (&wire, bytes->str, bytes->len, 0);
  g_assert_cmpstr (signature, ==, "| error DATA_LOSS" BEGUN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autofree char *path = g_strconcat ("/anthropic-wire/", shapes[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_shape);
    }
  g_test_add_func ("/anthropic-wire/bounds", test_bounds);
  return g_test_run ();
}
