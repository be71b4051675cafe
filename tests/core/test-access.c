/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bty-access.h"
#include "bty-test-folder.h"

static BtyAccess *
open_access (const char *folder)
{
  g_autoptr (GError) error = NULL;
  BtyAccess *access = bty_access_new (folder, &error);

  g_assert_no_error (error);
  return access;
}

static char *
read_token (const char *folder)
{
  g_autofree char *path = bty_paths_token_file (folder);
  char *token = NULL;

  g_assert_true (g_file_get_contents (path, &token, NULL, NULL));
  return token;
}

static void
assert_refused (const char *folder, const char *says)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyAccess) access = bty_access_new (folder, &error);

  g_assert_null (access);
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_assert_nonnull (strstr (error->message, says));
}

static void
assert_owner (BtyAccess *access, const char *token, gssize length, gint64 uid)
{
  BtyCredentials credentials = { token, length < 0 ? strlen (token) : (gsize) length, uid };
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPrincipal) principal = bty_access_identify (access, &credentials, &error);

  g_assert_no_error (error);
  g_assert_cmpint (bty_principal_get_kind (principal), ==, BTY_PRINCIPAL_OWNER);
  g_assert_true (bty_principal_may (principal, "bots:write"));
}

static void
assert_nobody (BtyAccess *access, const char *token, gssize length, gint64 uid)
{
  BtyCredentials credentials = { token, token == NULL ? 0 : length < 0 ? strlen (token) : (gsize) length, uid };
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyPrincipal) principal = bty_access_identify (access, &credentials, &error);

  g_assert_null (principal);
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNAUTHENTICATED);
  g_assert_nonnull (strstr (error->message, "boternity-ctl token"));
}

/* 43 letters of base64url: 32 bytes, and the last letter has two bits that must be zero. */
static void
test_token (void)
{
  g_autoptr (BtyTestFolder) folder = bty_test_folder_new ();
  g_autoptr (BtyTestFolder) other_folder = bty_test_folder_new ();
  g_autoptr (BtyAccess) access = open_access (folder);
  g_autoptr (BtyAccess) other = open_access (other_folder);
  g_autofree char *token = read_token (folder);
  g_autofree char *other_token = read_token (other_folder);
  g_autofree char *path = bty_paths_token_file (folder);
  g_autofree char *padded = g_strdelimit (g_strdelimit (g_strconcat (token, "=", NULL), "-", '+'), "_", '/');
  g_autofree guchar *bytes = NULL;
  g_autofree char *again = NULL;
  gsize length;
  GStatBuf info;

  g_assert_cmpuint (strlen (token), ==, 43);
  bytes = g_base64_decode (padded, &length);
  g_assert_cmpuint (length, ==, 32);
  again = g_base64_encode (bytes, length);
  g_assert_cmpstr (again, ==, padded);
  g_assert_cmpstr (token, !=, other_token);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 07777, ==, 0600);
}

static void
test_identify (void)
{
  g_autoptr (BtyTestFolder) folder = bty_test_folder_new ();
  g_autoptr (BtyAccess) access = open_access (folder);
  g_autofree char *token = read_token (folder);
  g_autofree char *followed = g_strconcat (token, "\r\n", NULL);
  g_autofree char *changed = g_strdup (token);

  changed[42] = changed[42] == 'A' ? 'E' : 'A';
  assert_owner (access, token, -1, -1);
  assert_owner (access, followed, 43, -1);
  assert_owner (access, token, -1, (gint64) geteuid () + 1);
  assert_owner (access, "", 0, geteuid ());
  assert_nobody (access, NULL, 0, -1);
  assert_nobody (access, NULL, 0, (gint64) geteuid () + 1);
  assert_nobody (access, changed, -1, -1);
  assert_nobody (access, token, 42, -1);
  assert_nobody (access, followed, 44, -1);
  assert_nobody (access, "", 0, -1);
}

static void
test_kept (void)
{
  g_autoptr (BtyTestFolder) folder = bty_test_folder_new ();
  BtyAccess *first = open_access (folder);
  g_autofree char *token = read_token (folder);
  g_autoptr (BtyAccess) second = open_access (folder);
  g_autofree char *same = read_token (folder);

  bty_access_free (first);
  g_assert_cmpstr (token, ==, same);
  assert_owner (second, token, -1, -1);
}

