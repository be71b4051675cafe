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
  return g_test_run ();
}
