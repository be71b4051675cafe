/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file of a backup: what was written comes back; what was changed, cut or forgotten does not. */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "backup/bty-backup-folder.h"
#include "backup/bty-backup-key.h"
#include "backup/bty-backup-reader.h"
#include "backup/bty-backup-writer.h"
#include "bty-seal-recovery.h"
#include "bty-test-folder.h"

#define CANARY "what only ada was told"

typedef struct
{
  char *folder;
  char *path;
  BtySecret *key;
  BtySecret *own;
} Fixture;

static BtySecret *
secret_of (const char *text)
{
  return bty_secret_new (text, strlen (text));
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->folder = bty_test_folder_new ();
  f->path = g_build_filename (f->folder, "one.btybackup", NULL);
  f->key = bty_seal_key_new ();
  f->own = bty_seal_recovery_new ();
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  bty_test_folder_remove (f->folder);
  bty_secret_unref (f->key);
  bty_secret_unref (f->own);
  g_free (f->path);
}

static BtySealSlots *
make_slots (Fixture *f, const char *passphrase)
{
  const BtySealCost cheap = { 1, BTY_SEAL_MIN_MEMORY };
  BtySealSlots *slots = bty_seal_slots_new ();

  g_assert_true (bty_seal_slots_add_recovery (slots, f->key, f->own, NULL));
  if (passphrase != NULL)
    {
      g_autoptr (BtySecret) given = secret_of (passphrase);

      g_assert_true (bty_seal_slots_add_passphrase (slots, f->key, given, &cheap, NULL));
    }
  return slots;
}

static void
add (BtyBackupWriter *writer, const char *subject, BtyBackupKind kind, const char *text)
{
  g_autoptr (GError) error = NULL;

  bty_backup_writer_add (writer, subject, kind, text, strlen (text), &error);
  g_assert_no_error (error);
}

static void
write_one (Fixture *f, const char *path, BtySealSlots *slots)
{
  const BtyBackupInfo info = { 1234567890123456, (char *) "0.1.0", TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyBackupWriter) writer = bty_backup_writer_new (path, &info, f->key, slots, &error);
  g_autofree char *big = g_strnfill (300000, 'b');
  BtyBackupCounts counts = { .rows = 4, .files = 1, .bytes = 7 };
  gint64 size = 0;

  g_assert_no_error (error);
  add (writer, "", BTY_BACKUP_STORE, "first");
  add (writer, "ada", BTY_BACKUP_STORE, CANARY);
  add (writer, "bob", BTY_BACKUP_STORE, "bob's");
  add (writer, "bob", BTY_BACKUP_STORE, big);
  g_assert_true (bty_backup_writer_flush (writer, NULL));
  add (writer, "ada", BTY_BACKUP_FILE,
       "\x80\x01"
       "bots/ada/SOUL.md");
  add (writer, "ada", BTY_BACKUP_CONTENT, "calm");
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  bty_backup_writer_finish (writer, &counts, &size, &error);
  g_assert_no_error (error);
  g_assert_cmpint (counts.subjects, ==, 3);
}

