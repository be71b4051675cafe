/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-store"

#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>

#include "bty-sqlite-error.h"

static gboolean
is_full (sqlite3 *db, int code)
{
  int system = db != NULL ? sqlite3_system_errno (db) : 0;

  return (code & 0xff) == SQLITE_FULL || ((code & 0xff) == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT));
}

static BtyErrorCode
code_of (sqlite3 *db, int code)
{
  if (is_full (db, code))
    return BTY_ERROR_RESOURCE_EXHAUSTED;
  switch (code & 0xff)
    {
    case SQLITE_NOMEM:
      return BTY_ERROR_RESOURCE_EXHAUSTED;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_IOERR:
    case SQLITE_PROTOCOL:
      return BTY_ERROR_UNAVAILABLE;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return BTY_ERROR_DATA_LOSS;
    case SQLITE_INTERRUPT:
      return BTY_ERROR_CANCELLED;
    case SQLITE_TOOBIG:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
      return BTY_ERROR_INVALID_ARGUMENT;
    default:
      return BTY_ERROR_INTERNAL;
    }
}

/* What to say, with one %s for the file. */
static const char *
remedy_of (sqlite3 *db, int code)
{
  if (is_full (db, code))
    return _ ("the disk is full, nothing was changed in %s: free some space");
  switch (code & 0xff)
    {
    case SQLITE_NOMEM:
      return _ ("there is not enough memory to work on %s: free some");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return _ ("%s is locked by another process: stop that process and try again");
    case SQLITE_READONLY:
      return _ ("%s cannot be written: make the file and its folder writable for this user");
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return _ ("%s cannot be opened: make the file and its folder readable and writable for this user");
    case SQLITE_IOERR:
      return _ ("%s cannot be read or written: look at the disk that it is on");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return _ ("%s is damaged, or no database: keep a copy of it and put a backup in its place");
    case SQLITE_INTERRUPT:
      return _ ("the work on %s was stopped");
    case SQLITE_TOOBIG:
      return _ ("a value is too long for %s: make it shorter");
    case SQLITE_CONSTRAINT:
      return _ ("a value does not fit %s: a required one is missing");
    default:
      return _ ("the work on %s failed");
    }
}

gboolean
bty_sqlite_error_set (GError **error, sqlite3 *db, int code, const char *file)
{
  int system = db != NULL ? sqlite3_system_errno (db) : 0;
  g_autofree char *detail = NULL;
  g_autofree char *message = NULL;

  detail = g_strdup (db != NULL && (sqlite3_errcode (db) & 0xff) == (code & 0xff) ? sqlite3_errmsg (db)
                                                                                  : sqlite3_errstr (code));
  if ((code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_IOERR)
    {
      g_autofree char *plain = g_steal_pointer (&detail);

      detail = system != 0 ? g_strdup_printf ("%s, %s", plain, g_strerror (system)) : g_strdup (plain);
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  message = g_strdup_printf (remedy_of (db, code), file);
#pragma GCC diagnostic pop
  g_set_error (error, BTY_ERROR, (gint) code_of (db, code), "%s (%s)", message, detail);
  return FALSE;
}
