/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-store"

#include "config.h"

#include <string.h>

#include "bty-sqlite-cache.h"

/* A record larger than this part of the cache is not kept. */
#define LARGEST_PART 16
/* How many changes are remembered for reads that are under way. */
#define MAX_CHANGED 1024

typedef struct
{
  GList link; /* in the order of use; data is the entry */
  BtyRecord *record;
  gint64 size;
} Entry;

struct _BtySqliteCache
{
  GHashTable *by_id;    /* record -> Entry; compared by schema and id */
  GHashTable *by_value; /* Key -> Entry */
  GQueue used;          /* the latest first */
  guint max_records;
  gint64 max_size;
  gint64 size;

  guint64 now;   /* counts changes */
  guint64 floor; /* reads from before are kept out */
  guint n_reads;
  GHashTable *changed; /* record -> when, while reads are under way */
};

/* @value belongs to the record in the table, or to the one who looks it up. */
typedef struct
{
  const BtySchema *schema;
  const BtyField *field;
  const char *value;
} Key;

static guint
record_hash (gconstpointer data)
{
  const BtyRecord *record = data;

  return g_direct_hash (record->schema) ^ g_str_hash (record->id);
}

static gboolean
record_is (gconstpointer a, gconstpointer b)
{
  const BtyRecord *one = a;
  const BtyRecord *other = b;

  return one->schema == other->schema && strcmp (one->id, other->id) == 0;
}

static guint
key_hash (gconstpointer data)
{
  const Key *key = data;

  return g_direct_hash (key->field) ^ g_str_hash (key->value);
}

static gboolean
key_equal (gconstpointer a, gconstpointer b)
{
  const Key *one = a;
  const Key *other = b;

  return one->schema == other->schema && one->field == other->field && strcmp (one->value, other->value) == 0;
}

BtySqliteCache *
bty_sqlite_cache_new (guint max_records, gint64 max_size)
{
  BtySqliteCache *self = g_new0 (BtySqliteCache, 1);

  self->max_records = max_records;
  self->max_size = max_size;
  self->by_id = g_hash_table_new (record_hash, record_is);
  self->by_value = g_hash_table_new_full (key_hash, key_equal, g_free, NULL);
  self->changed = g_hash_table_new_full (record_hash, record_is, bty_record_unref, g_free);
  g_queue_init (&self->used);
  return self;
}

/* Runs @each over the unique text fields that have a value. */
static void
for_each_key (BtySqliteCache *self, Entry *entry, void (*each) (BtySqliteCache *self, Entry *entry, const Key *key))
{
  const BtySchema *schema = entry->record->schema;

  for (guint i = 1; i < schema->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (schema, i);
      Key key = { .schema = schema, .field = field };

      if ((field->flags & BTY_UNIQUE) == 0 || field->type != BTY_FIELD_TYPE_STRING)
        continue;
      key.value = G_STRUCT_MEMBER (char *, entry->record, field->offset);
      if (key.value != NULL)
        each (self, entry, &key);
    }
}

static void
add_key (BtySqliteCache *self, Entry *entry, const Key *key)
{
  g_hash_table_replace (self->by_value, g_memdup2 (key, sizeof *key), entry);
}

static void
remove_key (BtySqliteCache *self, Entry *entry, const Key *key)
{
  if (g_hash_table_lookup (self->by_value, key) == entry)
    g_hash_table_remove (self->by_value, key);
}

static void
remove_entry (BtySqliteCache *self, Entry *entry)
{
  for_each_key (self, entry, remove_key);
  g_hash_table_remove (self->by_id, entry->record);
  g_queue_unlink (&self->used, &entry->link);
  self->size -= entry->size;
  bty_record_unref (entry->record);
  g_free (entry);
}

void
bty_sqlite_cache_free (BtySqliteCache *self)
{
  while (self->used.head != NULL)
    remove_entry (self, self->used.head->data);
  g_hash_table_unref (self->by_id);
  g_hash_table_unref (self->by_value);
  g_hash_table_unref (self->changed);
  g_free (self);
}

static gint64
size_of_strv (GStrv words)
{
  gint64 size = 0;

  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    size += (gint64) strlen (words[i]) + 16;
  return size;
}

static gint64 size_of_record (const BtyRecord *record);

static gint64
size_of_records (GPtrArray *records)
{
  gint64 size = 0;

  for (guint i = 0; records != NULL && i < records->len; i++)
    size += size_of_record (g_ptr_array_index (records, i));
  return size;
}

