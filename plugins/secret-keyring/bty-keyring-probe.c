/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-keyring"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-keyring-collection.h"
#include "bty-keyring-error.h"
#include "bty-keyring-options.h"
#include "bty-keyring-probe.h"

struct _BtyKeyringProbe
{
  GObject parent_instance;
  BtyKeyringLink *link;
  BtyKeyringState state;
  char *reason;
  char *label;
  gint64 known_at;       /* monotonic; 0: counts no longer */
  GCancellable *running; /* the question under way */
  guint timer;           /* until when it may take */
  guint asked_ms;
};

G_DEFINE_FINAL_TYPE (BtyKeyringProbe, bty_keyring_probe, G_TYPE_OBJECT)

typedef struct
{
  BtyKeyringProbe *probe;
  GCancellable *cancellable;
} Question;

static void
question_free (Question *question)
{
  g_object_unref (question->probe);
  g_object_unref (question->cancellable);
  g_free (question);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

static void
end_question (BtyKeyringProbe *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->running != NULL)
    g_cancellable_cancel (self->running);
  g_clear_object (&self->running);
}

static void
bty_keyring_probe_dispose (GObject *object)
{
  BtyKeyringProbe *self = BTY_KEYRING_PROBE (object);

  end_question (self);
  if (self->link != NULL)
    g_signal_handlers_disconnect_by_data (self->link, self);
  g_clear_object (&self->link);
  g_clear_pointer (&self->reason, g_free);
  g_clear_pointer (&self->label, g_free);
  G_OBJECT_CLASS (bty_keyring_probe_parent_class)->dispose (object);
}

static void
bty_keyring_probe_class_init (BtyKeyringProbeClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bty_keyring_probe_dispose;
}

static void
bty_keyring_probe_init (BtyKeyringProbe *self)
{
}

static void
conclude (BtyKeyringProbe *self, BtyKeyringState state, const char *reason)
{
  if (state != self->state)
    g_debug ("the keyring is %s%s%s",
             state == BTY_KEYRING_OPEN     ? "open"
             : state == BTY_KEYRING_LOCKED ? "locked"
                                           : "absent",
             reason != NULL ? ": " : "", reason != NULL ? reason : "");
  self->state = state;
  g_free (self->reason);
  self->reason = g_strdup (reason);
  self->known_at = g_get_monotonic_time ();
  end_question (self);
}

void
bty_keyring_probe_note (BtyKeyringProbe *self, const GError *error)
{
  if (g_error_matches (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE))
    conclude (self, BTY_KEYRING_ABSENT, error->message);
  else if (g_error_matches (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION))
    conclude (self, BTY_KEYRING_LOCKED, error->message);
}

static void
fail_question (Question *question, const GError *error)
{
  g_autoptr (GError) ours = bty_keyring_error_convert (error);

  if (question->probe->running == question->cancellable)
    conclude (question->probe, BTY_KEYRING_ABSENT, ours->message);
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Question) question = data;
  BtyKeyringProbe *self = question->probe;
  g_auto (BtyKeyringCollection) collection = { 0 };
  g_autoptr (GError) error = NULL;

  if (!bty_keyring_collection_find_finish (G_DBUS_CONNECTION (source), result, &collection, &error))
    {
      fail_question (question, error);
      return;
    }
  if (self->running != question->cancellable)
    return;
  g_free (self->label);
  self->label = g_steal_pointer (&collection.label);
  if (collection.path == NULL)
    conclude (self, BTY_KEYRING_LOCKED,
              _ ("the keyring has no collection for new secrets yet: boternity-ctl secret unlock keyring makes "
                 "one"));
  else if (collection.is_locked)
    {
      error = bty_keyring_error_locked ();
      conclude (self, BTY_KEYRING_LOCKED, error->message);
    }
  else
    conclude (self, BTY_KEYRING_OPEN, NULL);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Question) question = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = bty_keyring_link_connect_finish (BTY_KEYRING_LINK (source), result, &error);
  GCancellable *cancellable = question->cancellable;

  if (connection == NULL)
    fail_question (question, error);
  else
    bty_keyring_collection_find_async (connection, cancellable, on_found, g_steal_pointer (&question));
}

static gboolean
on_silent (gpointer data)
{
  BtyKeyringProbe *self = data;
  g_autoptr (GError) error = bty_keyring_error_silent (self->asked_ms);

  self->timer = 0;
  conclude (self, BTY_KEYRING_ABSENT, error->message);
  return G_SOURCE_REMOVE;
}

static void
ask (BtyKeyringProbe *self)
{
  Question *question = g_new0 (Question, 1);

  self->running = g_cancellable_new ();
  self->asked_ms = bty_keyring_options_timeout_ms ();
  self->timer = g_timeout_add (self->asked_ms, on_silent, self);
  question->probe = g_object_ref (self);
  question->cancellable = g_object_ref (self->running);
  bty_keyring_link_connect_async (self->link, self->running, on_connected, question);
}

BtyKeyringState
bty_keyring_probe_look (BtyKeyringProbe *self)
{
  gint64 age = (g_get_monotonic_time () - self->known_at) / 1000;

  if (self->running != NULL || (self->known_at != 0 && age < bty_keyring_options_refresh_ms ()))
    return self->state;
  if (bty_keyring_link_has_bus ())
    ask (self);
  else
    {
      g_autoptr (GError) error = bty_keyring_error_no_bus ();

      conclude (self, BTY_KEYRING_ABSENT, error->message);
    }
  return self->state;
}

void
bty_keyring_probe_forget (BtyKeyringProbe *self)
{
  self->known_at = 0;
  end_question (self);
}

/* Asked at once, so that who looks next finds the new state and not the one before. */
static void
on_changed (BtyKeyringLink *link, gpointer data)
{
  bty_keyring_probe_forget (data);
  bty_keyring_probe_look (data);
}

BtyKeyringProbe *
bty_keyring_probe_new (BtyKeyringLink *link)
{
  BtyKeyringProbe *self = g_object_new (BTY_TYPE_KEYRING_PROBE, NULL);

  self->link = g_object_ref (link);
  g_signal_connect (link, "changed", G_CALLBACK (on_changed), self);
  return self;
}

const char *
bty_keyring_probe_get_reason (BtyKeyringProbe *self)
{
  return self->reason;
}

const char *
bty_keyring_probe_get_label (BtyKeyringProbe *self)
{
  return self->label;
}
