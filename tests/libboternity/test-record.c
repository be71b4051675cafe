/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bty-test-golden.h"
#include "bty-test-records.h"

#define FULL                                                                                                                   \
  "{\"slug\":\"ada\",\"name\":\"Ada\",\"notes\":\"one\\ntwo\",\"enabled\":false,\"count\":12,\"ratio\":1,\"temperature\":0.5," \
  "\"due_at\":\"2030-01-02T03:04:05.5Z\",\"route\":[\"a/b\",\"c\"],\"blob\":\"AAEC/w==\",\"colour\":\"red\","                  \
  "\"part\":{\"label\":\"wheel\",\"weight\":3},\"parts\":[{\"label\":\"x\"},{\"weight\":0,\"label\":\"y\"}],"                  \
  "\"options\":{ \"a\" : [1, \"b c\\\\\\\" d\"] },\"key\":\"s\\u0065cret\",\"comment\":\"psst\",\"kind\":\"old\"}"

static TestThing *
make_full (void)
{
  g_autoptr (GError) error = NULL;
  TestThing *thing = bty_record_from_json (&test_thing_schema, BTY_VIEW_CREATE, FULL, -1, &error);

  g_assert_no_error (error);
  return thing;
}

static TestThing *
make_small (void)
{
  g_autoptr (GError) error = NULL;
  TestThing *thing = bty_record_from_json (&test_thing_schema, BTY_VIEW_CREATE, "{\"slug\":\"s\",\"name\":\"n\"}", -1,
                                           &error);

  g_assert_no_error (error);
  return thing;
}

static void
test_every_type (void)
{
  g_autoptr (TestThing) thing = make_full ();
  TestPart *part;

  g_assert_cmpstr (thing->slug, ==, "ada");
  g_assert_cmpstr (thing->name, ==, "Ada");
  g_assert_cmpstr (thing->notes, ==, "one\ntwo");
  g_assert_false (thing->enabled);
  g_assert_cmpint (thing->count, ==, 12);
  g_assert_cmpfloat (thing->ratio, ==, 1.0);
  g_assert_cmpfloat (thing->temperature, ==, 0.5);
  g_assert_false (BTY_IS_NULL (thing, TestThing, temperature));
  g_assert_cmpint (thing->due_at, ==, G_GINT64_CONSTANT (1893553445500000));
  g_assert_cmpstrv (thing->route, ((const char *[]){ "a/b", "c", NULL }));
  g_assert_cmpmem (g_bytes_get_data (thing->blob, NULL), g_bytes_get_size (thing->blob), "\0\1\2\377", 4);
  g_assert_cmpint (thing->colour, ==, TEST_COLOUR_RED);
  g_assert_cmpstr (thing->part->label, ==, "wheel");
  g_assert_cmpint (thing->part->weight, ==, 3);
  g_assert_cmpuint (thing->parts->len, ==, 2);
  part = thing->parts->pdata[0];
  g_assert_cmpint (part->weight, ==, 7); /* its fallback */
  part = thing->parts->pdata[1];
  g_assert_cmpstr (part->label, ==, "y");
  g_assert_cmpint (part->weight, ==, 0);
  g_assert_cmpstr (thing->options, ==, "{\"a\":[1,\"b c\\\\\\\" d\"]}");
  g_assert_true (bty_secret_equal (thing->key, "secret", 6));
  g_assert_cmpstr (thing->comment, ==, "psst");
}

static void
test_fallbacks (void)
{
  g_autoptr (TestThing) thing = make_small ();
  g_autoptr (TestThing) empty = test_thing_new ();

  g_assert_true (thing->enabled);
  g_assert_cmpint (thing->count, ==, 3);
  g_assert_cmpint (thing->colour, ==, TEST_COLOUR_GREEN);
  g_assert_true (BTY_IS_NULL (thing, TestThing, temperature));
  g_assert_true (BTY_IS_NULL (thing, TestThing, due_at));
  g_assert_true (BTY_IS_NULL (thing, TestThing, notes));
  g_assert_true (BTY_IS_NULL (empty, TestThing, temperature));
  g_assert_false (BTY_HAS (thing, TestThing, count));
  g_assert_true (BTY_HAS (thing, TestThing, slug));
}

