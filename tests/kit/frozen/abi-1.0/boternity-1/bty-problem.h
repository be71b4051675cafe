/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-error.h"
#include "bty-json-writer.h"

G_BEGIN_DECLS

/**
 * bty_problem_write:
 * @error: an error of any domain
 * @status: an HTTP status of the door's own, or 0 for that of the error's code
 * @writer: where a value is due
 *
 * Writes an error as every JSON door tells it: a problem document (RFC 9457) with `type`, `title`, `status`, `detail` and the
 * canonical `code`.
 */
BTY_EXPORT void bty_problem_write (const GError *error, guint status, BtyJsonWriter *writer);

G_END_DECLS
