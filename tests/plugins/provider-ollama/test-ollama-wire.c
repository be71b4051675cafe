/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of a stream, as the server sends them and as it should not, cut at every place. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-ollama-stream.h"
#include "test-wire.h"

static gpointer
new_ (void)
{
  return bty_ollama_stream_new (NULL);
}

static gboolean
line (gpointer stream, const BtySseEvent *event, BtyCompletion *out, GError **error)
{
  return bty_ollama_stream_line (stream, event, out, error);
}

static void
free_ (gpointer stream)
{
  bty_ollama_stream_free (stream);
}

static const TestWire wire = { new_, line, free_, NULL, TRUE };

#define HEAD          "{\"model\":\"qwen3\",\"created_at\":\"2026-10-01T10:00:00.1Z\",\"message\":{\"role\":\"assistant\","
#define LINE(members) HEAD members "},\"done\":false}\n"
#define TEXT(text)    LINE ("\"content\":\"" text "\"")
#define DONE(reason)                                                                                                   \
  HEAD "\"content\":\"\"},\"done\":true,\"done_reason\":\"" reason "\",\"total_duration\":4883583458,"                 \
       "\"load_duration\":1334875,\"prompt_eval_count\":26,\"prompt_eval_duration\":342546000,\"eval_count\":12,"      \
       "\"eval_duration\":4535599000}\n"
#define SPENT            " | in=26 cached=0 write=0 out=12 think=0"
#define CALL(name, args) "{\"function\":{\"index\":0,\"name\":\"" name "\",\"arguments\":" args "}}"
#define CALLS(calls)     LINE ("\"content\":\"\",\"tool_calls\":[" calls "]")

