/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What a word on the command line stands for, for completion. */
typedef enum
{
  BTY_CTL_NOTHING,
  BTY_CTL_BOT,
  BTY_CTL_SESSION,
  BTY_CTL_PROVIDER,
  BTY_CTL_MODEL,
  BTY_CTL_SETTING,
  BTY_CTL_OPERATION,
  BTY_CTL_COMMAND,
  BTY_CTL_PLUGIN,
  BTY_CTL_SECRET,
  BTY_CTL_FILE,
  BTY_CTL_CHECK,
  BTY_CTL_LEVEL,
  /* These belong to the bot that is named before them. */
  BTY_CTL_VERSION,
  BTY_CTL_BRANCH,
  BTY_CTL_SECTION,
  /* These do not. */
  BTY_CTL_SOUL_FILE,
  BTY_CTL_POLICY,
  BTY_CTL_PROPOSAL,
  BTY_CTL_TEMPLATE,
  BTY_CTL_PRESET,
  BTY_CTL_DELETED,
  BTY_CTL_BACKUP,
  BTY_CTL_ROUTE, /* or a file with one */
  BTY_CTL_STORE, /* of secrets */
  BTY_CTL_CASSETTE,
} BtyCtlKind;

/*
 * An option: @value is what help calls its value; NULL makes it a switch. Any option may be given more than once; whoever reads it
 * takes the last, or all. A table of them ends with a NULL name.
 */
typedef struct
{
  const char *name;
  char letter;
  const char *value;
  const char *summary;
  BtyCtlKind kind;
} BtyCtlOption;

extern const BtyCtlOption bty_ctl_common_options[];

/* What was given to a command. */
typedef struct
{
  GPtrArray *words;    /* char *, in order */
  GHashTable *options; /* char *name -> GPtrArray of char * */
} BtyCtlArgs;

/* Returns: the arguments, or NULL with an INVALID_ARGUMENT that names the option that is not one of @options or the common ones */
BtyCtlArgs *bty_ctl_args_parse (const BtyCtlOption *options, const char *const *words, GError **error);
void bty_ctl_args_free (BtyCtlArgs *args);

guint bty_ctl_args_count (const BtyCtlArgs *args);
const char *bty_ctl_args_word (const BtyCtlArgs *args, guint index);
gboolean bty_ctl_args_has (const BtyCtlArgs *args, const char *option);
const char *bty_ctl_args_get (const BtyCtlArgs *args, const char *option);
/* (transfer none) (nullable) (element-type utf8): all values of an option that was given more than once */
GPtrArray *bty_ctl_args_get_all (const BtyCtlArgs *args, const char *option);
/* Reads an option as a number from @min to @max; leaves @value alone when it is not given. */
gboolean bty_ctl_args_get_int (const BtyCtlArgs *args, const char *option, gint64 min, gint64 max, gint64 *value,
                               GError **error);
/*
 * Reads an option as a time (microseconds since 1970): RFC 3339, or how long ago it was: 90s, 10m, 2h, 3d; leaves @time alone when it is
 * not given.
 */
gboolean bty_ctl_args_get_time (const BtyCtlArgs *args, const char *option, gint64 *time, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyCtlArgs, bty_ctl_args_free)
