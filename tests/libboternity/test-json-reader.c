/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <boternity.h>
#include <string.h>

/* A string literal with its length, for those that hold NUL bytes. */
#define TEXT(literal) literal, sizeof literal - 1

static void
append_token (GString *out, BtyJsonToken token, const BtyJsonReader *reader)
{
  static const char *const fixed[] = {
    [BTY_JSON_END] = ".",         [BTY_JSON_OBJECT_BEGIN] = "{", [BTY_JSON_OBJECT_END] = "}",
    [BTY_JSON_ARRAY_BEGIN] = "[", [BTY_JSON_ARRAY_END] = "]",    [BTY_JSON_TRUE] = "true",
    [BTY_JSON_FALSE] = "false",   [BTY_JSON_NULL] = "null"
  };
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (token == BTY_JSON_KEY || token == BTY_JSON_STRING)
    {
      g_string_append (out, token == BTY_JSON_KEY ? "k:" : "s:");
      g_string_append_len (out, reader->text, (gssize) reader->length);
    }
  else if (token == BTY_JSON_INT)
    g_string_append_printf (out, "%" G_GINT64_FORMAT, reader->integer);
  else if (token == BTY_JSON_DOUBLE)
    g_string_append_printf (out, "d:%s", g_ascii_dtostr (number, sizeof number, reader->number));
  else
    g_string_append (out, fixed[token]);
}

/* All tokens of a document in one text, or NULL with the error. */
static GString *
trace (const char *json, gsize length, guint max_depth, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_auto (BtyJsonReader) reader;
  BtyJsonToken token;

  bty_json_reader_init (&reader, json, length, max_depth);
  do
    {
      token = bty_json_reader_next (&reader, error);
      if (token == BTY_JSON_ERROR)
        return NULL;
      append_token (out, token, &reader);
      g_string_append_c (out, ' ');
    }
  while (token != BTY_JSON_END);
  g_string_truncate (out, out->len - 1);
  return g_steal_pointer (&out);
}

/* Reads from a copy of exactly the right size, so that memory checkers see every byte too far. */
static GString *
trace_copy (const char *json, gsize length, guint max_depth, GError **error)
{
  g_autofree char *copy = g_memdup2 (json, length);

  return trace (copy, length, max_depth, error);
}

static const struct
{
  const char *json;
  gsize length;
  const char *tokens;
} valid[] = {
  { TEXT ("{}"), "{ } ." },
  { TEXT (" \t\r\n[ ] \n"), "[ ] ." },
  { TEXT ("null"), "null ." },
  { TEXT ("\"\""), "s: ." },
  { TEXT ("[true,false,null]"), "[ true false null ] ." },
  { TEXT ("{\"a\":1,\"b\":[{},[]],\"c\":{\"a\":2}}"), "{ k:a 1 k:b [ { } [ ] ] k:c { k:a 2 } } ." },
  { TEXT ("{ \"a\" : 1 , \"b\" : 2 }"), "{ k:a 1 k:b 2 } ." },
  { TEXT ("{\"\":{\"\":1}}"), "{ k: { k: 1 } } ." },
  { TEXT ("[0,-0,-1,9223372036854775807,-9223372036854775808]"),
    "[ 0 0 -1 9223372036854775807 -9223372036854775808 ] ." },
  { TEXT ("[0.1,-0.0,1e308,1E+2,1e-2,1.0,0e5]"), "[ d:0.10000000000000001 d:-0 d:1e+308 d:100 d:0.01 d:1 d:0 ] ." },
  { TEXT ("[9223372036854775808.0,5e-324,1e-400,0.30000000000000004,123456789012345678901234567890e-10]"),
    "[ d:9.2233720368547758e+18 d:4.9406564584124654e-324 d:0 d:0.30000000000000004 d:1.2345678901234567e+19 ] ." },
  { TEXT ("[1.7976931348623157e308,2.2250738585072011e-308,9007199254740993.0,1e22,1e23]"),
    "[ d:1.7976931348623157e+308 d:2.2250738585072009e-308 d:9007199254740992 d:1e+22 d:9.9999999999999992e+22 ] ." },
  { TEXT ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\""), "s:\"\\/\b\f\n\r\tA ." },
  { TEXT ("\"\\u00e9\\u20AC\\ud83d\\uDE00\""), "s:é€😀 ." },
  { TEXT ("\"é€😀 and plain text of more than sixteen bytes, é€😀\""),
    "s:é€😀 and plain text of more than sixteen bytes, é€😀 ." },
  { TEXT ("\"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\x7f\""), "s:\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\x7f ." },
  { TEXT ("\"\xef\xbf\xbe\xe2\x80\xa8\""), "s:\xef\xbf\xbe\xe2\x80\xa8 ." },
  { TEXT ("{\"a\\nb\":1,\"a\\tb\":2}"), "{ k:a\nb 1 k:a\tb 2 } ." },
};

