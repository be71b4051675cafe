/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-keyring"

#include "config.h"

#include "bty-keyring-service.h"

struct _BtyKeyringService
{
  SecretService parent_instance;
  guint n_prompting;
};

G_DEFINE_FINAL_TYPE (BtyKeyringService, bty_keyring_service, SECRET_TYPE_SERVICE)

static void
prompt_async (SecretService *service, SecretPrompt *prompt, const GVariantType *return_type, GCancellable *cancellable,
              GAsyncReadyCallback callback, gpointer data)
{
  if (BTY_KEYRING_SERVICE (service)->n_prompting > 0)
    SECRET_SERVICE_CLASS (bty_keyring_service_parent_class)
      ->prompt_async (service, prompt, return_type, cancellable, callback, data);
  else
    g_task_report_new_error (service, callback, data, prompt_async, SECRET_ERROR, SECRET_ERROR_IS_LOCKED,
                             "nobody asked to be prompted");
}

static GVariant *
prompt_finish (SecretService *service, GAsyncResult *result, GError **error)
{
  if (g_async_result_is_tagged (result, prompt_async))
    return g_task_propagate_pointer (G_TASK (result), error);
  return SECRET_SERVICE_CLASS (bty_keyring_service_parent_class)->prompt_finish (service, result, error);
}

/* libsecret would take the connection that all of the process shares, with which the process ends: ours is given instead. */
static GObject *
construct (GType type, guint n, GObjectConstructParam *properties)
{
  GObject *object = G_OBJECT_CLASS (bty_keyring_service_parent_class)->constructor (type, n, properties);

  g_object_set (object, "g-bus-type", G_BUS_TYPE_NONE, NULL);
  return object;
}

static void
bty_keyring_service_class_init (BtyKeyringServiceClass *klass)
{
  SecretServiceClass *service = SECRET_SERVICE_CLASS (klass);

  G_OBJECT_CLASS (klass)->constructor = construct;
  service->prompt_async = prompt_async;
  service->prompt_finish = prompt_finish;
}

static void
bty_keyring_service_init (BtyKeyringService *self)
{
}

void
bty_keyring_service_new_async (GDBusConnection *connection, GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer data)
{
  g_async_initable_new_async (BTY_TYPE_KEYRING_SERVICE, G_PRIORITY_DEFAULT, cancellable, callback, data, "g-flags",
                              G_DBUS_PROXY_FLAGS_NONE, "g-connection", connection, "g-name", BTY_KEYRING_BUS_NAME,
                              "g-object-path", BTY_KEYRING_PATH, "g-interface-name", BTY_KEYRING_INTERFACE, "flags",
                              SECRET_SERVICE_OPEN_SESSION, NULL);
}

BtyKeyringService *
bty_keyring_service_new_finish (GAsyncResult *result, GError **error)
{
  g_autoptr (GObject) source = g_async_result_get_source_object (result);
  GObject *service = g_async_initable_new_finish (G_ASYNC_INITABLE (source), result, error);

  return service != NULL ? BTY_KEYRING_SERVICE (service) : NULL;
}

void
bty_keyring_service_begin_prompting (BtyKeyringService *self)
{
  self->n_prompting += 1;
}

void
bty_keyring_service_end_prompting (BtyKeyringService *self)
{
  g_return_if_fail (self->n_prompting > 0);
  self->n_prompting -= 1;
}