/* (transfer full) (nullable): everything, a line each */
static char *
read_all (const char *path, const BtySecret *own, const BtySecret *given, GError **error)
{
  g_autoptr (BtyBackupReader) reader = bty_backup_reader_new (path, error);
  g_autoptr (GString) out = g_string_new (NULL);

  if (reader == NULL || !bty_backup_reader_unlock (reader, own, given, error))
    return NULL;
  for (;;)
    {
      BtyBackupKind kind;
      const char *subject;
      const guint8 *bytes;
      gsize length;

      if (!bty_backup_reader_next (reader, &kind, &subject, &bytes, &length, error))
        return NULL;
      if (kind == BTY_BACKUP_END)
        break;
      g_string_append_printf (out, "%s %c %.*s\n", subject, (char) kind, (int) MIN (length, 30), (const char *) bytes);
    }
  g_assert_cmpint (bty_backup_reader_get_counts (reader)->rows, ==, 4);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
test_round_trip (Fixture *f, gconstpointer unused)
{
  g_autofree char *text = NULL;
  g_autofree char *content = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf status;
  gsize length;

  write_one (f, f->path, make_slots (f, NULL));
  text = read_all (f->path, f->own, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (text, " S first\n"));
  g_assert_nonnull (strstr (text, "ada S " CANARY "\n"));
  g_assert_nonnull (strstr (text, "bob S bbbbbbb"));
  g_assert_nonnull (strstr (text, "ada D calm\n"));
  /* Nobody else can read it, and nothing of it stands there in the clear. */
  g_assert_cmpint (g_stat (f->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_assert_true (g_file_get_contents (f->path, &content, &length, NULL));
  g_assert_null (g_strstr_len (content, (gssize) length, CANARY));
  g_assert_cmpuint (length, <, 20000); /* 300,000 bytes that are all the same were packed */
}

static void
check_refused (const char *path, const BtySecret *own, const BtySecret *given, BtyErrorCode code)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = read_all (path, own, given, &error);

  g_assert_null (text);
  g_assert_error (error, BTY_ERROR, (int) code);
}

static void
test_keys (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtySecret) other = bty_seal_recovery_new ();
  g_autoptr (BtySecret) right = secret_of ("correct horse");
  g_autoptr (BtySecret) wrong = secret_of ("correct house");
  g_autofree char *by_passphrase = NULL;
  g_autofree char *by_recovery = NULL;

  write_one (f, f->path, make_slots (f, "correct horse"));
  by_passphrase = read_all (f->path, NULL, right, NULL);
  by_recovery = read_all (f->path, NULL, f->own, NULL);
  g_assert_nonnull (by_passphrase);
  g_assert_cmpstr (by_passphrase, ==, by_recovery);
  check_refused (f->path, NULL, wrong, BTY_ERROR_PERMISSION_DENIED);
  check_refused (f->path, NULL, other, BTY_ERROR_PERMISSION_DENIED);
  check_refused (f->path, other, NULL, BTY_ERROR_FAILED_PRECONDITION);
  check_refused (f->path, NULL, NULL, BTY_ERROR_FAILED_PRECONDITION);
}

static void
test_unencrypted (Fixture *f, gconstpointer unused)
{
  g_autofree char *text = NULL;

  write_one (f, f->path, NULL);
  text = read_all (f->path, NULL, NULL, NULL);
  g_assert_nonnull (text);
}

static void
rewrite (const char *path, const char *content, gsize length)
{
  g_assert_true (g_file_set_contents (path, content, (gssize) length, NULL));
}

/* Any bit: it is noticed, or (in padding) it changes nothing of what is read. */
static void
test_flipped (Fixture *f, gconstpointer unused)
{
  g_autofree char *content = NULL;
  g_autofree char *whole = NULL;
  guint n_noticed = 0;
  guint n = 0;
  gsize length;

  write_one (f, f->path, make_slots (f, NULL));
  whole = read_all (f->path, f->own, NULL, NULL);
  g_assert_true (g_file_get_contents (f->path, &content, &length, NULL));
  for (gsize i = 0; i < length; i += 1 + length / 2000)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;

      content[i] ^= 0x10;
      rewrite (f->path, content, length);
      text = read_all (f->path, f->own, NULL, &error);
      content[i] ^= 0x10;
      g_assert_true ((text == NULL) == (error != NULL));
      if (text != NULL)
        g_assert_cmpstr (text, ==, whole);
      n_noticed += text == NULL;
      n++;
    }
  g_assert_cmpuint (n_noticed * 10, >, n * 8);
}

static void
test_cut (Fixture *f, gconstpointer unused)
{
  g_autofree char *content = NULL;
  gsize length;

  write_one (f, f->path, make_slots (f, NULL));
  g_assert_true (g_file_get_contents (f->path, &content, &length, NULL));
  for (gsize i = 0; i < length; i += 1 + length / 300)
    {
      rewrite (f->path, content, i);
      check_refused (f->path, f->own, NULL, BTY_ERROR_DATA_LOSS);
    }
  rewrite (f->path, content, length);
  content = g_realloc (content, length + 1);
  rewrite (f->path, content, length + 1);
  check_refused (f->path, f->own, NULL, BTY_ERROR_DATA_LOSS);
}

