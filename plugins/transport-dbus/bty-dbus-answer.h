/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-dbus-clients.h"
#include "bty-dbus-options.h"

G_BEGIN_DECLS

/*
 * A call whose answer goes out whole, as a{sv} or as JSON: what it lists or streams is the member `items`.
 */

typedef enum
{
  BTY_DBUS_VARIANT,
  BTY_DBUS_JSON,
} BtyDbusForm;

/* @invocation: (transfer full); @call: (transfer none): a new call. */
void bty_dbus_answer (GDBusMethodInvocation *invocation, BtyDbusClient *client, const char *name, BtyCall *call,
                      BtyDbusForm form, const BtyDbusLimits *limits);

G_END_DECLS
