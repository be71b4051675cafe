/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/**
 * BtyDbusOptions:
 * @timeout_ms: 0: the daemon's own
 * @idempotency_key: (nullable): of the variant it was read from
 * @call: (nullable): the call's name, of the variant it was read from
 */
typedef struct
{
  guint timeout_ms;
  const char *idempotency_key;
  const char *call;
} BtyDbusOptions;

/* @variant: of type a{sv}, which must outlive @options. */
gboolean bty_dbus_options_read (BtyDbusOptions *options, GVariant *variant, GError **error);

/* The settings of this door. */
typedef struct
{
  gsize max_request;
  gsize max_answer;
  gsize max_pending;
  guint max_streams;
  guint window;
  guint sign_ms;
} BtyDbusLimits;

extern const BtySetting bty_dbus_settings[];
extern const guint bty_dbus_n_settings;

void bty_dbus_limits_load (BtyDbusLimits *limits, BtyHost *host);

G_END_DECLS
