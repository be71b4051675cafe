/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-keyring-probe.h"

#include <boternity.h>

G_BEGIN_DECLS

typedef struct _BtyKeyringCall BtyKeyringCall;

/**
 * BtyKeyringCall:
 * @service: (nullable): libsecret's, from @run on
 * @cancellable: for all that is asked on the way
 * @name, @secret: (nullable): what it is about
 * @items: (nullable) (element-type SecretItem): what was found
 *
 * One question of the core to the keyring, from its GTask to the answer. It is answered once: by what the keyring says, by
 * cancellation, or by the time-out; what comes later is dropped, so that a keyring that hangs holds up nobody. Counted.
 */
struct _BtyKeyringCall
{
  BtyKeyringLink *link;
  BtyKeyringProbe *probe;
  BtyKeyringService *service;
  GCancellable *cancellable;
  char *name;
  BtySecret *secret;
  GList *items;

  /*< private >*/
  grefcount references;
  GTask *task; /* NULL: answered */
  void (*run) (BtyKeyringCall *call);
  GCancellable *outer;
  gulong outer_handler;
  guint timer;
  guint timeout_ms;
};

/* @task: (transfer full): with check_cancellable off, since the call sees to that. */
BtyKeyringCall *bty_keyring_call_new (GTask *task, guint timeout_ms, BtyKeyringLink *link, BtyKeyringProbe *probe);
BtyKeyringCall *bty_keyring_call_ref (BtyKeyringCall *call);
void bty_keyring_call_unref (BtyKeyringCall *call);

/* Opens the link, then calls @run, unless it is answered by then. Takes over the reference that bty_keyring_call_new() gave. */
void bty_keyring_call_start (BtyKeyringCall *call, void (*run) (BtyKeyringCall *call));

gboolean bty_keyring_call_is_answered (BtyKeyringCall *call);
/* The answer; nothing happens when there was one. @error: (transfer none): any, converted here. */
void bty_keyring_call_return (BtyKeyringCall *call, gpointer answer, GDestroyNotify free);
void bty_keyring_call_fail (BtyKeyringCall *call, const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyKeyringCall, bty_keyring_call_unref)

G_END_DECLS