static gint64
size_of_field (const BtyRecord *record, const BtyField *field)
{
  gconstpointer value;

  if (bty_field_is_scalar (field))
    return 0; /* in the struct */
  value = *(gconstpointer const *) G_STRUCT_MEMBER_P (record, field->offset);
  if (value == NULL)
    return 0;
  switch (field->type)
    {
    case BTY_FIELD_TYPE_STRV:
      return size_of_strv ((GStrv) value);
    case BTY_FIELD_TYPE_BYTES:
      return (gint64) g_bytes_get_size ((GBytes *) value);
    case BTY_FIELD_TYPE_RECORD:
      return size_of_record (value);
    case BTY_FIELD_TYPE_RECORDS:
      return size_of_records ((GPtrArray *) value);
    case BTY_FIELD_TYPE_SECRET:
      return 0;
    default:
      return (gint64) strlen (value) + 16;
    }
}

static gint64
size_of_record (const BtyRecord *record)
{
  gint64 size = (gint64) record->schema->size;

  for (guint i = 0; i < record->schema->n_fields; i++)
    size += size_of_field (record, bty_schema_get_field (record->schema, i));
  return size;
}

static void
add_entry (BtySqliteCache *self, gconstpointer record)
{
  gint64 size = size_of_record (record) + (gint64) sizeof (Entry);
  Entry *entry;

  if (size > self->max_size / LARGEST_PART || self->max_records == 0)
    return;
  entry = g_new0 (Entry, 1);
  entry->link.data = entry;
  entry->record = bty_record_ref (record);
  entry->size = size;
  g_hash_table_insert (self->by_id, entry->record, entry);
  for_each_key (self, entry, add_key);
  g_queue_push_head_link (&self->used, &entry->link);
  self->size += size;
  while (self->used.length > self->max_records || self->size > self->max_size)
    remove_entry (self, self->used.tail->data);
}

static Entry *
find (BtySqliteCache *self, const BtySchema *schema, const BtyField *field, const char *value)
{
  Key key = { schema, field, value };
  BtyRecord probe = { .schema = schema, .id = (char *) value };

  return strcmp (field->name, "id") == 0 ? g_hash_table_lookup (self->by_id, &probe)
                                         : g_hash_table_lookup (self->by_value, &key);
}

gpointer
bty_sqlite_cache_get (BtySqliteCache *self, const BtySchema *schema, const BtyField *field, const char *value)
{
  Entry *entry = find (self, schema, field, value);

  if (entry == NULL)
    return NULL;
  g_queue_unlink (&self->used, &entry->link);
  g_queue_push_head_link (&self->used, &entry->link);
  return bty_record_ref (entry->record);
}

guint64
bty_sqlite_cache_begin_read (BtySqliteCache *self)
{
  self->n_reads++;
  return self->now;
}

void
bty_sqlite_cache_end_read (BtySqliteCache *self, guint64 stamp, gconstpointer record)
{
  guint64 *when = record != NULL ? g_hash_table_lookup (self->changed, record) : NULL;

  if (record != NULL && stamp >= self->floor && (when == NULL || *when <= stamp) &&
      !g_hash_table_contains (self->by_id, record))
    add_entry (self, record);
  if (--self->n_reads == 0)
    g_hash_table_remove_all (self->changed);
}

static void
remember_change (BtySqliteCache *self, const BtyRecord *record)
{
  self->now++;
  if (self->n_reads == 0)
    return;
  if (g_hash_table_size (self->changed) >= MAX_CHANGED)
    {
      g_hash_table_remove_all (self->changed);
      self->floor = self->now;
    }
  g_hash_table_replace (self->changed, bty_record_ref (record), g_memdup2 (&self->now, sizeof self->now));
}

/* What was written may hold a secret, which what is read never does. */
static gboolean
has_secret (const BtySchema *schema)
{
  for (guint i = 0; i < schema->n_fields; i++)
    {
      if (bty_schema_get_field (schema, i)->type == BTY_FIELD_TYPE_SECRET)
        return TRUE;
    }
  return FALSE;
}

void
bty_sqlite_cache_change (BtySqliteCache *self, const BtyChange *change)
{
  Entry *entry = g_hash_table_lookup (self->by_id, change->record);

  remember_change (self, change->record);
  if (entry == NULL)
    return;
  remove_entry (self, entry);
  if (change->kind == BTY_CHANGE_PUT && !has_secret (change->record->schema))
    add_entry (self, change->record);
}
