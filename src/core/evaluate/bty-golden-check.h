/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "evaluate/bty-golden.h"

/* bty_golden_check_validate: INVALID_ARGUMENT: not exactly one thing is asked for, or it cannot be carried out */
gboolean bty_golden_check_validate (const BtyGoldenCheck *check, GError **error);

typedef enum
{
  BTY_GOLDEN_PASS,
  BTY_GOLDEN_FAIL,
  BTY_GOLDEN_BROKEN, /* it could not be told */
} BtyGoldenVerdict;

/*
 * bty_golden_check_try:
 * @check: any but a judge's
 * @reason: (out) (transfer full): why it did not pass
 */
BtyGoldenVerdict bty_golden_check_try (const BtyGoldenCheck *check, const char *answer, char **reason);

/*
 * bty_golden_check_read_verdict:
 * @said: what a judge said
 * @reason: (out) (transfer full): what the judge gave as a reason, or that it gave no verdict
 */
BtyGoldenVerdict bty_golden_check_read_verdict (const char *said, char **reason);

/* bty_golden_check_write_request: Returns: (transfer full): what a judge is told and asked */
char *bty_golden_check_write_request (const BtyGoldenCheck *check, const char *question, const char *answer);
/* What a judge is. */
extern const char bty_golden_judge_text[];
