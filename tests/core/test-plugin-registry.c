/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <elf.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bty-plugin-registry.h"
#include "bty-test-folder.h"
#include "bty-test-warnings.h"

/* A module stays open for the life of a process, so each test that opens one runs in a child of its own. */
typedef struct
{
  char *folder;
  char *data;
  char *plugins; /* the user's folder */
  BtyCatalogue *catalogue;
  BtySettings *settings;
  BtyPluginRegistry *registry;
} Fixture;

typedef void (*Test) (Fixture *f);

static void
set_up (Fixture *f)
{
  g_autofree char *config = NULL;
  g_autofree char *cache = NULL;

  f->folder = bty_test_folder_new ();
  f->data = g_build_filename (f->folder, "data", NULL);
  f->plugins = g_build_filename (f->data, "plugins", NULL);
  config = g_build_filename (f->folder, "config", NULL);
  cache = g_build_filename (f->folder, "cache", NULL);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_unsetenv ("BOTERNITY_PLUGIN_PATH");
  g_assert_cmpint (g_mkdir_with_parents (f->plugins, 0700), ==, 0);
  f->catalogue = bty_catalogue_new ();
  f->settings = bty_settings_new (config);
  f->registry = bty_plugin_registry_new (NULL, f->catalogue, f->settings, f->data);
}

static void
tear_down (Fixture *f)
{
  g_clear_object (&f->registry);
  g_clear_object (&f->settings);
  g_clear_object (&f->catalogue);
  bty_test_folder_remove (f->folder);
  g_free (f->data);
  g_free (f->plugins);
}

static void test_other_owner (Fixture *f);

static void
run (gconstpointer data)
{
  Fixture f = { 0 };

  if (data == test_other_owner && geteuid () != 0)
    {
      g_test_skip ("only root can give files away");
      return;
    }
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 30 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }
  bty_test_warnings_keep ();
  set_up (&f);
  ((Test) data) (&f);
  tear_down (&f);
}

/* Puts the built plugin @name into @folder as @file; Returns: (transfer full): its path */
static char *
put (const char *name, const char *folder, const char *file)
{
  g_autofree char *built = g_strconcat (g_getenv ("BTY_TEST_PLUGINS"), "/", name, ".so", NULL);
  char *path = g_build_filename (folder, file, NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  g_file_get_contents (built, &contents, &length, &error);
  g_assert_no_error (error);
  g_file_set_contents_full (path, contents, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0755, &error);
  g_assert_no_error (error);
  return path;
}

static void
patch (const char *path, goffset place, guint8 byte)
{
  FILE *file = g_fopen (path, "r+b");

  g_assert_nonnull (file);
  g_assert_cmpint (fseek (file, place, SEEK_SET), ==, 0);
  g_assert_cmpint (fputc (byte, file), ==, byte);
  g_assert_cmpint (fclose (file), ==, 0);
}

static BtyPluginInfo *
find_info (Fixture *f, const char *path)
{
  g_autoptr (GPtrArray) infos = bty_plugin_index_list (bty_plugin_registry_get_index (f->registry));

  for (guint i = 0; i < infos->len; i++)
    {
      BtyPluginInfo *info = g_ptr_array_index (infos, i);

      if (g_str_equal (info->path, path))
        return bty_plugin_info_ref (info);
    }
  return NULL;
}

static gboolean
was_opened (const char *mark)
{
  g_autofree char *name = g_strconcat ("BTY_TEST_OPENED_", mark, NULL);

  return g_getenv (name) != NULL;
}

static void
assert_state (Fixture *f, const char *path, BtyPluginState state, const char *name)
{
  g_autoptr (BtyPluginInfo) info = find_info (f, path);

  g_assert_nonnull (info);
  if (state == BTY_PLUGIN_LOADED)
    g_assert_cmpstr (info->reason, ==, NULL);
  g_assert_cmpint (info->state, ==, state);
  g_assert_cmpstr (info->name, ==, name);
}

/* Asks for the feature that the file is named after. */
static void
assert_refused (Fixture *f, const char *path, const char *says)
{
  g_autofree char *warnings = NULL;
  g_autoptr (BtyPluginInfo) info = NULL;

  bty_plugin_registry_find (f->registry);
  bty_plugin_registry_open_all (f->registry);
  info = find_info (f, path);
  g_assert_nonnull (info);
  g_assert_cmpint (info->state, ==, BTY_PLUGIN_REFUSED);
  if (strstr (info->reason, says) == NULL)
    g_error ("“%s” is not in “%s”", says, info->reason);
  warnings = bty_test_warnings_take ();
  g_assert_nonnull (strstr (warnings, info->reason));
  g_assert_nonnull (strstr (warnings, path));
}

static void
test_waits (Fixture *f)
{
  g_autofree char *path = put ("provider-good", f->plugins, "provider-good.so");
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) object = NULL;
  g_auto (GStrv) names = NULL;

  bty_plugin_registry_find (f->registry);
  assert_state (f, path, BTY_PLUGIN_WAITING, "provider-good");
  names = bty_plugin_registry_list_features (f->registry, BTY_FEATURE_PROVIDER);
  g_assert_true (g_strv_contains ((const char *const *) names, "good"));
  g_assert_false (was_opened ("provider-good"));

  object = bty_plugin_registry_make (f->registry, BTY_FEATURE_PROVIDER, "good", &error);
  g_assert_no_error (error);
  g_assert_true (BTY_IS_PROVIDER (object));
  g_assert_true (was_opened ("provider-good"));
  assert_state (f, path, BTY_PLUGIN_LOADED, "good");
  g_assert_nonnull (bty_catalogue_lookup (f->catalogue, "good.hello", NULL));
  g_assert_cmpint (bty_settings_get_int (f->settings, "good", "words"), ==, 3);
}

