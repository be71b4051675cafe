/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-chat"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "chat/bty-chat-service.h"
#include "soul/bty-soul-operations.h"

/* The operation turn.prompt: the system prompt of a past turn, put together again of the version that it names. */

static BtySoulService *
souls_of (BtyCall *call)
{
  return bty_bot_service_get_souls (bty_chat_service_get_parts (bty_call_service (call))->bots);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  const BtyTurnKey *request = bty_call_request (call);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulPrompt) prompt = bty_soul_service_load_finish (BTY_SOUL_SERVICE (source), result, &error);
  g_autoptr (BtyTurnPrompt) answer = NULL;

  if (prompt == NULL)
    {
      bty_call_fail (call, error);
      return;
    }
  answer = bty_turn_prompt_new ();
  answer->turn = g_strdup (request->turn);
  answer->soul_version = g_strdup (prompt->version->record.id);
  answer->number = prompt->version->number;
  answer->text = g_steal_pointer (&prompt->text);
  bty_call_return (call, answer);
}

/* A bot knows no soul but its own, in whatever way it asks for one. */

typedef struct
{
  BtyCall *call;
  BtySoulVersion *version;
} Asked;

static void
asked_free (Asked *asked)
{
  bty_soul_version_unref (asked->version);
  bty_call_unref (asked->call);
  g_free (asked);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Asked, asked_free)

static void
on_bot (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Asked) asked = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyBot) bot = bty_store_get_finish (BTY_STORE (source), result, &error);

  if (bot == NULL && !g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    bty_call_fail (asked->call, error);
  else if (bty_soul_admit (asked->call, bot != NULL ? bot->slug : NULL, BTY_SOUL_DEED_READ))
    bty_soul_service_load_async (souls_of (asked->call), asked->version, bty_call_cancellable (asked->call), on_loaded,
                                 bty_call_ref (asked->call));
}

static void
on_version (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulVersion) version = bty_store_get_finish (BTY_STORE (source), result, &error);
  Asked *asked;

  if (version == NULL && g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    bty_call_fail_new (call, BTY_ERROR_FAILED_PRECONDITION,
                       _ ("the version of the soul that this turn was asked with is no longer kept"));
  else if (version == NULL)
    bty_call_fail (call, error);
  if (version == NULL)
    return;
  asked = g_new0 (Asked, 1);
  asked->call = g_steal_pointer (&call);
  asked->version = g_steal_pointer (&version);
  bty_store_get_async (BTY_STORE (source), &bty_bot_schema, "id", asked->version->bot,
                       bty_call_cancellable (asked->call), on_bot, asked);
}

static void
on_turn (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  const BtyTurnKey *request = bty_call_request (call);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtyTurn) turn = bty_store_get_finish (BTY_STORE (source), result, &error);

  if (turn == NULL && g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    bty_call_fail_new (call, BTY_ERROR_NOT_FOUND, _ ("there is no turn %s"), request->turn);
  else if (turn == NULL)
    bty_call_fail (call, error);
  else if (turn->soul_version == NULL)
    bty_call_fail_new (call, BTY_ERROR_FAILED_PRECONDITION,
                       _ ("this turn is older than the versions of souls: what it was asked with was not kept"));
  else
    bty_store_get_async (BTY_STORE (source), &bty_soul_version_schema, "id", turn->soul_version,
                         bty_call_cancellable (call), on_version, bty_call_ref (call));
}

void
bty_turn_prompt_run (BtyCall *call)
{
  const BtyTurnKey *request = bty_call_request (call);

  bty_store_get_async (bty_chat_service_get_parts (bty_call_service (call))->store, &bty_turn_schema, "id",
                       request->turn, bty_call_cancellable (call), on_turn, bty_call_ref (call));
}
