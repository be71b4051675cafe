/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-ctl-args.h"

/* A request that is being written: members are added with @writer, or by the shorthands, which pass over a NULL. */
typedef struct
{
  GString *text;
  BtyJsonWriter writer;
} BtyCtlRequest;

void bty_ctl_request_init (BtyCtlRequest *request);
/*
 * Begins the request of an operation that lists: its limit is that of a page; @limit is how many are wanted in all by the option --limit
 * (100 without it), 0 for all.
 */
gboolean bty_ctl_request_init_list (BtyCtlRequest *request, const BtyCtlArgs *args, gint64 *limit, GError **error);
void bty_ctl_request_string (BtyCtlRequest *request, const char *name, const char *value);
void bty_ctl_request_strings (BtyCtlRequest *request, const char *name, GPtrArray *values);
/* Adds text as the member of @schema of that name takes it, so that what is wrong with it is said before the daemon is asked. */
gboolean bty_ctl_request_field (BtyCtlRequest *request, const BtySchema *schema, const char *name, const char *text,
                                GError **error);
void bty_ctl_request_secret (BtyCtlRequest *request, const char *name, const BtySecret *secret);
/* Returns: (transfer full): the request, in memory that is zeroed when it is freed */
GBytes *bty_ctl_request_end (BtyCtlRequest *request);
void bty_ctl_request_clear (BtyCtlRequest *request);

/* Returns: (transfer full): a request of one string, or none when @value is NULL */
GBytes *bty_ctl_request_of (const char *name, const char *value);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BtyCtlRequest, bty_ctl_request_clear)
