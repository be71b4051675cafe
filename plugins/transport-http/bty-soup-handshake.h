/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Whether a request asks for a WebSocket, well or badly. */
gboolean bty_soup_handshake_is_asked (SoupServerMessage *message);

/* Gives 0, or the status to refuse with and why (static); sets the headers that the refusal needs. */
guint bty_soup_handshake_check (SoupServerMessage *message, const char **detail);

/* The head of the answer. */
GString *bty_soup_handshake_make_head (SoupServerMessage *message, const char *protocol);

/* The token that a browser hides among the sub-protocols, as it may not set Authorization; else leaves @credentials alone. */
void bty_soup_handshake_find_token (SoupServerMessage *message, BtyCredentials *credentials);

G_END_DECLS
