/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-access"

#include "config.h"

#include "bty-access.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define RANDOM_BYTES 32
#define TOKEN_LENGTH 43

struct _BtyAccess
{
  BtySecret *token;
  BtyPrincipal *owner;
  BtyPrincipal *bearer; /* of the token: a copy of it may be anywhere, so secrets are not shown to it */
  BtyAccessTokens *tokens;
  BtyCatalogue *catalogue;   /* (nullable) (unowned): it and what follows are the engine's, which outlives us */
  BtyDispatcher *dispatcher; /* (nullable) (unowned) */
};

static gboolean
fail (GError **error, BtyErrorCode code, const char *path, const char *why)
{
  g_set_error (error, BTY_ERROR, code, _ ("the access token cannot be kept in “%s”: %s"), path, why);
  return FALSE;
}

static gboolean
is_token (const char *text, gsize length)
{
  if (length != TOKEN_LENGTH)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && text[i] != '-' && text[i] != '_')
      return FALSE;
  return TRUE;
}

/* Written by hand, since g_base64_encode leaves its result in memory that nobody clears. */
static void
encode (const guint8 *bytes, char *token)
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  for (guint i = 0; i < TOKEN_LENGTH; i++)
    {
      guint bit = i * 6;
      guint pair = (guint) bytes[bit / 8] << 8;

      if (bit / 8 + 1 < RANDOM_BYTES)
        pair |= bytes[bit / 8 + 1];
      token[i] = alphabet[(pair >> (10 - bit % 8)) & 63];
    }
}

static gboolean
draw_token (char *token)
{
  guint8 bytes[RANDOM_BYTES];

  if (getrandom (bytes, sizeof bytes, 0) != (gssize) sizeof bytes)
    return FALSE;
  encode (bytes, token);
  bty_secret_clear_memory (bytes, sizeof bytes);
  return TRUE;
}

static gboolean
write_token (int fd, const char *token)
{
  return write (fd, token, TOKEN_LENGTH) == TOKEN_LENGTH && fsync (fd) == 0;
}

/* Whoever makes an access holds the data folder's lock, so nobody else makes a token meanwhile. */
static gboolean
make_token (const char *path, GError **error)
{
  g_autofree char *draft = g_strconcat (path, ".new", NULL);
  char token[TOKEN_LENGTH];
  gboolean is_written;
  int fd, reason;

  if (!draw_token (token))
    return fail (error, BTY_ERROR_INTERNAL, path, g_strerror (errno));
  g_unlink (draft);
  fd = g_open (draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0)
    return fail (error, BTY_ERROR_UNAVAILABLE, path, g_strerror (errno));
  is_written = fchmod (fd, 0600) == 0 && write_token (fd, token) && g_rename (draft, path) == 0;
  reason = errno;
  close (fd);
  if (!is_written)
    g_unlink (draft);
  bty_secret_clear_memory (token, sizeof token);
  return is_written || fail (error, BTY_ERROR_UNAVAILABLE, path, g_strerror (reason));
}

static gboolean
check_token_file (int fd, const char *path, GError **error)
{
  g_autofree char *remedy = NULL;
  struct stat info;

  if (fstat (fd, &info) != 0)
    return fail (error, BTY_ERROR_UNAVAILABLE, path, g_strerror (errno));
  if (!S_ISREG (info.st_mode))
    return fail (error, BTY_ERROR_FAILED_PRECONDITION, path,
                 _ ("it is not a regular file: move it away and start again"));
  if (info.st_uid != geteuid ())
    return fail (error, BTY_ERROR_FAILED_PRECONDITION, path,
                 _ ("the file belongs to someone else: move it away and start again"));
  if ((info.st_mode & 0077) == 0)
    return TRUE;
  remedy = g_strdup_printf (
    _ ("the file may be read by others (mode %04o): run “chmod 600 '%s'”, or remove it to get a new token"),
    info.st_mode & 07777, path);
  return fail (error, BTY_ERROR_FAILED_PRECONDITION, path, remedy);
}

static BtySecret *
read_token (int fd, const char *path, GError **error)
{
  char buffer[TOKEN_LENGTH + 16];
  BtySecret *token = NULL;
  gssize n;

  if (!check_token_file (fd, path, error))
    return NULL;
  n = read (fd, buffer, sizeof buffer);
  while (n > 0 && g_ascii_isspace (buffer[n - 1]))
    n--;
  if (n > 0 && is_token (buffer, (gsize) n))
    token = bty_secret_new (buffer, (gsize) n);
  else
    fail (error, BTY_ERROR_FAILED_PRECONDITION, path, _ ("the file holds no token: remove it and start again"));
  bty_secret_clear_memory (buffer, sizeof buffer);
  return token;
}

