/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "bot/bty-bot-files.h"
#include "bty-test-house.h"
#include "bty-test-wait.h"
#include "capsule/bty-capsule-service.h"
#include "capsule/bty-capsule.h"
#include "evaluate/bty-golden.h"
#include "soul/bty-soul-hash.h"

#define BOT "01890000-0000-7000-8000-000000000001"

static const BtyCapsuleLimits limits = { 1024 * 1024, 16 * 1024 * 1024 };

/* A capsule by hand, with @n versions */

static void
add_text (BtyCapsule *capsule, const char *text, char **hash)
{
  BtySoulText *record = bty_soul_text_new ();

  *hash = bty_soul_text_hash (text, -1);
  record->record.id = bty_id_new ();
  record->bot = g_strdup (BOT);
  record->key = bty_soul_text_key (BOT, *hash);
  record->text = g_strdup (text);
  g_ptr_array_add (capsule->history->texts, record);
}

static void
add_version (BtyCapsule *capsule, guint number)
{
  BtySoulRecords *history = capsule->history;
  const BtySoulVersion *before = number > 1 ? g_ptr_array_index (history->versions, number - 2) : NULL;
  BtySoulVersion *version = bty_soul_version_new ();
  g_autofree char *text = g_strdup_printf ("soul %u\n", number);

  version->record.id = bty_id_new ();
  version->record.created_at = 1700000000000000 + number;
  version->bot = g_strdup (BOT);
  version->number = number;
  version->key = bty_soul_version_key (BOT, number);
  version->branch = g_strdup ("main");
  version->parent = before != NULL ? g_strdup (before->record.id) : NULL;
  version->previous = before != NULL ? g_strdup (before->hash) : NULL;
  add_text (capsule, text, &version->soul);
  version->identity = g_strdup (before != NULL ? before->identity : NULL);
  version->user = g_strdup (before != NULL ? before->user : NULL);
  if (before == NULL)
    {
      add_text (capsule, "identity\n", &version->identity);
      add_text (capsule, "user\n", &version->user);
    }
  version->hash = bty_soul_hash (version);
  g_ptr_array_add (history->versions, version);
}

static void
add_branch (BtyCapsule *capsule, const BtySoulVersion *version)
{
  BtySoulRef *ref = bty_soul_ref_new ();

  ref->record.id = bty_id_new ();
  ref->bot = g_strdup (BOT);
  ref->name = g_strdup ("main");
  ref->key = bty_soul_ref_key (BOT, BTY_SOUL_BRANCH, "main");
  ref->version = g_strdup (version->record.id);
  ref->number = version->number;
  g_ptr_array_add (capsule->history->refs, ref);
}

static BtyCapsule *
make_capsule (guint n)
{
  BtyCapsule *capsule = bty_capsule_new ();
  BtySoul *soul = bty_soul_new ();
  const BtySoulVersion *last;

  for (guint i = 1; i <= n; i++)
    add_version (capsule, i);
  last = g_ptr_array_index (capsule->history->versions, n - 1);
  add_branch (capsule, last);
  soul->record.id = bty_id_new ();
  soul->bot = g_strdup (BOT);
  soul->slug = g_strdup ("ada");
  soul->branch = g_strdup ("main");
  soul->version = g_strdup (last->record.id);
  soul->number = soul->last = n;
  soul->chain = g_strdup (last->hash);
  capsule->history->soul = soul;
  capsule->bot = bty_bot_new ();
  capsule->bot->record.id = g_strdup (BOT);
  capsule->bot->name = g_strdup ("Ada");
  capsule->bot->slug = g_strdup ("ada");
  capsule->head = bty_capsule_head_new ();
  capsule->head->format = BTY_CAPSULE_FORMAT;
  capsule->head->program = g_strdup ("test");
  capsule->head->name = g_strdup ("Ada");
  capsule->head->slug = g_strdup ("ada");
  capsule->head->bot = g_strdup (BOT);
  capsule->head->chain = g_strdup (last->hash);
  return capsule;
}

static GBytes *
write_capsule (BtyCapsule *capsule, const BtySecret *passphrase)
{
  g_autoptr (GError) error = NULL;
  GBytes *bytes = bty_capsule_write (capsule, passphrase, &limits, &error);

  g_assert_no_error (error);
  return bytes;
}

