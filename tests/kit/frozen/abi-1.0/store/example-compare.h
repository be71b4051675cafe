/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

/* Less, equal or greater than 0, by one field. Null is least. */
int example_compare_field (gconstpointer a, gconstpointer b, const BtyField *field);

/* By the query's order, then by id. */
int example_compare_rows (gconstpointer a, gconstpointer b, gpointer query);

/* Takes those out that do not pass the query's filters. */
gboolean example_filter (GPtrArray *records, const BtyQuery *query, GError **error);
