/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-sql-table.h"

/*
 * BtySqlTextSearch:
 * @from: table expression and condition, whose parameter $1 is @match
 * @score: expression of which the least is the best
 * @newest: order in which candidates are taken
 * @match: the words, as the engine's own syntax
 * @candidates: how many records at most are scored
 *
 * How an engine searches text. Scoring takes time for each record that matches, so it is the newest candidates that are scored.
 */
typedef struct
{
  const char *from;
  const char *score;
  const char *newest;
  const char *match;
  guint candidates;
} BtySqlTextSearch;

/*
 * BtySqlQuery:
 * @sql: the statement; asks for one row more than the limit, which tells whether there is a next page
 * @values: (element-type BtySqlValue): its parameters
 */
typedef struct
{
  const BtySqlTable *table;
  char *sql;
  GArray *values;

  /*< private >*/
  GPtrArray *scratch;
  gint64 offset;
} BtySqlQuery;

/* @search: (nullable): how words are found; must be there when the query has words */
BtySqlQuery *bty_sql_query_new (const BtyQuery *query, const BtySqlTextSearch *search, GError **error);
void bty_sql_query_free (BtySqlQuery *sql_query);

/* (transfer full): the page of what the statement gave: @items are at most limit + 1 records, taken over */
BtyPage *bty_sql_query_make_page (const BtySqlQuery *sql_query, const BtyQuery *query, GPtrArray *items);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtySqlQuery, bty_sql_query_free)
