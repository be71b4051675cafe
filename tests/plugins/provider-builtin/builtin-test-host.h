/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/**
 * BuiltinTestHost:
 * @messages: (element-type BtyMessage): what message.search finds
 * @fails: whether it fails instead
 * @hangs: whether it never ends, unless it is cancelled
 * @searched: (nullable): the words and the bot that it was asked for last
 *
 * A host with the two operations that the helper calls.
 */
#define BUILTIN_TYPE_TEST_HOST (builtin_test_host_get_type ())
G_DECLARE_FINAL_TYPE (BuiltinTestHost, builtin_test_host, BUILTIN, TEST_HOST, GObject)

struct _BuiltinTestHost
{
  GObject parent_instance;
  GPtrArray *messages;
  gboolean fails;
  gboolean hangs;
  char *searched;
  guint n_cancelled;
};

BuiltinTestHost *builtin_test_host_new (void);
/** builtin_test_host_add: @said_at: seconds since 1970 */
void builtin_test_host_add (BuiltinTestHost *host, BtyRole role, const char *bot, const char *session, const char *text,
                            gint64 said_at);
