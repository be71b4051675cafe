/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <utime.h>

#include "bty-plugin-cache.h"
#include "bty-plugin-installer.h"
#include "bty-test-folder.h"

static const BtyPluginStamp stamp = { 1234567890123456789, 4096, 77 };

static BtyPluginManifest *
make_manifest (void)
{
  static const BtyOperation operation = { .name = "good.hello",
                                          .summary = "Says hello",
                                          .http = "POST /good/hello",
                                          .effect = BTY_EFFECT_WRITE | BTY_EFFECT_STREAMING };
  static const BtySetting setting = { .group = "good", .key = "words", .fallback = "3", .summary = "How\nmany" };
  BtyPluginManifest *manifest = bty_plugin_manifest_new ();

  manifest->id = g_strdup ("good");
  manifest->version = g_strdup ("1.2");
  bty_plugin_manifest_add_operation (manifest, &operation);
  bty_plugin_manifest_add_setting (manifest, &setting);
  bty_plugin_manifest_add_problem (manifest, "one thing");
  bty_plugin_manifest_add_problem (manifest, "another");
  return manifest;
}

/* Writes a cache that knows @path. */
static void
write_cache (const char *file, const char *path)
{
  BtyPluginCache *cache = bty_plugin_cache_new (file);
  g_autoptr (BtyPluginManifest) manifest = make_manifest ();

  bty_plugin_cache_put (cache, path, &stamp, manifest, "/copy.so");
  bty_plugin_cache_free (cache);
}

static void
test_round_trip (void)
{
  char *folder = bty_test_folder_new ();
  g_autofree char *file = g_build_filename (folder, "cache", "plugins.json", NULL);
  g_autofree char *path = bty_test_folder_write (folder, "good.so", "x");
  BtyPluginStamp other = stamp;
  g_autoptr (BtyPluginManifest) manifest = make_manifest ();
  BtyPluginCache *cache;
  BtyPluginManifest *found;

  write_cache (file, path);
  cache = bty_plugin_cache_new (file);
  found = bty_plugin_cache_get (cache, path, &stamp, NULL);
  g_assert_nonnull (found);
  g_assert_cmpstr (found->id, ==, "good");
  g_assert_cmpuint (found->operations->len, ==, 1);
  g_assert_cmpint (((BtyPluginOperation *) found->operations->pdata[0])->effect, ==,
                   BTY_EFFECT_WRITE | BTY_EFFECT_STREAMING);
  g_assert_cmpstr (((BtyPluginSetting *) found->settings->pdata[0])->summary, ==, "How many");
  g_assert_cmpuint (g_strv_length (found->problems), ==, 2);
  other.mtime += 1;
  g_assert_null (bty_plugin_cache_get (cache, path, &other, NULL));
  other = stamp;
  other.size += 1;
  g_assert_null (bty_plugin_cache_get (cache, path, &other, NULL));
  other = stamp;
  other.inode += 1;
  g_assert_null (bty_plugin_cache_get (cache, path, &other, NULL));
  bty_plugin_cache_forget (cache, path);
  bty_plugin_cache_free (cache);
  cache = bty_plugin_cache_new (file);
  g_assert_null (bty_plugin_cache_get (cache, path, &stamp, NULL));
  bty_plugin_cache_free (cache);
  bty_test_folder_remove (folder);
}

/* What is about a file that is gone is not kept for ever. */
static void
test_gone (void)
{
  char *folder = bty_test_folder_new ();
  g_autofree char *file = g_build_filename (folder, "plugins.json", NULL);
  g_autofree char *text = NULL;

  write_cache (file, "/nonexistent/good.so");
  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  g_assert_null (strstr (text, "good.so"));
  bty_test_folder_remove (folder);
}

/* Any text in its place is thrown away, and the next one is whole. */
static void
check_text (const char *text, gsize length)
{
  char *folder = bty_test_folder_new ();
  g_autofree char *file = g_build_filename (folder, "plugins.json", NULL);
  g_autofree char *path = bty_test_folder_write (folder, "good.so", "x");
  BtyPluginCache *cache;

  g_assert_true (g_file_set_contents (file, text, (gssize) length, NULL));
  cache = bty_plugin_cache_new (file);
  g_assert_null (bty_plugin_cache_get (cache, path, &stamp, NULL));
  bty_plugin_cache_free (cache);
  write_cache (file, path);
  cache = bty_plugin_cache_new (file);
  g_assert_nonnull (bty_plugin_cache_get (cache, path, &stamp, NULL));
  bty_plugin_cache_free (cache);
  bty_test_folder_remove (folder);
}

static void
test_damaged (void)
{
  static const char *const texts[] = {
    "",
    "{",
    "[]",
    "null",
    "{\"program\":1}",
    "\xff\xfe",
    "{\"program\":\"0.0.1\",\"abi\":\"9.9\",\"files\":[]}",
    "{\"program\":\"0.1.0\",\"abi\":\"1.0\",\"files\":[{\"path\":\"/x\"}]}",
    "{\"program\":\"0.1.0\",\"abi\":\"1.0\",\"files\":[],\"more\":1}",
  };
  g_autofree char *deep = g_strnfill (200000, '[');

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    check_text (texts[i], strlen (texts[i]));
  check_text (deep, strlen (deep));
  check_text ("\0\0\0", 3);
}

