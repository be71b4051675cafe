/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/*
 * BtyCtlClient:
 *
 * The daemon behind a unix socket, spoken to by HTTP: one operation a request, JSON both ways. What waits runs the main loop, so
 * that signals and timers go on.
 */
#define BTY_CTL_TYPE_CLIENT (bty_ctl_client_get_type ())
G_DECLARE_FINAL_TYPE (BtyCtlClient, bty_ctl_client, BTY_CTL, CLIENT, GObject)

BtyCtlClient *bty_ctl_client_new (const char *socket_path);

/*
 * Carries out an operation; @request: (nullable): JSON object.
 *
 * Returns: (transfer full) (nullable): the answer, valid JSON and NUL-terminated; NULL with a BTY_ERROR: the daemon's own, or
 * UNAVAILABLE when it could not be asked
 */
char *bty_ctl_client_call (BtyCtlClient *client, const char *operation, GBytes *request, GCancellable *cancellable,
                           GError **error);
/* Reads a document of the REST door; @path: after its base, such as `/openapi.json`. Returns: as bty_ctl_client_call() */
char *bty_ctl_client_get (BtyCtlClient *client, const char *path, GCancellable *cancellable, GError **error);
/* Asks and does not wait for what becomes of it. */
void bty_ctl_client_send (BtyCtlClient *client, const char *operation, GBytes *request);

typedef enum
{
  BTY_CTL_STREAM_ENDED,   /* the answer has come */
  BTY_CTL_STREAM_FAILED,  /* the daemon said why */
  BTY_CTL_STREAM_DROPPED, /* the connection broke before either */
} BtyCtlStreamEnd;

/* An item of a stream: @json is valid and NUL-terminated. */
typedef void (*BtyCtlItemFunc) (guint64 number, const char *json, gpointer data);

/*
 * Carries out an operation that streams, until it ends.
 *
 * @answer: (out) (transfer full) (nullable): the operation's answer when it ended well
 * @error: set unless it ended well
 */
BtyCtlStreamEnd bty_ctl_client_stream (BtyCtlClient *client, const char *operation, GBytes *request,
                                       BtyCtlItemFunc func, gpointer data, GCancellable *cancellable, char **answer,
                                       GError **error);
/* The same, with an idempotency @key (nullable): asked again with it, the daemon carries it out once all the same. */
BtyCtlStreamEnd bty_ctl_client_stream_once (BtyCtlClient *client, const char *operation, GBytes *request,
                                            const char *key, BtyCtlItemFunc func, gpointer data,
                                            GCancellable *cancellable, char **answer, GError **error);
