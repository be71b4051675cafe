/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/**
 * bty_scrub_stack_later:
 *
 * Libraries read requests into buffers on the stack, where the tail of a long one stays until something else is as deep: zeroes what
 * lies below the main loop, at its next turn. Main context; many calls in one turn are one.
 */
void bty_scrub_stack_later (void);
