/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-dispatcher"

#include "config.h"

#include "bty-dispatcher.h"

#include <glib/gi18n-lib.h>

#include "bty-replay.h"
#include "bty-scrub.h"
#include "observe/bty-audit-mark.h"
#include "secret/bty-secret-redact.h"

struct _BtyDispatcher
{
  GObject parent_instance;
  BtyCatalogue *catalogue;
  BtySettings *settings;
  BtyReplay *replay;
  BtyAuditLog *audit;  /* (nullable) */
  GHashTable *running; /* BtyCall * -> when its time is over */
  GHashTable *endless; /* those that nobody waits for: BtyCall * */
  GPtrArray *held;     /* (nullable): Held, those that wait for bty_dispatcher_release() */
  void (*on_held) (gpointer data);
  gpointer on_held_data;
  guint sweep;
  guint64 n_calls;
};

/* A call that is not carried out yet. */
typedef struct
{
  BtyCall *call;
  char *key; /* (nullable): its idempotency key */
} Held;

G_DEFINE_FINAL_TYPE (BtyDispatcher, bty_dispatcher, G_TYPE_OBJECT)

static void
held_free (Held *held)
{
  bty_call_unref (held->call);
  g_free (held->key);
  g_free (held);
}

static const BtySetting settings_table[] = {
  { .group = "calls",
    .key = "timeout",
    .type = BTY_SETTING_INT,
    .fallback = "120000",
    .unit = "ms",
    .min = 1,
    .max = 86400000,
    .summary = N_ ("Time a call has when its caller names none; streams have ten times as much") },
  { .group = "calls",
    .key = "limit",
    .type = BTY_SETTING_INT,
    .fallback = "4096",
    .unit = "calls",
    .min = 1,
    .max = 1000000,
    .summary = N_ ("Calls carried out at one time; more are refused") },
  { .group = "calls",
    .key = "idempotency_hours",
    .type = BTY_SETTING_INT,
    .fallback = "24",
    .unit = "h",
    .min = 1,
    .max = 8760,
    .summary = N_ ("How long the answer to an idempotency key is kept"),
    .flags = BTY_SETTING_RESTART },
};

static void
bty_dispatcher_finalize (GObject *object)
{
  BtyDispatcher *self = BTY_DISPATCHER (object);

  g_clear_handle_id (&self->sweep, g_source_remove);
  g_clear_object (&self->catalogue);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->replay, bty_replay_free);
  g_clear_object (&self->audit);
  g_clear_pointer (&self->running, g_hash_table_unref);
  g_clear_pointer (&self->endless, g_hash_table_unref);
  g_clear_pointer (&self->held, g_ptr_array_unref);
  G_OBJECT_CLASS (bty_dispatcher_parent_class)->finalize (object);
}

static void
bty_dispatcher_class_init (BtyDispatcherClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bty_dispatcher_finalize;
}

static void
bty_dispatcher_init (BtyDispatcher *self)
{
  self->running = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) bty_call_unref, g_free);
  self->endless = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) bty_call_unref, NULL);
}

BtyDispatcher *
bty_dispatcher_new (BtyCatalogue *catalogue, BtySettings *settings)
{
  BtyDispatcher *self = g_object_new (BTY_TYPE_DISPATCHER, NULL);

  self->catalogue = g_object_ref (catalogue);
  self->settings = g_object_ref (settings);
  bty_settings_add (settings, settings_table, G_N_ELEMENTS (settings_table));
  return self;
}

void
bty_dispatcher_set_store (BtyDispatcher *self, BtyStore *store)
{
  g_clear_pointer (&self->replay, bty_replay_free);
  if (store != NULL)
    self->replay = bty_replay_new (store, bty_settings_get_int (self->settings, "calls", "idempotency_hours"));
}

void
bty_dispatcher_set_audit (BtyDispatcher *self, BtyAuditLog *audit)
{
  g_set_object (&self->audit, audit);
}

