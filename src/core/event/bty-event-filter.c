/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-event"

#include "config.h"

#include "event/bty-event-filter.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-bus.h"
#include "event/bty-event-contract.h"

#define MAX_LENGTH 128

/* Words of letters, digits, - and _ with points between them; the last one may be a star. */
static gboolean
is_pattern (const char *text)
{
  gsize length = strlen (text);
  gsize word = 0;

  if (g_str_equal (text, "*"))
    return TRUE;
  if (length == 0 || length > MAX_LENGTH)
    return FALSE;
  if (length >= 2 && strcmp (text + length - 2, ".*") == 0)
    length -= 2;
  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == '.' && word == 0)
        return FALSE;
      if (text[i] != '.' && !g_ascii_isalnum (text[i]) && text[i] != '-' && text[i] != '_')
        return FALSE;
      word = text[i] == '.' ? 0 : word + 1;
    }
  return word > 0;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static gboolean
contains (GPtrArray *list, const char *pattern)
{
  return g_ptr_array_find_with_equal_func (list, pattern, g_str_equal, NULL);
}

static GPtrArray *
read_patterns (const char *const *topics, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; topics != NULL && topics[i] != NULL; i++)
    {
      const char *text = topics[i];

      if (g_str_has_prefix (text, BTY_EVENT_TYPE_PREFIX))
        text += strlen (BTY_EVENT_TYPE_PREFIX);
      if (!is_pattern (text))
        {
          g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                       _ ("“%.100s” is no topic: write bot.created, or bot.* for all that begin so, or *"), topics[i]);
          return NULL;
        }
      if (!contains (list, text))
        g_ptr_array_add (list, g_strdup (text));
    }
  if (list->len == 0 || contains (list, "*"))
    {
      g_ptr_array_set_size (list, 0);
      g_ptr_array_add (list, g_strdup ("*"));
    }
  g_ptr_array_sort (list, compare);
  return g_steal_pointer (&list);
}

BtyEventFilter *
bty_event_filter_new (const char *const *topics, GError **error)
{
  GPtrArray *list = read_patterns (topics, error);
  BtyEventFilter *self;

  if (list == NULL)
    return NULL;
  self = g_new0 (BtyEventFilter, 1);
  g_ptr_array_add (list, NULL);
  self->patterns = (GStrv) g_ptr_array_free (list, FALSE);
  self->key = g_strjoinv (" ", self->patterns);
  return self;
}

void
bty_event_filter_free (BtyEventFilter *self)
{
  g_strfreev (self->patterns);
  g_free (self->key);
  g_free (self);
}

gboolean
bty_event_filter_matches (const BtyEventFilter *self, const char *name)
{
  for (guint i = 0; self->patterns[i] != NULL; i++)
    {
      if (bty_bus_matches (self->patterns[i], name))
        return TRUE;
    }
  return FALSE;
}

const char *
bty_event_filter_get_topic (const BtyEventFilter *self)
{
  const char *only = self->patterns[1] == NULL ? self->patterns[0] : "*";
  const char *topic = NULL;
  guint n = 0;

  for (guint i = 0; i < bty_n_event_contract; i++)
    {
      const BtyEventContract *row = &bty_event_contract[i];

      if (row->topic == NULL || row->type == NULL || strcmp (row->type, only) != 0)
        continue;
      topic = row->topic;
      n++;
    }
  return n == 1 ? topic : NULL;
}
