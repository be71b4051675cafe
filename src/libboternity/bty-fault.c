/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include "bty-fault.h"

/* Mixes all bits of @x into all others; a well-known finaliser. */
static guint64
mix (guint64 x)
{
  x += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  x = (x ^ (x >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return x ^ (x >> 31);
}

guint64
bty_fault_random (guint64 seed, const char *name, guint64 number)
{
  guint64 state = mix (seed);

  for (const char *c = name; c != NULL && *c != '\0'; c++)
    state = mix (state ^ (guchar) *c);
  return mix (state ^ number);
}