/* A text editor adds the end of the line. */
static void
test_edited (void)
{
  g_autoptr (BtyTestFolder) folder = bty_test_folder_new ();
  const char *token = "abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE";
  g_autofree char *path = bty_test_folder_write (folder, "token", "abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE\n");
  g_autoptr (BtyAccess) access = NULL;

  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
  access = open_access (folder);
  assert_owner (access, token, -1, -1);
}

static void
test_refused (void)
{
  g_autoptr (BtyTestFolder) folder = bty_test_folder_new ();
  g_autofree char *path = bty_test_folder_write (folder, "token", "abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE");

  g_assert_cmpint (g_chmod (path, 0640), ==, 0);
  assert_refused (folder, "chmod 600");
  g_assert_cmpint (g_chmod (path, 0602), ==, 0);
  assert_refused (folder, "0602");

  g_free (g_steal_pointer (&path));
  path = bty_test_folder_write (folder, "token", "too short");
  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
  assert_refused (folder, "holds no token");

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  assert_refused (folder, "not a regular file");
}

static void
test_link (void)
{
  g_autoptr (BtyTestFolder) folder = bty_test_folder_new ();
  g_autofree char *target = bty_test_folder_write (folder, "elsewhere", "abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE");
  g_autofree char *path = bty_paths_token_file (folder);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyAccess) access = NULL;

  g_assert_cmpint (symlink (target, path), ==, 0);
  access = bty_access_new (folder, &error);
  g_assert_null (access);
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "symbolic link"));
}

static void
test_uid (void)
{
  g_assert_true (bty_access_is_own_uid (1000, 1000));
  g_assert_true (bty_access_is_own_uid (0, 0));
  g_assert_false (bty_access_is_own_uid (0, 1000)); /* root */
  g_assert_false (bty_access_is_own_uid (1001, 1000));
  g_assert_false (bty_access_is_own_uid (-1, 1000)); /* nobody said */
  g_assert_false (bty_access_is_own_uid (-1, (uid_t) -1));
  g_assert_false (bty_access_is_own_uid (G_GINT64_CONSTANT (0x1000003e8), 1000)); /* 1000 in its lower half */
}

/* Tokens for programs. */

static BtyAccessToken *
wish (const char *name, const char *const *scopes)
{
  BtyAccessToken *token = bty_access_token_new ();

  token->name = g_strdup (name);
  token->scopes = g_strdupv ((char **) scopes);
  return token;
}

static char *
make_token (BtyAccess *access, const char *name, const char *const *scopes)
{
  g_autoptr (BtyAccessToken) wanted = wish (name, scopes);
  g_autoptr (BtyAccessToken) made = NULL;
  g_autoptr (GError) error = NULL;
  char *value = NULL;

  made = bty_access_make_token (access, wanted, &value, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (made->name, ==, name);
  g_assert_null (made->token);
  g_assert_cmpint (made->created_at, >, 0);
  return value;
}

static BtyPrincipal *
identify (BtyAccess *access, const char *token)
{
  BtyCredentials credentials = { token, strlen (token), -1 };

  return bty_access_identify (access, &credentials, NULL);
}

static const char *const models_only[] = { "models:use", NULL };
static const char *const everything[] = { "*", NULL };

static void
test_program (void)
{
  g_autoptr (BtyTestFolder) folder = bty_test_folder_new ();
  BtyAccess *first = open_access (folder);
  g_autofree char *narrow = make_token (first, "webui", models_only);
  g_autofree char *wide = make_token (first, "script", everything);
  g_autofree char *path = g_build_filename (folder, "tokens", NULL);
  g_autofree char *kept = NULL;
  g_autoptr (BtyAccess) access = NULL;
  g_autoptr (BtyPrincipal) program = NULL;
  g_autoptr (BtyPrincipal) script = NULL;
  GStatBuf info;

  bty_access_free (first);
  access = open_access (folder);
  program = identify (access, narrow);
  script = identify (access, wide);
  g_assert_cmpuint (strlen (narrow), ==, 47);
  g_assert_true (g_str_has_prefix (narrow, "bty_"));
  g_assert_cmpint (bty_principal_get_kind (program), ==, BTY_PRINCIPAL_PROGRAM);
  g_assert_cmpstr (bty_principal_get_name (program), ==, "token:webui");
  g_assert_true (bty_principal_may (program, "models:use"));
  g_assert_false (bty_principal_may (program, "bots:read"));
  g_assert_false (bty_principal_may (program, "tokens:write"));
  g_assert_true (bty_principal_may (script, "bots:write"));
  g_assert_false (bty_principal_may (script, "secrets:reveal"));

  g_assert_true (g_file_get_contents (path, &kept, NULL, NULL));
  g_assert_null (strstr (kept, narrow));
  g_assert_null (strstr (kept, narrow + 4));
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 07777, ==, 0600);

  narrow[46] = narrow[46] == 'A' ? 'E' : 'A';
  assert_nobody (access, narrow, -1, -1);
  assert_nobody (access, "bty_", -1, -1);
  assert_nobody (access, wide, 46, -1);
}