static void
assert_refused (GBytes *bytes, const BtySecret *passphrase, BtyErrorCode code, const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (bty_capsule_read (bytes, passphrase, &limits, &error));
  g_assert_error (error, BTY_ERROR, (int) code);
  if (strstr (error->message, part) == NULL)
    g_error ("“%s” is not in “%s”", part, error->message);
}

static void
test_round_trip (void)
{
  g_autoptr (BtyCapsule) capsule = make_capsule (40);
  g_autoptr (GBytes) bytes = write_capsule (capsule, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyCapsule) back = bty_capsule_read (bytes, NULL, &limits, &error);

  g_assert_no_error (error);
  g_assert_false (back->is_sealed);
  g_assert_cmpuint (back->history->versions->len, ==, 40);
  for (guint i = 0; i < 40; i++)
    g_assert_true (bty_record_equal (back->history->versions->pdata[i], capsule->history->versions->pdata[i]));
}

static void
test_sealed (void)
{
  g_autoptr (BtyCapsule) capsule = make_capsule (2);
  g_autoptr (BtySecret) right = bty_secret_new ("correct horse", 13);
  g_autoptr (BtySecret) wrong = bty_secret_new ("battery staple", 14);
  g_autoptr (GBytes) bytes = write_capsule (capsule, right);
  gsize length = g_bytes_get_size (bytes);
  g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (bytes, NULL), length);
  g_autoptr (GBytes) flipped = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyCapsule) back = bty_capsule_read (bytes, right, &limits, &error);

  g_assert_no_error (error);
  g_assert_true (back->is_sealed);
  assert_refused (bytes, wrong, BTY_ERROR_PERMISSION_DENIED, "");
  assert_refused (bytes, NULL, BTY_ERROR_FAILED_PRECONDITION, "passphrase");
  copy[length - 20] ^= 1;
  flipped = g_bytes_new (copy, length);
  assert_refused (flipped, right, BTY_ERROR_INVALID_ARGUMENT, "");
}

