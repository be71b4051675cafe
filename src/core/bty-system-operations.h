/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-dispatcher.h"
#include "bty-plugin-registry.h"
#include "backup/bty-backup-service.h"
#include "secret/bty-secret-service.h"

/**
 * BtySystem:
 *
 * What the operations about the daemon itself look at: its status, settings, plugins and catalogue. Everything is borrowed from the
 * engine.
 */
typedef struct
{
  const char *data_dir;
  gint64 started_at;
  BtySettings *settings;
  BtyCatalogue *catalogue;
  BtyDispatcher *dispatcher;
  BtyPluginRegistry *registry;
  BtyStore *store;
  BtySecretService *secrets;
  BtyBackupService *backups;
  GPtrArray *transports;
  void (*stop) (gpointer data);
  gpointer data;
} BtySystem;

extern const BtyOperation bty_system_operations[];
extern const guint bty_n_system_operations;
