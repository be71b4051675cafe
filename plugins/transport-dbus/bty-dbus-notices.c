/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-dbus"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "bty-dbus-codec.h"
#include "bty-dbus-notices.h"

#define SERVER     "org.freedesktop.Notifications"
#define SERVER_OBJ "/org/freedesktop/Notifications"
#define FOLLOWED   "event.subscribe"
#define MAX_SHOWN  32 /* whose buttons are listened to */

const BtySetting bty_dbus_notice_settings[] = {
  { "notifications", "enabled", BTY_SETTING_BOOL, "true", NULL, 0, 1,
    N_ ("Whether the desktop shows what needs you, such as an answer that failed") },
};
const guint bty_dbus_n_notice_settings = G_N_ELEMENTS (bty_dbus_notice_settings);

/* What needs the person: a row an event. */
typedef struct
{
  const char *type;
  const char *member; /* is shown when this member of its data */
  const char *value;  /* is this */
  const char *title;
  const char *body;    /* member with the text */
  const char *about;   /* member that names the thing */
  const char *button;  /* (nullable): label of its button */
  const char *request; /* of the operation that it runs, with the member @about as its only value, under this name */
  const char *operation;
} Row;

static const Row rows[] = {
  { .type = "org.boternity.turn.finished",
    .member = "state",
    .value = "failed",
    .title = N_ ("A bot could not answer"),
    .body = "error",
    .about = "session",
    .button = N_ ("Close the conversation"),
    .request = "id",
    .operation = "session.close" },
  { .type = "org.boternity.plugin.refused",
    .member = "state",
    .value = "refused",
    .title = N_ ("A plugin cannot be used"),
    .body = "reason",
    .about = "name",
    .button = N_ ("Look again"),
    .request = "name",
    .operation = "plugin.scan" },
  { .type = "org.boternity.backup.failed",
    .member = "cause",
    .value = "schedule",
    .title = N_ ("A backup could not be made"),
    .body = "error",
    .about = "name" },
  { .type = "org.boternity.soul.held",
    .member = "state",
    .value = "held",
    .title = N_ ("A bot's files were changed"),
    .body = "reason",
    .about = "bot_slug",
    .button = N_ ("Check its history"),
    .request = "slug",
    .operation = "soul.verify" },
  { .type = "org.boternity.soul.proposed",
    .member = "state",
    .value = "open",
    .title = N_ ("A change of a bot's soul is proposed"),
    .body = "note",
    .about = "id",
    .button = N_ ("Refuse it"),
    .request = "id",
    .operation = "soul.refuse" },
  { .type = "org.boternity.budget.warning",
    .member = "level",
    .value = "100",
    .title = N_ ("A cap of the budget is reached: “boternity-ctl budget show” shows which"),
    .body = "slug",
    .about = "scope" },
};

typedef struct
{
  guint32 id; /* of the server */
  char *about;
  const Row *row;
} Shown;

struct _BtyDbusNotices
{
  BtyHost *host; /* outlives us */
  GDBusConnection *connection;
  GCancellable *cancellable;
  BtyPrincipal *owner;
  BtyCallReader *reader;
  GPtrArray *shown;
  guint action_signal;
};

/* A notification on its way to the server. */
typedef struct
{
  BtyDbusNotices *notices;
  char *about;
  const Row *row;
} Pending;

static void
shown_free (gpointer data)
{
  Shown *shown = data;

  g_free (shown->about);
  g_free (shown);
}

static Shown *
find_shown (BtyDbusNotices *self, const Row *row, const char *about)
{
  for (guint i = 0; i < self->shown->len; i++)
    {
      Shown *shown = g_ptr_array_index (self->shown, i);

      if (shown->row == row && g_str_equal (shown->about, about))
        return shown;
    }
  return NULL;
}

static void
on_notified (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Pending *pending = data;
  g_autofree char *about = pending->about;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  BtyDbusNotices *self = pending->notices;
  Shown *shown;

  if (answer == NULL) /* no server, or we are gone: nothing to do */
    return;
  shown = find_shown (self, pending->row, about);
  if (shown == NULL)
    {
      if (self->shown->len >= MAX_SHOWN)
        g_ptr_array_remove_index (self->shown, 0);
      shown = g_new0 (Shown, 1);
      shown->row = pending->row;
      shown->about = g_steal_pointer (&about);
      g_ptr_array_add (self->shown, shown);
    }
  g_variant_get (answer, "(u)", &shown->id);
}

