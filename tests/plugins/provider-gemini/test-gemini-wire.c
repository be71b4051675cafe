/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The events of a stream, as the service sends them and as it should not, cut at every place. */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-gemini-stream.h"
#include "test-wire.h"

static gpointer
new_ (void)
{
  return bty_gemini_stream_new (NULL);
}

static gboolean
event (gpointer stream, const BtySseEvent *event, BtyCompletion *out, GError **error)
{
  return bty_gemini_stream_event (stream, event, out, error);
}

static void
free_ (gpointer stream)
{
  bty_gemini_stream_free (stream);
}

static gboolean
end (gpointer stream, BtyCompletion *out, GError **error)
{
  return bty_gemini_stream_end (stream, out, error);
}

static const TestWire wire = { new_, event, free_, end, FALSE };

#define USAGE(members) ",\"usageMetadata\":{" members ",\"trafficType\":\"ON_DEMAND\"}"
#define TAIL           ",\"modelVersion\":\"gemini-3-flash\",\"responseId\":\"r-1\"}\n\n"
#define PARTS(parts)   "data: {\"candidates\":[{\"content\":{\"parts\":[" parts "],\"role\":\"model\"},\"index\":0}]"
#define SAYS(parts)    PARTS (parts) USAGE ("\"promptTokenCount\":30,\"totalTokenCount\":30") TAIL
#define TEXT(text)     "{\"text\":\"" text "\"}"
#define THOUGHT(text)  "{\"text\":\"" text "\",\"thought\":true}"
#define SPENT_MEMBERS                                                                                                  \
  "\"promptTokenCount\":30,\"candidatesTokenCount\":5,\"totalTokenCount\":42,\"cachedContentTokenCount\":20,"          \
  "\"thoughtsTokenCount\":7,\"promptTokensDetails\":[{\"modality\":\"TEXT\",\"tokenCount\":30}]"
#define ENDS(parts, reason)                                                                                            \
  "data: {\"candidates\":[{\"content\":{\"parts\":[" parts "],\"role\":\"model\"},\"finishReason\":\"" reason          \
  "\",\"index\":0}]" USAGE (SPENT_MEMBERS) TAIL
#define SPENT            " | in=30 cached=20 write=0 out=12 think=7"
#define BEGUN            " | in=30 cached=0 write=0 out=0 think=0"
#define CALL(name, args) "{\"functionCall\":{\"name\":\"" name "\",\"args\":" args "}}"

