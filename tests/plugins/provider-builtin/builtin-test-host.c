/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-test"

#include "config.h"

#include "builtin-test-host.h"

static void init_host (BtyHostInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BuiltinTestHost, builtin_test_host, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_HOST, init_host))

static void
builtin_test_host_finalize (GObject *object)
{
  BuiltinTestHost *self = BUILTIN_TEST_HOST (object);

  g_ptr_array_unref (self->messages);
  g_free (self->searched);
  G_OBJECT_CLASS (builtin_test_host_parent_class)->finalize (object);
}

static void
builtin_test_host_class_init (BuiltinTestHostClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = builtin_test_host_finalize;
}

static void
builtin_test_host_init (BuiltinTestHost *self)
{
  self->messages = bty_record_list_new ();
}

BuiltinTestHost *
builtin_test_host_new (void)
{
  return g_object_new (BUILTIN_TYPE_TEST_HOST, NULL);
}

void
builtin_test_host_add (BuiltinTestHost *self, BtyRole role, const char *bot, const char *session, const char *text,
                       gint64 said_at)
{
  BtyMessage *message = bty_message_new ();

  message->role = role;
  message->bot = g_strdup (bot);
  message->session = g_strdup (session);
  message->text = g_strdup (text);
  message->record.created_at = said_at * G_USEC_PER_SEC;
  g_ptr_array_add (self->messages, message);
}

static void
session_get (BtyCall *call)
{
  const BtySession *key = bty_call_request (call);
  g_autoptr (BtySession) session = bty_session_new ();

  session->record.id = g_strdup (key->record.id);
  session->slug = g_strdup ("rover");
  bty_call_return (call, session);
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  BtyCall *call = data;
  BuiltinTestHost *self = bty_call_service (call);

  self->n_cancelled += 1;
  bty_call_fail_new (call, BTY_ERROR_CANCELLED, "cancelled");
}

static gboolean
search_later (gpointer data)
{
  BtyCall *call = data;
  BuiltinTestHost *self = bty_call_service (call);
  const BtyMessageSearch *request = bty_call_request (call);
  g_autoptr (BtyPage) page = bty_page_new ();

  g_free (self->searched);
  self->searched = g_strdup_printf ("%s in %s", request->words, request->slug);
  if (self->fails)
    {
      bty_call_fail_new (call, BTY_ERROR_UNIMPLEMENTED, "this store keeps no text index");
      return G_SOURCE_REMOVE;
    }
  for (guint i = 0; i < self->messages->len; i++)
    bty_call_emit (call, self->messages->pdata[i]);
  bty_call_return (call, page);
  return G_SOURCE_REMOVE;
}

static void
message_search (BtyCall *call)
{
  BuiltinTestHost *self = bty_call_service (call);

  if (self->hangs)
    g_signal_connect (bty_call_cancellable (call), "cancelled", G_CALLBACK (on_cancelled), call);
  else
    g_idle_add_full (G_PRIORITY_DEFAULT, search_later, bty_call_ref (call), (GDestroyNotify) bty_call_unref);
}

static const BtyOperation operations[] = {
  { .name = "session.get",
    .summary = "Show",
    .request = &bty_session_schema,
    .request_view = BTY_VIEW_KEY,
    .response = &bty_session_schema,
    .scope = "sessions:read",
    .run = session_get },
  { .name = "message.search",
    .summary = "Search",
    .request = &bty_message_search_schema,
    .item = &bty_message_schema,
    .response = &bty_page_schema,
    .scope = "sessions:read",
    .errors = BTY_ERRORS (UNIMPLEMENTED),
    .run = message_search },
};

static BtyCall *
start_call (BtyHost *host, const BtyCallSpec *spec)
{
  const BtyOperation *operation = &operations[g_strcmp0 (spec->operation, "message.search") == 0];
  g_autoptr (GError) error = NULL;
  gpointer request;
  BtyCall *call;

  /* It must ask for no more than it needs, by names that exist, with what the operation takes. */
  g_assert_cmpstr (operation->name, ==, spec->operation);
  g_assert_cmpint (bty_principal_get_kind (spec->principal), ==, BTY_PRINCIPAL_BOT);
  g_assert_true (bty_principal_may (spec->principal, operation->scope));
  g_assert_false (bty_principal_may (spec->principal, "sessions:write"));
  g_assert_false (bty_principal_may (spec->principal, "bots:read"));
  request = spec->decode (operation->request, operation->request_view, spec->input, &error);
  g_assert_no_error (error);
  call = bty_call_new (operation, host, spec->principal, request);
  operation->run (call);
  return call;
}

static void
init_host (BtyHostInterface *iface)
{
  iface->start_call = start_call;
}