static const struct
{
  const char *name;
  const char *bytes;
  const char *expected;
} shapes[] = {
  { "text", TEXT ("Grüße 🎈, ") TEXT ("\\\"q\\\"") DONE ("stop"), "text(Grüße 🎈, \"q\") | end" SPENT },
  { "empty-lines", "\n" TEXT ("a") "\n\n" DONE ("stop"), "text(a) | end" SPENT },
  { "no-line-end", TEXT ("a") HEAD "\"content\":\"b\"},\"done\":true}", "text(ab) | end" },
  { "thinking",
    LINE ("\"content\":\"\",\"thinking\":\"Let me \"") LINE ("\"content\":\"\",\"thinking\":\"see.\"") TEXT ("42")
      DONE ("stop"),
    "reasoning(Let me see.) text(42) | end" SPENT },
  { "whole-answer",
    HEAD "\"content\":\"All at once.\",\"thinking\":\"hm\",\"tool_calls\":[" CALL (
      "clock", "{\"z\":1}") "]},\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":3,\"eval_count\":4}\n",
    "reasoning(hm) text(All at once.) call0(made,clock) args0({\"z\":1}) | tools | in=3 cached=0 write=0 out=4 think=0" },
  { "call", CALLS (CALL ("weather", "{\"city\":\"Köln\",\"n\":[1,{}]}")) DONE ("stop"),
    "call0(made,weather) args0({\"city\":\"Köln\",\"n\":[1,{}]}) | tools" SPENT },
  { "call-with-id",
    CALLS ("{\"id\":\"call_7\",\"function\":{\"index\":0,\"name\":\"a\",\"arguments\":{}}}") DONE ("stop"),
    "call0(call_7,a) args0({}) | tools" SPENT },
  { "calls-in-one-line", CALLS (CALL ("a", "{\"x\":1}") "," CALL ("b", "{\"y\":2}")) DONE ("stop"),
    "call0(made,a) args0({\"x\":1}) call1(made,b) args1({\"y\":2}) | tools" SPENT },
  { "calls-in-two-lines", TEXT ("Hm.") CALLS (CALL ("a", "{}")) CALLS (CALL ("a", "{}")) DONE ("stop"),
    "text(Hm.) call0(made,a) args0({}) call1(made,a) args1({}) | tools" SPENT },
  { "arguments-as-text", CALLS (CALL ("a", "\"{\\\"x\\\": \\\"1\\\"}\"")) DONE ("stop"),
    "call0(made,a) args0({\"x\": \"1\"}) | tools" SPENT },
  { "arguments-not-json", CALLS (CALL ("a", "\"{oops\"")) DONE ("stop"), "call0(made,a) args0({}) | tools" SPENT },
  { "arguments-missing", CALLS ("{\"function\":{\"name\":\"a\"}}") DONE ("stop"),
    "call0(made,a) args0({}) | tools" SPENT },
  { "call-without-name", CALLS ("{\"function\":{\"arguments\":{}}}") DONE ("stop"), "| error DATA_LOSS" },
  { "call-not-an-object", CALLS ("7") DONE ("stop"), "| error DATA_LOSS" },
  { "length", TEXT ("It was") DONE ("length"), "text(It was) | length" SPENT },
  { "load", DONE ("load"), "| end" SPENT },
  { "unload", DONE ("unload"), "| end" SPENT },
  { "reason-of-tomorrow", TEXT ("x") DONE ("vibes"), "text(x) | end" SPENT },
  { "usage-missing", TEXT ("x") HEAD "\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\"}\n", "text(x) | end" },
  { "usage-of-a-prompt-in-memory",
    TEXT ("x") HEAD "\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"eval_count\":4}\n",
    "text(x) | end | in=0 cached=0 write=0 out=4 think=0" },
  { "usage-odd", "{\"done\":true,\"prompt_eval_count\":-5,\"eval_count\":\"many\"}\n",
    "| end | in=0 cached=0 write=0 out=0 think=0" },
  { "error-in-band", TEXT ("Half an") "{\"error\":\"an error was encountered while running the model\"}\n",
    "text(Half an) | error UNAVAILABLE" },
  { "cut-off", TEXT ("Half an"), "text(Half an) | cut off" },
  { "cut-in-a-line", TEXT ("Half an") "{\"model\":\"qwen3\",\"mess", "text(Half an) | cut off" },
  { "not-json", "<html>\n", "| error DATA_LOSS" },
  { "not-an-object", "[1]\n", "| error DATA_LOSS" },
  { "server-sent-events", "data: {\"done\":true}\n", "| error DATA_LOSS" },
  { "things-of-other-kinds",
    "{\"message\":[1],\"created_at\":{},\"done\":\"yes\",\"done_reason\":7,\"error\":null,\"logprobs\":[{}]}\n"
    "{\"message\":{\"content\":7,\"thinking\":[],\"tool_calls\":{},\"images\":[\"AA==\"]}}\n"
    "{\"message\":{\"tool_calls\":null}}\n" TEXT ("yes") DONE ("stop"),
    "text(yes) | end" SPENT },
  { "twice-the-same-member", "{\"done\":false,\"done\":true}\n", "| error DATA_LOSS" },
  { "nul", TEXT ("a\\u0000b") DONE ("stop"), "text(a\357\277\275b) | end" SPENT },
  { "bytes-that-are-not-utf-8", TEXT ("a\377b") DONE ("stop"), "text(a\357\277\275b) | end" SPENT },
  { "after-the-end", DONE ("stop") "garbage\n", "| end" SPENT },
};

static void
test_shape (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);

  test_wire_check (&wire, shapes[i].bytes, shapes[i].expected);
}

static void
test_bounds (void)
{
  g_autoptr (GString) bytes = g_string_new (NULL);
  g_autofree char *calls = NULL, *much = g_strnfill (10 * 1024 * 1024, 'A'), *huge = NULL;

  for (guint i = 0; i < 200; i++)
    g_string_append (bytes, CALLS (CALL ("a", "{}")));
  calls = test_wire_play (&wire, bytes->str, bytes->len, 0);
  g_assert_nonnull (strstr (calls, "call127("));
  g_assert_null (strstr (calls, "call128("));
  g_assert_nonnull (strstr (calls, "| error DATA_LOSS"));
  g_string_printf (bytes, HEAD "\"content\":\"%s\"},\"done\":false}\n", much);
  huge = test_wire_play (&wire, bytes->str, bytes->len, 4096);
  g_assert_cmpstr (huge, ==, "| error DATA_LOSS");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autofree char *path = g_strconcat ("/ollama-wire/", shapes[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_shape);
    }
  g_test_add_func ("/ollama-wire/bounds", test_bounds);
  return g_test_run ();
}
