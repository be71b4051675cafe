/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-macros.h"

G_BEGIN_DECLS

/**
 * BTY_ERROR:
 *
 * The one error domain. Whatever leaves the program as an error is one of #BtyErrorCode; foreign domains are converted where
 * they enter, with bty_error_code_of().
 */
#define BTY_ERROR (bty_error_quark ())

/**
 * BtyErrorCode:
 *
 * The canonical codes, after google.rpc.Code. Appended to, never reordered.
 */
typedef enum
{
  BTY_ERROR_INVALID_ARGUMENT,
  BTY_ERROR_UNAUTHENTICATED,
  BTY_ERROR_PERMISSION_DENIED,
  BTY_ERROR_NOT_FOUND,
  BTY_ERROR_ALREADY_EXISTS,
  BTY_ERROR_FAILED_PRECONDITION,
  BTY_ERROR_ABORTED,
  BTY_ERROR_OUT_OF_RANGE,
  BTY_ERROR_RESOURCE_EXHAUSTED,
  BTY_ERROR_CANCELLED,
  BTY_ERROR_DEADLINE_EXCEEDED,
  BTY_ERROR_UNAVAILABLE,
  BTY_ERROR_UNIMPLEMENTED,
  BTY_ERROR_DATA_LOSS,
  BTY_ERROR_INTERNAL,
} BtyErrorCode;

#define BTY_N_ERROR_CODES (BTY_ERROR_INTERNAL + 1)

/**
 * BtyErrorInfo:
 * @code: the code
 * @name: its name on every wire, such as `NOT_FOUND`
 * @title: a short title for people (untranslated; pass it through gettext)
 * @http_status: HTTP status
 * @grpc_status: gRPC status
 * @dbus_name: D-Bus error name
 * @exit_code: exit code of `boternity-ctl`
 *
 * One row of the table that every door reads.
 */
typedef struct
{
  BtyErrorCode code;
  const char *name;
  const char *title;
  guint http_status;
  guint grpc_status;
  const char *dbus_name;
  int exit_code;
} BtyErrorInfo;

BTY_EXPORT GQuark bty_error_quark (void);

/** bty_error_set_cap: marks @error, of %BTY_ERROR, as one that a cap of the owner made: neither waiting nor trying again helps */
BTY_EXPORT void bty_error_set_cap (GError *error);
/** bty_error_is_cap: @error: (nullable): Returns: whether bty_error_set_cap() was called with it, or with what it is a copy of */
BTY_EXPORT gboolean bty_error_is_cap (const GError *error);
/**
 * bty_error_set_retry_after:
 * @error: an error of %BTY_ERROR
 * @retry_after_ms: how long a service asked to wait before the next try; below 0: it did not say
 */
BTY_EXPORT void bty_error_set_retry_after (GError *error, gint64 retry_after_ms);
/** bty_error_get_retry_after: @error: (nullable): Returns: what was set, for it or for what it is a copy of, in milliseconds; -1: nothing */
BTY_EXPORT gint64 bty_error_get_retry_after (const GError *error);
/** bty_error_set_cut_off: marks @error, of %BTY_ERROR, as one after the request was sent: the service may have done it, and ask for money */
BTY_EXPORT void bty_error_set_cut_off (GError *error);
/** bty_error_is_cut_off: @error: (nullable): Returns: whether bty_error_set_cut_off() was called with it, or with what it is a copy of */
BTY_EXPORT gboolean bty_error_is_cut_off (const GError *error);

/**
 * bty_error_info:
 * @code: a code; one out of range is taken for %BTY_ERROR_INTERNAL
 *
 * Returns: (transfer none): the row of @code
 */
BTY_EXPORT const BtyErrorInfo *bty_error_info (BtyErrorCode code);

/**
 * bty_error_info_by_name:
 * @name: a wire name such as `NOT_FOUND`
 *
 * Returns: (transfer none) (nullable): its row, or %NULL when there is none
 */
BTY_EXPORT const BtyErrorInfo *bty_error_info_by_name (const char *name);

/**
 * bty_error_code_of:
 * @error: an error of any domain
 *
 * Returns: the canonical code that fits: that of a BTY_ERROR itself, a mapping of G_IO_ERROR, G_FILE_ERROR, G_KEY_FILE_ERROR
 * and G_CONVERT_ERROR, else %BTY_ERROR_INTERNAL
 */
BTY_EXPORT BtyErrorCode bty_error_code_of (const GError *error);

/**
 * bty_error_convert:
 * @error: (inout) (optional): an error of any domain, replaced in place by a BTY_ERROR with the same message; bytes in it that are not
 *   UTF-8, such as the rest of a character that a “%.80s” cut, become U+FFFD
 *
 * To be called once, where a foreign error enters or an error leaves.
 *
 * Returns: always %FALSE, so that it can end a function
 */
BTY_EXPORT gboolean bty_error_convert (GError **error);

G_END_DECLS