guint64
bty_dispatcher_get_n_calls (BtyDispatcher *self)
{
  return self->n_calls;
}

guint
bty_dispatcher_get_n_running (BtyDispatcher *self)
{
  return g_hash_table_size (self->running);
}

static void
collect_of (GHashTable *table, const BtyPrincipal *principal, GPtrArray *calls)
{
  GHashTableIter iter;
  gpointer call;

  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, &call, NULL))
    if (bty_call_principal (call) == principal)
      g_ptr_array_add (calls, bty_call_ref (call));
}

void
bty_dispatcher_cancel_of (BtyDispatcher *self, const BtyPrincipal *principal)
{
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func ((GDestroyNotify) bty_call_unref);

  collect_of (self->running, principal, calls);
  collect_of (self->endless, principal, calls);
  for (guint i = 0; i < calls->len; i++)
    bty_call_cancel (g_ptr_array_index (calls, i));
}

void
bty_dispatcher_cancel_all (BtyDispatcher *self)
{
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func ((GDestroyNotify) bty_call_unref);
  g_autoptr (GPtrArray) held = g_steal_pointer (&self->held);
  GHashTableIter iter;
  gpointer call;

  for (guint i = 0; held != NULL && i < held->len; i++)
    bty_call_fail_new (((Held *) g_ptr_array_index (held, i))->call, BTY_ERROR_CANCELLED, "%s",
                       _ ("the call was cancelled"));
  g_hash_table_iter_init (&iter, self->running);
  while (g_hash_table_iter_next (&iter, &call, NULL))
    g_ptr_array_add (calls, bty_call_ref (call));
  g_hash_table_iter_init (&iter, self->endless);
  while (g_hash_table_iter_next (&iter, &call, NULL))
    g_ptr_array_add (calls, bty_call_ref (call));
  for (guint i = 0; i < calls->len; i++)
    bty_call_cancel (g_ptr_array_index (calls, i));
}

/* What a call that never reached its handler is told under: the operation was not found, or the request was refused. */
static const BtyOperation nowhere = {
  .name = "none", .summary = "", .http = "", .effect = BTY_EFFECT_READ, .errors = BTY_ERRORS (NOT_FOUND)
};

static BtyCall *
refuse (const BtyOperation *operation, BtyPrincipal *principal, const GError *error)
{
  BtyCall *call = bty_call_new (operation != NULL ? operation : &nowhere, NULL, principal, NULL);
  g_autoptr (GError) clean = g_error_copy (error);

  bty_secret_redact_error (clean);
  bty_call_fail (call, clean);
  return call;
}

static gboolean
check_principal (const BtyOperation *operation, BtyPrincipal *principal, GError **error)
{
  if (bty_principal_may (principal, operation->scope))
    return TRUE;
  if (bty_principal_is_revoked (principal))
    g_set_error (error, BTY_ERROR, BTY_ERROR_UNAUTHENTICATED, _ ("this access token was taken back: %s"),
                 bty_principal_get_name (principal));
  else if (bty_principal_get_kind (principal) == BTY_PRINCIPAL_ANONYMOUS)
    g_set_error (error, BTY_ERROR, BTY_ERROR_UNAUTHENTICATED,
                 _ ("“%s” needs a token: give the one that “boternity-ctl token” prints"), operation->name);
  else if (bty_principal_get_kind (principal) == BTY_PRINCIPAL_OWNER)
    g_set_error (error, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED,
                 _ ("“%s” is done by the unix socket or the session bus alone, not with a token: use boternity-ctl"),
                 operation->name);
  else
    g_set_error (error, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED, _ ("“%s” needs the scope “%s”, which %s does not have"),
                 operation->name, operation->scope, bty_principal_get_name (principal));
  return FALSE;
}

