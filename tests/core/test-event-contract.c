/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What leaves the process is fixed: the golden file shows every client event as it is made from a full record, docs/events.md lists
 * them as the table does, and every topic in the sources is in it. BTY_TEST_REGENERATE=1 writes the golden file and the part of
 * the manual between its marks.
 */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <string.h>

#include "bty-test-golden.h"
#include "event/bty-event-contract.h"
#include "soul/bty-soul-service.h"
#include "event/bty-event-filter.h"

#define ID    "0190a000-0000-7000-8000-000000000000"
#define WHEN  G_GINT64_CONSTANT (1767225600123456)
#define BEGIN "<!-- contract: written by tests/core/test-event-contract.c -->\n"
#define END   "<!-- contract ends -->\n"

/* A record with something in every field, so that what is not in the contract is seen not to go out. */
static void
fill (gpointer record)
{
  const BtySchema *schema = ((BtyRecord *) record)->schema;

  for (guint i = 0; i < schema->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (schema, i);
      gpointer place = G_STRUCT_MEMBER_P (record, field->offset);

      if ((field->flags & BTY_NULLABLE) != 0)
        bty_record_set_null_at (record, field->offset, FALSE);
      if (field->type == BTY_FIELD_TYPE_STRING || field->type == BTY_FIELD_TYPE_TEXT)
        bty_record_take_string (place, g_strdup_printf ("the %s", field->name));
      else if (field->type == BTY_FIELD_TYPE_INT64)
        *(gint64 *) place = 7;
      else if (field->type == BTY_FIELD_TYPE_TIME)
        *(gint64 *) place = WHEN;
      else if (field->type == BTY_FIELD_TYPE_STRV)
        *(GStrv *) place = g_strsplit ("a,b", ",", -1);
      else if (field->type == BTY_FIELD_TYPE_JSON)
        bty_record_take_string (place, g_strdup ("{\"x\":[1,{\"y\":null}]}"));
      else if (field->type == BTY_FIELD_TYPE_RECORD)
        {
          gpointer inner = bty_record_new (field->schema);

          fill (inner);
          *(gpointer *) place = inner;
        }
    }
}

static const BtySchema *
schema_of (const char *topic)
{
  static const char *const of_tests[] = { "soul.tested", "soul.gate_failed", NULL };
  static const BtySchema *const schemas[] = { &bty_bot_schema,     &bty_provider_config_schema,
                                              &bty_session_schema, &bty_soul_schema,
                                              &bty_turn_schema,    &bty_plugin_info_schema,
                                              &bty_backup_schema,  &bty_route_config_schema };

  if (g_str_equal (topic, "bot.purged"))
    return &bty_deleted_bot_schema;
  if (g_strv_contains (of_tests, topic))
    return &bty_soul_test_schema;
  if (strstr (topic, "propos") != NULL || strcmp (topic, "soul.approved") == 0)
    return &bty_soul_proposal_schema;
  if (g_str_equal (topic, "budget.changed"))
    return &bty_cap_schema;
  if (g_str_equal (topic, "budget.warning"))
    return &bty_standing_schema;
  if (g_str_equal (topic, "backup.failed"))
    return &bty_backup_failure_schema;
  if (g_str_equal (topic, "backup.restored"))
    return &bty_backup_restored_schema;
  for (guint i = 0; i < G_N_ELEMENTS (schemas); i++)
    {
      if (g_str_has_prefix (topic, schemas[i]->name))
        return schemas[i];
    }
  g_error ("%s: which record is it about? Add its schema here", topic);
}

static BtyEvent *
make_event (const char *topic)
{
  BtyEvent *event = bty_event_new ();

  event->record.id = g_strdup (ID);
  event->record.created_at = WHEN;
  event->topic = g_strdup (topic);
  event->subject = g_strdup ("the subject");
  event->position = 4711;
  return event;
}

static void
test_golden (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < bty_n_event_contract; i++)
    {
      const BtyEventContract *row = &bty_event_contract[i];
      g_autoptr (BtyEvent) event = row->topic != NULL && row->type != NULL ? make_event (row->topic) : NULL;
      g_autoptr (BtyClientEvent) client = NULL;
      g_autoptr (BtyRecord) record = NULL;
      g_autofree char *json = NULL;

      if (event == NULL)
        continue;
      record = bty_record_new (schema_of (row->topic));
      fill (record);
      event->data = bty_record_to_json (record, BTY_VIEW_READ);
      client = bty_event_contract_translate (event);
      json = bty_record_to_json (client, BTY_VIEW_READ);
      g_string_append_printf (out, "%s\n", json);
    }
  bty_test_golden ("client-events.golden", out->str);
}

