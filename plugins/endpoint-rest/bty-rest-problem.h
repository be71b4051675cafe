/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

#define BTY_REST_PROBLEM_TYPE "application/problem+json"

/* Answers with a problem document (RFC 9457); 401 says how to come in; @status 0: that of the error's code. */
void bty_rest_problem_respond (BtyExchange *exchange, const GError *error, guint status);

/* The same, for HTTP's own statuses. */
void bty_rest_problem_respond_new (BtyExchange *exchange, guint status, BtyErrorCode code, const char *detail);

G_END_DECLS
