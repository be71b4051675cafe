/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-rest-routes.h"

G_BEGIN_DECLS

#define BTY_REST_SCHEMAS "#/components/schemas/"

/* The whole document (OpenAPI 3.1), in a stable order. */
GBytes *bty_rest_openapi_new (BtyRestRoutes *routes);

/* Writes the object of one operation. */
void bty_rest_openapi_write_operation (const BtyRestRoute *route, BtyJsonWriter *writer);

/* Writes `"$ref"` to the schema of a view. */
void bty_rest_openapi_write_ref (const BtySchema *schema, BtyView view, BtyJsonWriter *writer);

/* Writes JSON that stands in our own text. */
void bty_rest_openapi_write_raw (const char *json, BtyJsonWriter *writer);

G_END_DECLS
