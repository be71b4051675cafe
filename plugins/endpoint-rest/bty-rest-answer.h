/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-rest-routes.h"

G_BEGIN_DECLS

#define BTY_REST_JSON_TYPE "application/json"

/**
 * BtyRestContext:
 * @routes: what @route belongs to
 * @by_name: the operation was called by its name: no 201, no Location
 * @if_match: the client named the revision it expects
 * @after: number of the last item that the client has of a stream that is given again
 *
 * What an answer needs to know of its request.
 */
typedef struct
{
  BtyExchange *exchange;
  BtyRestRoutes *routes;
  const BtyRestRoute *route;
  gboolean by_name;
  gboolean if_match;
  guint64 after;
} BtyRestContext;

/* Keeps the exchange and the routes alive. */
void bty_rest_context_copy (BtyRestContext *to, const BtyRestContext *from);
void bty_rest_context_clear (BtyRestContext *context);

/* Answers with the record of a call that has ended, or with what went wrong. */
void bty_rest_answer (const BtyRestContext *context, BtyCall *call);

/* Answers with what went wrong. */
void bty_rest_answer_error (const BtyRestContext *context, const GError *error);

/* Answers when @call has ended, with all its items in one object if it has any to give; gives it up when the client goes. */
void bty_rest_collect (const BtyRestContext *context, BtyCall *call);

G_END_DECLS