static const struct
{
  const char *name;
  const char *bytes;
  const char *expected;
} shapes[] = {
  { "text", SAYS (TEXT ("Grüße 🎈, ")) ENDS (TEXT ("\\\"q\\\""), "STOP"), "text(Grüße 🎈, \"q\") | end" SPENT },
  { "comments", ": hello\n\n" SAYS (TEXT ("a")) ": still here\n\n" ENDS (TEXT ("b"), "STOP"), "text(ab) | end" SPENT },
  { "named-events-with-ids",
    "event: message\nid: 7\nretry: 3\ndata: {\"candidates\":[{\"content\":{\"parts\":[" TEXT ("a") "]}}]}\n\n" ENDS (
      "", "STOP"),
    "text(a) | end" SPENT },
  { "several-data-lines",
    "data: {\"candidates\":[{\"content\":\ndata: {\"parts\":[{\"text\":\"a\"}]},\ndata: \"finishReason\":\"STOP\"}]}\n\n",
    "text(a) | end" },
  { "thoughts", SAYS (THOUGHT ("Let me ")) SAYS (THOUGHT ("see.")) SAYS (TEXT ("42")) ENDS (TEXT ("."), "STOP"),
    "reasoning(Let me see.) text(42.) | end" SPENT },
  { "members-in-another-order",
    SAYS ("{\"thought\":true,\"thoughtSignature\":\"c2ln\",\"text\":\"Hm\"}") ENDS (TEXT ("x"), "STOP"),
    "reasoning(Hm) signature(gemini:c2ln) text(x) | end" SPENT },
  { "signature-with-the-text", ENDS ("{\"text\":\"42\",\"thoughtSignature\":\"c2ln\"}", "STOP"),
    "signature(gemini:c2ln) text(42) | end" SPENT },
  { "signature-at-the-end", SAYS (TEXT ("42")) ENDS ("{\"text\":\"\",\"thoughtSignature\":\"c2ln\"}", "STOP"),
    "text(42) signature(gemini:c2ln) | end" SPENT },
  { "signature-with-the-call",
    ENDS ("{\"thoughtSignature\":\"c2ln\",\"functionCall\":{\"name\":\"clock\",\"args\":{}}}", "STOP"),
    "signature(gemini:c2ln) call0(made,clock) args0({}) | tools" SPENT },
  { "call-with-id",
    ENDS ("{\"functionCall\":{\"id\":\"fc-1\",\"args\":{\"city\":\"Köln\",\"n\":[1,{}]},\"name\":\"weather\"}}",
          "STOP"),
    "call0(fc-1,weather) args0({\"city\":\"Köln\",\"n\":[1,{}]}) | tools" SPENT },
  { "calls-in-one-event", ENDS (TEXT ("Let me look.") "," CALL ("a", "{\"x\":1}") "," CALL ("b", "{\"y\":2}"), "STOP"),
    "text(Let me look.) call0(made,a) args0({\"x\":1}) call1(made,b) args1({\"y\":2}) | tools" SPENT },
  { "calls-in-two-events", SAYS (CALL ("a", "{\"x\":1}")) SAYS (CALL ("a", "{\"x\":1}")) ENDS ("", "STOP"),
    "call0(made,a) args0({\"x\":1}) call1(made,a) args1({\"x\":1}) | tools" SPENT },
  { "call-without-arguments", ENDS ("{\"functionCall\":{\"name\":\"clock\"}}", "STOP"),
    "call0(made,clock) args0({}) | tools" SPENT },
  { "call-with-odd-arguments", ENDS (CALL ("clock", "\"noon\""), "STOP"), "call0(made,clock) args0({}) | tools" SPENT },
  { "call-without-name", ENDS ("{\"functionCall\":{\"args\":{}}}", "STOP"), "| error DATA_LOSS" },
  { "call-cut-by-the-limit", SAYS (CALL ("a", "{}")) ENDS ("", "MAX_TOKENS"),
    "call0(made,a) args0({}) | length" SPENT },
  { "function-call-as-reason", ENDS (CALL ("a", "{}"), "FUNCTION_CALL"), "call0(made,a) args0({}) | tools" SPENT },
  { "max-tokens", ENDS (TEXT ("It was"), "MAX_TOKENS"), "text(It was) | length" SPENT },
  { "safety", SAYS (TEXT ("I")) ENDS ("", "SAFETY"), "text(I) | refused" SPENT },
  { "recitation", ENDS ("", "RECITATION"), "| refused" SPENT },
  { "language", ENDS ("", "LANGUAGE"), "| refused" SPENT },
  { "blocklist", ENDS ("", "BLOCKLIST"), "| refused" SPENT },
  { "prohibited", ENDS ("", "PROHIBITED_CONTENT"), "| refused" SPENT },
  { "spii", ENDS ("", "SPII"), "| refused" SPENT },
  { "image-safety", ENDS ("", "IMAGE_SAFETY"), "| refused" SPENT },
  { "malformed-call", SAYS (TEXT ("x")) ENDS ("", "MALFORMED_FUNCTION_CALL"), "text(x) | error DATA_LOSS" SPENT },
  { "unexpected-call", ENDS ("", "UNEXPECTED_TOOL_CALL"), "| error DATA_LOSS" SPENT },
  { "too-many-calls", ENDS ("", "TOO_MANY_TOOL_CALLS"), "| error DATA_LOSS" SPENT },
  { "other", ENDS ("", "OTHER"), "| error DATA_LOSS" SPENT },
  { "prompt-blocked",
    "data: {\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"}" USAGE ("\"promptTokenCount\":30") TAIL,
    "| refused" BEGUN },
  { "prompt-not-blocked", "data: {\"promptFeedback\":{\"safetyRatings\":[]}}\n\n", "| error UNAVAILABLE" },
  { "usage-in-a-later-event",
    "data: {\"candidates\":[{\"finishReason\":\"STOP\"}]}\n\ndata: {\"usageMetadata\":{" SPENT_MEMBERS "}}\n\n",
    "| end" SPENT },
  { "usage-missing",
    "data: {\"candidates\":[{\"content\":{\"parts\":[" TEXT ("a") "]},\"finishReason\":\"STOP\"}]}\n\n",
    "text(a) | end" },
  { "usage-odd",
    "data: {\"candidates\":[{\"finishReason\":\"STOP\"}]" USAGE (
      "\"promptTokenCount\":-4,\"candidatesTokenCount\":\"many\",\"thoughtsTokenCount\":null,\"totalTokenCount\":9")
      TAIL,
    "| end | in=0 cached=0 write=0 out=9 think=0" },
  { "usage-of-tools",
    "data: {\"candidates\":[{\"finishReason\":\"STOP\"}]" USAGE (
      "\"promptTokenCount\":10,\"toolUsePromptTokenCount\":3,\"candidatesTokenCount\":2") TAIL,
    "| end | in=13 cached=0 write=0 out=2 think=0" },
  { "error-in-band",
    SAYS (
      TEXT ("Half an")) "data: {\"error\":{\"code\":503,\"message\":\"overloaded\",\"status\":\"UNAVAILABLE\"}}\n\n",
    "text(Half an) | error UNAVAILABLE" BEGUN },
  { "cut-off", SAYS (TEXT ("Half an")), "text(Half an) | error UNAVAILABLE" BEGUN },
  { "nothing-at-all", "", "| error UNAVAILABLE" },
  { "json-cut-short", SAYS (TEXT ("a")) "data: {\"candidates\":[{\"content\":{\"pa\n\n",
    "text(a) | error DATA_LOSS" BEGUN },
  { "not-json", "data: <html>\n\n", "| error DATA_LOSS" },
  { "not-an-object", "data: 1\n\n", "| error DATA_LOSS" },
  { "part-not-an-object", "data: {\"candidates\":[{\"content\":{\"parts\":[1]}}]}\n\n", "| error DATA_LOSS" },
  { "things-of-other-kinds",
    "data: {\"candidates\":{\"a\":1},\"promptFeedback\":[],\"usageMetadata\":[1],\"responseId\":{}}\n\n"
    "data: {\"candidates\":[{\"content\":[],\"groundingMetadata\":{\"x\":[1]}},{\"content\":{\"parts\":[" TEXT (
      "no") "]}}]}\n\n" SAYS ("{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"AA==\"}},{\"executableCode\":{}},"
                              "{\"text\":7},{\"functionCall\":[]},{}") ENDS (TEXT ("yes"), "STOP"),
    "text(yes) | end" SPENT },
  { "twice-the-same-member", "data: {\"a\":1,\"a\":2}\n\n", "| error DATA_LOSS" },
  { "nul", ENDS (TEXT ("a\\u0000b"), "STOP"), "text(a\357\277\275b) | end" SPENT },
  { "bytes-that-are-not-utf-8", ENDS (TEXT ("a\377b"), "STOP"), "text(a\357\277\275b) | end" SPENT },
  { "a-list-of-all",
    "data: [{\"candidates\":[{\"content\":{\"parts\":[" TEXT (
      "a") "]}}]},{\"candidates\":[{\"content\":{\"parts\":[" TEXT ("b") "]},\"finishReason\":\"STOP\"}]}]\n\n",
    "text(ab) | end" },
  { "after-the-end", ENDS (TEXT ("x"), "STOP") "data: garbage\n\n", "text(x) | end" SPENT },
};