static void
test_valid (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (valid); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GString) tokens = trace_copy (valid[i].json, valid[i].length, 0, &error);

      g_test_message ("%s", valid[i].json);
      g_assert_no_error (error);
      g_assert_cmpstr (tokens->str, ==, valid[i].tokens);
      g_assert_true (bty_json_validate (valid[i].json, valid[i].length, 0, &error));
      g_assert_no_error (error);
    }
}

static const struct
{
  const char *json;
  gsize length;
  const char *message;
} invalid[] = {
  { TEXT (""), "at byte 0: the document ends where a value is due" },
  { TEXT ("  "), "at byte 2: the document ends where a value is due" },
  { TEXT ("\xef\xbb\xbf{}"), "at byte 0: a byte-order mark" },
  { TEXT ("{} {}"), "at byte 3: something follows" },
  { TEXT ("1 2"), "at byte 2: something follows" },
  { TEXT ("{}\0"), "at byte 2: something follows" },
  { TEXT ("\0"), "at byte 0: the document holds a NUL byte" },
  { TEXT ("[1,\0]"), "at byte 3 (/1): the document holds a NUL byte" },
  { TEXT ("[1,]"), "at byte 3 (/1): a value is missing" },
  { TEXT ("[,1]"), "at byte 1 (/0): a value is missing" },
  { TEXT ("[1 2]"), "at byte 3 (/0): a comma or ] is missing" },
  { TEXT ("[1}"), "at byte 2 (/0): a comma or ] is missing" },
  { TEXT ("[1"), "at byte 2 (/0): the document ends inside an array" },
  { TEXT ("["), "at byte 1: the document ends inside an array" },
  { TEXT ("{"), "at byte 1: the document ends inside an object" },
  { TEXT ("{\"a\":1"), "at byte 6 (/a): the document ends inside an object" },
  { TEXT ("{\"a\":1,"), "at byte 7: the document ends inside an object" },
  { TEXT ("{\"a\":1,}"), "at byte 7: a member is missing after a comma" },
  { TEXT ("{\"a\":1]"), "at byte 6 (/a): a comma or } is missing" },
  { TEXT ("{\"a\"}"), "at byte 4 (/a): a colon is missing" },
  { TEXT ("{\"a\" 1}"), "at byte 5 (/a): a colon is missing" },
  { TEXT ("{\"a\":}"), "at byte 5 (/a): a value is missing" },
  { TEXT ("{a:1}"), "at byte 1: a member name is not a string" },
  { TEXT ("{1:1}"), "at byte 1: a member name is not a string" },
  { TEXT ("{'a':1}"), "at byte 1: a member name is not a string" },
  { TEXT ("['a']"), "at byte 1 (/0): a string is not in double quotation marks" },
  { TEXT ("[1,/**/2]"), "at byte 3 (/1): a comment" },
  { TEXT ("[1/**/]"), "at byte 2 (/0): a comment" },
  { TEXT ("{/**/}"), "at byte 1: a comment" },
  { TEXT ("# x"), "at byte 0: a comment" },
  { TEXT ("[tru]"), "at byte 1 (/0): a word is none of" },
  { TEXT ("[True]"), "at byte 1 (/0): a value begins with a byte" },
  { TEXT ("nul"), "at byte 0: a word is none of" },
  { TEXT ("nulll"), "at byte 4: something follows" },
  { TEXT ("[NaN]"), "at byte 1 (/0): a value begins with a byte" },
  { TEXT ("[-Infinity]"), "at byte 1 (/0): a digit is missing after the minus" },
  { TEXT ("[\x0b]"), "at byte 1 (/0): a value begins with a byte" },
  { TEXT ("[\xc2\xa0 1]"), "at byte 1 (/0): a value begins with a byte" },
  { TEXT ("01"), "at byte 0: a number begins with a superfluous zero" },
  { TEXT ("-01"), "at byte 0: a number begins with a superfluous zero" },
  { TEXT ("00.5"), "at byte 0: a number begins with a superfluous zero" },
  { TEXT ("1."), "a digit is missing after the decimal point" },
  { TEXT ("1.e5"), "a digit is missing after the decimal point" },
  { TEXT (".5"), "a number does not begin with a digit" },
  { TEXT ("+1"), "a number does not begin with a digit" },
  { TEXT ("-"), "a digit is missing after the minus" },
  { TEXT ("-.5"), "a digit is missing after the minus" },
  { TEXT ("1e"), "a digit is missing in the exponent" },
  { TEXT ("1e+"), "a digit is missing in the exponent" },
  { TEXT ("1.5E-"), "a digit is missing in the exponent" },
  { TEXT ("[0x10]"), "at byte 2 (/0): a comma or ] is missing" },
  { TEXT ("[1_000]"), "at byte 2 (/0): a comma or ] is missing" },
  { TEXT ("[1,5e309]"), "at byte 3 (/1): a number is beyond the range of a double" },
  { TEXT ("1e309"), "a number is beyond the range of a double" },
  { TEXT ("-1e309"), "a number is beyond the range of a double" },
  { TEXT ("1e99999999999999999999"), "a number is beyond the range of a double" },
  { TEXT ("9223372036854775808"), "an integer does not fit 64 bits" },
  { TEXT ("-9223372036854775809"), "an integer does not fit 64 bits" },
  { TEXT ("99999999999999999999"), "an integer does not fit 64 bits" },
  { TEXT ("18446744073709551616"), "an integer does not fit 64 bits" },
  { TEXT ("\"abc"), "at byte 0: a string is not closed" },
  { TEXT ("\"abc\\"), "at byte 0: a string is not closed" },
  { TEXT ("\"abc\\\""), "at byte 0: a string is not closed" },
  { TEXT ("{\"name\":\"ab"), "at byte 8 (/name): a string is not closed" },
  { TEXT ("{\"a\":1,\"na"), "at byte 7: a string is not closed" },
  { TEXT ("\"a\nb\""), "at byte 2: a string holds a control character" },
  { TEXT ("\"a\\t\x1f\""), "at byte 4: a string holds a control character" },
  { TEXT ("\"a\0b\""), "at byte 2: a string holds a NUL byte" },
  { TEXT ("\"\\x41\""), "at byte 1: a string holds an unknown escape" },
  { TEXT ("\"\\\xc3\xa9\""), "at byte 1: a string holds an unknown escape" },
  { TEXT ("\"\\'\""), "at byte 1: a string holds an unknown escape" },
  { TEXT ("\"\\u12\""), "at byte 1: a \\u escape needs four" },
  { TEXT ("\"\\u12g4\""), "at byte 1: a \\u escape needs four" },
  { TEXT ("\"\\u"), "at byte 1: a \\u escape needs four" },
  { TEXT ("\"\\ud83d\""), "half of a surrogate pair" },
  { TEXT ("\"\\ud83d\\u0041\""), "half of a surrogate pair" },
  { TEXT ("\"\\ud83dx\\ude00\""), "half of a surrogate pair" },
  { TEXT ("\"\\ude00\\ude00\""), "half of a surrogate pair" },
  { TEXT ("\"\\ude00\\ud83d\""), "half of a surrogate pair" },
  { TEXT ("\"\xff\""), "at byte 1: a string holds invalid UTF-8" },
  { TEXT ("\"ab\x80\""), "at byte 3: a string holds invalid UTF-8" },
  { TEXT ("\"\xc0\xaf\""), "at byte 1: a string holds invalid UTF-8" },
  { TEXT ("\"\xc1\xbf\""), "at byte 1: a string holds invalid UTF-8" },
  { TEXT ("\"\xe0\x80\xaf\""), "at byte 1: a string holds invalid UTF-8" },
  { TEXT ("\"\xf0\x80\x80\xaf\""), "at byte 1: a string holds invalid UTF-8" },
  { TEXT ("\"\xed\xa0\x80\""), "at byte 1: a string holds invalid UTF-8" },
  { TEXT ("\"\xf4\x90\x80\x80\""), "at byte 1: a string holds invalid UTF-8" },
  { TEXT ("\"\xf5\x80\x80\x80\""), "at byte 1: a string holds invalid UTF-8" },
  { TEXT ("\"\xe2\x82\""), "at byte 1: a string holds invalid UTF-8" },
  { TEXT ("\"\xe2\x82"), "at byte 1: a string holds invalid UTF-8" },
  { TEXT ("\"\\n\xe2\x28\xa1\""), "at byte 3: a string holds invalid UTF-8" },
  { TEXT ("{\"a\":1,\"a\":2}"), "at byte 7 (/a): a member name is given twice" },
  { TEXT ("{\"a\":1,\"\\u0061\":2}"), "at byte 7 (/a): a member name is given twice" },
  { TEXT ("{\"\\u0061\":{\"b\":1},\"a\":2}"), "(/a): a member name is given twice" },
  { TEXT ("{\"\\u0061\":1,\"\\u0061\":2}"), "(/a): a member name is given twice" },
  { TEXT ("{\"\\u0061x\":1,\"in\":{\"\\u0062\":1},\"\\u0063y\":2,\"ax\":3}"), "(/ax): a member name is given twice" },
  { TEXT ("[{\"\":1,\"\":2}]"), "(/0/): a member name is given twice" },
};

