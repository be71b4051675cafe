/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Walks every operation of the core, and through them every record. */
#include "bty-metadata.h"
#include "bty-plugin-operations.h"
#include "bty-system-operations.h"
#include "chat/bty-chat-service.h"
#include "chat/bty-complete-run.h"
#include "event/bty-event-service.h"
#include "secret/bty-secret-service.h"
#include "soul/bty-soul-operations.h"

static void
check (const BtyOperation *operations, guint n)
{
  for (guint i = 0; i < n; i++)
    bty_metadata_check_operation (&operations[i]);
}

static void
test_rules (void)
{
  check (bty_system_operations, bty_n_system_operations);
  check (bty_event_operations, bty_n_event_operations);
  check (bty_plugin_operations, bty_n_plugin_operations);
  check (bty_soul_operations, bty_n_soul_operations);
  check (bty_bot_operations, bty_n_bot_operations);
  check (bty_provider_operations, bty_n_provider_operations);
  check (bty_secret_operations, bty_n_secret_operations);
  check (bty_chat_operations, bty_n_chat_operations);
  check (bty_session_operations, bty_n_session_operations);
  check (bty_complete_operations, bty_n_complete_operations);
}

static void
test_stored_records (void)
{
  const BtySchema *const schemas[] = { &bty_bot_schema,  &bty_session_schema,         &bty_message_schema,
                                       &bty_turn_schema, &bty_provider_config_schema, &bty_idempotency_schema,
                                       &bty_event_schema };

  for (guint i = 0; i < G_N_ELEMENTS (schemas); i++)
    {
      bty_metadata_check_schema (schemas[i]);
      g_assert_true (bty_schema_is_stored (schemas[i]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/operations/rules", test_rules);
  g_test_add_func ("/operations/stored-records", test_stored_records);
  return g_test_run ();
}
