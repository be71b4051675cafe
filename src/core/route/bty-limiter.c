/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-route"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "route/bty-limiter.h"

#define MINUTE_US  (60 * G_USEC_PER_SEC)
#define MAX_PASSED 8 /* so many that are more urgent go before one that is less */

/* A request of the last minute. */
typedef struct
{
  gint64 at;
  gint64 tokens;
} Entry;

/* What waits of one bot. */
typedef struct
{
  char *bot;
  GQueue tickets;
} Line;

typedef struct
{
  GQueue turns;      /* Line: the bots that wait, whose turn is next first */
  GHashTable *lines; /* bot -> Line */
  guint n_passed;    /* that went before them since one of these did */
} Lines;

struct _BtyLimiter
{
  GObject parent_instance;
  char *provider;
  BtyLimits limits;
  guint n_running;
  guint n_waiting;
  Lines lines[BTY_N_PRIORITIES];
  GArray *entries; /* Entry, from @first on: the oldest first */
  guint first;
  guint64 n_forgotten; /* entries that were taken away before those there are */
  gint64 tokens;       /* of the entries */
  gint64 paused_until;
  guint timer;
  guint idle;
  gboolean is_letting; /* requests are being let in just now */
};

struct _BtyLimiterTicket
{
  BtyLimiter *limiter;
  BtyLimiterGranted granted;
  gpointer data;
  BtyPriority priority;
  Line *line; /* while it waits */
  GList *link;
  gint64 tokens;
  guint64 entry; /* number of its entry */
  gboolean has_entry;
  gboolean is_running;
  guint timeout;
  gint64 waited_ms;
};

G_DEFINE_FINAL_TYPE (BtyLimiter, bty_limiter, G_TYPE_OBJECT)

static void schedule (BtyLimiter *self);

static void
bty_limiter_finalize (GObject *object)
{
  BtyLimiter *self = BTY_LIMITER (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->idle, g_source_remove);
  for (guint i = 0; i < BTY_N_PRIORITIES; i++)
    g_hash_table_unref (self->lines[i].lines);
  g_array_unref (self->entries);
  g_free (self->provider);
  G_OBJECT_CLASS (bty_limiter_parent_class)->finalize (object);
}

static void
bty_limiter_class_init (BtyLimiterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_limiter_finalize;
}

static void
line_free (Line *line)
{
  g_free (line->bot);
  g_free (line);
}

static void
bty_limiter_init (BtyLimiter *self)
{
  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  for (guint i = 0; i < BTY_N_PRIORITIES; i++)
    {
      g_queue_init (&self->lines[i].turns);
      self->lines[i].lines = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) line_free);
    }
}

BtyLimiter *
bty_limiter_new (const char *provider)
{
  BtyLimiter *self = g_object_new (BTY_TYPE_LIMITER, NULL);

  self->provider = g_strdup (provider);
  return self;
}

/* The last minute. */

static void
forget_old (BtyLimiter *self, gint64 now)
{
  while (self->first < self->entries->len)
    {
      const Entry *entry = &g_array_index (self->entries, Entry, self->first);

      if (entry->at > now - MINUTE_US)
        break;
      self->tokens -= entry->tokens;
      self->first += 1;
    }
  if (self->first == 0 || self->first < self->entries->len / 2)
    return;
  g_array_remove_range (self->entries, 0, self->first);
  self->n_forgotten += self->first;
  self->first = 0;
}

static gboolean
keeps_entries (BtyLimiter *self)
{
  return self->limits.requests > 0 || self->limits.tokens > 0;
}

/* When the next request of @tokens may go, as far as the minute is concerned. A request larger than the limit goes when nothing else went. */
static gint64
find_time (BtyLimiter *self, gint64 tokens, gint64 now)
{
  gint64 left_tokens = self->tokens;
  guint left = self->entries->len - self->first;
  gint64 when = MAX (self->paused_until, now);

  for (guint i = self->first; i < self->entries->len; i++, left--)
    {
      const Entry *entry = &g_array_index (self->entries, Entry, i);

      if ((self->limits.requests == 0 || left < self->limits.requests) &&
          (self->limits.tokens == 0 || left_tokens + tokens <= self->limits.tokens))
        break;
      left_tokens -= entry->tokens;
      when = MAX (when, entry->at + MINUTE_US);
    }
  return when;
}

static gboolean
has_place (BtyLimiter *self)
{
  return self->limits.concurrent == 0 || self->n_running < self->limits.concurrent;
}

/* Going. */