static gboolean
check_load (BtyDispatcher *self, const BtyOperation *operation, GError **error)
{
  gint64 limit = bty_settings_get_int (self->settings, "calls", "limit");

  /* Those without an end are limited by whoever serves them. */
  if ((operation->effect & BTY_EFFECT_ENDLESS) != 0 || g_hash_table_size (self->running) < (guint64) limit)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED,
               _ ("%lld calls are being carried out: try again, or raise the setting calls.limit"), (long long) limit);
  return FALSE;
}

static gboolean
decode (const BtyOperation *operation, const BtyCallSpec *spec, gpointer *request, GError **error)
{
  if (operation->request == NULL)
    return TRUE;
  *request = spec->decode (operation->request, operation->request_view, spec->input, error);
  return *request != NULL;
}

typedef struct
{
  BtyDispatcher *dispatcher;
  gint64 began;
  const char *door;
  BtyAuditMark *mark; /* (nullable): its start is in the audit log */
} Running;

static void
running_free (gpointer data)
{
  Running *running = data;

  g_object_unref (running->dispatcher);
  g_clear_pointer (&running->mark, bty_audit_mark_free);
  g_free (running);
}

/* Who did what from where, how it ended and how long it took; never the request. */
static void
on_ended (BtyCall *call, gpointer data)
{
  Running *running = data;
  const BtyOperation *operation = bty_call_operation (call);
  GError *error = (GError *) bty_call_error (call); /* the call's own, which nobody has read yet */

  bty_secret_redact_error (error);
  if (!g_hash_table_remove (running->dispatcher->running, call))
    g_hash_table_remove (running->dispatcher->endless, call);
  if (running->mark != NULL && running->dispatcher->audit != NULL)
    bty_audit_mark_end (running->mark, running->dispatcher->audit, call);
  if ((operation->effect & BTY_EFFECT_READ) != 0 && error == NULL)
    return;
  bty_scrub_stack_later (); /* a request that changes something may have brought a secret */
  g_debug ("%s %s by %s at %s: %s in %.1f ms", error != NULL ? "failed" : "carried out", operation->name,
           bty_principal_get_name (bty_call_principal (call)), running->door != NULL ? running->door : "core",
           error != NULL ? bty_error_info (error->code)->name : "OK",
           (double) (g_get_monotonic_time () - running->began) / 1000.0);
}

/* One timer for all calls: a source for each would cost every turn of the main loop. */
static gboolean
sweep (gpointer data)
{
  BtyDispatcher *self = data;
  gint64 now = g_get_monotonic_time ();
  g_autoptr (GPtrArray) late = g_ptr_array_new_with_free_func ((GDestroyNotify) bty_call_unref);
  GHashTableIter iter;
  gpointer call, deadline;

  g_hash_table_iter_init (&iter, self->running);
  while (g_hash_table_iter_next (&iter, &call, &deadline))
    if (*(gint64 *) deadline < now)
      g_ptr_array_add (late, bty_call_ref (call));
  for (guint i = 0; i < late->len; i++)
    bty_call_expire (g_ptr_array_index (late, i));
  if (g_hash_table_size (self->running) > 0)
    return G_SOURCE_CONTINUE;
  self->sweep = 0;
  return G_SOURCE_REMOVE;
}

static gint64
default_timeout (BtyDispatcher *self, BtyCall *call)
{
  gint64 timeout = bty_settings_get_int (self->settings, "calls", "timeout");

  return (bty_call_operation (call)->effect & BTY_EFFECT_STREAMING) != 0 ? timeout * 10 : timeout;
}

static void
follow (BtyDispatcher *self, BtyCall *call, const BtyCallSpec *spec)
{
  Running *running = g_new0 (Running, 1);
  gint64 timeout = spec->timeout_ms > 0 ? spec->timeout_ms : default_timeout (self, call);

  running->dispatcher = g_object_ref (self);
  running->began = g_get_monotonic_time ();
  running->door = spec->door;
  if (self->audit != NULL && (bty_call_operation (call)->effect & BTY_EFFECT_READ) == 0)
    running->mark = bty_audit_mark_start (self->audit, call, spec->door);
  bty_call_on_ended (call, on_ended, running, running_free);
  if (spec->timeout_ms == 0 && (bty_call_operation (call)->effect & BTY_EFFECT_ENDLESS) != 0)
    {
      g_hash_table_add (self->endless, bty_call_ref (call));
      return;
    }
  timeout = running->began + timeout * 1000;
  g_hash_table_insert (self->running, bty_call_ref (call), g_memdup2 (&timeout, sizeof timeout));
  if (spec->timeout_ms > 0)
    bty_call_set_deadline (call, timeout);
  else if (self->sweep == 0)
    self->sweep = g_timeout_add (500, sweep, self);
}