/* What does not hold together, although every line can be read. */
static void
test_forged_history (void)
{
  static const struct
  {
    guint version;
    guint32 offset;
    const char *value;
    const char *part;
  } forged[] = {
    { 1, G_STRUCT_OFFSET (BtySoulVersion, note), "said later", "hash" },
    { 1, G_STRUCT_OFFSET (BtySoulVersion, parent), BOT, "hash" },
    { 2, G_STRUCT_OFFSET (BtySoulVersion, previous), NULL, "hash" },
    { 0, G_STRUCT_OFFSET (BtySoulVersion, key), BOT "/2", "number 1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (forged); i++)
    {
      g_autoptr (BtyCapsule) capsule = make_capsule (3);
      g_autoptr (GBytes) bytes = NULL;
      char *version = g_ptr_array_index (capsule->history->versions, forged[i].version);

      bty_record_take_string ((char **) (gpointer) (version + forged[i].offset), g_strdup (forged[i].value));
      bytes = write_capsule (capsule, NULL);
      assert_refused (bytes, NULL, BTY_ERROR_INVALID_ARGUMENT, forged[i].part);
    }
}

/* A version that was taken out, with all numbers and hashes made to fit again, still ends with another hash than the soul says. */
static void
test_cut_history (void)
{
  g_autoptr (BtyCapsule) capsule = make_capsule (3);
  g_autoptr (GBytes) bytes = NULL;

  g_ptr_array_remove_index (capsule->history->versions, 2);
  bytes = write_capsule (capsule, NULL);
  assert_refused (bytes, NULL, BTY_ERROR_INVALID_ARGUMENT, "newest version");
}

static void
test_limits (void)
{
  g_autoptr (GString) blank = g_string_sized_new (32 * 1024 * 1024);
  const BtyCapsuleLimits wide = { 64 * 1024 * 1024, 64 * 1024 * 1024 };
  g_autoptr (GBytes) bomb = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 32 * 1024; i++)
    g_string_append_printf (blank, "%1024s", "");
  bomb = bty_capsule_pack (blank, NULL, &wide, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (bomb), <, 64 * 1024);
  assert_refused (bomb, NULL, BTY_ERROR_INVALID_ARGUMENT, "200 times");
  g_assert_null (bty_capsule_pack (blank, NULL, &limits, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED);
}

static void
test_another_bot (void)
{
  g_autoptr (BtyCapsule) capsule = make_capsule (3);
  g_autofree char *old = g_strdup (capsule->history->soul->chain);
  g_autofree char *id = bty_id_new ();
  g_autoptr (GError) error = NULL;
  const BtySoulVersion *last;

  bty_capsule_rename (capsule, id);
  g_assert_true (bty_soul_records_check (capsule->history, &error));
  g_assert_no_error (error);
  last = g_ptr_array_index (capsule->history->versions, 2);
  g_assert_cmpstr (last->bot, ==, id);
  g_assert_cmpstr (last->hash, !=, old);
  g_assert_nonnull (strstr (last->note, old));
}

/* A table that grows makes lines that a program of before refuses: then the format must go up, and this list with it. */
static void
test_format_follows_tables (void)
{
  g_assert_cmpint (BTY_CAPSULE_FORMAT, ==, 1);
  g_assert_cmpuint (bty_bot_schema.n_fields, ==, 12);
  g_assert_cmpuint (bty_soul_schema.n_fields, ==, 16);
  g_assert_cmpuint (bty_soul_version_schema.n_fields, ==, 19);
  g_assert_cmpuint (bty_soul_text_schema.n_fields, ==, 7);
  g_assert_cmpuint (bty_soul_ref_schema.n_fields, ==, 10);
  g_assert_cmpuint (bty_session_schema.n_fields, ==, 10);
  g_assert_cmpuint (bty_message_schema.n_fields, ==, 12);
}

static void
test_file_names (void)
{
  static const char *const good[] = { "evals.yaml", "MEMORY.md", "memory/2026-01-01.md", "memory/ü ö.md" };
  static const char *const bad[] = {
    "SOUL.md",     "../MEMORY.md", "/MEMORY.md", "memory/", "memory/../x", "memory/.hidden", "memory/a/b",
    "memory/a\\b", "memory/a\nb",  "",           "x"
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (bty_bot_files_may (good[i]));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (bty_bot_files_may (bad[i]));
}

/* The golden questions of the bots that come with the program can all be asked. */
static void
test_shipped_questions (void)
{
  g_autoptr (GDir) folder = g_dir_open (BTY_SOURCE_ROOT "/data/bots", 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (folder);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (BTY_SOURCE_ROOT, "data", "bots", name, BTY_GOLDEN_FILE, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (BtyGoldenSuite) suite = bty_golden_suite_load (path, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (suite->questions->len, >=, 3);
      n += 1;
    }
  g_assert_cmpuint (n, >=, 12);
}

/* Through the operations */

typedef struct
{
  BtyTestHouse house;
  BtyCapsuleService *capsules;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  bty_test_house_open (&f->house, NULL);
  bty_bot_add_settings (f->house.settings);
  bty_capsule_add_settings (f->house.settings);
  f->capsules = bty_capsule_service_new (f->house.bots, f->house.souls, f->house.providers, f->house.settings,
                                         f->house.folder);
  g_assert_true (bty_catalogue_add (f->house.catalogue, bty_capsule_operations, bty_n_capsule_operations, f->capsules,
                                    NULL, &error));
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  bty_test_settle ();
  g_object_unref (f->capsules);
  bty_test_house_close (&f->house);
}

static char *
export_capsule (Fixture *f, const char *request)
{
  g_autoptr (BtyCall) call = bty_test_start (&f->house, "bot.export", request);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  BtyItem item;

  bty_test_end (call);
  g_assert_no_error (bty_call_error (call));
  for (guint64 number = 1; bty_item_log_get (bty_call_log (call), number, &item); number++)
    {
      gsize length;
      gconstpointer data = g_bytes_get_data (((const BtyCapsulePiece *) item.record)->data, &length);

      g_byte_array_append (bytes, data, (guint) length);
    }
  return g_base64_encode (bytes->data, bytes->len);
}

static BtyCapsuleReport *
import_capsule (Fixture *f, const char *capsule, const char *more)
{
  g_autofree char *request = g_strdup_printf ("{\"capsule\":\"%s\"%s}", capsule, more);

  return bty_test_call (&f->house, "bot.import", request);
}

static void
test_export_and_import (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyBot) bot = bty_test_call (&f->house, "bot.create", "{\"name\":\"Ada\"}");
  g_autofree char *capsule = export_capsule (f, "{\"slug\":\"ada\"}");
  g_autoptr (BtyCapsuleReport) plan = import_capsule (f, capsule, ",\"dry_run\":true");
  g_autoptr (BtyCapsuleReport) made = NULL;
  g_autoptr (BtyCapsuleReport) same = NULL;

  g_assert_false (plan->done);
  g_assert_cmpstr (plan->slug, ==, "ada-2");
  g_assert_true (plan->rechained && plan->renamed);
  g_assert_cmpuint (bty_fake_store_count (BTY_FAKE_STORE (f->house.store), &bty_bot_schema), ==, 1);

  made = import_capsule (f, capsule, "");
  g_assert_true (made->done);
  g_assert_cmpstr (made->slug, ==, "ada-2");
  g_assert_cmpstr (made->bot, !=, bot->record.id);

  g_assert_null (bty_test_call (&f->house, "bot.delete", "{\"slug\":\"ada\"}"));
  g_assert_null (bty_test_call (&f->house, "bot.purge", "{\"bot\":\"ada\"}"));
  same = import_capsule (f, capsule, "");
  g_assert_false (same->rechained);
  g_assert_cmpstr (same->slug, ==, "ada");
  g_assert_cmpstr (same->bot, ==, bot->record.id);
}

/* The commit fails: there is no bot, and the next one of that name gets a folder of its own. */
static void
test_import_fails (Fixture *f, gconstpointer unused)
{
  g_autofree char *capsule = NULL;
  g_autofree char *request = NULL;
  g_autoptr (BtyCall) call = NULL;

  bty_record_unref (bty_test_call (&f->house, "bot.create", "{\"name\":\"Ada\"}"));
  capsule = export_capsule (f, "{\"slug\":\"ada\"}");
  request = g_strdup_printf ("{\"capsule\":\"%s\"}", capsule);
  call = bty_test_start (&f->house, "bot.import", request);
  while (bty_fake_store_count (BTY_FAKE_STORE (f->house.store), &bty_bot_schema) == 1 &&
         bty_call_state (call) == BTY_CALL_RUNNING)
    {
      bty_call_cancel (call);
      g_main_context_iteration (NULL, TRUE);
    }
  bty_test_end (call);
  /* Whichever way it ended, bots and souls are as many. */
  g_assert_cmpuint (bty_fake_store_count (BTY_FAKE_STORE (f->house.store), &bty_bot_schema), ==,
                    bty_fake_store_count (BTY_FAKE_STORE (f->house.store), &bty_soul_schema));
}

static void
test_openclaw (Fixture *f, gconstpointer unused)
{
  static const char workspace[] =
    "{\"files\":[{\"name\":\"SOUL.md\",\"text\":\"kind\"},{\"name\":\"IDENTITY.md\",\"text\":"
    "\"- **Name:** Clawd\\n- *Vibe*: sharp\\n- **Emoji:** (pick one)\\n\"},{\"name\":\"TOOLS.md\",\"text\":\"t\"}]}";
  g_autoptr (BtyCapsuleReport) made = bty_test_call (&f->house, "import.openclaw", workspace);
  g_autofree char *path = g_build_filename (f->house.folder, "bots", "clawd", "IDENTITY.md", NULL);
  g_autofree char *text = NULL;

  g_assert_cmpstr (made->slug, ==, "clawd");
  g_assert_cmpuint (g_strv_length (made->left_out), ==, 1);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (g_str_has_prefix (text, "---\nname: \"Clawd\"\nvoice: \"sharp\"\n---\n"));
  bty_test_call_fails (&f->house, "import.openclaw", "{\"files\":[{\"name\":\"SOUL.md\",\"text\":\"x\"}]}",
                       BTY_ERROR_INVALID_ARGUMENT, "/name");
}

#define ADD(name, function) g_test_add ("/capsule/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/capsule/round-trip", test_round_trip);
  g_test_add_func ("/capsule/sealed", test_sealed);
  g_test_add_func ("/capsule/forged-history", test_forged_history);
  g_test_add_func ("/capsule/cut-history", test_cut_history);
  g_test_add_func ("/capsule/limits", test_limits);
  g_test_add_func ("/capsule/another-bot", test_another_bot);
  g_test_add_func ("/capsule/format-follows-tables", test_format_follows_tables);
  g_test_add_func ("/capsule/file-names", test_file_names);
  g_test_add_func ("/capsule/shipped-questions", test_shipped_questions);
  ADD ("export-and-import", test_export_and_import);
  ADD ("import-fails", test_import_fails);
  ADD ("openclaw", test_openclaw);
  return g_test_run ();
}
