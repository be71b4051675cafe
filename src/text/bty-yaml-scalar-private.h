/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/*
 * Writes a plain scalar as what the core schema takes it for. Returns NULL, or (transfer none) why it cannot be: a sentence to be
 * translated.
 */
const char *bty_yaml_write_plain (BtyJsonWriter *writer, const char *text, gsize length);
