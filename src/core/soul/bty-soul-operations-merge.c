/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "soul/bty-soul-join.h"
#include "soul/bty-soul-operations.h"
#include "soul/bty-soul-reading.h"
#include "soul/bty-soul-walk.h"

/* What is read: the version in use, the other one, then the one that both were made from. */
enum
{
  OURS,
  THEIRS,
  BASE,
};

/* The versions come with falling numbers: the first one that both sides were made of is the newest such one. */
typedef struct
{
  BtySoulReading *reading;
  GHashTable *ours; /* ids of what the version in use was made of */
  GHashTable *theirs;
  gint64 base;
} Search;

static void
search_free (Search *search)
{
  g_clear_pointer (&search->reading, bty_soul_reading_free);
  g_hash_table_unref (search->ours);
  g_hash_table_unref (search->theirs);
  g_free (search);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Search, search_free)

static gboolean
pass_on (GHashTable *ids, const BtySoulVersion *version)
{
  if (!g_hash_table_remove (ids, version->record.id))
    return FALSE;
  if (version->parent != NULL)
    g_hash_table_add (ids, g_strdup (version->parent));
  if (version->merged != NULL)
    g_hash_table_add (ids, g_strdup (version->merged));
  return TRUE;
}

static gboolean
visit (const BtySoulVersion *version, gpointer data)
{
  Search *search = data;
  gboolean is_ours = pass_on (search->ours, version);
  gboolean is_theirs = pass_on (search->theirs, version);

  if (is_ours && is_theirs)
    search->base = version->number;
  return search->base == 0;
}

static void
on_changed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BtyCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulMerged) answer = bty_soul_merged_new ();

  answer->version = bty_soul_service_change_finish (BTY_SOUL_SERVICE (source), result, &error);
  answer->conflicts = bty_record_list_new ();
  if (answer->version != NULL)
    bty_call_return (call, answer);
  else
    bty_call_fail (call, error);
}

/* Takes what @texts holds. */
static void
make_version (BtySoulReading *reading, BtySoulTexts *texts)
{
  const BtySoulMerge *request = bty_call_request (reading->call);
  g_autoptr (BtySoulChange) change = bty_soul_change_new (reading->slug, BTY_SOUL_MERGED);

  change->texts = *texts;
  *texts = (BtySoulTexts){ 0 };
  change->expected = g_strdup (reading->reads[OURS].version->record.id);
  change->merged = g_strdup (reading->reads[THEIRS].version->record.id);
  change->note = request->note != NULL ? g_strdup (request->note) : g_strdup_printf (_ ("merged %s"), request->version);
  bty_soul_change_sign (change, bty_call_principal (reading->call));
  bty_soul_service_change_async (reading->service, change, bty_call_cancellable (reading->call), on_changed,
                                 bty_call_ref (reading->call));
}

static void
answer_conflicts (BtySoulReading *reading, BtySoulTexts *merged, GPtrArray *conflicts)
{
  g_autoptr (BtySoulMerged) answer = bty_soul_merged_new ();

  answer->conflicts = g_ptr_array_ref (conflicts);
  answer->soul = g_strdup (merged->text[BTY_SOUL_SOUL]);
  answer->identity = g_strdup (merged->text[BTY_SOUL_IDENTITY]);
  answer->user = g_strdup (merged->text[BTY_SOUL_USER]);
  answer->expected = g_strdup (reading->reads[OURS].version->hash);
  bty_call_return (reading->call, answer);
}

static gboolean
is_conflict_settled (const BtySoulMerge *request, const BtySoulConflict *conflict)
{
  if (strcmp (conflict->file, bty_enum_nick (bty_soul_files, BTY_SOUL_SOUL)) == 0)
    return request->soul != NULL;
  if (strcmp (conflict->file, bty_enum_nick (bty_soul_files, BTY_SOUL_IDENTITY)) == 0)
    return request->identity != NULL;
  return request->user != NULL;
}

