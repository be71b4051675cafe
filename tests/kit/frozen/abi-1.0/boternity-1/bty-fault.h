/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-macros.h"

G_BEGIN_DECLS

/**
 * BtyFaultKind:
 * @BTY_FAULT_NONE: all goes well
 * @BTY_FAULT_RATE: the service answers 429
 * @BTY_FAULT_SERVER: the service answers 500
 * @BTY_FAULT_REFUSED: nobody listens
 * @BTY_FAULT_GARBAGE: an answer that is not the protocol
 * @BTY_FAULT_SLOW: the request waits before it is sent
 * @BTY_FAULT_CUT: the answer breaks off in its middle
 *
 * What is made to go wrong with a request, so that an outage can be rehearsed. The first five never reach the service and so cost nothing.
 */
typedef enum
{
  BTY_FAULT_NONE,
  BTY_FAULT_RATE,
  BTY_FAULT_SERVER,
  BTY_FAULT_REFUSED,
  BTY_FAULT_GARBAGE,
  BTY_FAULT_SLOW,
  BTY_FAULT_CUT,
} BtyFaultKind;

/**
 * BtyFault:
 * @kind: what goes wrong
 * @retry_after_s: with %BTY_FAULT_RATE: seconds in Retry-After; negative: none
 * @delay_ms: with %BTY_FAULT_SLOW: how long it waits
 * @after_bytes: with %BTY_FAULT_CUT: how much of the body comes first
 * @seed: what %BTY_FAULT_GARBAGE is made of
 */
typedef struct
{
  BtyFaultKind kind;
  gint64 retry_after_s;
  gint64 delay_ms;
  gint64 after_bytes;
  guint64 seed;
} BtyFault;

/**
 * bty_fault_random:
 * @seed: the beginning; @name: (nullable): of what; @number: which of its draws
 *
 * Returns: a number that depends on nothing else
 */
BTY_EXPORT guint64 bty_fault_random (guint64 seed, const char *name, guint64 number);

G_END_DECLS