static void
test_invalid (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (invalid); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%u: %s", i, invalid[i].json);
      g_assert_null (trace_copy (invalid[i].json, invalid[i].length, 0, &error));
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
      g_assert_true (g_str_has_prefix (error->message, "malformed JSON at byte "));
      if (strstr (error->message, invalid[i].message) == NULL)
        g_error ("“%s” says “%s”, not “%s”", invalid[i].json, error->message, invalid[i].message);
      g_assert_false (bty_json_validate (invalid[i].json, invalid[i].length, 0, NULL));
    }
}

static void
test_error_stays (void)
{
  g_auto (BtyJsonReader) reader;
  g_autoptr (GError) first = NULL;
  g_autoptr (GError) second = NULL;
  g_autoptr (GError) third = NULL;

  bty_json_reader_init (&reader, "[x]", 3, 0);
  g_assert_cmpint (bty_json_reader_next (&reader, NULL), ==, BTY_JSON_ARRAY_BEGIN);
  g_assert_cmpint (bty_json_reader_next (&reader, &first), ==, BTY_JSON_ERROR);
  g_assert_cmpint (bty_json_reader_skip (&reader, NULL, NULL, &second), ==, BTY_JSON_ERROR);
  g_assert_false (bty_json_reader_skip_rest (&reader, &third));
  g_assert_error (first, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (first->message, ==, second->message);
  g_assert_cmpstr (first->message, ==, third->message);
  g_assert_cmpint (bty_json_reader_next (&reader, NULL), ==, BTY_JSON_ERROR);

  bty_json_reader_clear (&reader);
  bty_json_reader_init (&reader, "[]", 2, 0);
  g_assert_cmpint (bty_json_reader_next (&reader, NULL), ==, BTY_JSON_ARRAY_BEGIN);
}

/* What a string holds, a secret perhaps, is no part of a message. */
static void
test_error_keeps_secrets (void)
{
  static const char *const documents[] = { "{\"key\":\"sk-secret", "{\"key\":\"sk-secret\n\"}",
                                           "{\"key\":\"sk-secret\\q\"}", "{\"key\":\"sk-secret\xff\"}",
                                           "{\"key\":\"sk-secret\" x}" };

  for (guint i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (trace (documents[i], strlen (documents[i]), 0, &error));
      g_assert_nonnull (strstr (error->message, "(/key)"));
      g_assert_null (strstr (error->message, "sk-"));
      g_assert_null (strstr (error->message, "secret"));
    }
}

static void
test_error_is_short (void)
{
  g_autoptr (GString) json = g_string_new ("{\"a\\u0000\\n\\u001bb\":");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 40; i++)
    {
      g_string_append (json, "{\"");
      for (guint j = 0; j < 1000; j++)
        g_string_append (json, "é");
      g_string_append (json, "\":");
    }
  g_assert_null (trace (json->str, json->len, 0, &error));
  g_assert_cmpuint (strlen (error->message), <, 400);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_null (strpbrk (error->message, "\n\x1b"));
  g_assert_nonnull (strstr (error->message, "(/a\xef\xbf\xbd??b/ééé"));
}

