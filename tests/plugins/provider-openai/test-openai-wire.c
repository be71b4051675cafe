/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The events of Chat Completions in the dialects of many services, cut at every place. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "test-wire.h"

static gpointer
new_ (void)
{
  return bty_openai_stream_new (NULL);
}

static gboolean
event (gpointer stream, const BtySseEvent *event, BtyCompletion *out, GError **error)
{
  return bty_openai_stream_event (stream, event, out, error);
}

static void
free_ (gpointer stream)
{
  bty_openai_stream_free (stream);
}

static const TestWire wire = { new_, event, free_, NULL, FALSE };

#define DELTA(members)                                                                                                 \
  "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{" members "},\"finish_reason\":null}]}\n\n"
#define STOP(reason)                                                                                                   \
  "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" reason "\"}]}\n\n"
#define USAGE(members) "data: {\"id\":\"c\",\"choices\":[],\"usage\":{" members "}}\n\n"
#define DONE           "data: [DONE]\n\n"

static const struct
{
  const char *name;
  const char *bytes;
  const char *expected;
} shapes[] = {
  { "openai",
    DELTA ("\"role\":\"assistant\",\"content\":\"\"") DELTA ("\"content\":\"Grüße\"") STOP ("stop")
      USAGE ("\"prompt_tokens\":25,\"completion_tokens\":11,\"total_tokens\":36,\"prompt_tokens_details\":{"
             "\"cached_tokens\":8},\"completion_tokens_details\":{\"reasoning_tokens\":3}") DONE,
    "text(Grüße) | end | in=25 cached=8 write=0 out=11 think=3" },
  { "deepseek",
    DELTA ("\"content\":null,\"reasoning_content\":\"Hm\"") DELTA ("\"content\":\"42\",\"reasoning_content\":null")
      STOP ("stop") USAGE ("\"prompt_tokens\":20,\"completion_tokens\":5,\"prompt_cache_hit_tokens\":16,"
                           "\"prompt_cache_miss_tokens\":4,\"prompt_tokens_details\":{\"cached_tokens\":16}") DONE,
    "reasoning(Hm) text(42) | end | in=20 cached=16 write=0 out=5 think=0" },
  { "deepseek-without-the-details",
    STOP ("stop") USAGE ("\"prompt_tokens\":20,\"prompt_cache_hit_tokens\":16,"
                         "\"prompt_tokens_details\":{\"cached_tokens\":0}") DONE,
    "| end | in=20 cached=16 write=0 out=0 think=0" },
  { "deepseek-gives-up", DELTA ("\"content\":\"a\"") STOP ("insufficient_system_resource") DONE,
    "text(a) | error UNAVAILABLE" },
  { "openrouter-signed",
    DELTA ("\"content\":\"\",\"reasoning\":\"Hm\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":"
           "\"Hm\",\"format\":\"x\",\"index\":0}]")
      DELTA ("\"content\":\"\",\"reasoning\":\"!\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"!\","
             "\"index\":0}]")
        DELTA ("\"content\":\"\",\"reasoning_details\":[{\"type\":\"reasoning.text\",\"signature\":\"c2ln\","
               "\"index\":0},{\"type\":\"reasoning.encrypted\",\"data\":\"AAAA\",\"index\":1,\"id\":\"r\"}]")
          DELTA ("\"content\":\"a\",\"reasoning_details\":[]") STOP ("stop") DONE,
    "reasoning(Hm!) signature(openai-details:[{\"type\":\"reasoning.text\",\"text\":\"Hm!\",\"signature\":\"c2ln\","
    "\"format\":\"x\",\"index\":0},{\"type\":\"reasoning.encrypted\",\"data\":\"AAAA\",\"id\":\"r\",\"index\":1}]) "
    "text(a) | end" },
  { "openrouter-sealed-at-the-end",
    DELTA ("\"reasoning_details\":[{\"type\":\"reasoning.encrypted\",\"data\":\"AAAA\"}]") STOP ("stop") DONE,
    "signature(openai-details:[{\"type\":\"reasoning.encrypted\",\"data\":\"AAAA\"}]) | end" },
  { "openrouter-thinks-again",
    DELTA ("\"content\":\"a\"") DELTA ("\"reasoning_details\":[{\"type\":\"reasoning.encrypted\",\"data\":\"AAAA\"}]")
      DELTA ("\"content\":\"b\"") STOP ("stop") DONE,
    "text(a) signature(openai-details:[{\"type\":\"reasoning.encrypted\",\"data\":\"AAAA\"}]) text(b) | end" },
  { "openrouter-odd-details",
    DELTA ("\"reasoning_details\":null") DELTA ("\"reasoning_details\":{\"a\":[1]}") DELTA (
      "\"reasoning_details\":[1,[2],{},{\"signature\":7,\"index\":\"x\"},{\"data\":\"no type\"}]") STOP ("stop") DONE,
    "| end" },
  { "openrouter",
    ": OPENROUTER PROCESSING\n\n" DELTA (
      "\"role\":\"assistant\",\"content\":\"\",\"reasoning\":\"Hm\",\"reasoning_details\":[{"
      "\"type\":\"reasoning.text\",\"text\":\"Hm\",\"format\":\"x\",\"index\":0}]")
      DELTA ("\"content\":\"a\",\"reasoning\":null") STOP ("stop") USAGE (
        "\"prompt_tokens\":194,\"completion_tokens\":2,\"cost\":0.95,\"cost_details\":{\"upstream_inference_cost\":"
        "19},\"prompt_tokens_details\":{\"cached_tokens\":50,\"cache_write_tokens\":100,\"audio_tokens\":0},"
        "\"completion_tokens_details\":{\"reasoning_tokens\":1}") DONE,
    "reasoning(Hm) text(a) | end | in=194 cached=50 write=100 out=2 think=1" },
  { "mistral-thinks",
    DELTA ("\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"Let me \"}]}]") DELTA (
      "\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"see.\"}],\"closed\":true},"
      "{\"type\":\"text\",\"text\":\"4\"}]")
      DELTA (
        "\"content\":\"2\"") "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"stop\"}],\"usage\":{"
                             "\"prompt_tokens\":7,\"completion_tokens\":9,\"total_tokens\":16}}\n\n" DONE,
    "reasoning(Let me see.) text(42) | end | in=7 cached=0 write=0 out=9 think=0" },
  { "mistral-window", DELTA ("\"content\":\"a\"") STOP ("model_length") DONE, "text(a) | length" },
  { "litellm-in-front-of-anthropic",
    DELTA ("\"content\":\"a\"") STOP ("stop") USAGE ("\"prompt_tokens\":30,\"completion_tokens\":2,"
                                                     "\"cache_creation_input_tokens\":5,\"cache_read_input_tokens\":20")
      DONE,
    "text(a) | end | in=30 cached=20 write=5 out=2 think=0" },
  { "arguments-as-an-object",
    DELTA (
      "\"tool_calls\":[{\"index\":0,\"id\":\"t1\",\"type\":\"function\",\"function\":{\"name\":\"clock\",\"arguments\":"
      "{\"z\":1}}}]") STOP ("tool_calls") DONE,
    "call0(t1,clock) args0({\"z\":1}) | tools" },
  { "stop-after-calls",
    DELTA ("\"tool_calls\":[{\"index\":0,\"id\":\"t1\",\"function\":{\"name\":\"clock\",\"arguments\":\"{}\"}}]")
      STOP ("stop") DONE,
    "call0(t1,clock) args0({}) | tools" },
  { "calls-of-one-index",
    DELTA ("\"tool_calls\":[{\"index\":0,\"id\":\"t1\",\"function\":{\"name\":\"a\",\"arguments\":\"{\"}}]")
      DELTA ("\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"}\"}}]") DELTA (
        "\"tool_calls\":[{\"index\":0,\"id\":\"t2\",\"function\":{\"name\":\"b\",\"arguments\":\"[\"}},{\"index\":0,\"id\":\"t3\",\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}}]")
        DELTA ("\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\" \"}}]") STOP ("tool_calls") DONE,
    "call0(t1,a) args0({}) call1(t2,b) args1([) call2(t3,a) args2({} ) | tools" },
  { "calls-of-one-index-whole",
    DELTA (
      "\"tool_calls\":[{\"index\":0,\"id\":\"t1\",\"function\":{\"name\":\"a\",\"arguments\":{\"x\":1}}},{\"index\":0,\"id\":\"t2\",\"function\":{\"name\":\"a\",\"arguments\":{\"x\":2}}}]")
      STOP ("stop") DONE,
    "call0(t1,a) args0({\"x\":1}) call1(t2,a) args1({\"x\":2}) | tools" },
  { "call-that-says-who-it-is-each-time",
    DELTA ("\"tool_calls\":[{\"index\":0,\"id\":\"t1\",\"function\":{\"name\":\"a\",\"arguments\":\"{\"}}]")
      DELTA ("\"tool_calls\":[{\"index\":1,\"id\":\"t2\",\"function\":{\"name\":\"b\",\"arguments\":\"\"}}]")
        DELTA ("\"tool_calls\":[{\"index\":0,\"id\":\"t1\",\"function\":{\"name\":\"a\",\"arguments\":\"}\"}}]")
          DELTA ("\"tool_calls\":[{\"index\":1,\"id\":\"other\",\"function\":{\"arguments\":\"{}\"}}]")
            STOP ("tool_calls") DONE,
    "call0(t1,a) args0({) call1(t2,b) args0(}) args1({}) | tools" },
  { "call-whose-id-comes-late",
    DELTA ("\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"a\",\"arguments\":\"{\"}}]")
      DELTA ("\"tool_calls\":[{\"index\":0,\"id\":\"t1\",\"function\":{\"name\":\"a\",\"arguments\":\"}\"}}]")
        STOP ("tool_calls") DONE,
    "call0(made,a) args0({}) | tools" },
  { "usage-absurd",
    DELTA ("\"content\":\"a\"") STOP ("stop")
      USAGE ("\"prompt_tokens\":9000000000000000000,\"completion_tokens\":1e300,\"cached_tokens\":-9000000000000000000,"
             "\"reasoning_tokens\":2147483648") DONE,
    "text(a) | end | in=2147483647 cached=0 write=0 out=2147483647 think=2147483647" },
  { "calls-without-index-or-id",
    DELTA (
      "\"tool_calls\":[{\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}},{\"function\":{\"name\":\"b\",\"arguments\":"
      "\"{}\"}}]") STOP ("tool_calls") DONE,
    "call0(made,a) args0({}) call1(made,b) args1({}) | tools" },
  { "usage-odd",
    DELTA ("\"content\":\"a\"") STOP ("stop") USAGE ("\"prompt_tokens\":-3,\"completion_tokens\":null,"
                                                     "\"cost\":\"much\"") DONE,
    "text(a) | end | in=0 cached=0 write=0 out=0 think=0" },
  { "nested-thinking-without-end",
    DELTA ("\"content\":[{\"thinking\":[{\"thinking\":[{\"text\":\"a\"}]}]}]") STOP ("stop") DONE,
    "reasoning(a) | end" },
};