static void
let_go (BtyLimiter *self, BtyLimiterTicket *ticket, gint64 now)
{
  Entry entry = { .at = now, .tokens = ticket->tokens };

  ticket->is_running = TRUE;
  self->n_running += 1;
  if (!keeps_entries (self))
    return;
  ticket->has_entry = TRUE;
  ticket->entry = self->n_forgotten + self->entries->len;
  self->tokens += ticket->tokens;
  g_array_append_val (self->entries, entry);
}

static void
leave_line (BtyLimiterTicket *ticket)
{
  BtyLimiter *self = ticket->limiter;
  Lines *lines = &self->lines[ticket->priority];
  Line *line = g_steal_pointer (&ticket->line);

  g_queue_delete_link (&line->tickets, ticket->link);
  self->n_waiting -= 1;
  g_clear_handle_id (&ticket->timeout, g_source_remove);
  if (line->tickets.length > 0)
    return;
  g_queue_remove (&lines->turns, line);
  g_hash_table_remove (lines->lines, line->bot);
}

static BtyLimiterTicket *
head_of (Lines *lines)
{
  return g_queue_peek_head (&((Line *) g_queue_peek_head (&lines->turns))->tickets);
}

/* One that would have to wait for tokens does not hold up those that need fewer, for another while. */
static gboolean
is_aged (BtyLimiter *self, Lines *lines, gint64 now)
{
  return lines->n_passed >= 2 * MAX_PASSED ||
         (lines->n_passed >= MAX_PASSED && find_time (self, head_of (lines)->tokens, now) <= now);
}

/* Whose turn it is: of the most urgent, unless others were passed over so often that theirs has come. */
static BtyLimiterTicket *
peek_next (BtyLimiter *self, gint64 now)
{
  Lines *next = NULL;

  for (guint i = 0; i < BTY_N_PRIORITIES; i++)
    if (self->lines[i].turns.length > 0 && (next == NULL || is_aged (self, &self->lines[i], now)))
      next = &self->lines[i];
  return next != NULL ? head_of (next) : NULL;
}

static void
take_turn (BtyLimiter *self, BtyLimiterTicket *ticket)
{
  GQueue *turns = &self->lines[ticket->priority].turns;

  self->lines[ticket->priority].n_passed = 0;
  for (guint i = ticket->priority + 1; i < BTY_N_PRIORITIES; i++)
    self->lines[i].n_passed += self->lines[i].turns.length > 0;
  g_queue_push_tail (turns, g_queue_pop_head (turns)); /* the next one is another bot's */
  leave_line (ticket);
}

static gboolean
on_timer (gpointer data)
{
  BtyLimiter *self = data;

  self->timer = 0;
  schedule (self);
  return G_SOURCE_REMOVE;
}

static void
wait_until (BtyLimiter *self, gint64 when, gint64 now)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  self->timer = g_timeout_add ((guint) CLAMP ((when - now) / 1000 + 1, 1, 3600000), on_timer, self);
}

static void
let_in (BtyLimiter *self)
{
  BtyLimiterTicket *ticket;

  self->is_letting = TRUE;
  while (has_place (self))
    {
      gint64 now = g_get_monotonic_time ();
      gint64 when;

      forget_old (self, now);
      ticket = peek_next (self, now);
      if (ticket == NULL)
        break;
      when = find_time (self, ticket->tokens, now);
      if (when > now)
        {
          wait_until (self, when, now);
          break;
        }
      take_turn (self, ticket);
      let_go (self, ticket, now);
      ticket->granted (ticket->data, NULL);
    }
  self->is_letting = FALSE;
}

static gboolean
on_idle (gpointer data)
{
  BtyLimiter *self = data;

  self->idle = 0;
  g_object_ref (self);
  let_in (self);
  g_object_unref (self);
  return G_SOURCE_REMOVE;
}

static void
schedule (BtyLimiter *self)
{
  if (self->n_waiting > 0 && self->idle == 0 && !self->is_letting)
    self->idle = g_idle_add_full (G_PRIORITY_DEFAULT, on_idle, self, NULL);
}

void
bty_limiter_set_limits (BtyLimiter *self, const BtyLimits *limits)
{
  if (self->limits.requests == limits->requests && self->limits.tokens == limits->tokens &&
      self->limits.concurrent == limits->concurrent)
    return;
  self->limits = *limits;
  schedule (self);
}

/* Waiting. */

static gboolean
on_timeout (gpointer data)
{
  BtyLimiterTicket *ticket = data;
  g_autoptr (GError) error = g_error_new (
    BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED,
    _ (
      "the provider “%s” is busy: the request waited %lld s for its turn (route.queue_ms); its limits are changed with "
      "boternity-ctl provider update %s"),
    ticket->limiter->provider, (long long) ticket->waited_ms / 1000, ticket->limiter->provider);

  ticket->timeout = 0;
  leave_line (ticket);
  ticket->granted (ticket->data, error);
  return G_SOURCE_REMOVE;
}

