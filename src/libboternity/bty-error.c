/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-error"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-error.h"

#define DBUS "org.boternity.Boternity1.Error."

/*
 * HTTP statuses and gRPC numbers are those of google/rpc/code.proto, with one exception: a failed precondition is 409, since
 * the request is well-formed and it is the state that forbids it (RFC 9110, section 15.5.10). Exit code 1 is left to errors of no known kind, 2 is what shells and
 * tools give for wrong usage, and codes from 126 on belong to the shell, as 130 does to an interruption.
 */
static const BtyErrorInfo infos[] = {
  { BTY_ERROR_INVALID_ARGUMENT, "INVALID_ARGUMENT", N_ ("Invalid argument"), 400, 3, DBUS "InvalidArgument", 2 },
  { BTY_ERROR_UNAUTHENTICATED, "UNAUTHENTICATED", N_ ("Not authenticated"), 401, 16, DBUS "Unauthenticated", 3 },
  { BTY_ERROR_PERMISSION_DENIED, "PERMISSION_DENIED", N_ ("Permission denied"), 403, 7, DBUS "PermissionDenied", 4 },
  { BTY_ERROR_NOT_FOUND, "NOT_FOUND", N_ ("Not found"), 404, 5, DBUS "NotFound", 5 },
  { BTY_ERROR_ALREADY_EXISTS, "ALREADY_EXISTS", N_ ("Already exists"), 409, 6, DBUS "AlreadyExists", 6 },
  { BTY_ERROR_FAILED_PRECONDITION, "FAILED_PRECONDITION", N_ ("Not possible in this state"), 409, 9,
    DBUS "FailedPrecondition", 7 },
  { BTY_ERROR_ABORTED, "ABORTED", N_ ("Aborted by a conflict"), 409, 10, DBUS "Aborted", 8 },
  { BTY_ERROR_OUT_OF_RANGE, "OUT_OF_RANGE", N_ ("Out of range"), 400, 11, DBUS "OutOfRange", 9 },
  { BTY_ERROR_RESOURCE_EXHAUSTED, "RESOURCE_EXHAUSTED", N_ ("Resource exhausted"), 429, 8, DBUS "ResourceExhausted",
    10 },
  { BTY_ERROR_CANCELLED, "CANCELLED", N_ ("Cancelled"), 499, 1, DBUS "Cancelled", 11 },
  { BTY_ERROR_DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", N_ ("Deadline exceeded"), 504, 4, DBUS "DeadlineExceeded", 12 },
  { BTY_ERROR_UNAVAILABLE, "UNAVAILABLE", N_ ("Unavailable"), 503, 14, DBUS "Unavailable", 13 },
  { BTY_ERROR_UNIMPLEMENTED, "UNIMPLEMENTED", N_ ("Not implemented"), 501, 12, DBUS "Unimplemented", 14 },
  { BTY_ERROR_DATA_LOSS, "DATA_LOSS", N_ ("Data loss"), 500, 15, DBUS "DataLoss", 15 },
  { BTY_ERROR_INTERNAL, "INTERNAL", N_ ("Internal error"), 500, 13, DBUS "Internal", 1 },
};

G_STATIC_ASSERT (G_N_ELEMENTS (infos) == BTY_N_ERROR_CODES);

/* What a code of another domain means to a caller. Codes not listed are internal. */
typedef struct
{
  int foreign;
  BtyErrorCode code;
} Mapping;

static const Mapping io_mappings[] = {
  { G_IO_ERROR_NOT_FOUND, BTY_ERROR_NOT_FOUND },
  { G_IO_ERROR_EXISTS, BTY_ERROR_ALREADY_EXISTS },
  { G_IO_ERROR_IS_DIRECTORY, BTY_ERROR_FAILED_PRECONDITION },
  { G_IO_ERROR_NOT_DIRECTORY, BTY_ERROR_FAILED_PRECONDITION },
  { G_IO_ERROR_NOT_EMPTY, BTY_ERROR_FAILED_PRECONDITION },
  { G_IO_ERROR_NOT_REGULAR_FILE, BTY_ERROR_FAILED_PRECONDITION },
  { G_IO_ERROR_READ_ONLY, BTY_ERROR_FAILED_PRECONDITION },
  { G_IO_ERROR_WRONG_ETAG, BTY_ERROR_ABORTED },
  { G_IO_ERROR_FILENAME_TOO_LONG, BTY_ERROR_INVALID_ARGUMENT },
  { G_IO_ERROR_INVALID_FILENAME, BTY_ERROR_INVALID_ARGUMENT },
  { G_IO_ERROR_INVALID_ARGUMENT, BTY_ERROR_INVALID_ARGUMENT },
  { G_IO_ERROR_INVALID_DATA, BTY_ERROR_INVALID_ARGUMENT },
  { G_IO_ERROR_MESSAGE_TOO_LARGE, BTY_ERROR_RESOURCE_EXHAUSTED },
  { G_IO_ERROR_NO_SPACE, BTY_ERROR_RESOURCE_EXHAUSTED },
  { G_IO_ERROR_TOO_MANY_OPEN_FILES, BTY_ERROR_RESOURCE_EXHAUSTED },
  { G_IO_ERROR_PERMISSION_DENIED, BTY_ERROR_PERMISSION_DENIED },
  { G_IO_ERROR_NOT_SUPPORTED, BTY_ERROR_UNIMPLEMENTED },
  { G_IO_ERROR_CANCELLED, BTY_ERROR_CANCELLED },
  { G_IO_ERROR_TIMED_OUT, BTY_ERROR_DEADLINE_EXCEEDED },
  { G_IO_ERROR_BUSY, BTY_ERROR_UNAVAILABLE },
  { G_IO_ERROR_WOULD_BLOCK, BTY_ERROR_UNAVAILABLE },
  { G_IO_ERROR_HOST_NOT_FOUND, BTY_ERROR_UNAVAILABLE },
  { G_IO_ERROR_HOST_UNREACHABLE, BTY_ERROR_UNAVAILABLE },
  { G_IO_ERROR_NETWORK_UNREACHABLE, BTY_ERROR_UNAVAILABLE },
  { G_IO_ERROR_CONNECTION_REFUSED, BTY_ERROR_UNAVAILABLE },
  { G_IO_ERROR_CONNECTION_CLOSED, BTY_ERROR_UNAVAILABLE },
  { G_IO_ERROR_NOT_CONNECTED, BTY_ERROR_UNAVAILABLE },
  { G_IO_ERROR_PARTIAL_INPUT, BTY_ERROR_UNAVAILABLE },
  { G_IO_ERROR_PROXY_FAILED, BTY_ERROR_UNAVAILABLE },
  { G_IO_ERROR_ADDRESS_IN_USE, BTY_ERROR_ALREADY_EXISTS },
};

static const Mapping file_mappings[] = {
  { G_FILE_ERROR_NOENT, BTY_ERROR_NOT_FOUND },
  { G_FILE_ERROR_EXIST, BTY_ERROR_ALREADY_EXISTS },
  { G_FILE_ERROR_ISDIR, BTY_ERROR_FAILED_PRECONDITION },
  { G_FILE_ERROR_NOTDIR, BTY_ERROR_FAILED_PRECONDITION },
  { G_FILE_ERROR_LOOP, BTY_ERROR_FAILED_PRECONDITION },
  { G_FILE_ERROR_ROFS, BTY_ERROR_FAILED_PRECONDITION },
  { G_FILE_ERROR_ACCES, BTY_ERROR_PERMISSION_DENIED },
  { G_FILE_ERROR_PERM, BTY_ERROR_PERMISSION_DENIED },
  { G_FILE_ERROR_NAMETOOLONG, BTY_ERROR_INVALID_ARGUMENT },
  { G_FILE_ERROR_INVAL, BTY_ERROR_INVALID_ARGUMENT },
  { G_FILE_ERROR_NOSPC, BTY_ERROR_RESOURCE_EXHAUSTED },
  { G_FILE_ERROR_NOMEM, BTY_ERROR_RESOURCE_EXHAUSTED },
  { G_FILE_ERROR_MFILE, BTY_ERROR_RESOURCE_EXHAUSTED },
  { G_FILE_ERROR_NFILE, BTY_ERROR_RESOURCE_EXHAUSTED },
  { G_FILE_ERROR_AGAIN, BTY_ERROR_UNAVAILABLE },
  { G_FILE_ERROR_NOSYS, BTY_ERROR_UNIMPLEMENTED },
};

static const Mapping key_file_mappings[] = {
  { G_KEY_FILE_ERROR_UNKNOWN_ENCODING, BTY_ERROR_INVALID_ARGUMENT },
  { G_KEY_FILE_ERROR_PARSE, BTY_ERROR_INVALID_ARGUMENT },
  { G_KEY_FILE_ERROR_INVALID_VALUE, BTY_ERROR_INVALID_ARGUMENT },
  { G_KEY_FILE_ERROR_NOT_FOUND, BTY_ERROR_NOT_FOUND },
  { G_KEY_FILE_ERROR_KEY_NOT_FOUND, BTY_ERROR_NOT_FOUND },
  { G_KEY_FILE_ERROR_GROUP_NOT_FOUND, BTY_ERROR_NOT_FOUND },
};

static const Mapping convert_mappings[] = {
  { G_CONVERT_ERROR_NO_CONVERSION, BTY_ERROR_UNIMPLEMENTED },
  { G_CONVERT_ERROR_ILLEGAL_SEQUENCE, BTY_ERROR_INVALID_ARGUMENT },
  { G_CONVERT_ERROR_PARTIAL_INPUT, BTY_ERROR_INVALID_ARGUMENT },
  { G_CONVERT_ERROR_BAD_URI, BTY_ERROR_INVALID_ARGUMENT },
  { G_CONVERT_ERROR_NOT_ABSOLUTE_PATH, BTY_ERROR_INVALID_ARGUMENT },
  { G_CONVERT_ERROR_EMBEDDED_NUL, BTY_ERROR_INVALID_ARGUMENT },
  { G_CONVERT_ERROR_NO_MEMORY, BTY_ERROR_RESOURCE_EXHAUSTED },
};

/* What goes with an error, through copies of it. */
typedef struct
{
  gboolean is_cap;
  gboolean is_cut_off;
  gint64 retry_after_ms;
} More;

/* It lies before the error, aligned as GLib's allocator does it (G_DEFINE_EXTENDED_ERROR has the same sum). */
static More *
more_of (const GError *error)
{
  const gsize alignment = 2 * sizeof (gsize);
  const gsize size = (sizeof (More) + alignment - 1) & -alignment;

  return (More *) ((char *) error - size);
}

static void
init_more (GError *error)
{
  *more_of (error) = (More){ .retry_after_ms = -1 };
}

static void
copy_more (const GError *from, GError *to)
{
  *more_of (to) = *more_of (from);
}

static void
clear_more (GError *error)
{
}

/* Not by G_DEFINE_EXTENDED_ERROR, which would give the domain another name. */
GQuark
bty_error_quark (void)
{
  static gsize quark;

  if (g_once_init_enter (&quark))
    g_once_init_leave (
      &quark, g_error_domain_register_static ("bty-error-quark", sizeof (More), init_more, copy_more, clear_more));
  return (GQuark) quark;
}

void
bty_error_set_cap (GError *error)
{
  g_return_if_fail (error != NULL && error->domain == BTY_ERROR);

  more_of (error)->is_cap = TRUE;
}

gboolean
bty_error_is_cap (const GError *error)
{
  return error != NULL && error->domain == BTY_ERROR && more_of (error)->is_cap;
}

void
bty_error_set_retry_after (GError *error, gint64 retry_after_ms)
{
  g_return_if_fail (error != NULL && error->domain == BTY_ERROR);

  more_of (error)->retry_after_ms = MAX (retry_after_ms, -1);
}

gint64
bty_error_get_retry_after (const GError *error)
{
  return error != NULL && error->domain == BTY_ERROR ? more_of (error)->retry_after_ms : -1;
}

void
bty_error_set_cut_off (GError *error)
{
  g_return_if_fail (error != NULL && error->domain == BTY_ERROR);

  more_of (error)->is_cut_off = TRUE;
}

gboolean
bty_error_is_cut_off (const GError *error)
{
  return error != NULL && error->domain == BTY_ERROR && more_of (error)->is_cut_off;
}

const BtyErrorInfo *
bty_error_info (BtyErrorCode code)
{
  return &infos[(guint) code < BTY_N_ERROR_CODES ? code : BTY_ERROR_INTERNAL];
}

const BtyErrorInfo *
bty_error_info_by_name (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (infos); i++)
    if (g_str_equal (infos[i].name, name))
      return &infos[i];
  return NULL;
}