static void
test_other_file_name (Fixture *f)
{
  g_autofree char *path = put ("provider-good", f->plugins, "mine.so");
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) object = NULL;

  bty_plugin_registry_find (f->registry);
  g_assert_false (was_opened ("provider-good"));
  object = bty_plugin_registry_make (f->registry, BTY_FEATURE_PROVIDER, "good", &error);
  g_assert_no_error (error);
  g_assert_nonnull (object);
  assert_state (f, path, BTY_PLUGIN_LOADED, "good");
}

static void
test_not_found (Fixture *f)
{
  g_autofree char *path = put ("provider-good", f->plugins, "provider-good.so");
  g_autoptr (GError) error = NULL;

  bty_plugin_registry_find (f->registry);
  g_assert_null (bty_plugin_registry_make (f->registry, BTY_FEATURE_PROVIDER, "nobody", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "no plugin offers the provider “nobody”: there is good"));
  g_assert_false (was_opened ("provider-good"));
}

static void
test_refused_feature (Fixture *f)
{
  g_autofree char *path = put ("major", f->plugins, "provider-newer.so");
  g_autofree char *warnings = NULL;
  g_autoptr (GError) error = NULL;

  bty_plugin_registry_find (f->registry);
  g_assert_null (bty_plugin_registry_make (f->registry, BTY_FEATURE_PROVIDER, "newer", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, "version 2.0 of the plugin interface, and this program has 1.0"));
  warnings = bty_test_warnings_take ();
}

/* The first of two folders counts, and a user's file is opened from a copy that does not change when the file does. */
static void
test_folders_and_copy (Fixture *f)
{
  g_autofree char *first = g_build_filename (f->folder, "first", NULL);
  g_autofree char *copies = g_build_filename (f->folder, "cache", "boternity", "plugins", NULL);
  g_autofree char *in_path = NULL;
  g_autofree char *in_user = put ("twin", f->plugins, "provider-good.so");
  g_autofree char *maps = NULL;
  g_autoptr (BtyPluginInfo) hidden = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) object = NULL;

  g_assert_cmpint (g_mkdir (first, 0700), ==, 0);
  in_path = put ("provider-good", first, "provider-good.so");
  g_setenv ("BOTERNITY_PLUGIN_PATH", first, TRUE);
  bty_plugin_registry_find (f->registry);
  hidden = find_info (f, in_user);
  g_assert_cmpint (hidden->state, ==, BTY_PLUGIN_REFUSED);
  g_assert_nonnull (strstr (hidden->reason, in_path));
  object = bty_plugin_registry_make (f->registry, BTY_FEATURE_PROVIDER, "good", &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL));
  g_assert_nonnull (strstr (maps, copies));
  g_assert_null (strstr (maps, in_path));
  g_assert_cmpint (truncate (in_path, 0), ==, 0);
  g_clear_object (&object);
  object = bty_plugin_registry_make (f->registry, BTY_FEATURE_PROVIDER, "good", &error);
  g_assert_no_error (error);
}

/* A copy that somebody spoiled is made again. */
static void
test_spoiled_copy (Fixture *f)
{
  g_autofree char *path = put ("provider-good", f->plugins, "provider-good.so");
  g_autofree char *copies = g_build_filename (f->folder, "cache", "boternity", "plugins", NULL);
  g_autofree char *contents = NULL;
  g_autofree char *hash = NULL;
  g_autofree char *name = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) contents, length);
  name = g_strdup_printf ("provider-good-%.32s.so", hash);
  g_free (bty_test_folder_write (copies, name, "spoiled"));
  bty_plugin_registry_find (f->registry);
  bty_plugin_registry_open_all (f->registry);
  assert_state (f, path, BTY_PLUGIN_LOADED, "good");
}

