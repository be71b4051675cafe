/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "soul/bty-soul-hash.h"
#include "soul/bty-soul-operations.h"
#include "soul/bty-soul-reading.h"

/* A name must not be taken for anything else that a version is named by. */
static gboolean
check_name (BtyCall *call, const char *name)
{
  gsize length = strlen (name);
  gboolean is_good = g_ascii_isalpha (name[0]) && strcmp (name, "head") != 0 && strcmp (name, BTY_SOUL_FILES_NAME) != 0;

  for (gsize i = 0; i < length && is_good; i++)
    is_good = g_ascii_isalnum (name[i]) || strchr ("-_.", name[i]) != NULL;
  if (!is_good)
    bty_call_fail_new (call, BTY_ERROR_INVALID_ARGUMENT,
                       _ ("/name: “%s” cannot be the name of a version: take letters, digits, - _ and ., with a letter "
                          "first, and neither head nor files"),
                       name);
  return is_good;
}

/* A ref being put or deleted. */
typedef struct
{
  BtyCall *call;
  BtySoulRef *ref;
} Naming;

static void
naming_free (Naming *naming)
{
  bty_call_unref (naming->call);
  bty_soul_ref_unref (naming->ref);
  g_free (naming);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Naming, naming_free)

static Naming *
naming_new (BtyCall *call, BtySoulRef *ref)
{
  Naming *naming = g_new0 (Naming, 1);

  naming->call = bty_call_ref (call);
  naming->ref = ref;
  return naming;
}

static void
on_named (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Naming) naming = data;
  g_autoptr (GError) error = NULL;
  const BtySoulName *request = bty_call_request (naming->call);

  if (bty_store_apply_finish (BTY_STORE (source), result, &error))
    bty_call_return (naming->call, naming->ref);
  else if (g_error_matches (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS))
    bty_call_fail_new (naming->call, BTY_ERROR_ALREADY_EXISTS,
                       _ ("the soul of “%s” has a %s “%s” already: take another name, or take that one away first"),
                       request->slug, bty_enum_nick (bty_soul_ref_kinds, (int) naming->ref->kind), request->name);
  else
    bty_call_fail (naming->call, error);
}

static void
put_name (BtySoulReading *reading, BtySoulRefKind kind)
{
  g_autoptr (BtySoulReading) own = reading;
  const BtySoulName *request = bty_call_request (own->call);
  const BtySoulVersion *version = own->reads[0].version;
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  BtySoulRef *ref = bty_soul_ref_new ();

  ref->bot = g_strdup (own->soul->bot);
  ref->kind = kind;
  ref->name = g_strdup (request->name);
  ref->key = bty_soul_ref_key (ref->bot, kind, ref->name);
  ref->version = g_strdup (version->record.id);
  ref->number = version->number;
  bty_batch_put (batch, ref);
  bty_store_apply_async (bty_soul_store_of (own->call), batch, NULL, on_named, naming_new (own->call, ref));
}

static void
put_tag (BtySoulReading *reading)
{
  put_name (reading, BTY_SOUL_TAG);
}

static void
put_branch (BtySoulReading *reading)
{
  put_name (reading, BTY_SOUL_BRANCH);
}

static void
name_version (BtyCall *call, BtySoulReadingDone done)
{
  const BtySoulName *request = bty_call_request (call);
  BtySoulReading *reading;

  if (!bty_soul_admit (call, request->slug, BTY_SOUL_DEED_GOVERN) || !check_name (call, request->name))
    return;
  reading = bty_soul_reading_new (call, request->slug);
  bty_soul_reading_want (reading, request->version);
  bty_soul_reading_start (reading, done);
}

void
bty_soul_run_tag (BtyCall *call)
{
  name_version (call, put_tag);
}

void
bty_soul_run_branch (BtyCall *call)
{
  name_version (call, put_branch);
}

static void
on_forgotten (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Naming) naming = data;
  g_autoptr (GError) error = NULL;

  if (bty_store_apply_finish (BTY_STORE (source), result, &error))
    bty_call_return (naming->call, NULL);
  else
    bty_call_fail (naming->call, error);
}

static void
on_ref_to_forget (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  const BtySoulForget *request = bty_call_request (call);
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulRef) ref = bty_store_get_finish (BTY_STORE (source), result, &error);
  g_autoptr (BtyBatch) batch = NULL;

  if (g_error_matches (error, BTY_ERROR, BTY_ERROR_NOT_FOUND))
    bty_call_fail_new (
      call, BTY_ERROR_NOT_FOUND,
      _ ("the soul of “%s” has no %s “%s”: “boternity-ctl soul branch %s” and “soul tag %s” list them"), request->slug,
      bty_enum_nick (bty_soul_ref_kinds, (int) request->kind), request->name, request->slug, request->slug);
  else if (ref == NULL)
    bty_call_fail (call, error);
  if (ref == NULL)
    return;
  batch = bty_batch_new ();
  bty_batch_delete (batch, ref);
  bty_store_apply_async (BTY_STORE (source), batch, NULL, on_forgotten, naming_new (call, bty_soul_ref_ref (ref)));
}

static void
on_soul_to_forget (BtySoulReading *reading)
{
  g_autoptr (BtySoulReading) own = reading;
  const BtySoulForget *request = bty_call_request (own->call);
  g_autofree char *key = bty_soul_ref_key (own->soul->bot, request->kind, request->name);

  if (request->kind == BTY_SOUL_BRANCH && strcmp (request->name, own->soul->branch) == 0)
    bty_call_fail_new (own->call, BTY_ERROR_FAILED_PRECONDITION,
                       _ ("the branch “%s” of the soul of “%s” is in use: use another one first (soul checkout)"),
                       request->name, own->slug);
  else
    bty_store_get_async (bty_soul_store_of (own->call), &bty_soul_ref_schema, "key", key,
                         bty_call_cancellable (own->call), on_ref_to_forget, bty_call_ref (own->call));
}

void
bty_soul_run_forget (BtyCall *call)
{
  const BtySoulForget *request = bty_call_request (call);

  if (bty_soul_admit (call, request->slug, BTY_SOUL_DEED_GOVERN))
    bty_soul_reading_start (bty_soul_reading_new (call, request->slug), on_soul_to_forget);
}