static BtyErrorCode
look_up (const Mapping *mappings, gsize n_mappings, int foreign)
{
  for (gsize i = 0; i < n_mappings; i++)
    if (mappings[i].foreign == foreign)
      return mappings[i].code;
  return BTY_ERROR_INTERNAL;
}

BtyErrorCode
bty_error_code_of (const GError *error)
{
  g_return_val_if_fail (error != NULL, BTY_ERROR_INTERNAL);

  if (error->domain == BTY_ERROR)
    return bty_error_info ((BtyErrorCode) error->code)->code;
  if (error->domain == G_IO_ERROR)
    return look_up (io_mappings, G_N_ELEMENTS (io_mappings), error->code);
  if (error->domain == G_FILE_ERROR)
    return look_up (file_mappings, G_N_ELEMENTS (file_mappings), error->code);
  if (error->domain == G_KEY_FILE_ERROR)
    return look_up (key_file_mappings, G_N_ELEMENTS (key_file_mappings), error->code);
  if (error->domain == G_CONVERT_ERROR)
    return look_up (convert_mappings, G_N_ELEMENTS (convert_mappings), error->code);
  return BTY_ERROR_INTERNAL;
}

gboolean
bty_error_convert (GError **error)
{
  GError *found = error != NULL ? *error : NULL;
  g_autofree char *message = NULL;

  if (found == NULL || (found->domain == BTY_ERROR && g_utf8_validate (found->message, -1, NULL)))
    return FALSE;
  message = g_utf8_make_valid (found->message, -1);
  *error = g_error_new_literal (BTY_ERROR, bty_error_code_of (found), message);
  g_error_free (found);
  return FALSE;
}
