/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "backup/bty-backup-service.h"
#include "bty-bus.h"
#include "bty-dispatcher.h"
#include "bty-plugin-registry.h"
#include "bty-settings.h"
#include "capsule/bty-capsule-service.h"
#include "chat/bty-chat-service.h"
#include "evaluate/bty-evaluate-service.h"
#include "event/bty-event-service.h"
#include "observe/bty-audit-log.h"
#include "route/bty-router.h"

/**
 * BtyDomainParts: what they stand on; outlives them
 * @restored: (nullable): a backup was put in the place of everything: the folder that keeps what was there before
 * @make_store: makes a store that is not open, for looking into backups
 * @data: a GObject that lives as long as the domains
 */
typedef struct
{
  const char *data_dir;
  const char *restored;
  BtySettings *settings;
  BtyPluginRegistry *registry;
  BtyDispatcher *dispatcher;
  BtyStore *store;
  BtyBus *bus;
  BtyBackupMakeStore make_store;
  gpointer data;
} BtyDomainParts;

/**
 * BtyDomains:
 *
 * The services of all domains, wired to each other: where a domain stands to the left of one that must tell it something, the hook
 * between them is put in here. Made once the store is open.
 */
typedef struct
{
  BtyAuditLog *audit;
  BtyEventService *events;
  BtySoulService *souls;
  BtySecretService *secrets;
  BtyBotService *bots;
  BtyProviderService *providers;
  BtyModelBook *book;
  BtyBudgetService *budgets;
  BtyRouter *router;
  BtyRecorder *recorder;
  BtyChatService *chat;
  BtyEvaluateService *evaluations;
  BtyCapsuleService *capsules;
  BtyBackupService *backups;
  BtyDomainParts parts;
  guint n_expected; /* that calls have to wait for: see bty_domains_begin() */
  gboolean is_begun;
} BtyDomains;

void bty_domains_add_settings (BtySettings *settings);
void bty_domains_make (BtyDomains *domains, const BtyDomainParts *parts);
gboolean bty_domains_add_operations (BtyDomains *domains, BtyCatalogue *catalogue, GError **error);
/**
 * bty_domains_begin:
 *
 * What has to be known before the first call is carried out: where the audit log ends, which secrets there are, and which bots were
 * deleted (a folder that one of them left in the way is not that of a new bot). Releases the dispatcher when it is; once.
 */
void bty_domains_begin (BtyDomains *domains);
gboolean bty_domains_have_begun (const BtyDomains *domains);
/** bty_domains_make_first_bot: @is_done: set once a home without bots has one; a place that lives until then */
void bty_domains_make_first_bot (BtyDomains *domains, gboolean *is_done);
/** bty_domains_start: what can wait until the doors are open and the domains have begun */
void bty_domains_start (BtyDomains *domains);
/** bty_domains_is_idle: Returns: whether no turn and no backup is being made */
gboolean bty_domains_is_idle (const BtyDomains *domains);
/** bty_domains_finish: turns and backups come to their end; waits for them, but not for long */
void bty_domains_finish (BtyDomains *domains);
/** bty_domains_stop: writes down what is still in memory, while the store is open; also when they were never made */
void bty_domains_stop (BtyDomains *domains);
void bty_domains_clear (BtyDomains *domains);
