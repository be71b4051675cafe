/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-query.h"

#include "bty-error.h"

struct _BtyQuery
{
  gatomicrefcount references;
  const BtySchema *schema;
  GPtrArray *filters;
  const BtyField *order;
  gboolean descending;
  guint limit;
  char *after;
  char *words;
};

G_DEFINE_BOXED_TYPE (BtyQuery, bty_query, bty_query_ref, bty_query_unref)

static void
filter_free (gpointer data)
{
  BtyFilter *filter = data;

  g_free (filter->value);
  g_free (filter);
}

static const BtyField *
indexed_field (const BtyQuery *query, const char *name)
{
  int index = bty_schema_find (query->schema, name, -1, 0);
  const BtyField *field;

  if (index < 0)
    return NULL;
  field = bty_schema_get_field (query->schema, (guint) index);
  return (field->flags & BTY_INDEXED) != 0 ? field : NULL;
}

BtyQuery *
bty_query_new (const BtySchema *schema)
{
  BtyQuery *query = g_new0 (BtyQuery, 1);

  g_atomic_ref_count_init (&query->references);
  query->schema = schema;
  query->filters = g_ptr_array_new_with_free_func (filter_free);
  query->limit = 100;
  query->order = indexed_field (query, "id");
  return query;
}

BtyQuery *
bty_query_ref (BtyQuery *query)
{
  g_atomic_ref_count_inc (&query->references);
  return query;
}

void
bty_query_unref (BtyQuery *query)
{
  if (!g_atomic_ref_count_dec (&query->references))
    return;
  g_ptr_array_unref (query->filters);
  g_free (query->after);
  g_free (query->words);
  g_free (query);
}

void
bty_query_where (BtyQuery *query, const char *field, BtyMatch match, const char *value)
{
  BtyFilter *filter;

  g_return_if_fail (indexed_field (query, field) != NULL);
  filter = g_new0 (BtyFilter, 1);
  filter->field = indexed_field (query, field);
  filter->match = match;
  filter->value = g_strdup (value);
  g_ptr_array_add (query->filters, filter);
}

void
bty_query_order (BtyQuery *query, const char *field, gboolean descending)
{
  g_return_if_fail (indexed_field (query, field) != NULL);
  query->order = indexed_field (query, field);
  query->descending = descending;
}

void
bty_query_limit (BtyQuery *query, guint limit)
{
  query->limit = CLAMP (limit, 1, 1000);
}

void
bty_query_after (BtyQuery *query, const char *cursor)
{
  g_free (query->after);
  query->after = g_strdup (cursor);
}

void
bty_query_match_text (BtyQuery *query, const char *words)
{
  g_free (query->words);
  query->words = g_strdup (words);
}

const BtySchema *
bty_query_get_schema (const BtyQuery *query)
{
  return query->schema;
}

GPtrArray *
bty_query_get_filters (const BtyQuery *query)
{
  return query->filters;
}

const BtyField *
bty_query_get_order (const BtyQuery *query, gboolean *descending)
{
  if (descending != NULL)
    *descending = query->descending;
  return query->order;
}

guint
bty_query_get_limit (const BtyQuery *query)
{
  return query->limit;
}

const char *
bty_query_get_after (const BtyQuery *query)
{
  return query->after;
}

const char *
bty_query_get_words (const BtyQuery *query)
{
  return query->words;
}

/* The items of a page are of any type, so they are no field: list operations emit them as items. */
static const BtyField page_fields[] = {
  BTY_FIELD_STRING (BtyPage, next_cursor, BTY_READ_ONLY, N_ ("Where the next page begins; absent on the last one"),
                    .max = 4096),
};

static void
page_clear (gpointer record)
{
  BtyPage *page = record;

  g_clear_pointer (&page->items, g_ptr_array_unref);
}

const BtySchema bty_page_schema = { .name = "page",
                                    .summary = N_ ("The end of a page of records"),
                                    .size = sizeof (BtyPage),
                                    .fields = page_fields,
                                    .n_fields = G_N_ELEMENTS (page_fields),
                                    .field_size = sizeof (BtyField),
                                    .clear = page_clear };

static BtyPage *
page_copy (BtyPage *page)
{
  return bty_page_ref (page);
}

G_DEFINE_BOXED_TYPE (BtyPage, bty_page, page_copy, bty_page_unref)

static const BtyField list_request_fields[] = {
  BTY_FIELD_STRING (BtyListRequest, cursor, 0, N_ ("Where to begin: next_cursor of the page before"), .max = 4096),
  BTY_FIELD_INT64 (BtyListRequest, limit, 0, N_ ("How many records at most"), .min = 1, .max = 1000, .fallback = "100"),
};

BTY_DEFINE_RECORD (BtyListRequest, bty_list_request, "list_request", N_ ("Which page"), list_request_fields)