static void
test_link (Fixture *f)
{
  g_autofree char *store = g_build_filename (f->folder, "store", NULL);
  g_autofree char *path = g_build_filename (f->plugins, "provider-good.so", NULL);
  g_autofree char *real = NULL;

  g_assert_cmpint (g_mkdir (store, 0700), ==, 0);
  real = put ("provider-good", store, "anything.so");
  g_assert_cmpint (symlink (real, path), ==, 0);
  bty_plugin_registry_find (f->registry);
  bty_plugin_registry_open_all (f->registry);
  assert_state (f, path, BTY_PLUGIN_LOADED, "good");
}

static void
test_link_to_open_folder (Fixture *f)
{
  g_autofree char *store = g_build_filename (f->folder, "store", NULL);
  g_autofree char *path = g_build_filename (f->plugins, "provider-good.so", NULL);
  g_autofree char *real = NULL;

  g_assert_cmpint (g_mkdir (store, 0700), ==, 0);
  real = put ("provider-good", store, "anything.so");
  g_assert_cmpint (g_chmod (store, 0777), ==, 0);
  g_assert_cmpint (symlink (real, path), ==, 0);
  assert_refused (f, path, "may be written by others (mode 0777)");
  g_assert_false (was_opened ("provider-good"));
}

static void
test_dangling_link (Fixture *f)
{
  g_autofree char *path = g_build_filename (f->plugins, "gone.so", NULL);

  g_assert_cmpint (symlink ("nowhere.so", path), ==, 0);
  assert_refused (f, path, "the file cannot be found");
}

static void
test_writable (Fixture *f)
{
  g_autofree char *path = put ("provider-good", f->plugins, "provider-good.so");

  g_assert_cmpint (g_chmod (path, 0757), ==, 0);
  assert_refused (f, path, "may be written by others (mode 0757): run “chmod go-w");
  g_assert_false (was_opened ("provider-good"));
}

static void
test_writable_folder (Fixture *f)
{
  g_autofree char *path = put ("provider-good", f->plugins, "provider-good.so");

  g_assert_cmpint (g_chmod (f->plugins, 0770), ==, 0);
  assert_refused (f, path, "data/plugins” may be written by others (mode 0770)");
  g_assert_false (was_opened ("provider-good"));
}

static void
test_other_owner (Fixture *f)
{
  g_autofree char *path = put ("provider-good", f->plugins, "provider-good.so");

  g_assert_cmpint (chown (path, 12345, 12345), ==, 0);
  assert_refused (f, path, "belongs to user 12345");
  g_assert_false (was_opened ("provider-good"));
}

static void
test_not_regular (Fixture *f)
{
  g_autofree char *path = g_build_filename (f->plugins, "pipe.so", NULL);

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  assert_refused (f, path, "not a regular file");
}

static void
test_text (Fixture *f)
{
  g_autofree char *path = bty_test_folder_write (f->plugins, "text.so", "#!/bin/sh\necho hello\n");

  g_assert_cmpint (g_chmod (path, 0755), ==, 0);
  assert_refused (f, path, "it is not a shared object (an ELF file)");
}

static void
test_empty (Fixture *f)
{
  g_autofree char *path = bty_test_folder_write (f->plugins, "empty.so", "");

  g_assert_cmpint (g_chmod (path, 0755), ==, 0);
  assert_refused (f, path, "the file is empty");
}

static void
test_wrong_machine (Fixture *f)
{
  g_autofree char *path = put ("provider-good", f->plugins, "machine.so");

  patch (path, G_STRUCT_OFFSET (Elf64_Ehdr, e_machine), EM_SPARC);
  assert_refused (f, path, "built for another kind of machine (ELF machine 2,");
}

static void
test_wrong_class (Fixture *f)
{
  g_autofree char *path = put ("provider-good", f->plugins, "class.so");

  patch (path, EI_CLASS, GLIB_SIZEOF_VOID_P == 8 ? ELFCLASS32 : ELFCLASS64);
  assert_refused (f, path,
                  GLIB_SIZEOF_VOID_P == 8 ? "built for 32-bit programs, and this one has 64 bits"
                                          : "built for 64-bit programs, and this one has 32 bits");
}

static void
test_program (Fixture *f)
{
  g_autofree char *path = put ("provider-good", f->plugins, "program.so");

  patch (path, G_STRUCT_OFFSET (Elf64_Ehdr, e_type), ET_EXEC);
  assert_refused (f, path, "it is not a shared object (ELF type 2");
}