static void
test_write (void)
{
  g_autoptr (TestThing) thing = make_full ();
  g_autoptr (TestThing) small = make_small ();
  g_autofree char *read = NULL;
  g_autofree char *store = NULL;
  g_autofree char *small_read = NULL;
  g_autofree char *small_store = NULL;

  bty_record_take_string (&thing->record.id, g_strdup ("I"));
  thing->record.revision = 4;
  thing->record.created_at = 1000000;
  thing->uses = 9;
  read = bty_record_to_json (thing, BTY_VIEW_READ);
  store = bty_record_to_json (thing, BTY_VIEW_STORE);
  small_read = bty_record_to_json (small, BTY_VIEW_READ);
  small_store = bty_record_to_json (small, BTY_VIEW_STORE);
#define TIMES    "\"revision\":4,\"created_at\":\"1970-01-01T00:00:01Z\",\"updated_at\":\"1970-01-01T00:00:00Z\","
#define NO_TIMES "\"revision\":0,\"created_at\":\"1970-01-01T00:00:00Z\",\"updated_at\":\"1970-01-01T00:00:00Z\","
#define BODY                                                                                                                    \
  "\"slug\":\"ada\",\"name\":\"Ada\",\"notes\":\"one\\ntwo\",\"enabled\":false,\"count\":12,\"ratio\":1.0,\"temperature\":0.5," \
  "\"due_at\":\"2030-01-02T03:04:05.500Z\",\"route\":[\"a/b\",\"c\"],\"blob\":\"AAEC/w==\",\"colour\":\"red\","                 \
  "\"part\":{\"label\":\"wheel\",\"weight\":3},\"parts\":[{\"label\":\"x\",\"weight\":7},{\"label\":\"y\",\"weight\":0}],"      \
  "\"options\":{\"a\":[1,\"b c\\\\\\\" d\"]}"
  g_assert_cmpstr (read, ==, "{\"id\":\"I\"," TIMES BODY ",\"kind\":\"old\",\"uses\":9}");
  g_assert_cmpstr (store, ==, "{\"id\":\"I\"," TIMES BODY ",\"comment\":\"psst\",\"kind\":\"old\",\"uses\":9}");
  g_assert_cmpstr (
    small_read, ==,
    "{" NO_TIMES "\"slug\":\"s\",\"name\":\"n\",\"notes\":null,\"enabled\":true,\"count\":3,\"ratio\":0.0,"
    "\"temperature\":null,\"due_at\":null,\"route\":[],\"colour\":\"green\",\"part\":null,\"parts\":[],\"uses\":0}");
  g_assert_cmpstr (small_store, ==,
                   "{" NO_TIMES "\"slug\":\"s\",\"name\":\"n\",\"enabled\":true,\"count\":3,\"ratio\":0.0,"
                   "\"route\":[],\"colour\":\"green\",\"parts\":[],\"uses\":0}");
}

static void
test_store_round_trip (void)
{
  g_autoptr (TestThing) thing = make_full ();
  g_autoptr (TestThing) back = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *store = NULL;

  bty_record_take_string (&thing->record.id, bty_id_new ());
  thing->record.revision = G_MAXINT64;
  thing->record.updated_at = 123456;
  g_clear_pointer (&thing->key, bty_secret_unref); /* the one thing that is not kept */
  store = bty_record_to_json (thing, BTY_VIEW_STORE);
  back = bty_record_from_store (&test_thing_schema, store, -1, &error);
  g_assert_no_error (error);
  g_assert_true (bty_record_equal (thing, back));
}

