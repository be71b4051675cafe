/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

#if !defined(BTY_HTTP_INSIDE) && !defined(BTY_HTTP_COMPILATION)
#error "Only <boternity-http.h> can be included directly."
#endif

#define BTY_HTTP_CONNECT_TIMEOUT_MS    15000
#define BTY_HTTP_FIRST_BYTE_TIMEOUT_MS 120000
#define BTY_HTTP_IDLE_TIMEOUT_MS       60000
#define BTY_HTTP_MAX_BODY              (64 * 1024 * 1024)

/**
 * BtyHttpOptions:
 * @url: the base URL: http or https, no user, no fragment
 * @host: its host, without brackets
 * @is_loopback: whether @host is this machine
 * @name: what the configuration calls the provider, for messages
 * @headers: (nullable): names and values by turns: further request headers
 * @ca_file: (nullable): certificates of the authorities to trust in place of the system's (PEM)
 * @http2: whether to offer HTTP/2 from the start. Without it, HTTP/2 is used with servers that want nothing else: libsoup does not
 *   tell when an HTTP/2 stream is reset, so that an answer cut off there ends with @idle_timeout_ms only
 * @connect_timeout_ms: until the connection stands, its TLS handshake included; default 15 s
 * @first_byte_timeout_ms: from there until the first byte of an answer's body; default 120 s
 * @idle_timeout_ms: between any two pieces of the body; default 60 s
 * @max_event_bytes: of one event of a stream; default 4 MiB
 * @max_body_bytes: of an answer that is read whole; default 64 MiB
 * @max_connections: to the service at a time; further requests wait; default 256
 *
 * What a provider's configuration means to HTTP: its URL, and the members of its `options` object, which have the names of
 * these fields. A provider kind may know further options; those are kept as text.
 */
typedef struct _BtyHttpOptions BtyHttpOptions;
struct _BtyHttpOptions
{
  GUri *url;
  char *host;
  gboolean is_loopback;
  char *name;
  GStrv headers;
  char *ca_file;
  gboolean http2;
  gint64 connect_timeout_ms;
  gint64 first_byte_timeout_ms;
  gint64 idle_timeout_ms;
  gint64 max_event_bytes;
  gint64 max_body_bytes;
  gint64 max_connections;

  /*< private >*/
  GHashTable *more;
  gatomicrefcount references;
};

/**
 * bty_http_options_new: (skip)
 * @config: the configuration
 * @default_url: (nullable): base URL when the configuration has none
 * @known: (nullable) (array zero-terminated=1): names of the kind's own options
 * @error: %BTY_ERROR_INVALID_ARGUMENT for a URL or an option that cannot be used; the message names it
 *
 * Returns: (transfer full) (nullable): the options; not changed after this
 */
BTY_EXPORT BtyHttpOptions *bty_http_options_new (const BtyProviderConfig *config, const char *default_url,
                                                 const char *const *known, GError **error);
/** bty_http_options_ref: (skip) */
BTY_EXPORT BtyHttpOptions *bty_http_options_ref (BtyHttpOptions *options);
BTY_EXPORT void bty_http_options_unref (BtyHttpOptions *options);

/**
 * bty_http_options_get:
 * @name: an option of the kind's own
 *
 * Returns: (transfer none) (nullable): its value as text (`true` and `false` for a boolean); %NULL when it is not set
 */
BTY_EXPORT const char *bty_http_options_get (const BtyHttpOptions *options, const char *name);

/** bty_http_options_get_bool: Returns: the option's value, or @fallback when it is not set */
BTY_EXPORT gboolean bty_http_options_get_bool (const BtyHttpOptions *options, const char *name, gboolean fallback);

/**
 * bty_http_options_check_key:
 * @has_key: whether a key will be sent
 *
 * A key, or a header that may hold one, leaves this machine over TLS only.
 *
 * Returns: whether that is so; %FALSE with %BTY_ERROR_INVALID_ARGUMENT
 */
BTY_EXPORT gboolean bty_http_options_check_key (const BtyHttpOptions *options, gboolean has_key, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyHttpOptions, bty_http_options_unref)

G_END_DECLS
