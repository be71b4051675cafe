/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

#include "bty-http-options.h"

G_BEGIN_DECLS

/*
 * The one place where a key enters a request: nothing else in the program, and no plugin, writes a key into a header, a URL or a body.
 *
 * A key is asked for as a #BtySecret, which is locked memory, when a connection is there and the request's first line is about to go out
 * ("starting"); and it is wiped from libsoup's header as soon as the headers are written ("wrote-headers"). In between and after, copies of
 * libsoup's own remain for a while: the buffer that the request's head was written from, and for https what the TLS library makes of it.
 *
 * How a process of its own could take this over: @put needs the header's name, its prefix, the secret and the message, and nothing
 * else of the client. Behind the same two functions, the secret would be a token that only a small relay understands, the
 * session's proxy the relay's socket, and the relay the one that puts the real value in for the host that it was told, checks that host as
 * bty_http_key_is_meant() does, and speaks TLS. Nobody above this file would notice.
 */
typedef struct
{
  const char *header;      /* static */
  const char *prefix;      /* static */
  BtySecret *secret;       /* NULL: there is none */
  BtyHttpOptions *options; /* borrowed: outlives the key */
} BtyHttpKey;

/* @owner: (transfer full): what @key lives in: each message holds a reference to it */
void bty_http_key_attach (const BtyHttpKey *key, SoupMessage *message, gpointer owner, GDestroyNotify unref);
/*
 * Whether @message goes where the key may go: to the host, port and scheme of the options, and by https or to this machine.
 */
gboolean bty_http_key_is_meant (const BtyHttpKey *key, SoupMessage *message);
/* Why a message was given up by the key, as an error for its sender; %NULL: it was not. (transfer full) */
GError *bty_http_key_refusal (SoupMessage *message);

G_END_DECLS