static void
test_store_lenient (void)
{
  const char *newer =
    "{\"id\":\"I\",\"slug\":\"much-longer-than-it-may-be\",\"name\":\"n\",\"later\":{\"a\":[1,2]},\"count\":1000,"
    "\"key\":\"leaked\",\"part\":{\"label\":\"x\",\"new\":null}}";
  g_autoptr (GError) error = NULL;
  g_autoptr (TestThing) thing = bty_record_from_store (&test_thing_schema, newer, -1, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (thing->slug, ==, "much-longer-than-it-may-be");
  g_assert_cmpint (thing->count, ==, 1000);
  g_assert_cmpstr (thing->part->label, ==, "x");
  g_assert_null (thing->key);
  g_assert_null (bty_record_from_json (&test_thing_schema, BTY_VIEW_STORE, newer, -1, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (bty_record_from_store (&test_thing_schema, "{\"id\":\"I\",\"slug\":\"s\"}", -1, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "/name: is required");
}

typedef struct
{
  BtyView view;
  const char *json;
  const char *message;
} Refusal;

/* In the create view with what is required there: @m is the member to look at. */
#define CREATE(m) BTY_VIEW_CREATE, "{\"slug\":\"s\",\"name\":\"n\"," m "}"

static const Refusal refusals[] = {
  { BTY_VIEW_CREATE, "[]", "expected an object, not a list" },
  { BTY_VIEW_CREATE, "null", "expected an object, not null" },
  { BTY_VIEW_CREATE, "{\"slug\":\"s\"}", "/name: is required" },
  { BTY_VIEW_CREATE, "{\"name\":\"n\"}", "/slug: is required" },
  { CREATE ("\"hue\":1"), "/hue: there is no such field in a test_thing" },
  { CREATE ("\"a/b~\":1"), "/a~1b~0: there is no such field in a test_thing" },
  { CREATE ("\"id\":\"x\""), "/id: is read-only: leave it out" },
  { CREATE ("\"uses\":1"), "/uses: is read-only: leave it out" },
  { BTY_VIEW_PATCH, "{\"slug\":\"s\",\"kind\":\"k\"}", "/kind: cannot be changed any more: leave it out" },
  { BTY_VIEW_PATCH, "{\"name\":\"n\"}", "/slug: is required" },
  { BTY_VIEW_KEY, "{\"slug\":\"s\",\"name\":\"n\"}", "/name: is not taken here: give the key alone" },
  { BTY_VIEW_KEY, "{}", "/slug: is required" },
  { BTY_VIEW_READ, "{\"comment\":\"c\"}", "/comment: is never in an answer" },
  { BTY_VIEW_CREATE, "{\"slug\":1}", "/slug: expected a string, not a number" },
  { BTY_VIEW_CREATE, "{\"slug\":null}", "/slug: must not be null" },
  { BTY_VIEW_CREATE, "{\"slug\":\"\"}", "/slug: is too short: 0 characters, at least 1 are needed" },
  { BTY_VIEW_CREATE, "{\"slug\":\"äöüäöüäöü\"}", "/slug: is too long: 9 characters, at most 8 are allowed" },
  { BTY_VIEW_CREATE, "{\"slug\":\"a\\nb\"}", "/slug: must be one line without control characters" },
  { BTY_VIEW_CREATE, "{\"slug\":\"abcdefg\\u007f\"}", "/slug: must be one line without control characters" },
  { BTY_VIEW_CREATE, "{\"slug\":\"a\\u0085\"}", "/slug: must be one line without control characters" },
  { BTY_VIEW_CREATE, "{\"slug\":\"a\\u2028b\"}", "/slug: must be one line without control characters" },
  { BTY_VIEW_CREATE, "{\"slug\":\"a\\u0000\"}", "/slug: must be one line without control characters" },
  { CREATE ("\"notes\":\"a\\u0000\""), "/notes: must not contain a NUL character" },
  { CREATE ("\"notes\":{}"), "/notes: expected a string, not an object" },
  { CREATE ("\"enabled\":1"), "/enabled: expected true or false, not a number" },
  { CREATE ("\"enabled\":\"true\""), "/enabled: expected true or false, not a string" },
  { CREATE ("\"count\":\"1\""), "/count: expected a whole number, not a string" },
  { CREATE ("\"count\":1.5"), "/count: expected a whole number, not 1.5" },
  { CREATE ("\"count\":0"), "/count: 0 is out of range: 1 to 99" },
  { CREATE ("\"count\":100"), "/count: 100 is out of range: 1 to 99" },
  { CREATE ("\"count\":null"), "/count: must not be null" },
  { CREATE ("\"ratio\":2.5"), "/ratio: 2.5 is out of range: 0 to 2" },
  { CREATE ("\"ratio\":-1"), "/ratio: -1 is out of range: 0 to 2" },
  { CREATE ("\"ratio\":true"), "/ratio: expected a number, not true" },
  { CREATE ("\"due_at\":\"yesterday\""), "/due_at: “yesterday” is not a time: write it as 2030-12-31T23:59:59Z" },
  { CREATE ("\"due_at\":5"), "/due_at: expected a string, not a number" },
  { CREATE ("\"route\":\"a\""), "/route: expected a list of strings, not a string" },
  { CREATE ("\"route\":[\"a\",\"b\",3]"), "/route/2: expected a string, not a number" },
  { CREATE ("\"route\":[\"a\",\"b\\tc\"]"), "/route/1: must be one line without control characters" },
  { CREATE ("\"route\":[\"a\",\"b\",\"c\",\"d\"]"), "/route/3: is too long: 4 items, at most 3 are allowed" },
  { CREATE ("\"blob\":\"AAE\""), "/blob: is not base64 with padding (RFC 4648, section 4)" },
  { CREATE ("\"blob\":\"A\""), "/blob: is not base64 with padding (RFC 4648, section 4)" },
  { CREATE ("\"blob\":\"A===\""), "/blob: is not base64 with padding (RFC 4648, section 4)" },
  { CREATE ("\"blob\":\"AB==\""), "/blob: is not base64 with padding (RFC 4648, section 4)" },
  { CREATE ("\"blob\":\"AA-_\""), "/blob: is not base64 with padding (RFC 4648, section 4)" },
  { CREATE ("\"blob\":\"AAAAAAAAAA==\""), "/blob: is too long: 7 bytes, at most 6 are allowed" },
  { CREATE ("\"blob\":\"AAAAAAAAAAAAAAAA\""), "/blob: is too long: 12 bytes, at most 6 are allowed" },
  { CREATE ("\"colour\":\"blue\""), "/colour: “blue” is not one of: red, green" },
  { CREATE ("\"colour\":\"red\\n\""), "/colour: is not one of: red, green" },
  { CREATE ("\"colour\":1"), "/colour: expected a string, not a number" },
  { CREATE ("\"part\":[]"), "/part: expected an object, not a list" },
  { CREATE ("\"part\":{}"), "/part/label: is required" },
  { CREATE ("\"part\":{\"label\":2}"), "/part/label: expected a string, not a number" },
  { CREATE ("\"parts\":{}"), "/parts: expected a list of objects, not an object" },
  { CREATE ("\"parts\":[{\"label\":\"a\"},7]"), "/parts/1: expected an object, not a number" },
  { CREATE ("\"parts\":[{\"label\":\"a\"},{\"label\":\"b\",\"x\":1}]"),
    "/parts/1/x: there is no such field in a test_part" },
  { CREATE ("\"parts\":[{\"label\":\"a\"},{\"weight\":1}]"), "/parts/1/label: is required" },
  { CREATE ("\"parts\":null"), "/parts: must not be null" },
  { CREATE ("\"options\":null,\"key\":7"), "/key: expected a string, not a number" },
  { CREATE ("\"key\":\"01234567890123456\""), "/key: is too long: 17 bytes, at most 16 are allowed" },
  { CREATE ("\"key\":\"secret\\u0000\""), "/key: must not contain a NUL character" },
};

static void
test_refusals (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (bty_record_from_json (&test_thing_schema, refusals[i].view, refusals[i].json, -1, &error));
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
      g_assert_cmpstr (error->message, ==, refusals[i].message);
    }
}

/* What the reader itself refuses comes through with its own words. */
static void
test_malformed (void)
{
  static const char *const documents[] = {
    "",
    "{",
    "{\"slug\":\"s\",}",
    "{\"slug\":\"s\"} x",
    "{\"slug\":\"s\",\"slug\":\"t\"}",
    "{\"slug\":\"\xff\"}",
    "{\"slug\":\"s\",\"options\":[1,]}",
    "{\"part\":{\"label\":\"a\",\"label\":\"b\"}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (bty_record_from_json (&test_thing_schema, BTY_VIEW_CREATE, documents[i], -1, &error));
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
    }
}

static void
test_limits (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_strnfill (1025, 'x');
  g_autofree char *text = g_strnfill (4 * 1024 * 1024 + 1, 'x');
  g_autofree char *json = g_strdup_printf ("{\"text\":\"%s\"}", text);
  g_autofree char *tool = g_strdup_printf ("{\"tool\":\"%s\"}", line);
  g_autoptr (TestItem) item = NULL;

  g_assert_null (bty_record_from_json (&test_item_schema, BTY_VIEW_CREATE, json, -1, &error));
  g_assert_cmpstr (error->message, ==, "/text: is too long: 4194305 bytes, at most 4194304 are allowed");
  g_clear_error (&error);
  g_assert_null (bty_record_from_json (&test_item_schema, BTY_VIEW_CREATE, tool, -1, &error));
  g_assert_cmpstr (error->message, ==, "/tool: is too long: 1025 characters, at most 1024 are allowed");
  g_clear_error (&error);

  line[1024] = '\0';
  g_clear_pointer (&tool, g_free);
  tool = g_strdup_printf ("{\"tool\":\"%s\"}", line);
  item = bty_record_from_json (&test_item_schema, BTY_VIEW_CREATE, tool, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (item->tool, ==, line);
}

static void
test_long_list (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) json = g_string_new ("{\"words\":[\"\"");
  g_autoptr (TestItem) item = NULL;

  for (guint i = 1; i < 1000; i++)
    g_string_append (json, ",\"w\"");
  g_string_append (json, "]}");
  item = bty_record_from_json (&test_item_schema, BTY_VIEW_CREATE, json->str, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (item->words), ==, 1000);
  g_string_insert (json, 10, "\"\",");
  g_assert_null (bty_record_from_json (&test_item_schema, BTY_VIEW_CREATE, json->str, -1, &error));
  g_assert_cmpstr (error->message, ==, "/words/1000: is too long: 1001 items, at most 1000 are allowed");
}

static void
test_numbers (void)
{
  g_autoptr (TestThing) thing = make_small ();
  g_autoptr (GError) error = NULL;

  g_assert_true (bty_record_read_json (thing, BTY_VIEW_CREATE, "{\"count\":7.0}", 13, &error));
  g_assert_cmpint (thing->count, ==, 7);
  g_assert_true (bty_record_read_json (thing, BTY_VIEW_CREATE, "{\"count\":1e1}", 13, &error));
  g_assert_cmpint (thing->count, ==, 10);
  g_assert_true (bty_record_read_json (thing, BTY_VIEW_CREATE, "{\"temperature\":-3}", 18, &error));
  g_assert_cmpfloat (thing->temperature, ==, -3.0);
  g_assert_false (BTY_IS_NULL (thing, TestThing, temperature));
  g_assert_no_error (error);
}

static void
test_nulls (void)
{
  g_autoptr (TestThing) thing = make_full ();
  g_autoptr (GError) error = NULL;
  const char *json = "{\"slug\":\"s\",\"notes\":null,\"temperature\":null,\"due_at\":null,\"part\":null}";

  g_assert_true (bty_record_read_json (thing, BTY_VIEW_PATCH, json, strlen (json), &error));
  g_assert_no_error (error);
  g_assert_null (thing->notes);
  g_assert_null (thing->part);
  g_assert_true (BTY_IS_NULL (thing, TestThing, temperature));
  g_assert_true (BTY_HAS (thing, TestThing, notes));
  BTY_SET_NULL (thing, TestThing, temperature, FALSE);
  g_assert_false (BTY_IS_NULL (thing, TestThing, temperature));
  BTY_SET_NULL (thing, TestThing, temperature, TRUE);
  g_assert_true (BTY_IS_NULL (thing, TestThing, temperature));
  thing->notes = g_strdup ("again");
  g_assert_false (BTY_IS_NULL (thing, TestThing, notes));
  BTY_SET_NULL (thing, TestThing, notes, TRUE);
  g_assert_null (thing->notes);
}

static void
test_merge (void)
{
  g_autoptr (TestThing) old = make_full ();
  g_autoptr (TestThing) thing = test_thing_edit (old);
  g_autoptr (GError) error = NULL;
  g_autoptr (TestThing) changes = bty_record_from_json (
    &test_thing_schema, BTY_VIEW_PATCH,
    "{\"slug\":\"other\",\"revision\":5,\"name\":\"Bea\",\"temperature\":null,\"route\":[],\"parts\":[{\"label\":\"z\"}],\"key\":\"k\"}",
    -1, &error);

  g_assert_no_error (error);
  bty_record_merge (thing, changes, BTY_VIEW_PATCH);
  g_assert_cmpstr (thing->slug, ==, "ada"); /* the key says which one, and does not change */
  g_assert_cmpint (thing->record.revision, ==, old->record.revision);
  g_assert_cmpstr (thing->name, ==, "Bea");
  g_assert_true (BTY_IS_NULL (thing, TestThing, temperature));
  g_assert_cmpuint (g_strv_length (thing->route), ==, 0);
  g_assert_cmpuint (thing->parts->len, ==, 1);
  g_assert_true (bty_secret_equal (thing->key, "k", 1));
  g_assert_cmpstr (thing->notes, ==, "one\ntwo");
  g_assert_cmpint (thing->count, ==, 12);
  g_assert_cmpstr (old->name, ==, "Ada");
}

static void
test_patch_writes_changes (void)
{
  g_autoptr (GError) error = NULL;
  const char *json = "{\"slug\":\"s\",\"name\":\"n\",\"notes\":null}";
  g_autoptr (TestThing) changes = bty_record_from_json (&test_thing_schema, BTY_VIEW_PATCH, json, -1, &error);
  g_autofree char *written = NULL;

  g_assert_no_error (error);
  written = bty_record_to_json (changes, BTY_VIEW_PATCH);
  g_assert_cmpstr (written, ==, "{\"revision\":0,\"slug\":\"s\",\"name\":\"n\",\"notes\":null}");
}

static void
test_edit (void)
{
  g_autoptr (TestThing) thing = make_full ();
  g_autoptr (TestThing) copy = NULL;

  bty_record_take_string (&thing->record.id, bty_id_new ());
  thing->record.revision = 3;
  copy = test_thing_edit (thing);
  g_assert_true (bty_record_equal (thing, copy));
  g_assert_cmpstr (copy->record.id, ==, thing->record.id);
  g_assert_cmpint (copy->record.revision, ==, 3);
  g_assert_false (BTY_HAS (copy, TestThing, name));
  g_assert_true (copy->part == thing->part);
  g_assert_true (copy->parts != thing->parts);
  g_assert_true (copy->parts->pdata[0] == thing->parts->pdata[0]);
  g_assert_true (copy->blob == thing->blob);
  g_assert_true (copy->name != thing->name);
  g_ptr_array_remove_index (copy->parts, 0);
  g_assert_cmpuint (thing->parts->len, ==, 2);
}

static void
test_equal (void)
{
  g_autoptr (TestThing) a = make_full ();
  g_autoptr (TestPart) part = test_part_new ();
  static const char *const changes[] = {
    "{\"name\":\"x\"}",  "{\"notes\":null}",      "{\"enabled\":true}",
    "{\"count\":13}",    "{\"ratio\":0.5}",       "{\"temperature\":1}",
    "{\"due_at\":null}", "{\"route\":[\"a/b\"]}", "{\"blob\":\"\"}",
    "{\"part\":null}",   "{\"parts\":[]}",        "{\"part\":{\"label\":\"wheel\",\"weight\":4}}",
    "{\"options\":[]}",  "{\"key\":\"Secret\"}",  "{\"colour\":\"green\"}",
  };

  g_assert_false (bty_record_equal (a, part));
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr (TestThing) b = make_full ();
      g_autoptr (GError) error = NULL;

      g_assert_true (bty_record_equal (a, b));
      g_assert_true (bty_record_read_json (b, BTY_VIEW_CREATE, changes[i], strlen (changes[i]), &error));
      g_assert_no_error (error);
      g_assert_false (bty_record_equal (a, b));
    }
}

/* A list that was never set is as good as an empty one, as every answer shows it. */
static void
test_equal_empty (void)
{
  g_autoptr (TestThing) a = make_small ();
  g_autoptr (TestThing) b = make_small ();

  b->route = g_new0 (char *, 1);
  b->parts = bty_record_list_new ();
  g_assert_true (bty_record_equal (a, b));
}

typedef struct
{
  const char *name;
  const char *text;
  const char *message;
} TextCase;

static const TextCase texts[] = {
  { "slug", "abc", NULL },
  { "slug", "toolongslug", "/slug: is too long: 11 characters, at most 8 are allowed" },
  { "name", "\xff", "/name: is not valid UTF-8" },
  { "enabled", "false", NULL },
  { "enabled", "yes", "/enabled: " },
  { "count", "042", "/count: " },
  { "count", "4 2", "/count: " },
  { "count", "42 ", "/count: has blanks around “42 ”: leave them out" },
  { "count", "\t42", "/count: has blanks around “\t42”: leave them out" },
  { "enabled", " true", "/enabled: has blanks around “ true”: leave them out" },
  { "temperature", "0.5\n", "/temperature: has blanks around “0.5\n”: leave them out" },
  { "count", " ", "/count: " },
  { "options", " [1] ", NULL },
  { "count", "100", "/count: 100 is out of range: 1 to 99" },
  { "count", "", "/count: " },
  { "count", "42", NULL },
  { "temperature", "null", NULL },
  { "temperature", "0.25", NULL },
  { "due_at", "2030-01-02T03:04:05Z", NULL },
  { "due_at", "soon", "/due_at: “soon” is not a time: write it as 2030-12-31T23:59:59Z" },
  { "route", "a, b ,c", NULL },
  { "route", "a,b,c,d", "/route: is too long: 4 items, at most 3 are allowed" },
  { "colour", "green", NULL },
  { "colour", "blue", "/colour: “blue” is not one of: red, green" },
  { "part", "{\"label\":\"p\"}", NULL },
  { "part", "{\"label\":3}", "/part/label: expected a string, not a number" },
  { "part", "{}", "/part/label: is required" },
  { "parts", "[{\"label\":\"q\"}]", NULL },
  { "options", "[1,2]", NULL },
  { "options", "[1,2", "/options: " },
  { "key", "hush", NULL },
  { "uses", "1", "/uses: is read-only: leave it out" },
  { "hue", "1", "/hue: there is no such field in a test_thing" },
};

static void
test_text (void)
{
  g_autoptr (TestThing) thing = test_thing_new ();

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean ok = bty_record_read_text (thing, BTY_VIEW_CREATE, texts[i].name, texts[i].text, &error);

      if (texts[i].message == NULL)
        {
          g_assert_no_error (error);
          g_assert_true (ok);
          continue;
        }
      g_assert_false (ok);
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
      if (g_str_has_suffix (texts[i].message, ": "))
        g_assert_true (g_str_has_prefix (error->message, texts[i].message));
      else
        g_assert_cmpstr (error->message, ==, texts[i].message);
    }
  g_assert_cmpstr (thing->slug, ==, "abc");
  g_assert_false (thing->enabled);
  g_assert_cmpint (thing->count, ==, 42);
  g_assert_cmpfloat (thing->temperature, ==, 0.25);
  g_assert_cmpstrv (thing->route, ((const char *[]){ "a", "b", "c", NULL }));
  g_assert_cmpint (thing->colour, ==, TEST_COLOUR_GREEN);
  g_assert_cmpstr (thing->part->label, ==, "p");
  g_assert_cmpstr (thing->options, ==, "[1,2]");
  g_assert_true (bty_secret_equal (thing->key, "hush", 4));
  g_assert_true (BTY_HAS (thing, TestThing, slug));
}

static void
test_find (void)
{
  const BtySchema *schema = &test_thing_schema;

  g_assert_cmpint (bty_schema_find (schema, "id", -1, 0), ==, 0);
  g_assert_cmpint (bty_schema_find (schema, "slug", -1, 99), ==, 4);
  g_assert_cmpint (bty_schema_find (schema, "slugger", 4, 4), ==, 4);
  g_assert_cmpint (bty_schema_find (schema, "slugger", -1, 4), ==, -1);
  g_assert_cmpint (bty_schema_find (schema, "slug\0x", 6, 4), ==, -1);
  g_assert_cmpint (bty_schema_find (schema, "", 0, 0), ==, -1);
  g_assert_true (bty_schema_is_stored (schema));
  g_assert_false (bty_schema_is_stored (&test_part_schema));
  g_assert_cmpstr (bty_enum_nick (test_colours, TEST_COLOUR_GREEN), ==, "green");
  g_assert_cmpstr (bty_enum_nick (test_colours, 77), ==, "unknown");
  g_assert_null (bty_enum_find (test_colours, "greenish", -1));
}

static void
test_json_schema (void)
{
  static const BtyView views[] = { BTY_VIEW_CREATE, BTY_VIEW_PATCH, BTY_VIEW_KEY, BTY_VIEW_READ, BTY_VIEW_STORE };
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (views); i++)
    {
      g_autofree char *name = bty_schema_view_name (&test_thing_schema, views[i]);
      gsize start;
      g_autoptr (GError) error = NULL;
      BtyJsonWriter writer;

      g_string_append_printf (out, "%s\n", name);
      start = out->len;
      bty_json_writer_init (&writer, out);
      bty_schema_write_json_schema (&test_thing_schema, views[i], "#/components/schemas/", &writer);
      g_assert_true (bty_json_validate (out->str + start, out->len - start, 0, &error));
      g_assert_no_error (error);
      g_string_append (out, "\n");
    }
  bty_test_golden ("test-thing-schema.golden", out->str);
}

