/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-log"

#include "config.h"

#include "bty-log.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bty-log-file.h"
#include "secret/bty-secret-redact.h"

#define DEFAULT_LEVELS "info"

typedef struct
{
  const char *name;
  GLogLevelFlags level;
  const char *colour;
} Level;

/* The gravest first: a level shows itself and all before it. */
static const Level levels[] = {
  { "error", G_LOG_LEVEL_ERROR, "\033[1;31m" },
  { "critical", G_LOG_LEVEL_CRITICAL, "\033[1;31m" },
  { "warning", G_LOG_LEVEL_WARNING, "\033[33m" },
  { "message", G_LOG_LEVEL_MESSAGE, "\033[32m" },
  { "info", G_LOG_LEVEL_INFO, "" },
  { "debug", G_LOG_LEVEL_DEBUG, "\033[2m" },
};

typedef struct
{
  char *domain; /* may end with `*` */
  guint level;
} Rule;

/* Log lines come from every thread; the lock is held for the look-up alone. */
static GMutex lock;
static GArray *rules;
static guint default_level = 4;
static gboolean is_fixed;
static gboolean is_journal;
static gboolean has_colours;
static GLogLevelFlags fatal_levels;

static const BtySetting settings_table[] = {
  { .group = "log",
    .key = "level",
    .type = BTY_SETTING_STRING,
    .fallback = DEFAULT_LEVELS,
    .summary = N_ (
      "What is logged: error, critical, warning, message, info or debug, then exceptions such as bty-sqlite=debug") },
  { .group = "log",
    .key = "max_size",
    .type = BTY_SETTING_INT,
    .fallback = "4096",
    .unit = "KiB",
    .min = 16,
    .max = 1048576,
    .summary = N_ ("Above this size the log file is put aside and another one begun") },
  { .group = "log",
    .key = "old_files",
    .type = BTY_SETTING_INT,
    .fallback = "3",
    .unit = "files",
    .min = 1,
    .max = 100,
    .summary = N_ ("How many log files that were put aside are kept") },
};

static void
rule_clear (gpointer rule)
{
  g_free (((Rule *) rule)->domain);
}

static gboolean
parse_level (const char *word, guint *index, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    if (g_str_equal (word, levels[i].name))
      {
        *index = i;
        return TRUE;
      }
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
               _ ("“%.100s” is no log level: use error, critical, warning, message, info or debug"), word);
  return FALSE;
}

static gboolean
parse_part (const char *part, GArray *found, guint *all, GError **error)
{
  const char *equals = strchr (part, '=');
  Rule rule = { 0 };

  if (equals == NULL)
    return parse_level (part, all, error);
  if (!parse_level (equals + 1, &rule.level, error))
    return FALSE;
  rule.domain = g_strndup (part, (gsize) (equals - part));
  g_array_append_val (found, rule);
  return TRUE;
}

gboolean
bty_log_set_levels (const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (Rule));
  GArray *before;
  guint all = 4;

  g_array_set_clear_func (found, rule_clear);
  for (guint i = 0; parts[i] != NULL; i++)
    if (g_strstrip (parts[i])[0] != '\0' && !parse_part (parts[i], found, &all, error))
      return FALSE;
  g_mutex_lock (&lock);
  before = rules;
  rules = g_steal_pointer (&found);
  default_level = all;
  g_mutex_unlock (&lock);
  g_clear_pointer (&before, g_array_unref);
  return TRUE;
}

static gboolean
rule_applies (const Rule *rule, const char *domain)
{
  gsize length = strlen (rule->domain);

  if (length > 0 && rule->domain[length - 1] == '*')
    return strncmp (rule->domain, domain, length - 1) == 0;
  return g_str_equal (rule->domain, domain);
}

static guint
index_of (GLogLevelFlags level)
{
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    if ((level & levels[i].level) != 0)
      return i;
  return G_N_ELEMENTS (levels) - 1;
}

static gboolean
is_shown (guint level, const char *domain)
{
  guint limit;

  g_mutex_lock (&lock);
  limit = default_level;
  for (guint i = 0; rules != NULL && i < rules->len; i++)
    if (rule_applies (&g_array_index (rules, Rule, i), domain))
      limit = g_array_index (rules, Rule, i).level;
  g_mutex_unlock (&lock);
  return level <= limit;
}

