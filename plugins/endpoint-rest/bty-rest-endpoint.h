/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/**
 * BtyRestEndpoint:
 *
 * Every operation of the catalogue as REST below `/api/v1`, with streams as server-sent events. It knows no operation by name:
 * what it does follows from their descriptors.
 */
#define BTY_TYPE_REST_ENDPOINT (bty_rest_endpoint_get_type ())
G_DECLARE_FINAL_TYPE (BtyRestEndpoint, bty_rest_endpoint, BTY, REST_ENDPOINT, GObject)

G_END_DECLS
