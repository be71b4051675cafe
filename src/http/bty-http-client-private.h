/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

#include "bty-http-client.h"
#include "bty-http-pool-private.h"
#include "bty-http-request.h"

G_BEGIN_DECLS

/* A session for one request, to be given back. %NULL with an error when the certificates cannot be read. */
BtyHttpShard *bty_http_client_take_session (BtyHttpClient *client, GError **error);

/* (transfer full): where a request for @path goes, without a query of the configuration, which may be secret. */
char *bty_http_client_show_url (BtyHttpClient *client, const char *path);
/* Takes the key, pieces of it and the values of the configured headers out of what is recorded. */
void bty_http_client_redact_body (BtyHttpClient *client, GString *text);

/* A message for @request, ready to be sent; the key is put in when it starts and wiped when it is on its way. */
SoupMessage *bty_http_client_message (BtyHttpClient *client, const BtyHttpRequest *request);

/* Whether HTTP/2 is offered to the service; from the first time that it would not do without on. */
gboolean bty_http_client_offers_http2 (BtyHttpClient *client);
void bty_http_client_offer_http2 (BtyHttpClient *client);

G_END_DECLS
