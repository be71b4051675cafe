/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/* A line of a `.env` file that names a value, or that cannot be read: then @value is NULL and @fault says why, without the value. */
typedef struct
{
  guint line; /* from 1 on */
  char *name; /* (nullable): where it could not be read */
  BtySecret *value;
  char *fault;
} BtySecretVariable;

/*
 * Reads a `.env` file: `NAME=value`, `export NAME=value`, values in single quotes (as they are) or double quotes (with \n, \r, \t, \\, \", \$),
 * which may go over more lines, comments from `#` on at the beginning of a line or after a space. Nothing is put in for `$NAME`.
 *
 * Returns: (transfer full) (element-type BtySecretVariable)
 */
GPtrArray *bty_secret_dotenv_read (const char *text, gsize length);
