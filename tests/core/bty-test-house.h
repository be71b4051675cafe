/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-dispatcher.h"
#include "bty-fake-provider.h"
#include "bty-fake-store.h"
#include "chat/bty-chat-service.h"

/**
 * BtyTestHouse:
 *
 * The core with nothing of the outside world: a store in memory, a provider that does as it is told, a folder that is removed again, and a client
 * in the same process.
 */
typedef struct
{
  char *folder;
  BtySettings *settings;
  BtyCatalogue *catalogue;
  BtyDispatcher *dispatcher;
  BtyStore *store;
  BtySoulService *souls;
  BtyBotService *bots;
  BtyProviderService *providers;
  BtyRouter *router;
  BtyChatService *chat;
  BtyPrincipal *owner;
  BtyFakeProvider *fake;
  GHashTable *kinds;
  const char *key; /* (nullable): idempotency key of the calls to come */
} BtyTestHouse;

/** bty_test_house_open: @words: what the provider `fake` says */
void bty_test_house_open (BtyTestHouse *house, const char *const *words);
void bty_test_house_close (BtyTestHouse *house);

/** bty_test_start: Returns: (transfer full): a call that has begun */
BtyCall *bty_test_start (BtyTestHouse *house, const char *operation, const char *json);
/** bty_test_end: runs the main loop until @call has ended */
void bty_test_end (BtyCall *call);
/** bty_test_call: carries it out, asserting that it succeeds; Returns: (transfer full) (nullable): the answer */
gpointer bty_test_call (BtyTestHouse *house, const char *operation, const char *json);
/** bty_test_call_fails: carries it out, asserting the code and a part of the message */
void bty_test_call_fails (BtyTestHouse *house, const char *operation, const char *json, BtyErrorCode code,
                          const char *part);
/** bty_test_text: Returns: (transfer full): the text items of @call, joined */
char *bty_test_text (BtyCall *call, guint64 after);