static void
append_time (GString *line)
{
  gint64 now = g_get_real_time ();
  time_t seconds = (time_t) (now / G_USEC_PER_SEC);
  struct tm parts;
  char text[32];

  localtime_r (&seconds, &parts);
  strftime (text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  g_string_append_printf (line, "%s.%03d", text, (int) (now % G_USEC_PER_SEC / 1000));
}

/* A message may quote what came from outside: nothing in it may begin a line of its own or speak to the terminal. */
static void
append_message (GString *line, const char *message, gssize length)
{
  g_autofree char *valid = g_utf8_make_valid (message, length);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == '\n')
        g_string_append (line, "\\n");
      else if (c != '\t' && g_unichar_iscntrl (c))
        g_string_append_printf (line, "\\x%02x", c);
      else
        g_string_append_len (line, p, g_utf8_next_char (p) - p);
    }
}

static void
write_plain (guint level, const char *domain, const char *message, gssize length)
{
  g_autoptr (GString) line = g_string_sized_new (256);
  const char *colour = has_colours ? levels[level].colour : "";

  append_time (line);
  g_string_append_printf (line, " %s%-8s%s ", colour, levels[level].name, *colour != '\0' ? "\033[0m" : "");
  append_message (line, domain, -1);
  g_string_append (line, ": ");
  append_message (line, message, length);
  g_string_append_c (line, '\n');
  bty_log_file_write (line->str, line->len);
}

static const GLogField *
find_field (const GLogField *fields, gsize n_fields, const char *key)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, key))
      return &fields[i];
  return NULL;
}

/* A secret that got into a message goes no further, whatever brought it there. */
static void
write_clean (GLogLevelFlags flags, const char *domain, const GLogField *fields, gsize n_fields, gsize index)
{
  const GLogField *message = &fields[index];
  gsize length = message->length >= 0 ? (gsize) message->length : strlen (message->value);
  g_autofree char *text = g_malloc (length + 1);
  g_autofree GLogField *clean = g_memdup2 (fields, n_fields * sizeof *fields);

  memcpy (text, message->value, length);
  text[length] = '\0';
  length = bty_secret_redact_bytes (text, length);
  clean[index].value = text;
  clean[index].length = (gssize) length;
  if (!is_journal || g_log_writer_journald (flags, clean, n_fields, NULL) != G_LOG_WRITER_HANDLED)
    write_plain (index_of (flags), domain, text, (gssize) length);
}

static GLogWriterOutput
write_log (GLogLevelFlags flags, const GLogField *fields, gsize n_fields, gpointer unused)
{
  const GLogField *domain_field = find_field (fields, n_fields, "GLIB_DOMAIN");
  const GLogField *message = find_field (fields, n_fields, "MESSAGE");
  const char *domain = domain_field != NULL ? domain_field->value : "-";
  guint level = index_of (flags);

  if (is_shown (level, domain) && message != NULL)
    write_clean (flags, domain, fields, n_fields, (gsize) (message - fields));
  /* A writer of one's own passes over G_DEBUG=fatal-criticals, on which our tests rely. */
  if ((flags & fatal_levels) != 0)
    abort ();
  return G_LOG_WRITER_HANDLED;
}

static GLogLevelFlags
get_fatal_levels (void)
{
  GLogLevelFlags found = g_log_set_always_fatal (G_LOG_FATAL_MASK);

  g_log_set_always_fatal (found);
  return found;
}

gboolean
bty_log_start (const char *text, GError **error)
{
  const char *variable = g_getenv ("BOTERNITY_LOG");

  is_journal = g_log_writer_is_journald (STDERR_FILENO);
  has_colours = isatty (STDERR_FILENO) && g_getenv ("NO_COLOR") == NULL;
  fatal_levels = get_fatal_levels ();
  g_log_set_writer_func (write_log, NULL, NULL);
  if (text == NULL)
    text = variable;
  is_fixed = text != NULL;
  return bty_log_set_levels (text != NULL ? text : DEFAULT_LEVELS, error);
}

static void
apply_limits (BtySettings *settings)
{
  bty_log_file_limit (bty_settings_get_int (settings, "log", "max_size") * 1024,
                      bty_settings_get_int (settings, "log", "old_files"));
}

static void
apply_setting (BtySettings *settings, const char *name, gpointer unused)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (g_str_equal (name, "log.max_size") || g_str_equal (name, "log.old_files"))
    apply_limits (settings);
  if (is_fixed || !g_str_equal (name, "log.level"))
    return;
  text = bty_settings_get (settings, "log", "level");
  if (!bty_log_set_levels (text, &error))
    g_warning ("the setting log.level does not count: %s", error->message);
}

void
bty_log_follow (BtySettings *settings)
{
  bty_settings_add (settings, settings_table, G_N_ELEMENTS (settings_table));
  g_signal_connect (settings, "changed", G_CALLBACK (apply_setting), NULL);
  apply_limits (settings);
  apply_setting (settings, "log.level", NULL);
}