static void
test_shape (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);

  test_wire_check (&wire, shapes[i].bytes, shapes[i].expected);
}

/* More calls than any answer has; and an event of ten megabytes, beyond what one may have. */
static void
test_bounds (void)
{
  g_autoptr (GString) bytes = g_string_new (NULL);
  g_autofree char *calls = NULL, *much = g_strnfill (10 * 1024 * 1024, 'A'), *huge = NULL;

  for (guint i = 0; i < 200; i++)
    g_string_append (bytes, SAYS (CALL ("a", "{}")));
  calls = test_wire_play (&wire, bytes->str, bytes->len, 0);
  g_assert_nonnull (strstr (calls, "call127("));
  g_assert_null (strstr (calls, "call128("));
  g_assert_nonnull (strstr (calls, "| error DATA_LOSS"));
  g_string_printf (bytes, "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"%s\"}]}}]}\n\n", much);
  huge = test_wire_play (&wire, bytes->str, bytes->len, 4096);
  g_assert_cmpstr (huge, ==, "| error DATA_LOSS");
}

/* The same bytes give the same ids, two calls of one answer never, and another answer has others. */
static void
test_ids (void)
{
  g_autofree char *a = bty_http_prompt_new_call_id ("r-1", 0, "clock", "{}", 2);
  g_autofree char *again = bty_http_prompt_new_call_id ("r-1", 0, "clock", "{}", 2);
  g_autofree char *second = bty_http_prompt_new_call_id ("r-1", 1, "clock", "{}", 2);
  g_autofree char *later = bty_http_prompt_new_call_id ("r-2", 0, "clock", "{}", 2);

  g_assert_cmpstr (a, ==, again);
  g_assert_cmpstr (a, !=, second);
  g_assert_cmpstr (a, !=, later);
  g_assert_true (bty_http_prompt_is_own_call_id (a));
  g_assert_false (bty_http_prompt_is_own_call_id ("call_1"));
  g_assert_false (bty_http_prompt_is_own_call_id ("bty-"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autofree char *path = g_strconcat ("/gemini-wire/", shapes[i].name, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_shape);
    }
  g_test_add_func ("/gemini-wire/bounds", test_bounds);
  g_test_add_func ("/gemini-wire/ids", test_ids);
  return g_test_run ();
}