static void
show (BtyDbusNotices *self, const Row *row, const char *about, const char *body)
{
  const char *const buttons[] = { row->operation, row->button != NULL ? _ (row->button) : NULL, NULL };
  Shown *before = find_shown (self, row, about);
  g_autofree char *text = g_markup_escape_text (body, -1); /* a server may read markup */
  Pending *pending = g_new0 (Pending, 1);
  GVariantDict hints;

  pending->notices = self;
  pending->row = row;
  pending->about = g_strdup (about);
  g_variant_dict_init (&hints, NULL);
  g_variant_dict_insert (&hints, "desktop-entry", "s", "org.boternity.Boternity");
  g_dbus_connection_call (self->connection, SERVER, SERVER_OBJ, SERVER, "Notify",
                          g_variant_new ("(susss^as@a{sv}i)", "Boternity", before != NULL ? before->id : 0, "",
                                         _ (row->title), text, row->button != NULL ? buttons : buttons + 2,
                                         g_variant_dict_end (&hints), -1),
                          G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable, on_notified, pending);
}

/* The string or whole number of a member of one JSON object, or NULL. */
static char *
find_text (const char *json, gsize size, const char *name)
{
  g_auto (BtyJsonReader) reader;
  BtyJsonToken token;

  bty_json_reader_init (&reader, json, size, 0);
  if (bty_json_reader_next (&reader, NULL) != BTY_JSON_OBJECT_BEGIN)
    return NULL;
  while (bty_json_reader_next (&reader, NULL) == BTY_JSON_KEY)
    {
      if (!bty_json_reader_key_is (&reader, name))
        {
          bty_json_reader_skip (&reader, NULL, NULL, NULL);
          continue;
        }
      token = bty_json_reader_next (&reader, NULL);
      if (token == BTY_JSON_INT)
        return g_strdup_printf ("%" G_GINT64_FORMAT, reader.integer);
      return token == BTY_JSON_STRING ? g_utf8_make_valid (reader.text, (gssize) reader.length) : NULL;
    }
  return NULL;
}

static char *
find_data (const GString *event)
{
  g_auto (BtyJsonReader) reader;
  const char *raw;
  gsize length;

  bty_json_reader_init (&reader, event->str, event->len, 0);
  if (bty_json_reader_next (&reader, NULL) != BTY_JSON_OBJECT_BEGIN)
    return NULL;
  while (bty_json_reader_next (&reader, NULL) == BTY_JSON_KEY)
    {
      gboolean is_data = bty_json_reader_key_is (&reader, "data");

      if (bty_json_reader_skip (&reader, &raw, &length, NULL) == BTY_JSON_ERROR)
        return NULL;
      if (is_data)
        return g_strndup (raw, length);
    }
  return NULL;
}

static void
show_row (BtyDbusNotices *self, const Row *row, const char *data)
{
  gsize size = strlen (data);
  g_autofree char *value = find_text (data, size, row->member);
  g_autofree char *about = find_text (data, size, row->about);
  g_autofree char *body = find_text (data, size, row->body);

  if (g_strcmp0 (value, row->value) == 0 && about != NULL)
    show (self, row, about, body != NULL ? body : "");
}

/* As every client sees it: through the JSON of the item. */
static void
take_event (BtyDbusNotices *self, const BtyItem *item)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *type = NULL;
  g_autofree char *data = NULL;
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, text);
  bty_call_reader_write_json (self->reader, item, &writer);
  type = find_text (text->str, text->len, "type");
  data = find_data (text);
  for (guint i = 0; type != NULL && data != NULL && i < G_N_ELEMENTS (rows); i++)
    if (g_str_equal (type, rows[i].type))
      show_row (self, &rows[i], data);
}