static void
test_text (void)
{
  g_auto (BtyJsonReader) reader;
  const char *json = " {\"na\\u006de\" : \"a\\u0000b\", \"plain\":\"xyz\"}";

  bty_json_reader_init (&reader, json, strlen (json), 0);
  g_assert_cmpint (bty_json_reader_next (&reader, NULL), ==, BTY_JSON_OBJECT_BEGIN);
  g_assert_cmpuint (reader.offset, ==, 1);
  g_assert_cmpint (bty_json_reader_next (&reader, NULL), ==, BTY_JSON_KEY);
  g_assert_cmpuint (reader.offset, ==, 2);
  g_assert_true (bty_json_reader_key_is (&reader, "name"));
  g_assert_false (bty_json_reader_key_is (&reader, "nam"));
  g_assert_cmpint (bty_json_reader_next (&reader, NULL), ==, BTY_JSON_STRING);
  g_assert_cmpmem (reader.text, reader.length, "a\0b", 3);
  g_assert_cmpint (bty_json_reader_next (&reader, NULL), ==, BTY_JSON_KEY);
  g_assert_cmpint (bty_json_reader_next (&reader, NULL), ==, BTY_JSON_STRING);
  g_assert_true (reader.text == json + reader.offset + 1);
  g_assert_cmpint (bty_json_reader_next (&reader, NULL), ==, BTY_JSON_OBJECT_END);
  g_assert_cmpint (bty_json_reader_next (&reader, NULL), ==, BTY_JSON_END);
  g_assert_cmpint (bty_json_reader_next (&reader, NULL), ==, BTY_JSON_END);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/reader/valid", test_valid);
  g_test_add_func ("/json/reader/invalid", test_invalid);
  g_test_add_func ("/json/reader/error-stays", test_error_stays);
  g_test_add_func ("/json/reader/error-keeps-secrets", test_error_keeps_secrets);
  g_test_add_func ("/json/reader/error-is-short", test_error_is_short);
  g_test_add_func ("/json/reader/text", test_text);
  return g_test_run ();
}
