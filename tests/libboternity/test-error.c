/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include <boternity.h>
#include <string.h>

/* What scripts and other programs rely on. A code is only ever added at the end. */
static const struct
{
  BtyErrorCode code;
  const char *name;
  guint http_status;
  guint grpc_status;
  const char *dbus_name;
  int exit_code;
} contract[] = {
  { BTY_ERROR_INVALID_ARGUMENT, "INVALID_ARGUMENT", 400, 3, "InvalidArgument", 2 },
  { BTY_ERROR_UNAUTHENTICATED, "UNAUTHENTICATED", 401, 16, "Unauthenticated", 3 },
  { BTY_ERROR_PERMISSION_DENIED, "PERMISSION_DENIED", 403, 7, "PermissionDenied", 4 },
  { BTY_ERROR_NOT_FOUND, "NOT_FOUND", 404, 5, "NotFound", 5 },
  { BTY_ERROR_ALREADY_EXISTS, "ALREADY_EXISTS", 409, 6, "AlreadyExists", 6 },
  { BTY_ERROR_FAILED_PRECONDITION, "FAILED_PRECONDITION", 409, 9, "FailedPrecondition", 7 },
  { BTY_ERROR_ABORTED, "ABORTED", 409, 10, "Aborted", 8 },
  { BTY_ERROR_OUT_OF_RANGE, "OUT_OF_RANGE", 400, 11, "OutOfRange", 9 },
  { BTY_ERROR_RESOURCE_EXHAUSTED, "RESOURCE_EXHAUSTED", 429, 8, "ResourceExhausted", 10 },
  { BTY_ERROR_CANCELLED, "CANCELLED", 499, 1, "Cancelled", 11 },
  { BTY_ERROR_DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", 504, 4, "DeadlineExceeded", 12 },
  { BTY_ERROR_UNAVAILABLE, "UNAVAILABLE", 503, 14, "Unavailable", 13 },
  { BTY_ERROR_UNIMPLEMENTED, "UNIMPLEMENTED", 501, 12, "Unimplemented", 14 },
  { BTY_ERROR_DATA_LOSS, "DATA_LOSS", 500, 15, "DataLoss", 15 },
  { BTY_ERROR_INTERNAL, "INTERNAL", 500, 13, "Internal", 1 },
};

static void
test_contract (void)
{
  g_assert_cmpuint (G_N_ELEMENTS (contract), ==, BTY_N_ERROR_CODES);
  for (guint i = 0; i < G_N_ELEMENTS (contract); i++)
    {
      const BtyErrorInfo *info = bty_error_info (contract[i].code);

      g_assert_cmpint (info->code, ==, contract[i].code);
      g_assert_cmpint (info->code, ==, i);
      g_assert_cmpstr (info->name, ==, contract[i].name);
      g_assert_cmpuint (info->http_status, ==, contract[i].http_status);
      g_assert_cmpuint (info->grpc_status, ==, contract[i].grpc_status);
      g_assert_true (g_str_has_prefix (info->dbus_name, "org.boternity.Boternity1.Error."));
      g_assert_cmpstr (strrchr (info->dbus_name, '.') + 1, ==, contract[i].dbus_name);
      g_assert_cmpint (info->exit_code, ==, contract[i].exit_code);
    }
}

/* What goes with an error goes with its copies, and with no other. */
static void
test_more (void)
{
  g_autoptr (GError) error = g_error_new_literal (BTY_ERROR, BTY_ERROR_UNAVAILABLE, "later");
  g_autoptr (GError) foreign = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "later");
  g_autoptr (GError) copy = NULL;

  g_assert_false (bty_error_is_cap (error));
  g_assert_false (bty_error_is_cut_off (error));
  g_assert_cmpint (bty_error_get_retry_after (error), ==, -1);
  g_assert_cmpint (bty_error_get_retry_after (foreign), ==, -1);
  g_assert_cmpint (bty_error_get_retry_after (NULL), ==, -1);
  bty_error_set_retry_after (error, 1500);
  bty_error_set_cut_off (error);
  copy = g_error_copy (error);
  g_prefix_error (&copy, "so: ");
  bty_error_convert (&copy);
  g_assert_cmpint (bty_error_get_retry_after (copy), ==, 1500);
  g_assert_true (bty_error_is_cut_off (copy));
  g_assert_false (bty_error_is_cap (copy));
  bty_error_set_retry_after (copy, -5);
  g_assert_cmpint (bty_error_get_retry_after (copy), ==, -1);
  g_assert_cmpint (bty_error_get_retry_after (error), ==, 1500);
}