static void
on_wake (BtyCallReader *reader, gpointer data)
{
  BtyDbusNotices *self = data;
  BtyItem item;

  while (bty_call_reader_next (reader, &item) == BTY_READ_ITEM)
    take_event (self, &item);
}

static BtyCall *
start_call (BtyDbusNotices *self, const char *operation, GVariant *request)
{
  g_autoptr (GVariant) input = g_variant_ref_sink (request);
  BtyCallSpec spec = {
    .operation = operation, .principal = self->owner, .decode = bty_dbus_decode, .input = input, .door = "notification"
  };

  return bty_host_start_call (self->host, &spec);
}

static void
on_ended (BtyCall *call, gpointer data)
{
  const GError *error = bty_call_error (call);

  if (error != NULL)
    g_message ("the button of a notification did nothing: %s", error->message);
}

static void
press (BtyDbusNotices *self, Shown *shown)
{
  g_autoptr (BtyCall) call = NULL;
  GVariantDict request;

  g_variant_dict_init (&request, NULL);
  g_variant_dict_insert (&request, shown->row->request, "s", shown->about);
  call = start_call (self, shown->row->operation, g_variant_dict_end (&request));
  if (bty_call_state (call) == BTY_CALL_RUNNING)
    bty_call_on_ended (call, on_ended, NULL, NULL);
  else
    on_ended (call, NULL);
}

static void
on_action (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *signal,
           GVariant *parameters, gpointer data)
{
  BtyDbusNotices *self = data;
  const char *key;
  guint32 id;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(us)")))
    return;
  g_variant_get (parameters, "(u&s)", &id, &key);
  for (guint i = 0; i < self->shown->len; i++)
    {
      Shown *shown = g_ptr_array_index (self->shown, i);

      if (shown->id != id || g_strcmp0 (shown->row->operation, key) != 0)
        continue;
      press (self, shown);
      g_ptr_array_remove_index (self->shown, i);
      return;
    }
}

/* By the server's well-known name, so that what others broadcast is passed over; it is a convenience, no lock. */
static void
follow (BtyDbusNotices *self)
{
  g_autoptr (BtyCall) call = NULL;
  g_autoptr (GPtrArray) topics = g_ptr_array_new ();
  GVariantDict request;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_ptr_array_add (topics, (gpointer) rows[i].type);
  g_variant_dict_init (&request, NULL);
  g_variant_dict_insert_value (&request, "topics",
                               g_variant_new_strv ((const char *const *) topics->pdata, (gssize) topics->len));
  call = start_call (self, FOLLOWED, g_variant_dict_end (&request));
  self->action_signal = g_dbus_connection_signal_subscribe (self->connection, SERVER, SERVER, "ActionInvoked",
                                                            SERVER_OBJ, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_action, self,
                                                            NULL);
  self->reader = bty_call_reader_new (call, 0, on_wake, self);
  on_wake (self->reader, self);
}

BtyDbusNotices *
bty_dbus_notices_new (BtyHost *host, GDBusConnection *connection)
{
  BtyCredentials credentials = { .peer_uid = (gint64) geteuid () };
  BtyDbusNotices *self;

  if (bty_host_get_int (host, "notifications", "enabled") == 0 ||
      bty_catalogue_lookup (bty_host_get_catalogue (host), FOLLOWED, NULL) == NULL)
    return NULL;
  self = g_new0 (BtyDbusNotices, 1);
  self->host = host;
  self->connection = g_object_ref (connection);
  self->cancellable = g_cancellable_new ();
  self->owner = bty_host_identify (host, &credentials, NULL);
  self->shown = g_ptr_array_new_with_free_func (shown_free);
  follow (self);
  return self;
}

void
bty_dbus_notices_free (BtyDbusNotices *self)
{
  g_autoptr (BtyCall) call = bty_call_ref (bty_call_reader_call (self->reader));

  g_cancellable_cancel (self->cancellable);
  g_dbus_connection_signal_unsubscribe (self->connection, self->action_signal);
  bty_call_reader_free (self->reader);
  bty_call_cancel (call);
  g_ptr_array_unref (self->shown);
  g_object_unref (self->cancellable);
  g_object_unref (self->connection);
  bty_principal_unref (self->owner);
  g_free (self);
}