static gboolean
check_key (BtyDispatcher *self, const BtyOperation *operation, const char *key, GError **error)
{
  gsize length = strlen (key);

  if ((operation->effect & BTY_EFFECT_SECRET) != 0)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                   _ ("the answer of “%s” holds a secret, which is not kept: leave the idempotency key out"),
                   operation->name);
      return FALSE;
    }
  if (length == 0 || length > 255)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                   _ ("an idempotency key has 1 to 255 characters, not %zu"), length);
      return FALSE;
    }
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isgraph (key[i]))
      {
        g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                             _ ("an idempotency key is made of visible ASCII characters"));
        return FALSE;
      }
  if (self->replay == NULL)
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_UNAVAILABLE,
                           _ ("the store that keeps idempotency keys is not open yet: try again"));
      return FALSE;
    }
  return TRUE;
}

/* @key: (nullable) */
static void
run (BtyDispatcher *self, BtyCall *call, const char *key)
{
  if (key != NULL)
    bty_replay_start (self->replay, call, key);
  else
    bty_call_operation (call)->run (call);
}

static void
hold (BtyDispatcher *self, BtyCall *call, const char *key)
{
  Held *held = g_new0 (Held, 1);

  held->call = bty_call_ref (call);
  held->key = g_strdup (key);
  g_ptr_array_add (self->held, held);
  if (self->held->len == 1)
    self->on_held (self->on_held_data);
}

void
bty_dispatcher_hold (BtyDispatcher *self, void (*on_held) (gpointer data), gpointer data)
{
  self->held = g_ptr_array_new_with_free_func ((GDestroyNotify) held_free);
  self->on_held = on_held;
  self->on_held_data = data;
}

void
bty_dispatcher_release (BtyDispatcher *self)
{
  g_autoptr (GPtrArray) calls = g_steal_pointer (&self->held);

  for (guint i = 0; calls != NULL && i < calls->len; i++)
    {
      const Held *held = g_ptr_array_index (calls, i);

      run (self, held->call, held->key);
    }
}

BtyCall *
bty_dispatcher_start (BtyDispatcher *self, const BtyCallSpec *spec)
{
  gpointer service = NULL;
  gpointer request = NULL;
  g_autoptr (GError) error = NULL;
  const BtyOperation *operation = bty_catalogue_find (self->catalogue, spec->operation, &service, &error);
  gboolean keyed = FALSE;
  BtyCall *call;

  self->n_calls += 1;
  if (operation != NULL && !check_principal (operation, spec->principal, &error) && self->audit != NULL)
    bty_audit_refused (self->audit, operation, spec->principal, spec->door, error);
  if (operation != NULL && error == NULL && check_load (self, operation, &error) &&
      decode (operation, spec, &request, &error) && spec->idempotency_key != NULL &&
      (operation->effect & BTY_EFFECT_READ) == 0)
    keyed = check_key (self, operation, spec->idempotency_key, &error);

  if (error != NULL)
    {
      g_clear_pointer (&request, bty_record_unref);
      return refuse (operation, spec->principal, error);
    }
  call = bty_call_new (operation, service, spec->principal, request);
  follow (self, call, spec);
  if (self->held != NULL)
    hold (self, call, keyed ? spec->idempotency_key : NULL);
  else
    run (self, call, keyed ? spec->idempotency_key : NULL);
  return call;
}