/* What was forgotten is gone from every backup, whoever has the keys; the rest is all there. */
static void
test_forget (Fixture *f, gconstpointer unused)
{
  const char *const subjects[] = { "ada", "folder:.deleted/ada-*", NULL };
  g_autofree char *other = g_build_filename (f->folder, "two.btybackup", NULL);
  g_autoptr (BtyBackupForgotten) forgotten = bty_backup_forgotten_new ();
  g_autoptr (BtyBackupForgotten) again = bty_backup_forgotten_new ();
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GError) error = NULL;
  const char *const paths[] = { f->path, other };

  write_one (f, f->path, make_slots (f, "correct horse"));
  write_one (f, other, NULL);
  g_assert_true (bty_backup_folder_forget (f->folder, subjects, forgotten, NULL));
  g_assert_cmpint (forgotten->backups, ==, 2);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *text = read_all (paths[i], f->own, NULL, &error);

      g_assert_no_error (error);
      g_assert_null (strstr (text, "ada"));
      g_assert_nonnull (strstr (text, "bob S bob's"));
      g_assert_nonnull (strstr (text, " S first"));
    }
  list = bty_backup_folder_list (f->folder);
  g_assert_cmpuint (list->len, ==, 2);
  g_assert_cmpint (((BtyBackup *) list->pdata[0])->forgotten, ==, 1);
  g_assert_cmpint (((BtyBackup *) list->pdata[0])->subjects, ==, 3);
  g_assert_true (bty_backup_folder_forget (f->folder, subjects, again, NULL));
  g_assert_cmpint (again->backups, ==, 0);
}

/* Chunks of one backup do not open in another, even with the same key. */
static void
test_moved_chunk (Fixture *f, gconstpointer unused)
{
  g_autofree char *other = g_build_filename (f->folder, "two.btybackup", NULL);
  g_autofree char *one_content = NULL;
  g_autofree char *other_content = NULL;
  gsize length, other_length;

  write_one (f, f->path, make_slots (f, NULL));
  write_one (f, other, make_slots (f, NULL));
  g_assert_true (g_file_get_contents (f->path, &one_content, &length, NULL));
  g_assert_true (g_file_get_contents (other, &other_content, &other_length, NULL));
  g_assert_cmpuint (length, ==, other_length);
  memcpy (one_content + length / 2, other_content + length / 2, length - length / 2);
  rewrite (f->path, one_content, length);
  check_refused (f->path, f->own, NULL, BTY_ERROR_DATA_LOSS);
}

