/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-ctl-args.h"
#include "bty-ctl-client.h"

/*
 * BtyCtl:
 *
 * One run of the program. @client and @status are there once bty_ctl_connect() has been called; @cancellable is cancelled by
 * Ctrl-C unless @on_interrupt is set, which is then told instead.
 */
typedef struct
{
  gboolean json;
  char *data_dir;
  BtyCtlClient *client;
  BtyStatus *status;
  GCancellable *cancellable;
  gboolean was_interrupted;
  void (*on_interrupt) (gpointer data);
  gpointer interrupt_data;
} BtyCtl;

BtyCtl *bty_ctl_new (GError **error);
void bty_ctl_free (BtyCtl *ctl);

/* Sets who is told of Ctrl-C; @func NULL goes back to cancelling. */
void bty_ctl_set_interrupt (BtyCtl *ctl, void (*func) (gpointer data), gpointer data);

/* Finds a daemon that runs. Returns: FALSE without an error when there is none. */
gboolean bty_ctl_find (BtyCtl *ctl, GError **error);
/* Finds the daemon, or starts it. */
gboolean bty_ctl_connect (BtyCtl *ctl, GError **error);
/* Forgets a connection that broke. */
void bty_ctl_disconnect (BtyCtl *ctl);

/* Carries out an operation on the daemon, which is started if need be. @request: (transfer full) (nullable) */
char *bty_ctl_call (BtyCtl *ctl, const char *operation, GBytes *request, GError **error);
/* The same; Returns: (transfer full) (nullable): the answer as a record */
gpointer bty_ctl_call_record (BtyCtl *ctl, const char *operation, GBytes *request, const BtySchema *schema,
                              GError **error);

/* Returns: (transfer full) (nullable): an answer of the daemon as a record; what a newer daemon adds is passed over */
gpointer bty_ctl_read_record (const BtySchema *schema, const char *json, GError **error);

/*
 * Carries out an operation that lists, page after page. @request: (transfer full) (nullable)
 * @most: how many items at most; 0: all of them
 *
 * Returns: (transfer full) (element-type utf8) (nullable): the items, each as JSON
 */
GPtrArray *bty_ctl_call_list (BtyCtl *ctl, const char *operation, GBytes *request, guint most, GError **error);
/* The same, as records. */
GPtrArray *bty_ctl_call_records (BtyCtl *ctl, const char *operation, GBytes *request, const BtySchema *schema,
                                 guint most, GError **error);

/* What a verb does when there is nothing special about it: call, and show the answer as JSON or as lines. */
gboolean bty_ctl_show (BtyCtl *ctl, const char *operation, GBytes *request, const BtySchema *schema, GError **error);
/* The same for lists; @columns as of bty_ctl_table_print(), @nothing: what to say when there are no items. */
gboolean bty_ctl_show_list (BtyCtl *ctl, const char *operation, GBytes *request, const BtySchema *schema,
                            const char *const *columns, guint most, const char *nothing, GError **error);
/* Prints JSON: as it is, or with line breaks on a terminal. */
void bty_ctl_print_json (const char *json);
/* On standard error: a line for people, or a problem document. */
void bty_ctl_print_error (gboolean json, const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyCtl, bty_ctl_free)
