/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-catalogue"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-audit.h"
#include "bty-bot.h"
#include "bty-event.h"
#include "bty-idempotency.h"
#include "bty-provider-config.h"
#include "bty-record-types-private.h"
#include "bty-secret-entry.h"
#include "bty-session.h"
#include "bty-soul.h"
#include "bty-turn.h"

struct _BtyRecordTypes
{
  GHashTable *kept;  /* name -> BtySchema: what a store keeps */
  GHashTable *named; /* name -> BtySchema: the above, and what operations speak of */
};

/* What the program itself keeps. */
static const BtySchema *const own_schemas[] = {
  &bty_bot_schema,          &bty_provider_config_schema, &bty_session_schema,     &bty_message_schema,
  &bty_turn_schema,         &bty_idempotency_schema,     &bty_event_schema,       &bty_soul_schema,
  &bty_soul_version_schema, &bty_soul_text_schema,       &bty_soul_ref_schema,    &bty_soul_proposal_schema,
  &bty_soul_test_schema,    &bty_secret_entry_schema,    &bty_audit_entry_schema, &bty_audit_head_schema,
  &bty_deleted_bot_schema,
};

BtyRecordTypes *
bty_record_types_new (void)
{
  BtyRecordTypes *self = g_new0 (BtyRecordTypes, 1);

  self->kept = g_hash_table_new (g_str_hash, g_str_equal);
  self->named = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < G_N_ELEMENTS (own_schemas); i++)
    {
      g_hash_table_insert (self->kept, (gpointer) own_schemas[i]->name, (gpointer) own_schemas[i]);
      g_hash_table_insert (self->named, (gpointer) own_schemas[i]->name, (gpointer) own_schemas[i]);
    }
  return self;
}

void
bty_record_types_free (BtyRecordTypes *self)
{
  g_hash_table_unref (self->kept);
  g_hash_table_unref (self->named);
  g_free (self);
}

static gboolean
refuse (GError **error, const char *name, const char *why)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("record type “%s”: %s"), name != NULL ? name : "", why);
  return FALSE;
}

static gboolean
is_name (const char *name)
{
  if (!g_ascii_islower (name[0]) || strlen (name) > 64)
    return FALSE;
  for (const char *p = name; *p != '\0'; p++)
    if (!g_ascii_islower (*p) && !g_ascii_isdigit (*p) && *p != '_')
      return FALSE;
  return TRUE;
}

/* `a-b` owns `a_b` and `a_b_c`, not `a_bc`. */
static gboolean
has_prefix (const char *name, const char *prefix)
{
  gsize length = strlen (prefix);

  for (gsize i = 0; i < length; i++)
    if (name[i] != (prefix[i] == '-' ? '_' : prefix[i]))
      return FALSE;
  return name[length] == '\0' || name[length] == '_';
}

static gboolean
check_prefix (const BtySchema *schema, const char *prefix, GError **error)
{
  g_autofree char *word = NULL;
  g_autofree char *why = NULL;

  if (prefix == NULL || has_prefix (schema->name, prefix))
    return TRUE;
  word = g_strdelimit (g_strdup (prefix), "-", '_');
  why = g_strdup_printf (_ ("its name must be “%s” or begin with “%s_”"), word, word);
  return refuse (error, schema->name, why);
}

static gboolean
check_free (BtyRecordTypes *self, const BtySchema *schema, GError **error)
{
  const BtySchema *other = g_hash_table_lookup (self->named, schema->name);

  if (other == NULL || other == schema)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS,
               _ ("there is a record type “%s” already (“%s”): choose another name"), schema->name, other->summary);
  return FALSE;
}

static gboolean
check_schema (BtyRecordTypes *self, const BtySchema *schema, const char *prefix, GError **error)
{
  if (schema == NULL || schema->name == NULL || !is_name (schema->name))
    return refuse (error, schema != NULL ? schema->name : NULL,
                   _ ("its name must be small letters, digits and _, at most 64, such as “example_note”"));
  if (schema->summary == NULL || *schema->summary == '\0')
    return refuse (error, schema->name, _ ("it has no summary"));
  if (!bty_schema_is_stored (schema))
    return refuse (
      error, schema->name,
      _ ("it cannot be kept: its table must begin with BTY_STORED_FIELDS, and its struct with a BtyRecord"));
  return check_prefix (schema, prefix, error) && check_free (self, schema, error);
}

gboolean
bty_record_types_add (BtyRecordTypes *self, const BtySchema *const *schemas, guint n, const char *prefix,
                      GError **error)
{
  for (guint i = 0; i < n; i++)
    {
      if (!check_schema (self, schemas[i], prefix, error))
        return FALSE;
      for (guint other = 0; other < i; other++)
        if (strcmp (schemas[i]->name, schemas[other]->name) == 0)
          return refuse (error, schemas[i]->name, _ ("it is in the list twice"));
    }
  for (guint i = 0; i < n; i++)
    {
      g_hash_table_insert (self->kept, (gpointer) schemas[i]->name, (gpointer) schemas[i]);
      g_hash_table_insert (self->named, (gpointer) schemas[i]->name, (gpointer) schemas[i]);
    }
  return TRUE;
}

/* A record may hold records of its own type, so that @seen ends the walk. */
static void
gather (const BtySchema *schema, GPtrArray *seen)
{
  if (schema == NULL || g_ptr_array_find (seen, schema, NULL))
    return;
  g_ptr_array_add (seen, (gpointer) schema);
  for (guint i = 0; i < schema->n_fields; i++)
    gather (bty_schema_get_field (schema, i)->schema, seen);
}

static GPtrArray *
gather_all (const BtyOperation *operation)
{
  GPtrArray *seen = g_ptr_array_new ();

  gather (operation->request, seen);
  gather (operation->item, seen);
  gather (operation->response, seen);
  return seen;
}

gboolean
bty_record_types_check (BtyRecordTypes *self, const BtyOperation *operation, GError **error)
{
  g_autoptr (GPtrArray) schemas = gather_all (operation);

  for (guint i = 0; i < schemas->len; i++)
    if (!check_free (self, g_ptr_array_index (schemas, i), error))
      {
        g_prefix_error (error, _ ("operation “%s”: "), operation->name);
        return FALSE;
      }
  return TRUE;
}

void
bty_record_types_learn (BtyRecordTypes *self, const BtyOperation *operation)
{
  g_autoptr (GPtrArray) schemas = gather_all (operation);

  for (guint i = 0; i < schemas->len; i++)
    {
      const BtySchema *schema = g_ptr_array_index (schemas, i);

      if (!g_hash_table_contains (self->named, schema->name))
        g_hash_table_insert (self->named, (gpointer) schema->name, (gpointer) schema);
    }
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  const BtySchema *const *one = a;
  const BtySchema *const *other = b;

  return strcmp ((*one)->name, (*other)->name);
}

GPtrArray *
bty_record_types_list (BtyRecordTypes *self)
{
  GPtrArray *list = g_ptr_array_sized_new (g_hash_table_size (self->kept));
  GHashTableIter iter;
  gpointer schema;

  g_hash_table_iter_init (&iter, self->kept);
  while (g_hash_table_iter_next (&iter, NULL, &schema))
    g_ptr_array_add (list, schema);
  g_ptr_array_sort (list, by_name);
  return list;
}

const BtySchema *
bty_record_types_find (BtyRecordTypes *self, const char *name)
{
  return g_hash_table_lookup (self->kept, name);
}
