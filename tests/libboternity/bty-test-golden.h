/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Compares @text with the file @name beside the tests; BTY_TEST_REGENERATE=1 writes the file instead. */
void bty_test_golden (const char *name, const char *text);

G_END_DECLS