static void
join_line (BtyLimiter *self, BtyLimiterTicket *ticket, const BtyLimiterWish *wish)
{
  Lines *lines = &self->lines[wish->priority];
  const char *bot = wish->bot != NULL ? wish->bot : "";

  ticket->line = g_hash_table_lookup (lines->lines, bot);
  if (ticket->line == NULL)
    {
      ticket->line = g_new0 (Line, 1);
      ticket->line->bot = g_strdup (bot);
      g_queue_init (&ticket->line->tickets);
      g_hash_table_insert (lines->lines, ticket->line->bot, ticket->line);
      g_queue_push_tail (&lines->turns, ticket->line);
    }
  g_queue_push_tail (&ticket->line->tickets, ticket);
  ticket->link = g_queue_peek_tail_link (&ticket->line->tickets);
  ticket->waited_ms = wish->max_wait_ms;
  ticket->timeout = g_timeout_add ((guint) CLAMP (wish->max_wait_ms, 1, G_MAXINT), on_timeout, ticket);
  self->n_waiting += 1;
}

BtyLimiterTicket *
bty_limiter_enter (BtyLimiter *self, const BtyLimiterWish *wish, gboolean *may_go, GError **error)
{
  BtyLimiterTicket *ticket;
  gint64 now = keeps_entries (self) || self->paused_until > 0 ? g_get_monotonic_time () : 0;
  gint64 when = now;

  if (now > 0)
    {
      forget_old (self, now);
      when = find_time (self, wish->tokens, now);
    }
  if (when - now > wish->max_wait_ms * 1000)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED,
                   _ ("the provider “%s” takes nothing more for %lld s: its limit is reached; limits are changed with "
                      "boternity-ctl provider update %s"),
                   self->provider, (long long) ((when - now + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC), self->provider);
      return NULL;
    }
  ticket = g_new0 (BtyLimiterTicket, 1);
  ticket->limiter = g_object_ref (self);
  ticket->granted = wish->granted;
  ticket->data = wish->data;
  ticket->priority = wish->priority;
  ticket->tokens = wish->tokens;
  *may_go = self->n_waiting == 0 && has_place (self) && when == now;
  if (*may_go)
    let_go (self, ticket, now);
  else
    {
      join_line (self, ticket, wish);
      schedule (self);
    }
  return ticket;
}

static void
correct (BtyLimiter *self, const BtyLimiterTicket *ticket, gint64 tokens)
{
  Entry *entry;

  if (!ticket->has_entry || tokens < 0 || ticket->entry < self->n_forgotten + self->first)
    return;
  entry = &g_array_index (self->entries, Entry, ticket->entry - self->n_forgotten);
  self->tokens += tokens - entry->tokens;
  entry->tokens = tokens;
}

void
bty_limiter_leave (BtyLimiterTicket *ticket, gint64 tokens)
{
  g_autoptr (BtyLimiter) self = ticket->limiter;

  if (ticket->line != NULL)
    leave_line (ticket);
  if (ticket->is_running)
    {
      self->n_running -= 1;
      correct (self, ticket, tokens);
    }
  g_clear_handle_id (&ticket->timeout, g_source_remove);
  g_free (ticket);
  schedule (self);
}

void
bty_limiter_pause (BtyLimiter *self, gint64 pause_ms)
{
  self->paused_until = MAX (self->paused_until, g_get_monotonic_time () + pause_ms * 1000);
}

/* For people. */

guint
bty_limiter_get_running (BtyLimiter *self)
{
  return self->n_running;
}

guint
bty_limiter_get_waiting (BtyLimiter *self)
{
  return self->n_waiting;
}

gint64
bty_limiter_get_pause_ms (BtyLimiter *self)
{
  return self->paused_until > 0 ? MAX (self->paused_until - g_get_monotonic_time (), 0) / 1000 : 0;
}

void
bty_limiter_get_left (BtyLimiter *self, BtyLimits *left)
{
  forget_old (self, g_get_monotonic_time ());
  left->requests = self->limits.requests > 0 ? MAX (self->limits.requests - (self->entries->len - self->first), 0) : -1;
  left->tokens = self->limits.tokens > 0 ? MAX (self->limits.tokens - self->tokens, 0) : -1;
  left->concurrent = self->limits.concurrent > 0 ? MAX (self->limits.concurrent - self->n_running, 0) : -1;
}
