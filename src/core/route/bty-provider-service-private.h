/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "route/bty-provider-service.h"

/* What the three files of BtyProviderService share: bty-provider-service.c, bty-provider-changes.c, bty-provider-use.c. */

struct _BtyProviderService
{
  GObject parent_instance;
  BtyStore *store;
  BtyPluginRegistry *registry;
  BtySecretService *secrets;
  BtyProviderMaker make;
  gpointer make_data;
  GHashTable *entries; /* name -> BtyProviderEntry */
  GHashTable *routes;  /* name -> BtyRouteConfig */
  GPtrArray *waiting;  /* GTask: begun before the records were here */
  gboolean loaded;
  gulong secrets_link;
};

/* What a task is about; a step runs once the records are here. It ends the task, or hands it on. */
typedef void (*BtyProviderStep) (BtyProviderService *self, GTask *task);

/* What is done with a provider that is open; takes @task. */
typedef void (*BtyProviderOpened) (BtyProviderService *self, GTask *task, BtyProvider *provider);

typedef struct
{
  BtyProviderStep step;
  BtyProviderOpened opened;
  char *name;
  BtyProviderConfig *config;  /* what the caller gave, later what is stored */
  BtyProviderConfig *changes; /* an update as the caller gave it */
  BtyRouteConfig *route;      /* what the caller gave, later what is stored */
  BtyRouteConfig *route_changes;
  const char *topic; /* what is told once it is stored */
  BtySecret *key;
  BtySecret *key_before;
  char *bot;
  gboolean previous; /* with the key before its last rotation */
  char *reference;   /* of the key that it is opened with; an asked-for one must be there still */
  gboolean is_chosen;
  char *dropped_ref; /* of a key that nobody needs any more once the record is stored */
  gboolean fresh;
  gboolean is_lost;    /* nothing says where a new one is */
  gboolean has_waited; /* for a plugin that was being looked at */
} BtyProviderJob;

BtyProviderJob *bty_provider_job_new (BtyProviderStep step, const char *name);
/** bty_provider_job_begin: @job: (transfer full): runs its step as soon as the records are here */
void bty_provider_job_begin (BtyProviderService *service, BtyProviderJob *job, gpointer tag, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer data);

/** bty_provider_service_find_entry: Returns: (transfer none) (nullable): %NULL with NOT_FOUND, naming those there are */
BtyProviderEntry *bty_provider_service_find_entry (BtyProviderService *service, const char *name, GError **error);
/** bty_provider_service_set_entry: begins anew with what is stored now */
void bty_provider_service_set_entry (BtyProviderService *service, const BtyProviderConfig *config);