/* Every reference counts, from any thread; the boxed type uses the same count. */
static gpointer
count_up_and_down (gpointer data)
{
  for (guint i = 0; i < 100000; i++)
    bty_record_unref (bty_record_ref (data));
  return NULL;
}

static void
test_references (void)
{
  g_autoptr (TestThing) thing = make_small ();
  TestThing *boxed = g_boxed_copy (test_thing_get_type (), thing);
  GThread *threads[3];

  g_assert_true (boxed == thing);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("references", count_up_and_down, thing);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_boxed_free (test_thing_get_type (), boxed);
  g_assert_cmpstr (thing->name, ==, "n");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/every-type", test_every_type);
  g_test_add_func ("/record/fallbacks", test_fallbacks);
  g_test_add_func ("/record/write", test_write);
  g_test_add_func ("/record/store-round-trip", test_store_round_trip);
  g_test_add_func ("/record/store-lenient", test_store_lenient);
  g_test_add_func ("/record/refusals", test_refusals);
  g_test_add_func ("/record/malformed", test_malformed);
  g_test_add_func ("/record/limits", test_limits);
  g_test_add_func ("/record/long-list", test_long_list);
  g_test_add_func ("/record/numbers", test_numbers);
  g_test_add_func ("/record/nulls", test_nulls);
  g_test_add_func ("/record/merge", test_merge);
  g_test_add_func ("/record/patch-writes-changes", test_patch_writes_changes);
  g_test_add_func ("/record/edit", test_edit);
  g_test_add_func ("/record/equal", test_equal);
  g_test_add_func ("/record/equal-empty", test_equal_empty);
  g_test_add_func ("/record/text", test_text);
  g_test_add_func ("/record/find", test_find);
  g_test_add_func ("/record/json-schema", test_json_schema);
  g_test_add_func ("/record/references", test_references);
  return g_test_run ();
}