/* Names, gRPC numbers, D-Bus names and exit codes each tell codes apart, and D-Bus takes the names. */
static void
test_unambiguous (void)
{
  for (int i = 0; i < BTY_N_ERROR_CODES; i++)
    {
      const BtyErrorInfo *a = bty_error_info ((BtyErrorCode) i);

      g_assert_true (g_dbus_is_interface_name (a->dbus_name));
      g_assert_cmpuint (strlen (a->title), >, 0);
      g_assert_cmpint (a->exit_code, >, 0);
      g_assert_cmpint (a->exit_code, <, 126);
      g_assert_true (bty_error_info_by_name (a->name) == a);
      for (int j = 0; j < i; j++)
        {
          const BtyErrorInfo *b = bty_error_info ((BtyErrorCode) j);

          g_assert_cmpstr (a->name, !=, b->name);
          g_assert_cmpstr (a->dbus_name, !=, b->dbus_name);
          g_assert_cmpuint (a->grpc_status, !=, b->grpc_status);
          g_assert_cmpint (a->exit_code, !=, b->exit_code);
        }
    }
}

static void
test_unknown (void)
{
  g_assert_null (bty_error_info_by_name ("not_found"));
  g_assert_null (bty_error_info_by_name (""));
  g_assert_cmpint (bty_error_info ((BtyErrorCode) 99)->code, ==, BTY_ERROR_INTERNAL);
  g_assert_cmpint (bty_error_info ((BtyErrorCode) -1)->code, ==, BTY_ERROR_INTERNAL);
}

static void
test_code_of (void)
{
  const struct
  {
    GQuark domain;
    int code;
    BtyErrorCode expected;
  } errors[] = {
    { BTY_ERROR, BTY_ERROR_ABORTED, BTY_ERROR_ABORTED },
    { BTY_ERROR, 99, BTY_ERROR_INTERNAL },
    { G_IO_ERROR, G_IO_ERROR_NOT_FOUND, BTY_ERROR_NOT_FOUND },
    { G_IO_ERROR, G_IO_ERROR_CANCELLED, BTY_ERROR_CANCELLED },
    { G_IO_ERROR, G_IO_ERROR_TIMED_OUT, BTY_ERROR_DEADLINE_EXCEEDED },
    { G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, BTY_ERROR_UNAVAILABLE },
    { G_IO_ERROR, G_IO_ERROR_NO_SPACE, BTY_ERROR_RESOURCE_EXHAUSTED },
    { G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, BTY_ERROR_PERMISSION_DENIED },
    { G_IO_ERROR, G_IO_ERROR_FAILED, BTY_ERROR_INTERNAL },
    { G_FILE_ERROR, G_FILE_ERROR_NOENT, BTY_ERROR_NOT_FOUND },
    { G_FILE_ERROR, G_FILE_ERROR_ACCES, BTY_ERROR_PERMISSION_DENIED },
    { G_FILE_ERROR, G_FILE_ERROR_ROFS, BTY_ERROR_FAILED_PRECONDITION },
    { G_FILE_ERROR, G_FILE_ERROR_IO, BTY_ERROR_INTERNAL },
    { G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE, BTY_ERROR_INVALID_ARGUMENT },
    { G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND, BTY_ERROR_NOT_FOUND },
    { G_CONVERT_ERROR, G_CONVERT_ERROR_ILLEGAL_SEQUENCE, BTY_ERROR_INVALID_ARGUMENT },
    { G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE, BTY_ERROR_INTERNAL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (errors[i].domain, errors[i].code, "what happened");

      g_assert_cmpint (bty_error_code_of (error), ==, errors[i].expected);
      g_assert_false (bty_error_convert (&error));
      if (errors[i].domain != BTY_ERROR)
        g_assert_error (error, BTY_ERROR, (int) errors[i].expected);
      g_assert_cmpstr (error->message, ==, "what happened");
    }
}

static void
test_convert_nothing (void)
{
  g_autoptr (GError) none = NULL;

  g_assert_false (bty_error_convert (NULL));
  g_assert_false (bty_error_convert (&none));
  g_assert_no_error (none);
}

/* A message that was cut in the middle of a character. */
static void
test_convert_cut (void)
{
  g_autoptr (GError) error = g_error_new (BTY_ERROR, BTY_ERROR_NOT_FOUND, "no “%.3s”", "né");
  g_autoptr (GError) cut = g_error_new (BTY_ERROR, BTY_ERROR_NOT_FOUND, "no “%.2s”", "né");

  g_assert_false (bty_error_convert (&error));
  g_assert_cmpstr (error->message, ==, "no “né”");
  g_assert_false (bty_error_convert (&cut));
  g_assert_error (cut, BTY_ERROR, BTY_ERROR_NOT_FOUND);
  g_assert_cmpstr (cut->message, ==, "no “n\357\277\275”");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/contract", test_contract);
  g_test_add_func ("/error/more", test_more);
  g_test_add_func ("/error/unambiguous", test_unambiguous);
  g_test_add_func ("/error/unknown", test_unknown);
  g_test_add_func ("/error/code-of", test_code_of);
  g_test_add_func ("/error/convert-nothing", test_convert_nothing);
  g_test_add_func ("/error/convert-cut", test_convert_cut);
  return g_test_run ();
}