static int
open_token (const char *path)
{
  return g_open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
}

static BtySecret *
find_token (const char *path, GError **error)
{
  BtySecret *token;
  int fd = open_token (path);

  if (fd < 0 && errno == ENOENT)
    {
      if (!make_token (path, error))
        return NULL;
      fd = open_token (path);
    }
  if (fd < 0)
    {
      fail (error, BTY_ERROR_UNAVAILABLE, path,
            errno == ELOOP ? _ ("it is a symbolic link: put the file itself there") : g_strerror (errno));
      return NULL;
    }
  token = read_token (fd, path, error);
  close (fd);
  return token;
}

BtyAccess *
bty_access_new (const char *data_dir, GError **error)
{
  static const char *const everything[] = { "*", NULL };
  static const char *const but_secrets[] = { "*", "!secrets:reveal", NULL };
  g_autofree char *path = bty_paths_token_file (data_dir);
  g_autoptr (BtyAccessTokens) tokens = bty_access_tokens_new (data_dir, error);
  BtySecret *token = tokens != NULL ? find_token (path, error) : NULL;
  BtyAccess *self;

  if (token == NULL)
    return NULL;
  self = g_new0 (BtyAccess, 1);
  self->token = token;
  self->tokens = g_steal_pointer (&tokens);
  self->owner = bty_principal_new (BTY_PRINCIPAL_OWNER, "owner", everything);
  self->bearer = bty_principal_new (BTY_PRINCIPAL_OWNER, "owner", but_secrets);
  return self;
}

void
bty_access_free (BtyAccess *self)
{
  bty_secret_unref (self->token);
  bty_principal_unref (self->owner);
  bty_principal_unref (self->bearer);
  bty_access_tokens_free (self->tokens);
  g_free (self);
}

void
bty_access_set_parts (BtyAccess *self, BtyCatalogue *catalogue, BtyDispatcher *dispatcher)
{
  self->catalogue = catalogue;
  self->dispatcher = dispatcher;
}

BtyCatalogue *
bty_access_get_catalogue (BtyAccess *self)
{
  return self->catalogue;
}

BtyAccessTokens *
bty_access_get_tokens (BtyAccess *self)
{
  return self->tokens;
}

BtyAccessToken *
bty_access_make_token (BtyAccess *self, const BtyAccessToken *wanted, char **value, GError **error)
{
  char token[TOKEN_LENGTH];
  BtyAccessToken *made;

  *value = NULL;
  if (!draw_token (token))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INTERNAL, _ ("no random bytes can be had: %s"), g_strerror (errno));
      return NULL;
    }
  *value = g_strdup_printf (BTY_ACCESS_TOKEN_PREFIX "%.*s", TOKEN_LENGTH, token);
  bty_secret_clear_memory (token, sizeof token);
  made = bty_access_tokens_add (self->tokens, wanted, *value, error);
  if (made == NULL)
    g_clear_pointer (value, g_free);
  return made;
}

void
bty_access_give_up (BtyAccess *self, const BtyPrincipal *whose)
{
  bty_dispatcher_cancel_of (self->dispatcher, whose);
}

/* Root is no exception: its user id is not ours, and it has other ways. */
gboolean
bty_access_is_own_uid (gint64 peer_uid, uid_t own_uid)
{
  return peer_uid >= 0 && peer_uid == (gint64) own_uid;
}

BtyPrincipal *
bty_access_identify (BtyAccess *self, const BtyCredentials *credentials, GError **error)
{
  BtyPrincipal *program;

  if (bty_access_is_own_uid (credentials->peer_uid, geteuid ()))
    return bty_principal_ref (self->owner);
  if (credentials->token == NULL)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_UNAUTHENTICATED,
                         _ ("an access token is needed: “boternity-ctl token” prints it"));
  else if (bty_secret_equal (self->token, credentials->token, credentials->token_length))
    return bty_principal_ref (self->bearer);
  else if ((program = bty_access_tokens_find (self->tokens, credentials->token, credentials->token_length)) != NULL)
    return bty_principal_ref (program);
  else
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_UNAUTHENTICATED,
                         _ ("this access token is not the right one: “boternity-ctl token” prints it"));
  return NULL;
}
