/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Old databases are brought up to date after a copy is made, or left as they were; new ones are refused.
 * BTY_TEST_REGENERATE=1 writes the fixture of the newest version when there is none yet.
 */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "bty-sqlite-file.h"
#include "store-fixture.h"

static void
set_up (StoreFixture *f, gconstpointer unused)
{
  store_fixture_set_up (f, unused);
}

static void
run_sql (const char *file, const char *sql)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (file, &db), ==, SQLITE_OK);
  if (sqlite3_exec (db, sql, NULL, NULL, NULL) != SQLITE_OK)
    g_test_message ("%s", sqlite3_errmsg (db));
  g_assert_cmpint (sqlite3_errcode (db), ==, SQLITE_OK);
  sqlite3_close (db);
}

/* All rows of a statement, a line each. */
static char *
ask (const char *file, const char *sql)
{
  GString *out = g_string_new (NULL);
  sqlite3 *db;
  sqlite3_stmt *statement;

  g_assert_cmpint (sqlite3_open (file, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW)
    g_string_append_printf (out, "%s\n", (const char *) sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return g_string_free (out, FALSE);
}

static gint64
newest (void)
{
  return bty_sql_migrations[bty_sql_n_migrations - 1].version;
}

static char *
fixture_path (gint64 version)
{
  g_autofree char *name = g_strdup_printf ("v%" G_GINT64_FORMAT ".db.sql", version);

  return g_build_filename (STORE_FIXTURES, name, NULL);
}

static const char own_sql[] =
  "SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'message\\_text\\_%' ESCAPE '\\' "
  "AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'record.%' OR type = 'trigger' ORDER BY type = 'trigger', rowid";

static void
put_soul (BtyStore *store, const BtyBot *bot)
{
  g_autoptr (BtySoul) soul = bty_soul_new ();
  g_autoptr (BtySoulVersion) version = bty_soul_version_new ();
  g_autoptr (BtySoulText) text = bty_soul_text_new ();

  text->key = g_strdup_printf ("%s/5feceb66", bot->record.id);
  text->bot = g_strdup (bot->record.id);
  text->text = g_strdup ("You are calm.\n");
  version->bot = g_strdup (bot->record.id);
  version->number = 1;
  version->key = g_strdup_printf ("%s/1", bot->record.id);
  version->branch = g_strdup ("main");
  version->soul = g_strdup ("5feceb66");
  version->identity = g_strdup ("5feceb66");
  version->user = g_strdup ("5feceb66");
  version->hash = g_strdup ("6b86b273");
  store_put (store, text);
  store_put (store, version);
  soul->bot = g_strdup (bot->record.id);
  soul->slug = g_strdup (bot->slug);
  soul->branch = g_strdup ("main");
  soul->version = g_strdup (version->record.id);
  soul->number = 1;
  soul->last = 1;
  soul->chain = g_strdup (version->hash);
  store_put (store, soul);
}

static void
put_safety (BtyStore *store)
{
  g_autoptr (BtySecretEntry) secret = bty_secret_entry_new ();
  g_autoptr (BtyAuditEntry) line = bty_audit_entry_new ();

  secret->name = g_strdup ("openai");
  secret->store = g_strdup ("vault");
  secret->hosts = g_strsplit ("api.openai.com", ",", -1);
  store_put (store, secret);
  line->position = 1;
  line->actor = g_strdup ("person:owner");
  line->action = g_strdup ("bot.create");
  line->subject = g_strdup ("ada");
  line->hash = g_strdup ("d4735e3a");
  store_put (store, line);
}

static void
put_some (BtyStore *store)
{
  g_autoptr (BtyBot) bot = make_bot ("Ada");
  g_autoptr (BtyMessage) message = make_message ("0190-session", "What the cat said");
  g_autoptr (BtyProviderConfig) provider = bty_provider_config_new ();
  g_autoptr (Note) note = make_note ("one", 7);
  g_autoptr (BtyBatch) batch = bty_batch_new ();

  bot->route = g_strsplit ("openai/a,builtin/b", ",", -1);
  message->usage = bty_usage_new ();
  message->usage->input_tokens = 12;
  provider->name = g_strdup ("openai");
  provider->kind = g_strdup ("openai");
  store_put (store, bot);
  store_put (store, message);
  store_put (store, provider);
  store_put (store, note);
  put_soul (store, bot);
  put_safety (store);
  bty_batch_publish (batch, "bot.created", bot);
  store_apply (store, batch, NULL);
}

static void
dump_rows (GString *out, const char *file, const char *table)
{
  g_autofree char *names_sql = g_strdup_printf ("SELECT name FROM pragma_table_info ('%s')", table);
  g_autofree char *names = ask (file, names_sql);
  g_auto (GStrv) list = g_strsplit (g_strchomp (names), "\n", -1);
  g_autoptr (GString) quoted = g_string_new (NULL);
  g_autofree char *sql = NULL;
  g_autofree char *rows = NULL;

  for (guint i = 0; list[i] != NULL; i++)
    g_string_append_printf (quoted, "%squote (\"%s\")", i > 0 ? " || ', ' || " : "", list[i]);
  sql = g_strdup_printf ("SELECT 'INSERT INTO %s VALUES (' || %s || ');' FROM %s", table, quoted->str, table);
  rows = ask (file, sql);
  g_string_append (out, rows);
}

static void
regenerate (StoreFixture *f)
{
  static const char *const tables[] = { "bot",          "message",   "provider", "record", "event", "event_told",
                                        "soul_version", "soul_text", "soul",     "secret", "audit" };
  g_autofree char *file = store_fixture_file (f, "");
  g_autofree char *path = fixture_path (newest ());
  g_autoptr (GString) out = g_string_new ("-- SPDX-License-Identifier: LGPL-2.1-or-later\n");
  g_autofree char *schema = NULL;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return; /* what has left the house does not change */
  put_some (f->store);
  bty_store_close (f->store);
  schema = ask (file, own_sql);
  g_string_append (out, schema);
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    dump_rows (out, file, tables[i]);
  g_string_append_printf (out, "PRAGMA user_version = %" G_GINT64_FORMAT ";\n", newest ());
  g_assert_true (g_file_set_contents (path, out->str, -1, NULL));
}

/* Puts the database of an old version in the place of the new one. */
static char *
use_fixture (StoreFixture *f, gint64 version)
{
  char *file = store_fixture_file (f, "");
  g_autofree char *path = fixture_path (version);
  g_autofree char *sql = NULL;

  store_fixture_renew (f);
  g_unlink (file);
  g_assert_true (g_file_get_contents (path, &sql, NULL, NULL));
  run_sql (file, sql);
  return file;
}

static void
check_some (BtyStore *store)
{
  g_autoptr (BtyBot) bot = store_must_get (store, &bty_bot_schema, "slug", "ada");
  g_autoptr (Note) note = store_must_get (store, &note_schema, "title", "one");
  g_autoptr (BtyQuery) query = bty_query_new (&bty_message_schema);
  g_autoptr (BtyPage) page = NULL;
  const BtyMessage *message;

  g_assert_cmpstr (bot->name, ==, "Ada");
  g_assert_cmpstr (bot->route[1], ==, "builtin/b");
  g_assert_cmpint (note->rank, ==, 7);
  bty_query_match_text (query, "cat");
  page = store_must_query (store, query);
  g_assert_cmpuint (page->items->len, ==, 1);
  message = g_ptr_array_index (page->items, 0);
  g_assert_cmpint (message->usage->input_tokens, ==, 12);
}

/* What came with version 3. */
static void
check_newer (BtyStore *store)
{
  g_autoptr (BtySoul) soul = store_must_get (store, &bty_soul_schema, "slug", "ada");
  g_autoptr (BtySoulVersion) version = store_must_get (store, &bty_soul_version_schema, "id", soul->version);
  g_autofree char *key = g_strdup_printf ("%s/%s", version->bot, version->soul);
  g_autoptr (BtySoulText) text = store_must_get (store, &bty_soul_text_schema, "key", key);
  g_autoptr (BtySecretEntry) secret = store_must_get (store, &bty_secret_entry_schema, "name", "openai");
  g_autoptr (BtyQuery) query = bty_query_new (&bty_audit_entry_schema);
  g_autoptr (BtyPage) page = store_must_query (store, query);

  g_assert_cmpstr (text->text, ==, "You are calm.\n");
  g_assert_cmpstr (secret->hosts[0], ==, "api.openai.com");
  g_assert_cmpuint (page->items->len, ==, 1);
}

static void
test_fixtures (StoreFixture *f, gconstpointer unused)
{
  g_autofree char *file = store_fixture_file (f, "");
  g_autofree char *fresh = NULL;

  if (g_getenv ("BTY_TEST_REGENERATE") != NULL)
    regenerate (f);
  store_fixture_renew (f);
  fresh = ask (file, own_sql);
  for (gint64 version = 1; version <= newest (); version++)
    {
      g_autofree char *old = use_fixture (f, version);
      g_autofree char *schema = NULL;

      store_fixture_open (f);
      check_some (f->store);
      if (version >= 3)
        check_newer (f->store);
      bty_store_close (f->store);
      schema = ask (old, own_sql);
      g_assert_cmpstr (schema, ==, fresh); /* upgraded or new: the same */
    }
}

/* What version 1 had committed and not told when it was replaced is told by the new one, and stays. */
static void
test_outbox_of_1 (StoreFixture *f, gconstpointer unused)
{
  g_autofree char *file = use_fixture (f, 1);
  g_autofree char *positions = NULL;
  const BtyEvent *event;

  run_sql (file,
           "INSERT INTO event VALUES (5, '0190a000-0000-7000-8000-000000000000', 1, 7, 7, 'bot.created', NULL, '{}'), "
           "(6, '0190a000-0000-7000-8000-000000000001', 1, 8, 8, 'bot.deleted', NULL, '{}')");
  store_fixture_open (f);
  store_wait_for (&f->told->len, 2);
  event = g_ptr_array_index (f->told, 1);
  g_assert_cmpstr (event->topic, ==, "bot.deleted");
  g_assert_cmpint (event->position, ==, 6);
  g_ptr_array_set_size (f->told, 0);
  store_fixture_reopen (f);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (f->told->len, ==, 0);
  bty_store_close (f->store);
  positions = ask (file, "SELECT position FROM event ORDER BY position");
  g_assert_cmpstr (positions, ==, "5\n6\n");
}

static const char *const none[] = { NULL };
static const char *const good_step[] = { "ALTER TABLE bot ADD COLUMN mood TEXT", "CREATE TABLE extra (id TEXT)", NULL };
static const char *const bad_step[] = { "CREATE TABLE extra (id TEXT)", "DROP TABLE message",
                                        "INSERT INTO nowhere VALUES (1)", NULL };

static const BtySqliteSchema *
make_schema (const char *const *step, BtySqliteSchema *schema, BtySqlMigration *steps, const char *const **extra)
{
  guint n = bty_sqlite_schema.n_steps;

  memcpy (steps, bty_sqlite_schema.steps, n * sizeof *steps);
  memcpy (extra, bty_sqlite_schema.extra, n * sizeof *extra);
  steps[n] = (BtySqlMigration){ newest () + 1, step };
  extra[n] = none;
  *schema = (BtySqliteSchema){ steps, extra, n + 1 };
  return schema;
}

static void
test_update (StoreFixture *f, gconstpointer unused)
{
  g_autofree char *file = use_fixture (f, newest ());
  g_autofree char *suffix = g_strdup_printf (".before-%" G_GINT64_FORMAT, newest () + 1);
  g_autofree char *copy = store_fixture_file (f, suffix);
  g_autofree char *copy_log = g_strconcat (copy, "-wal", NULL);
  BtySqlMigration steps[16];
  const char *const *extra[16];
  BtySqliteSchema schema;
  g_autofree char *names = NULL;
  g_autofree char *slugs = NULL;
  g_autofree char *version = NULL;
  GStatBuf status;

  bty_store_sqlite_set_schema (BTY_STORE_SQLITE (f->store), make_schema (good_step, &schema, steps, extra));
  store_fixture_open (f);
  check_some (f->store);
  bty_store_close (f->store);
  names = ask (file, "SELECT name FROM pragma_table_info ('bot') WHERE name = 'mood'");
  g_assert_cmpstr (names, ==, "mood\n");
  /* The copy is a whole database in one file that nobody else can read. */
  g_assert_cmpint (g_stat (copy, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_assert_false (g_file_test (copy_log, G_FILE_TEST_EXISTS));
  slugs = ask (copy, "SELECT slug FROM bot");
  g_assert_cmpstr (slugs, ==, "ada\n");
  version = ask (copy, "PRAGMA user_version");
  g_assert_cmpint (g_ascii_strtoll (version, NULL, 10), ==, newest ());
}

static void
test_failed_update (StoreFixture *f, gconstpointer unused)
{
  g_autofree char *file = use_fixture (f, newest ());
  g_autofree char *before = ask (file, "SELECT sql FROM sqlite_schema");
  g_autofree char *after = NULL;
  BtySqlMigration steps[16];
  const char *const *extra[16];
  BtySqliteSchema schema;
  g_autoptr (GError) error = NULL;

  bty_store_sqlite_set_schema (BTY_STORE_SQLITE (f->store), make_schema (bad_step, &schema, steps, extra));
  g_assert_false (bty_store_open (f->store, f->folder, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "is as it was"));
  after = ask (file, "SELECT sql FROM sqlite_schema");
  g_assert_cmpstr (before, ==, after);
  /* And the program that it belongs to still opens it. */
  store_fixture_reopen (f);
  check_some (f->store);
}

/* No copy, no migration. */
static void
test_no_copy (StoreFixture *f, gconstpointer unused)
{
  g_autofree char *file = use_fixture (f, newest ());
  g_autofree char *suffix = g_strdup_printf (".before-%" G_GINT64_FORMAT ".part", newest () + 1);
  g_autofree char *in_the_way = store_fixture_file (f, suffix);
  g_autofree char *version = NULL;
  BtySqlMigration steps[16];
  const char *const *extra[16];
  BtySqliteSchema schema;
  g_autoptr (GError) error = NULL;

  g_mkdir (in_the_way, 0700);
  bty_store_sqlite_set_schema (BTY_STORE_SQLITE (f->store), make_schema (good_step, &schema, steps, extra));
  g_assert_false (bty_store_open (f->store, f->folder, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, in_the_way));
  version = ask (file, "PRAGMA user_version");
  g_assert_cmpint (g_ascii_strtoll (version, NULL, 10), ==, newest ());
  g_rmdir (in_the_way);
}

static void
test_newer (StoreFixture *f, gconstpointer unused)
{
  g_autofree char *file = use_fixture (f, newest ());
  g_autofree char *known = g_strdup_printf ("%" G_GINT64_FORMAT, newest ());
  g_autoptr (GError) error = NULL;

  run_sql (file, "PRAGMA user_version = 4711");
  g_assert_false (bty_store_open (f->store, f->folder, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_assert_nonnull (strstr (error->message, "4711"));
  g_assert_nonnull (strstr (error->message, known));
  g_assert_nonnull (strstr (error->message, file));
}

static void
test_foreign (StoreFixture *f, gconstpointer unused)
{
  g_autofree char *file = store_fixture_file (f, "");
  g_autofree char *tables = NULL;
  g_autofree char *mode = NULL;
  g_autoptr (GError) error = NULL;

  store_fixture_renew (f);
  g_unlink (file);
  run_sql (file, "CREATE TABLE theirs (a)");
  g_assert_false (bty_store_open (f->store, f->folder, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  tables = ask (file, "SELECT name FROM sqlite_schema");
  g_assert_cmpstr (tables, ==, "theirs\n");
  mode = ask (file, "PRAGMA journal_mode");
  g_assert_cmpstr (mode, ==, "delete\n");
}

static void
test_modes (StoreFixture *f, gconstpointer unused)
{
  static const char *const suffixes[] = { "", "-wal", "-shm" };
  g_autofree char *inner = g_build_filename (f->folder, "a", "b", NULL);
  g_autofree char *middle = g_build_filename (f->folder, "a", NULL);
  g_autofree char *file = store_fixture_file (f, "");
  g_autoptr (BtyStore) store = g_object_new (BTY_TYPE_STORE_SQLITE, NULL);
  g_autoptr (BtyBot) bot = make_bot ("Ada");
  GStatBuf status;

  put_some (f->store);
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *path = store_fixture_file (f, suffixes[i]);

      g_assert_cmpint (g_stat (path, &status), ==, 0);
      g_assert_cmpint (status.st_mode & 0777, ==, 0600);
    }
  g_assert_true (bty_store_open (store, inner, NULL));
  g_assert_cmpint (g_stat (inner, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0700);
  bty_store_close (store);
  store_remove_folder (inner);
  store_remove_folder (middle);
  /* One that others can read is mended. */
  store_fixture_renew (f);
  g_chmod (file, 0644);
  store_fixture_open (f);
  g_assert_cmpint (g_stat (file, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
}

static void
add (const char *path, void (*function) (StoreFixture *f, gconstpointer unused))
{
  g_test_add (path, StoreFixture, NULL, set_up, function, store_fixture_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/store/migrate/fixtures", test_fixtures);
  add ("/store/migrate/outbox-of-1", test_outbox_of_1);
  add ("/store/migrate/update", test_update);
  add ("/store/migrate/failed-update", test_failed_update);
  add ("/store/migrate/no-copy", test_no_copy);
  add ("/store/migrate/newer", test_newer);
  add ("/store/migrate/foreign", test_foreign);
  add ("/store/migrate/modes", test_modes);
  return g_test_run ();
}
