/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include <boternity.h>

#include "bty-ctl-args.h"
#include "bty-ctl-nearest.h"

const BtyCtlOption bty_ctl_common_options[] = {
  { "json", 0, NULL, N_ ("print the daemon's answer as JSON"), BTY_CTL_NOTHING },
  { "no-truncate", 0, NULL, N_ ("let lines be wider than the window"), BTY_CTL_NOTHING },
  { "help", 'h', NULL, N_ ("say how this is used"), BTY_CTL_NOTHING },
  { NULL },
};

static const BtyCtlOption *
find_in (const BtyCtlOption *options, const char *name, gsize length, char letter)
{
  for (const BtyCtlOption *o = options; o != NULL && o->name != NULL; o++)
    {
      if (letter != '\0' ? o->letter == letter : strlen (o->name) == length && strncmp (o->name, name, length) == 0)
        return o;
    }
  return NULL;
}

static const BtyCtlOption *
find_option (const BtyCtlOption *options, const char *name, gsize length, char letter)
{
  const BtyCtlOption *option = find_in (options, name, length, letter);

  return option != NULL ? option : find_in (bty_ctl_common_options, name, length, letter);
}

static void
add_value (BtyCtlArgs *args, const BtyCtlOption *option, const char *value)
{
  GPtrArray *values = g_hash_table_lookup (args->options, option->name);

  if (values == NULL)
    {
      values = g_ptr_array_new_with_free_func (g_free);
      g_hash_table_insert (args->options, g_strdup (option->name), values);
    }
  g_ptr_array_add (values, g_strdup (value));
}

static gboolean
fail_unknown (const BtyCtlOption *options, const char *word, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *given = g_strndup (word + 2, strcspn (word + 2, "="));
  const char *near;

  for (const BtyCtlOption *o = options; o != NULL && o->name != NULL; o++)
    g_ptr_array_add (names, (gpointer) o->name);
  for (const BtyCtlOption *o = bty_ctl_common_options; o->name != NULL; o++)
    g_ptr_array_add (names, (gpointer) o->name);
  near = bty_ctl_nearest (names, given);
  if (near != NULL)
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("no option --%s; did you mean --%s?"), given, near);
  else
    g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("no option --%s; --help lists those there are"),
                 given);
  return FALSE;
}

/* Takes the option's value, which may be the next word; moves @index on. */
static gboolean
take_value (BtyCtlArgs *args, const BtyCtlOption *option, const char *inline_value, const char *const *words,
            guint *index, GError **error)
{
  if (option->value == NULL && inline_value != NULL)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("option --%s takes no value"), option->name);
      return FALSE;
    }
  if (option->value != NULL && inline_value == NULL && words[*index + 1] == NULL)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("option --%s needs a value: --%s %s"), option->name,
                   option->name, _ (option->value));
      return FALSE;
    }
  if (option->value != NULL && inline_value == NULL)
    inline_value = words[++*index];
  add_value (args, option, inline_value);
  return TRUE;
}

static gboolean
parse_long (BtyCtlArgs *args, const BtyCtlOption *options, const char *const *words, guint *index, GError **error)
{
  const char *word = words[*index];
  gsize length = strcspn (word + 2, "=");
  const BtyCtlOption *option = find_option (options, word + 2, length, '\0');

  if (option == NULL)
    return fail_unknown (options, word, error);
  return take_value (args, option, word[2 + length] == '=' ? word + 3 + length : NULL, words, index, error);
}

static gboolean
parse_short (BtyCtlArgs *args, const BtyCtlOption *options, const char *const *words, guint *index, GError **error)
{
  const char *word = words[*index];
  const BtyCtlOption *option = find_option (options, NULL, 0, word[1]);

  if (option == NULL || (option->value == NULL && word[2] != '\0'))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                   _ ("no option %s; --help lists those there are, and -- "
                      "stands before words that begin with a dash"),
                   word);
      return FALSE;
    }
  return take_value (args, option, word[2] != '\0' ? word + 2 : NULL, words, index, error);
}

