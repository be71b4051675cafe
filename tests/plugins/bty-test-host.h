/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/**
 * BtyTestHost:
 *
 * As little of a daemon as plugins can be tried with: a catalogue of test operations, one token, settings from the caller, and
 * modules opened from the build tree. Whoever comes through a unix socket with our own user id is let in as well.
 */
#define BTY_TYPE_TEST_HOST (bty_test_host_get_type ())
G_DECLARE_FINAL_TYPE (BtyTestHost, bty_test_host, BTY, TEST_HOST, GObject)

#define BTY_TEST_TOKEN "test-token"

BtyTestHost *bty_test_host_new (const char *data_dir);

/* Opens a module and takes in what it registers. */
gboolean bty_test_host_load (BtyTestHost *host, const char *path, GError **error);

/* @setting: group.key=value; after the modules are loaded. */
gboolean bty_test_host_set (BtyTestHost *host, const char *setting, GError **error);
void bty_test_host_set_ready (BtyTestHost *host, gboolean ready);

G_END_DECLS
