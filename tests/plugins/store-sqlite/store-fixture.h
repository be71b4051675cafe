/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-store-sqlite.h"

/* A record type of a third party, which has no table of its own. */
typedef struct
{
  BtyRecord record;
  char *title;
  gint64 rank;
  gint64 due_at;
  gboolean done;
  char *body;
} Note;
BTY_DECLARE_RECORD (Note, note)

/* A store in a folder of its own, with everything that `committed` told. */
typedef struct
{
  char *folder;
  BtyStore *store;
  GPtrArray *told;
} StoreFixture;

void store_fixture_set_up (StoreFixture *f, gconstpointer unused);
void store_fixture_tear_down (StoreFixture *f, gconstpointer unused);

/* A new, unopened store on the same folder; the old one is closed. */
void store_fixture_renew (StoreFixture *f);
void store_fixture_open (StoreFixture *f);
void store_fixture_reopen (StoreFixture *f);
char *store_fixture_file (StoreFixture *f, const char *suffix);
/* Runs the main context until @what is non-zero; fails the test after ten seconds. */
void store_wait_for (const guint *what, guint value);
/* From now on what the store warns of is kept instead of ending the test. */
void store_expect_complaints (void);
/* (transfer none) (nullable): the last one */
const char *store_get_complaint (void);
void store_remove_folder (const char *folder);

/* These run the main context until the answer is there. */
gboolean store_apply (BtyStore *store, BtyBatch *batch, GError **error);
gpointer store_get (BtyStore *store, const BtySchema *schema, const char *field, const char *value, GError **error);
BtyPage *store_query (BtyStore *store, BtyQuery *query, GError **error);

/* As these, failing the test on an error. */
void store_put (BtyStore *store, gpointer record);
void store_delete (BtyStore *store, gconstpointer record);
gpointer store_must_get (BtyStore *store, const BtySchema *schema, const char *field, const char *value);
BtyPage *store_must_query (BtyStore *store, BtyQuery *query);

BtyBot *make_bot (const char *name);
BtyMessage *make_message (const char *session, const char *text);
Note *make_note (const char *title, gint64 rank);