BtyCtlArgs *
bty_ctl_args_parse (const BtyCtlOption *options, const char *const *words, GError **error)
{
  g_autoptr (BtyCtlArgs) args = g_new0 (BtyCtlArgs, 1);
  gboolean only_words = FALSE;

  args->words = g_ptr_array_new_with_free_func (g_free);
  args->options = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  for (guint i = 0; words[i] != NULL; i++)
    {
      const char *word = words[i];

      if (!only_words && strcmp (word, "--") == 0)
        only_words = TRUE;
      else if (only_words || word[0] != '-' || word[1] == '\0')
        g_ptr_array_add (args->words, g_strdup (word));
      else if (word[1] == '-' ? !parse_long (args, options, words, &i, error)
                              : !parse_short (args, options, words, &i, error))
        return NULL;
    }
  return g_steal_pointer (&args);
}

void
bty_ctl_args_free (BtyCtlArgs *args)
{
  g_clear_pointer (&args->words, g_ptr_array_unref);
  g_clear_pointer (&args->options, g_hash_table_unref);
  g_free (args);
}

guint
bty_ctl_args_count (const BtyCtlArgs *args)
{
  return args->words->len;
}

const char *
bty_ctl_args_word (const BtyCtlArgs *args, guint index)
{
  return index < args->words->len ? args->words->pdata[index] : NULL;
}

gboolean
bty_ctl_args_has (const BtyCtlArgs *args, const char *option)
{
  return g_hash_table_contains (args->options, option);
}

GPtrArray *
bty_ctl_args_get_all (const BtyCtlArgs *args, const char *option)
{
  return g_hash_table_lookup (args->options, option);
}

const char *
bty_ctl_args_get (const BtyCtlArgs *args, const char *option)
{
  GPtrArray *values = bty_ctl_args_get_all (args, option);

  return values != NULL ? values->pdata[values->len - 1] : NULL;
}

gboolean
bty_ctl_args_get_int (const BtyCtlArgs *args, const char *option, gint64 min, gint64 max, gint64 *value, GError **error)
{
  const char *text = bty_ctl_args_get (args, option);
  gint64 number = 0;

  if (text == NULL)
    return TRUE;
  if (!g_ascii_string_to_signed (text, 10, min, max, &number, NULL))
    {
      g_autofree char *least = g_strdup_printf ("%" G_GINT64_FORMAT, min);
      g_autofree char *most = g_strdup_printf ("%" G_GINT64_FORMAT, max);

      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                   _ ("option --%s takes a number from %s to %s, not “%s”"), option, least, most, text);
      return FALSE;
    }
  *value = number;
  return TRUE;
}

static gint64
unit_of (char letter)
{
  switch (letter)
    {
    case 's':
      return G_USEC_PER_SEC;
    case 'm':
      return G_GINT64_CONSTANT (60) * G_USEC_PER_SEC;
    case 'h':
      return G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC;
    case 'd':
      return G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC;
    default:
      return 0;
    }
}

gboolean
bty_ctl_args_get_time (const BtyCtlArgs *args, const char *option, gint64 *time, GError **error)
{
  const char *text = bty_ctl_args_get (args, option);
  char *end = NULL;
  gint64 number, unit;

  if (text == NULL)
    return TRUE;
  number = g_ascii_strtoll (text, &end, 10);
  unit = end > text && *end != '\0' && end[1] == '\0' ? unit_of (*end) : 0;
  if (unit > 0 && number >= 0 && number < 1000000)
    *time = g_get_real_time () - number * unit;
  else if (!bty_json_time_parse (text, strlen (text), time))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                   _ ("--%s “%s”: write how long ago, such as 10m, 2h or 3d, or a time such as 2026-01-02T15:04:05Z"),
                   option, text);
      return FALSE;
    }
  return TRUE;
}