/* Cut at every kind of place: in the header, in the program headers, in what they speak of, in the section table. */
static void
test_truncated (Fixture *f)
{
  g_autofree char *whole = put ("provider-good", f->folder, "whole.so");
  GStatBuf info;
  goffset sizes[5];

  g_assert_cmpint (g_stat (whole, &info), ==, 0);
  sizes[0] = 40;
  sizes[1] = sizeof (Elf64_Ehdr) + 10;
  sizes[2] = 4096;
  sizes[3] = info.st_size / 2;
  sizes[4] = info.st_size - 1;
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *name = g_strdup_printf ("cut-%u.so", i);
      g_autofree char *path = put ("provider-good", f->plugins, name);

      g_assert_cmpint (truncate (path, sizes[i]), ==, 0);
      assert_refused (f, path, "the file is cut off");
    }
  g_assert_false (was_opened ("provider-good"));
}

static void
test_major (Fixture *f)
{
  g_autofree char *path = put ("major", f->plugins, "major.so");

  assert_refused (f, path, "it was built for version 2.0 of the plugin interface, and this program has 1.0");
  g_assert_null (bty_catalogue_lookup (f->catalogue, "major.hello", NULL));
}

static void
test_minor (Fixture *f)
{
  g_autofree char *path = put ("minor", f->plugins, "minor.so");

  assert_refused (f, path,
                  "it was built for version 1.1 of the plugin interface, and this program has 1.0: update Boternity");
}

static void
test_no_descriptor (Fixture *f)
{
  g_autofree char *path = put ("nameless", f->plugins, "nameless.so");

  assert_refused (f, path, "it has no bty_plugin_descriptor");
}

static void
test_bad_id (Fixture *f)
{
  g_autofree char *path = put ("bad-id", f->plugins, "bad-id.so");

  assert_refused (f, path, "it needs an id, a lower-case word");
}

static void
test_duplicate_id (Fixture *f)
{
  g_autofree char *first = put ("provider-good", f->plugins, "a.so");
  g_autofree char *second = put ("twin", f->plugins, "b.so");

  assert_refused (f, second, "a plugin with the id “good” is there already, “");
  assert_state (f, first, BTY_PLUGIN_LOADED, "good");
  g_assert_null (bty_catalogue_lookup (f->catalogue, "good.twin", NULL));
}

/* What a plugin may not do is left out and told; the rest of it works. */
static void
test_half (Fixture *f)
{
  g_autofree char *path = put ("half", f->plugins, "half.so");
  g_autofree char *warnings = NULL;
  g_autoptr (BtyPluginInfo) info = NULL;
  g_autoptr (GObject) provider = NULL;

  bty_plugin_registry_find (f->registry);
  provider = bty_plugin_registry_make (f->registry, BTY_FEATURE_PROVIDER, "half", NULL);
  g_assert_nonnull (provider);
  info = find_info (f, path);
  g_assert_cmpint (info->state, ==, BTY_PLUGIN_LOADED);
  g_assert_nonnull (strstr (info->reason, "other.hello"));
  g_assert_nonnull (strstr (info->reason, "store:wrong"));
  g_assert_cmpuint (g_strv_length (info->features), ==, 1);
  g_assert_cmpstr (info->features[0], ==, "provider:half");
  g_assert_null (bty_catalogue_lookup (f->catalogue, "other.hello", NULL));
  warnings = bty_test_warnings_take ();
}

static const struct
{
  const char *path;
  Test test;
} tests[] = {
  { "/plugins/waits", test_waits },
  { "/plugins/other-file-name", test_other_file_name },
  { "/plugins/not-found", test_not_found },
  { "/plugins/refused-feature", test_refused_feature },
  { "/plugins/folders-and-copy", test_folders_and_copy },
  { "/plugins/spoiled-copy", test_spoiled_copy },
  { "/plugins/link", test_link },
  { "/plugins/link-to-open-folder", test_link_to_open_folder },
  { "/plugins/dangling-link", test_dangling_link },
  { "/plugins/writable", test_writable },
  { "/plugins/writable-folder", test_writable_folder },
  { "/plugins/other-owner", test_other_owner },
  { "/plugins/not-regular", test_not_regular },
  { "/plugins/text", test_text },
  { "/plugins/empty", test_empty },
  { "/plugins/wrong-machine", test_wrong_machine },
  { "/plugins/wrong-class", test_wrong_class },
  { "/plugins/program", test_program },
  { "/plugins/truncated", test_truncated },
  { "/plugins/major", test_major },
  { "/plugins/minor", test_minor },
  { "/plugins/no-descriptor", test_no_descriptor },
  { "/plugins/bad-id", test_bad_id },
  { "/plugins/duplicate-id", test_duplicate_id },
  { "/plugins/half", test_half },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_data_func (tests[i].path, (gconstpointer) tests[i].test, run);
  return g_test_run ();
}