/* Every member has a value when the record has one: none is named that the record does not know. */
static void
test_members (void)
{
  for (guint i = 0; i < bty_n_event_contract; i++)
    {
      const BtyEventContract *row = &bty_event_contract[i];

      for (const BtyEventMember *member = row->members; row->topic != NULL && member->name != NULL; member++)
        {
          const char *name = member->from != NULL ? member->from : member->name;

          if (bty_schema_find (schema_of (row->topic), name, -1, 0) < 0)
            g_error ("%s: its record has no “%s”: say with “from” what it is called now", row->topic, name);
        }
    }
}

static void
test_names (void)
{
  g_autoptr (BtyEvent) event = make_event ("weather.changed");
  g_autoptr (BtyClientEvent) client = NULL;

  event->data = g_strdup ("{\"wind\":3}");
  client = bty_event_contract_translate (event);
  g_assert_cmpstr (client->type, ==, "org.boternity.weather.changed");
  g_assert_cmpstr (client->source, ==, "/boternity/plugins/weather");
  g_assert_cmpstr (client->data, ==, "{\"wind\":3}");
  g_assert_cmpstr (bty_event_contract_get_name ("weather.changed"), ==, "weather.changed");
  g_assert_cmpstr (bty_event_contract_get_name ("bot.created"), ==, "bot.created");
  g_assert_null (bty_event_contract_get_name ("bot.secretly"));
  g_assert_null (bty_event_contract_get_name ("events.missed"));
}

static void
test_bad_data (void)
{
  static const char *const bad[] = { NULL, "", "[]", "{\"slug\":", "{\"slug\":1", "7" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (BtyEvent) event = make_event ("bot.created");
      g_autoptr (BtyClientEvent) client = NULL;

      event->data = g_strdup (bad[i]);
      client = bty_event_contract_translate (event);
      g_assert_true (bty_json_validate (client->data, strlen (client->data), 0, NULL));
    }
}

static void
test_filters (void)
{
  static const char *const topics[] = { "bot.*", "org.boternity.bot.*", "turn.started", NULL };
  static const char *const stars[] = { "bot.*", "*", NULL };
  static const char *const one[] = { "turn.started", NULL };
  g_autoptr (BtyEventFilter) some = bty_event_filter_new (topics, NULL);
  g_autoptr (BtyEventFilter) all = bty_event_filter_new (stars, NULL);
  g_autoptr (BtyEventFilter) none = bty_event_filter_new (NULL, NULL);
  g_autoptr (BtyEventFilter) only = bty_event_filter_new (one, NULL);

  g_assert_cmpstr (some->key, ==, "bot.* turn.started");
  g_assert_cmpstr (all->key, ==, none->key);
  g_assert_true (bty_event_filter_matches (some, "bot.a.b"));
  g_assert_false (bty_event_filter_matches (some, "bots.a"));
  g_assert_false (bty_event_filter_matches (some, "turn.finished"));
  g_assert_true (bty_event_filter_matches (none, "turn.finished"));
  g_assert_cmpstr (bty_event_filter_get_topic (only), ==, "turn.started");
  g_assert_null (bty_event_filter_get_topic (some));
  g_assert_null (bty_event_filter_get_topic (all));
}

static void
append_members (GString *out, const BtyEventContract *row)
{
  g_string_append (out, "\n| member | meaning |\n|---|---|\n");
  for (const BtyEventMember *member = row->members; member->name != NULL; member++)
    g_string_append_printf (out, "| `%s` | %s |\n", member->name, member->summary);
}

/* Types with the same members stand together. */
static char *
describe (void)
{
  GString *out = g_string_new (BEGIN);
  const BtyEventMember *members = NULL;

  for (guint i = 0; i < bty_n_event_contract; i++)
    {
      const BtyEventContract *row = &bty_event_contract[i];
      const BtyEventContract *next = i + 1 < bty_n_event_contract ? row + 1 : NULL;

      if (row->members != members)
        g_string_append_printf (out, "\n| type | when |\n|---|---|\n");
      members = row->members;
      g_string_append_printf (out, "| `" BTY_EVENT_TYPE_PREFIX "%s` | %s |\n", row->type, row->summary);
      if (next == NULL || next->members != members)
        append_members (out, row);
    }
  g_string_append (out, "\n" END);
  return g_string_free (out, FALSE);
}

