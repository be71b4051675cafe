/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

typedef enum
{
  BTY_MATCH_EQUAL,
  BTY_MATCH_NOT_EQUAL,
  BTY_MATCH_LESS,
  BTY_MATCH_LESS_OR_EQUAL,
  BTY_MATCH_GREATER,
  BTY_MATCH_GREATER_OR_EQUAL,
} BtyMatch;

/** BtyFilter: @value: in the wire form of bty_record_read_text() */
typedef struct
{
  const BtyField *field;
  BtyMatch match;
  char *value;
} BtyFilter;

/**
 * BtyQuery:
 *
 * Which records of one type, in which order, from where, how many. Filled on the main context; immutable once handed to a store;
 * counted atomically.
 */
typedef struct _BtyQuery BtyQuery;

#define BTY_TYPE_QUERY (bty_query_get_type ())
BTY_EXPORT GType bty_query_get_type (void);

BTY_EXPORT BtyQuery *bty_query_new (const BtySchema *schema);
BTY_EXPORT BtyQuery *bty_query_ref (BtyQuery *query);
BTY_EXPORT void bty_query_unref (BtyQuery *query);

/** bty_query_where: all filters must hold. @field must be BTY_INDEXED (asserted); @value: as of bty_record_read_text() */
BTY_EXPORT void bty_query_where (BtyQuery *query, const char *field, BtyMatch match, const char *value);
/** bty_query_order: @field must be BTY_INDEXED; the default is `id`, which is the order of making. Ties go by id. */
BTY_EXPORT void bty_query_order (BtyQuery *query, const char *field, gboolean descending);
/** bty_query_limit: 1 to 1,000; the default is 100 */
BTY_EXPORT void bty_query_limit (BtyQuery *query, guint limit);
/** bty_query_after: @cursor: (nullable): from an earlier page of the same query; the store refuses one that is not */
BTY_EXPORT void bty_query_after (BtyQuery *query, const char *cursor);
/**
 * bty_query_match_text:
 *
 * Only records whose searchable text holds words of @words (plain words; any other character is a space), best first. Order is
 * ignored then. Types whose store keeps no text index: %BTY_ERROR_UNIMPLEMENTED.
 */
BTY_EXPORT void bty_query_match_text (BtyQuery *query, const char *words);

BTY_EXPORT const BtySchema *bty_query_get_schema (const BtyQuery *query);
/** bty_query_get_filters: Returns: (transfer none) (element-type BtyFilter): */
BTY_EXPORT GPtrArray *bty_query_get_filters (const BtyQuery *query);
BTY_EXPORT const BtyField *bty_query_get_order (const BtyQuery *query, gboolean *descending);
BTY_EXPORT guint bty_query_get_limit (const BtyQuery *query);
BTY_EXPORT const char *bty_query_get_after (const BtyQuery *query);
BTY_EXPORT const char *bty_query_get_words (const BtyQuery *query);

/**
 * BtyPage:
 * @items: (element-type BtyRecord): the records
 * @next_cursor: (nullable): for bty_query_after(); %NULL on the last page
 *
 * One page of answers, counted atomically like any record; also the answer of list operations, whose records go out as items.
 */
typedef struct
{
  BtyRecord record;
  char *next_cursor;
  GPtrArray *items;
} BtyPage;

BTY_DECLARE_RECORD (BtyPage, bty_page)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyQuery, bty_query_unref)

/**
 * BtyListRequest:
 *
 * The request of list operations that filter by nothing.
 */
typedef struct
{
  BtyRecord record;
  char *cursor;
  gint64 limit;
} BtyListRequest;

BTY_DECLARE_RECORD (BtyListRequest, bty_list_request)

G_END_DECLS