static void
test_unfinished (Fixture *f, gconstpointer unused)
{
  const BtyBackupInfo info = { 1, (char *) "0.1.0", FALSE };
  g_autofree char *partial = g_strconcat (f->path, ".part", NULL);
  BtyBackupWriter *writer = bty_backup_writer_new (f->path, &info, f->key, NULL, NULL);

  add (writer, "", BTY_BACKUP_STORE, "first");
  g_assert_true (g_file_test (partial, G_FILE_TEST_EXISTS));
  bty_backup_writer_free (writer);
  g_assert_false (g_file_test (partial, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
}

static void
test_paths (void)
{
  static const char *const good[] = { "vault.bty", "bots/ada/SOUL.md", "bots/.deleted/ada-1/x",
                                      "settings/boternity.conf", "bots/小明/USER.md" };
  static const char *const bad[] = { "",
                                     "/etc/passwd",
                                     "bots",
                                     "bots/",
                                     "bots//x",
                                     "bots/../../x",
                                     "bots/./x",
                                     "../bots/x",
                                     "boternity.db",
                                     "token",
                                     "x/y",
                                     "bots/a\nb",
                                     "bots/\xff/x",
                                     "settings",
                                     "backups.key",
                                     "bots/a/.." };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (bty_backup_path_is_good (good[i], strlen (good[i])));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (bty_backup_path_is_good (bad[i], strlen (bad[i])));
  g_assert_false (bty_backup_path_is_good ("bots/a\0b", 8));
}

static void
test_names (void)
{
  g_autofree char *name = bty_backup_folder_make_name (1767324600123000);

  g_assert_cmpstr (name, ==, "boternity-20260102T033000.123Z.btybackup");
  g_assert_true (bty_backup_folder_check_name (name, NULL));
  g_assert_false (bty_backup_folder_check_name ("../x.btybackup", NULL));
  g_assert_false (bty_backup_folder_check_name (".x.btybackup", NULL));
  g_assert_false (bty_backup_folder_check_name ("boternity.db", NULL));
}

static void
test_own_key (Fixture *f, gconstpointer unused)
{
  gboolean is_new = TRUE;
  g_autoptr (BtySecret) none = bty_backup_key_get (f->folder, FALSE, &is_new, NULL);
  g_autoptr (BtySecret) first = NULL;
  g_autoptr (BtySecret) again = NULL;
  g_autofree char *file = g_build_filename (f->folder, "backups.key", NULL);
  g_autoptr (GError) error = NULL;
  GStatBuf status;

  g_assert_null (none);
  g_assert_false (is_new);
  first = bty_backup_key_get (f->folder, TRUE, &is_new, NULL);
  g_assert_true (is_new);
  g_assert_true (bty_backup_key_is_unseen (f->folder));
  again = bty_backup_key_get (f->folder, TRUE, &is_new, NULL);
  g_assert_false (is_new);
  g_assert_true (bty_secret_equal (first, bty_secret_peek (again), bty_secret_get_length (again)));
  g_assert_cmpint (g_stat (file, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_assert_true (bty_backup_key_is_unseen (f->folder));
  bty_backup_key_seen (f->folder);
  g_assert_false (bty_backup_key_is_unseen (f->folder));
  /* A damaged one is not replaced: what it opens would be lost. */
  rewrite (file, "nonsense", 8);
  g_assert_null (bty_backup_key_get (f->folder, TRUE, &is_new, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_DATA_LOSS);
}

static void
test_prune (Fixture *f, gconstpointer unused)
{
  g_autoptr (GPtrArray) left = NULL;

  for (guint i = 0; i < 5; i++)
    {
      const BtyBackupInfo info = { 1000 + i, (char *) "0.1.0", i != 1 };
      g_autofree char *name = g_strdup_printf ("%u.btybackup", i);
      g_autofree char *path = g_build_filename (f->folder, name, NULL);
      g_autoptr (BtyBackupWriter) writer = bty_backup_writer_new (path, &info, f->key, NULL, NULL);
      BtyBackupCounts counts = { 0 };
      gint64 size;

      g_assert_true (bty_backup_writer_finish (writer, &counts, &size, NULL));
    }
  bty_backup_folder_prune (f->folder, "4.btybackup", 2);
  left = bty_backup_folder_list (f->folder);
  g_assert_cmpuint (left->len, ==, 3);
  g_assert_cmpstr (((BtyBackup *) left->pdata[0])->name, ==, "4.btybackup");
  g_assert_cmpstr (((BtyBackup *) left->pdata[1])->name, ==, "3.btybackup");
  g_assert_cmpstr (((BtyBackup *) left->pdata[2])->name, ==, "1.btybackup"); /* made by hand */
  /* The clock was set back: what was just made is the oldest by it, and stays. */
  bty_backup_folder_prune (f->folder, "3.btybackup", 1);
  g_clear_pointer (&left, g_ptr_array_unref);
  left = bty_backup_folder_list (f->folder);
  g_assert_cmpuint (left->len, ==, 2);
  g_assert_cmpstr (((BtyBackup *) left->pdata[0])->name, ==, "3.btybackup");
}

static void
add_test (const char *path, void (*function) (Fixture *f, gconstpointer unused))
{
  g_test_add (path, Fixture, NULL, set_up, function, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_test ("/backup/archive/round-trip", test_round_trip);
  add_test ("/backup/archive/keys", test_keys);
  add_test ("/backup/archive/unencrypted", test_unencrypted);
  add_test ("/backup/archive/flipped", test_flipped);
  add_test ("/backup/archive/cut", test_cut);
  add_test ("/backup/archive/forget", test_forget);
  add_test ("/backup/archive/moved-chunk", test_moved_chunk);
  add_test ("/backup/archive/unfinished", test_unfinished);
  add_test ("/backup/archive/own-key", test_own_key);
  add_test ("/backup/archive/prune", test_prune);
  g_test_add_func ("/backup/archive/paths", test_paths);
  g_test_add_func ("/backup/archive/names", test_names);
  return g_test_run ();
}
