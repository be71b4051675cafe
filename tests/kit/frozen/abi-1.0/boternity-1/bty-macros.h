/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#if !defined(BTY_INSIDE) && !defined(BTY_COMPILATION)
#error "Only <boternity.h> can be included directly."
#endif

/**
 * BTY_EXPORT:
 *
 * Marks a symbol as part of the library's ABI; everything else is hidden.
 */
#define BTY_EXPORT __attribute__ ((visibility ("default"))) extern

/*
 * BTY_N_:
 *
 * Marks a text of the library's own for translation where it stands in a macro, without asking for gettext where that is used.
 */
#define BTY_N_(text) text