static void
test_shape (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);

  test_wire_check (&wire, shapes[i].bytes, shapes[i].expected);
}

static void
on_delta (BtyCompletion *completion, const BtyDelta *delta, gpointer data)
{
}

static void
on_done (BtyCompletion *completion, gpointer data)
{
}

/* What the service says that it took, in micro-dollars, rounded up. */
static void
test_cost (void)
{
  static const struct
  {
    const char *json;
    gint64 cost; /* -1: not told */
  } rows[] = {
    { "{\"choices\":[],\"usage\":{\"cost\":0.95}}", 950000 },
    { "{\"choices\":[],\"usage\":{\"cost\":0.0000001}}", 1 },
    { "{\"choices\":[],\"usage\":{\"cost\":0}}", 0 },
    { "{\"choices\":[],\"usage\":{\"cost\":-1}}", -1 },
    { "{\"choices\":[],\"usage\":{\"cost\":0.05,\"is_byok\":true,\"cost_details\":{\"upstream_inference_cost\":1}}}",
      1050000 },
    { "{\"choices\":[],\"usage\":{\"cost_details\":{\"upstream_inference_cost\":0.25},\"is_byok\":true}}", 250000 },
    { "{\"choices\":[],\"usage\":{\"cost\":0.05,\"is_byok\":true,\"cost_details\":{\"upstream_inference_cost\":null}}}",
      50000 },
    { "{\"choices\":[],\"usage\":{\"cost\":0.05,\"is_byok\":false,\"cost_details\":{\"upstream_inference_cost\":0.05}}}",
      50000 },
    { "{\"choices\":[],\"usage\":{\"cost\":0.05,\"cost_details\":{\"upstream_inference_cost\":0.05}}}", 50000 },
    { "{\"choices\":[],\"usage\":{\"cost\":0.05,\"is_byok\":true,\"cost_details\":{\"upstream_inference_cost\":-3}}}",
      50000 },
    { "{\"choices\":[],\"usage\":{\"is_byok\":true}}", -1 },
    { "{\"choices\":[],\"usage\":{\"cost\":null}}", -1 },
    { "{\"choices\":[],\"usage\":{\"cost\":{\"total\":1}}}", -1 },
    { "{\"choices\":[],\"usage\":{}}", -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (BtyCompletionRequest) request = bty_completion_request_new ();
      g_autoptr (BtyCompletion) out = bty_completion_new (request, NULL, on_delta, on_done, NULL);
      g_autoptr (BtyOpenaiStream) stream = bty_openai_stream_new (NULL);
      BtySseEvent event = { .data = rows[i].json, .length = strlen (rows[i].json) };
      const BtyUsage *usage;

      g_assert_true (bty_openai_stream_event (stream, &event, out, NULL));
      usage = bty_completion_get_usage (out);
      g_assert_true (BTY_IS_NULL (usage, BtyUsage, cost) == (rows[i].cost < 0));
      if (rows[i].cost >= 0)
        g_assert_cmpint (usage->cost, ==, rows[i].cost);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autofree char *path = g_strconcat ("/openai-wire/", shapes[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_shape);
    }
  g_test_add_func ("/openai-wire/cost", test_cost);
  return g_test_run ();
}