static void
test_revoked (void)
{
  g_autoptr (BtyTestFolder) folder = bty_test_folder_new ();
  g_autoptr (BtyAccess) access = open_access (folder);
  g_autofree char *token = make_token (access, "webui", models_only);
  g_autofree char *other = make_token (access, "other", models_only);
  g_autoptr (BtyAccessToken) twice = wish ("webui", models_only);
  g_autoptr (BtyPrincipal) program = identify (access, token);
  g_autoptr (BtyPrincipal) gone = NULL;
  g_autoptr (BtyPrincipal) still = identify (access, other);
  g_autoptr (GError) error = NULL;
  g_autofree char *value = NULL;

  g_assert_null (bty_access_make_token (access, twice, &value, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS);
  g_assert_null (value);
  g_clear_error (&error);

  gone = bty_access_tokens_remove (bty_access_get_tokens (access), "webui", &error);
  g_assert_no_error (error);
  g_assert_true (gone == program);
  g_assert_false (bty_principal_may (program, "models:use")); /* wherever it is still held */
  g_assert_true (bty_principal_may (still, "models:use"));
  assert_nobody (access, token, -1, -1);
  g_assert_null (bty_access_tokens_remove (bty_access_get_tokens (access), "webui", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND);
}

/* A change that is not on disk has not happened. */
static void
test_unwritable (void)
{
  g_autoptr (BtyTestFolder) folder = bty_test_folder_new ();
  g_autofree char *inside = g_build_filename (folder, "data", NULL);
  g_autofree char *away = g_build_filename (folder, "away", NULL);
  g_autofree char *token = NULL;
  g_autofree char *value = NULL;
  g_autoptr (BtyAccess) access = NULL;
  g_autoptr (BtyAccessToken) wanted = wish ("late", models_only);
  g_autoptr (BtyPrincipal) program = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (inside, 0700), ==, 0);
  access = open_access (inside);
  token = make_token (access, "webui", models_only);
  program = identify (access, token);
  g_assert_cmpint (g_rename (inside, away), ==, 0);
  g_assert_null (bty_access_make_token (access, wanted, &value, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  g_assert_null (value);
  g_clear_error (&error);
  g_assert_null (bty_access_tokens_remove (bty_access_get_tokens (access), "webui", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE);
  g_assert_true (bty_principal_may (program, "models:use"));
  g_assert_cmpint (g_rename (away, inside), ==, 0);
}

static void
test_damaged (void)
{
  static const char *const lines[] = { "nonsense\n", "0123 {\"name\":\"x\"}\n",
                                       "0000000000000000000000000000000000000000000000000000000000000000 [\n",
                                       "0000000000000000000000000000000000000000000000000000000000000000 {}\n" };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (BtyTestFolder) folder = bty_test_folder_new ();
      g_autofree char *path = bty_test_folder_write (folder, "tokens", lines[i]);

      assert_refused (folder, path);
      assert_refused (folder, "line 1");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/access/token", test_token);
  g_test_add_func ("/access/identify", test_identify);
  g_test_add_func ("/access/uid", test_uid);
  g_test_add_func ("/access/kept", test_kept);
  g_test_add_func ("/access/edited", test_edited);
  g_test_add_func ("/access/refused", test_refused);
  g_test_add_func ("/access/link", test_link);
  g_test_add_func ("/access/program", test_program);
  g_test_add_func ("/access/revoked", test_revoked);
  g_test_add_func ("/access/unwritable", test_unwritable);
  g_test_add_func ("/access/damaged", test_damaged);
  return g_test_run ();
}