/* Every cut of a good one is refused whole or read whole. */
static void
test_cut (void)
{
  char *folder = bty_test_folder_new ();
  g_autofree char *file = g_build_filename (folder, "plugins.json", NULL);
  g_autofree char *path = bty_test_folder_write (folder, "good.so", "x");
  g_autofree char *text = NULL;
  gsize length;

  write_cache (file, path);
  g_assert_true (g_file_get_contents (file, &text, &length, NULL));
  for (gsize i = 0; i < length; i += 7)
    {
      BtyPluginCache *cache;

      g_assert_true (g_file_set_contents (file, text, (gssize) i, NULL));
      cache = bty_plugin_cache_new (file);
      g_assert_null (bty_plugin_cache_get (cache, path, &stamp, NULL));
      bty_plugin_cache_free (cache);
    }
  bty_test_folder_remove (folder);
}

/* A pipe in its place would never end. */
static void
test_pipe (void)
{
  char *folder = bty_test_folder_new ();
  g_autofree char *file = g_build_filename (folder, "plugins.json", NULL);
  BtyPluginCache *cache;

  g_assert_cmpint (mkfifo (file, 0600), ==, 0);
  cache = bty_plugin_cache_new (file);
  g_assert_null (bty_plugin_cache_get (cache, file, &stamp, NULL));
  bty_plugin_cache_free (cache);
  bty_test_folder_remove (folder);
}

/* Old copies go, new ones and whatever else is there stay. */
static void
test_prune (void)
{
  char *folder = bty_test_folder_new ();
  g_autofree char *old = bty_test_folder_write (folder, "old.so", "x");
  g_autofree char *new = bty_test_folder_write (folder, "new.so", "x");
  g_autofree char *other = bty_test_folder_write (folder, "other.json", "x");
  const struct utimbuf long_ago = { 1000, 1000 };

  g_assert_cmpint (g_utime (old, (struct utimbuf *) &long_ago), ==, 0);
  g_assert_cmpint (g_utime (other, (struct utimbuf *) &long_ago), ==, 0);
  bty_plugin_file_prune (folder, 30);
  g_assert_false (g_file_test (old, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (new, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (other, G_FILE_TEST_EXISTS));
  bty_test_folder_remove (folder);
}

static void
test_manifest_refuses (void)
{
  static const struct
  {
    const char *text;
    const char *place;
  } rows[] = {
    { "{}", "outcome" },
    { "{\"outcome\":\"odd\"}", "/outcome" },
    { "{\"outcome\":\"fine\",\"id\":7}", "/id" },
    { "{\"outcome\":\"fine\",\"operations\":[{\"name\":\"a.b\"}]}", "/operations/0" },
    { "{\"outcome\":\"fine\",\"surprise\":1}", "/surprise" },
    { "{\"outcome\":\"fine\"}{", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (bty_plugin_manifest_read (rows[i].text, strlen (rows[i].text), &error));
      g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
      if (strstr (error->message, rows[i].place) == NULL)
        g_error ("“%s” is not in “%s”", rows[i].place, error->message);
    }
}

/* What a plugin says of itself can be long, many lines and no text at all: it is written so that it can be read again. */
static void
test_manifest_odd_words (void)
{
  g_autofree char *endless = g_strnfill (100000, 'x');
  const BtyPluginDescriptor descriptor = { .id = "odd", .summary = endless, .version = "1\n\x01\xff", .licence = "" };
  g_autoptr (BtyPluginManifest) manifest = bty_plugin_manifest_new ();
  g_autoptr (BtyPluginManifest) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  bty_plugin_manifest_set_descriptor (manifest, &descriptor);
  text = bty_record_to_json (manifest, BTY_VIEW_READ);
  again = bty_plugin_manifest_read (text, strlen (text), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (again->summary), ==, 1000);
  g_assert_cmpstr (again->version, ==, "1  \xef\xbf\xbd");
}

static void
test_versions (void)
{
  static const struct
  {
    const char *a;
    const char *b;
    int order;
  } rows[] = {
    { "1.0", "1.0", 0 },
    { "1.10", "1.9", 1 },
    { "1.9", "1.10", -1 },
    { "2", "10", -1 },
    { "1.0", "1.0.1", -1 },
    { "1.0.1", "1.0", 1 },
    { "1.01", "1.1", 0 },
    { "", "0", -1 },
    { "1.0-rc1", "1.0-rc2", -1 },
    { "b", "a", 1 },
    { "99999999999999999999", "1", 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      int order = bty_plugin_installer_compare (rows[i].a, rows[i].b);

      g_assert_cmpint ((order > 0) - (order < 0), ==, rows[i].order);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plugin-index/round-trip", test_round_trip);
  g_test_add_func ("/plugin-index/gone", test_gone);
  g_test_add_func ("/plugin-index/damaged", test_damaged);
  g_test_add_func ("/plugin-index/cut", test_cut);
  g_test_add_func ("/plugin-index/pipe", test_pipe);
  g_test_add_func ("/plugin-index/prune", test_prune);
  g_test_add_func ("/plugin-index/manifest-refuses", test_manifest_refuses);
  g_test_add_func ("/plugin-index/manifest-odd-words", test_manifest_odd_words);
  g_test_add_func ("/plugin-index/versions", test_versions);
  return g_test_run ();
}