/* Texts that were sent count as they are; what is left may still conflict. */
static void
take_settled (const BtySoulMerge *request, BtySoulTexts *merged, GPtrArray *conflicts)
{
  const char *sent[BTY_SOUL_N_FILES] = { request->soul, request->identity, request->user };

  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    {
      if (sent[i] != NULL)
        bty_record_take_string (&merged->text[i], g_strdup (sent[i]));
    }
  for (guint i = conflicts->len; i > 0; i--)
    {
      if (is_conflict_settled (request, conflicts->pdata[i - 1]))
        g_ptr_array_remove_index (conflicts, i - 1);
    }
}

static void
on_three (BtySoulReading *reading)
{
  g_autoptr (BtySoulReading) own = reading;
  const BtySoulMerge *request = bty_call_request (own->call);
  g_auto (BtySoulTexts) merged = { 0 };
  g_autoptr (GPtrArray) conflicts = bty_soul_join (&own->reads[BASE].prompt->texts, &own->reads[OURS].prompt->texts,
                                                   &own->reads[THEIRS].prompt->texts, request->version, &merged);

  take_settled (request, &merged, conflicts);
  if (conflicts->len > 0)
    answer_conflicts (own, &merged, conflicts);
  else
    make_version (own, &merged);
}

static void
on_base_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Search) search = data;
  BtySoulReading *reading = search->reading;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoulMerged) answer = NULL;

  if (!bty_soul_walk_finish (BTY_STORE (source), result, &error))
    {
      bty_call_fail (reading->call, error);
      return;
    }
  if (search->base == 0)
    {
      bty_call_fail_new (reading->call, BTY_ERROR_FAILED_PRECONDITION,
                         _ ("“%s” and the version in use of the soul of “%s” have no version in common"),
                         reading->reads[THEIRS].name, reading->slug);
      return;
    }
  if (search->base == reading->reads[THEIRS].version->number) /* it is in there already */
    {
      answer = bty_soul_merged_new ();
      answer->conflicts = bty_record_list_new ();
      answer->version = bty_soul_version_ref (reading->reads[OURS].version);
      bty_call_return (reading->call, answer);
      return;
    }
  bty_soul_reading_want_number (reading, search->base);
  search->reading = NULL;
  bty_soul_reading_start (reading, on_three);
}

static gboolean
check_expected (BtySoulReading *reading)
{
  const BtySoulMerge *request = bty_call_request (reading->call);
  const BtySoulVersion *ours = reading->reads[OURS].version;
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, ours->number);

  if (request->expected == NULL || strcmp (request->expected, number) == 0 ||
      g_str_has_prefix (ours->hash, request->expected) || strcmp (request->expected, "head") == 0)
    return TRUE;
  bty_call_fail_new (reading->call, BTY_ERROR_ABORTED,
                     _ ("the soul of “%s” is at version %lld (%.12s), not at %s: merge again"), reading->slug,
                     (long long) ours->number, ours->hash, request->expected);
  return FALSE;
}

static void
on_sides (BtySoulReading *reading)
{
  g_autoptr (BtySoulReading) own = reading;
  const BtySoulVersion *ours = own->reads[OURS].version;
  const BtySoulVersion *theirs = own->reads[THEIRS].version;
  Search *search;

  if (!check_expected (own))
    return;
  search = g_new0 (Search, 1);
  search->ours = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  search->theirs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_add (search->ours, g_strdup (ours->record.id));
  g_hash_table_add (search->theirs, g_strdup (theirs->record.id));
  search->reading = g_steal_pointer (&own);
  bty_soul_walk_async (bty_soul_store_of (reading->call), reading->soul->bot, MAX (ours->number, theirs->number), visit,
                       search, bty_call_cancellable (reading->call), on_base_found, search);
}

void
bty_soul_run_merge (BtyCall *call)
{
  const BtySoulMerge *request = bty_call_request (call);
  BtySoulReading *reading;

  if (!bty_soul_admit (call, request->slug, BTY_SOUL_DEED_GOVERN))
    return;
  reading = bty_soul_reading_new (call, request->slug);
  bty_soul_reading_want (reading, "head");
  bty_soul_reading_want (reading, request->version);
  bty_soul_reading_start (reading, on_sides);
}
