/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-error.h"
#include "bty-unimplemented-private.h"

void
bty_unimplemented_report (gpointer object, const char *function, gpointer tag, GAsyncReadyCallback callback,
                          gpointer data)
{
  g_task_report_new_error (object, callback, data, tag, BTY_ERROR, BTY_ERROR_UNIMPLEMENTED,
                           _ ("%s has no function “%s”"), G_OBJECT_TYPE_NAME (object), function);
}

gboolean
bty_unimplemented_take (GAsyncResult *result, gpointer tag, GError **error)
{
  if (!g_async_result_is_tagged (result, tag))
    return FALSE;
  g_task_propagate_pointer (G_TASK (result), error);
  return TRUE;
}