static void
test_manual (void)
{
  g_autofree char *path = g_build_filename (SOURCE_ROOT, "docs", "events.md", NULL);
  g_autofree char *text = NULL;
  g_autofree char *expected = describe ();
  g_autofree char *found = NULL;
  const char *begin, *end;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  begin = strstr (text, BEGIN);
  end = strstr (text, END);
  g_assert_true (begin != NULL && end != NULL && begin < end);
  end += strlen (END);
  found = g_strndup (begin, (gsize) (end - begin));
  if (g_strcmp0 (g_getenv ("BTY_TEST_REGENERATE"), "1") == 0)
    {
      g_autofree char *whole = g_strdup_printf ("%.*s%s%s", (int) (begin - text), text, expected, end);

      g_assert_true (g_file_set_contents (path, whole, -1, NULL));
      return;
    }
  g_assert_cmpstr (found, ==, expected);
}

typedef void (*SourceFunc) (const char *path, const char *text, gpointer data);

static void
walk (const char *folder, SourceFunc func, gpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *text = NULL;

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        walk (path, func, data);
      else if (g_str_has_suffix (name, ".c") && g_file_get_contents (path, &text, NULL, NULL))
        func (path, text, data);
    }
}

static void
find_all (const char *text, const char *pattern, GHashTable *found)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  g_regex_match (regex, text, 0, &match);
  for (; g_match_info_matches (match); g_match_info_next (match, NULL))
    g_hash_table_add (found, g_match_info_fetch (match, 1));
}

static void
find_operations (const char *path, const char *text, gpointer names)
{
  find_all (text, "\\.name = \"([a-z]+\\.[a-z_.]+)\"", names);
}

static void
find_topics (const char *path, const char *text, gpointer topics)
{
  if (!g_str_has_suffix (path, "bty-event-contract.c"))
    find_all (text, "^(?!#include).*?\"([a-z]+\\.[a-z_.]+)\"", topics);
}

/* Settings are named in the same way. */
static void
find_settings (const char *path, const char *text, gpointer keys)
{
  find_all (text, "^\\s*\\.key = \"([a-z_]+)\"", keys);
}

static gboolean
is_noun (GHashTable *operations, const char *word)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, operations);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    {
      if (g_str_has_prefix (name, word) && ((char *) name)[strlen (word)] == '.')
        return TRUE;
    }
  return FALSE;
}

/* The settings of a domain are written like its topics. */
static gboolean
is_setting (BtySettings *settings, const char *name)
{
  g_autoptr (BtySettingInfo) info = bty_settings_describe (settings, name, NULL);

  return info != NULL;
}

/* What looks like a topic of the core's and is no operation must be in the table: published topics are literals. */
static void
test_sources (void)
{
  g_autoptr (GHashTable) operations = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) literals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (BtySettings) settings = bty_settings_new (SOURCE_ROOT "/nowhere");
  g_autoptr (GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer literal;
  guint n = 0;

  bty_soul_add_settings (settings);

  walk (SOURCE_ROOT "/src/core", find_operations, operations);
  walk (SOURCE_ROOT "/src/core", find_topics, literals);
  walk (SOURCE_ROOT "/src/core", find_settings, keys);
  g_hash_table_iter_init (&iter, literals);
  while (g_hash_table_iter_next (&iter, &literal, NULL))
    {
      g_autofree char *word = g_strndup (literal, strcspn (literal, "."));

      if (!is_noun (operations, word) || g_hash_table_contains (operations, literal) || is_setting (settings, literal))
        continue;
      n++;
      if (bty_event_contract_find (literal) == NULL)
        g_error ("“%s” is published, and nothing says what clients see of it: add a row to bty-event-contract.c",
                 (char *) literal);
    }
  g_assert_cmpuint (n, >=, 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event-contract/golden", test_golden);
  g_test_add_func ("/event-contract/members", test_members);
  g_test_add_func ("/event-contract/names", test_names);
  g_test_add_func ("/event-contract/bad-data", test_bad_data);
  g_test_add_func ("/event-contract/filters", test_filters);
  g_test_add_func ("/event-contract/manual", test_manual);
  g_test_add_func ("/event-contract/sources", test_sources);
  return g_test_run ();
}
