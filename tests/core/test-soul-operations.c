/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What operations on souls do, and what a bot as the caller may do of it. */
#include "bty-test-house.h"
#include "bty-test-wait.h"

#include <string.h>

#include "soul/bty-soul-operations.h"

#define SOUL_ONE   "# Ada\\n\\n## Values\\n\\nHonest and calm.\\n\\n## Tone\\n\\nWarm words.\\n"
#define SOUL_TWO   "# Ada\\n\\n## Values\\n\\nHonest and calm.\\n\\n## Tone\\n\\nWarm and short words.\\n"
#define SOUL_THREE "# Ada\\n\\n## Values\\n\\nHonest and calm.\\n\\n## Tone\\n\\nGentle words.\\n"
#define SOUL_COLD  "# Ada\\n\\n## Values\\n\\nCold.\\n\\n## Tone\\n\\nWarm words.\\n"
#define SOUL_LONG  "# Ada the calm\\n\\n## Values\\n\\nHonest and calm.\\n\\n## Tone\\n\\nWarm words.\\n"

static void
set_up (BtyTestHouse *h, gconstpointer unused)
{
  static const char *const words[] = { "yes", NULL };

  bty_test_house_open (h, words);
  bty_record_unref (bty_test_call (h, "bot.create", "{\"name\":\"Ada\"}"));
  bty_record_unref (bty_test_call (h, "bot.create", "{\"name\":\"Bo\"}"));
}

static void
tear_down (BtyTestHouse *h, gconstpointer unused)
{
  bty_test_settle ();
  bty_test_house_close (h);
}

static void
do_call (BtyTestHouse *h, const char *operation, const char *json)
{
  gpointer answer = bty_test_call (h, operation, json);

  g_clear_pointer (&answer, bty_record_unref);
}

/* Returns: (transfer full): all items of a list, as JSON joined by line breaks */
static char *
list (BtyTestHouse *h, const char *operation, const char *json, char **cursor)
{
  g_autoptr (BtyCall) call = bty_test_start (h, operation, json);
  GString *text = g_string_new (NULL);
  const BtyPage *page;
  BtyItem item;

  bty_test_end (call);
  g_assert_no_error (bty_call_error (call));
  for (guint64 number = 1; bty_item_log_get (bty_call_log (call), number, &item); number++)
    {
      g_autofree char *one = bty_record_to_json (item.record, BTY_VIEW_READ);

      g_string_append_printf (text, "%s\n", one);
    }
  page = bty_call_response (call);
  if (cursor != NULL)
    *cursor = g_strdup (page->next_cursor);
  return g_string_free (text, FALSE);
}

static guint
count_lines (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  return g_strv_length (lines) - 1;
}

static void
write_soul (BtyTestHouse *h, const char *text)
{
  g_autofree char *json = g_strdup_printf ("{\"slug\":\"ada\",\"soul\":\"%s\"}", text);

  do_call (h, "soul.write", json);
}

/* From now on it is the bot that calls. @slug: NULL: the owner again */
static void
call_as (BtyTestHouse *h, const char *slug)
{
  const char *const scopes[] = { "*", NULL };

  bty_principal_unref (h->owner);
  h->owner = bty_principal_new (slug != NULL ? BTY_PRINCIPAL_BOT : BTY_PRINCIPAL_OWNER, slug != NULL ? slug : "owner",
                                scopes);
}

static void
test_write_and_history (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtySoulVersion) two = NULL;
  g_autoptr (BtySoulSnapshot) snapshot = NULL;
  g_autofree char *all = NULL;
  g_autofree char *first = NULL;
  g_autofree char *cursor = NULL;

  two = bty_test_call (h, "soul.write",
                       "{\"slug\":\"ada\",\"soul\":\"" SOUL_ONE "\",\"note\":\"first\",\"expected\":\"1\"}");
  g_assert_cmpint (two->number, ==, 2);
  g_assert_cmpstr (two->author, ==, "owner");
  g_assert_cmpint (two->author_kind, ==, BTY_AUTHOR_PERSON);
  g_assert_cmpstr (two->note, ==, "first");
  bty_test_call_fails (h, "soul.write", "{\"slug\":\"ada\",\"soul\":\"x\",\"expected\":\"1\"}", BTY_ERROR_ABORTED,
                       "at version 2");
  bty_test_call_fails (h, "soul.write", "{\"slug\":\"ada\"}", BTY_ERROR_INVALID_ARGUMENT, "no text");
  write_soul (h, SOUL_TWO);
  snapshot = bty_test_call (h, "soul.show", "{\"slug\":\"ada\",\"version\":\"head~1\",\"file\":\"SOUL.md\"}");
  g_assert_nonnull (strstr (snapshot->soul, "Warm words."));
  g_assert_null (snapshot->user);
  bty_test_call_fails (h, "soul.show", "{\"slug\":\"ada\",\"version\":\"9\"}", BTY_ERROR_NOT_FOUND, "“9”");
  bty_test_call_fails (h, "soul.show", "{\"slug\":\"ada\",\"version\":\"1\",\"file\":\"/etc/passwd\"}",
                       BTY_ERROR_INVALID_ARGUMENT, "no file of a soul");
  all = list (h, "soul.history", "{\"slug\":\"ada\"}", NULL);
  g_assert_cmpuint (count_lines (all), ==, 3);
  first = list (h, "soul.history", "{\"slug\":\"ada\",\"branch\":\"main\",\"limit\":2}", &cursor);
  g_assert_cmpuint (count_lines (first), ==, 2);
  g_assert_nonnull (cursor);
}

static void
test_branch_history_in_pages (BtyTestHouse *h, gconstpointer unused)
{
  g_autofree char *cursor = NULL;
  g_autofree char *request = NULL;
  g_autofree char *rest = NULL;
  g_autofree char *page = NULL;
  g_autofree char *end = NULL;

  write_soul (h, SOUL_ONE);
  do_call (h, "soul.branch", "{\"slug\":\"ada\",\"name\":\"side\",\"version\":\"1\"}");
  do_call (h, "soul.write", "{\"slug\":\"ada\",\"user\":\"me\",\"branch\":\"side\"}");
  write_soul (h, SOUL_TWO);
  page = list (h, "soul.history", "{\"slug\":\"ada\",\"branch\":\"side\",\"limit\":1}", &cursor);
  g_assert_nonnull (strstr (page, "\"number\":3"));
  request = g_strdup_printf ("{\"slug\":\"ada\",\"branch\":\"side\",\"cursor\":\"%s\"}", cursor);
  rest = list (h, "soul.history", request, &end);
  g_assert_cmpuint (count_lines (rest), ==, 1);
  g_assert_nonnull (strstr (rest, "\"number\":1,"));
  g_assert_null (end);
  bty_test_call_fails (h, "soul.history", "{\"slug\":\"ada\",\"branch\":\"side\",\"cursor\":\"3:x\"}",
                       BTY_ERROR_INVALID_ARGUMENT, "no cursor");
}

static void
test_diff_and_blame (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtySoulDiff) diff = NULL;
  g_autofree char *blame = NULL;
  const BtySoulDiffHunk *hunk;
  gboolean has_word = FALSE;

  write_soul (h, SOUL_ONE);
  write_soul (h, SOUL_TWO);
  diff = bty_test_call (h, "soul.diff", "{\"slug\":\"ada\"}");
  g_assert_cmpint (diff->from->number, ==, 2);
  g_assert_cmpint (diff->to->number, ==, 3);
  g_assert_cmpint (diff->added, ==, 1);
  g_assert_cmpint (diff->removed, ==, 1);
  g_assert_nonnull (strstr (diff->unified, "-Warm words.\n+Warm and short words.\n"));
  g_assert_cmpuint (diff->hunks->len, ==, 1);
  hunk = diff->hunks->pdata[0];
  g_assert_cmpstr (hunk->file, ==, "SOUL.md");
  for (guint i = 0; i < hunk->lines->len; i++)
    {
      const BtySoulDiffLine *line = hunk->lines->pdata[i];

      for (guint k = 0; line->spans != NULL && k < line->spans->len; k++)
        {
          const BtySoulDiffSpan *span = line->spans->pdata[k];

          has_word = has_word || (span->changed && strstr (span->text, "short") != NULL);
        }
    }
  g_assert_true (has_word);
  blame = list (h, "soul.blame", "{\"slug\":\"ada\"}", NULL);
  g_assert_nonnull (strstr (blame, "\"number\":3,\"author_kind\":\"person\",\"author\":\"owner\""));
  g_assert_nonnull (strstr (blame, "\"number\":2"));
  g_assert_cmpuint (count_lines (blame), ==, 9);
}

/* More versions than are read at once: each brings a line. */
static void
test_blame_of_many (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (BtyCall) call = NULL;
  BtyItem item;
  guint64 line = 0;

  for (guint i = 2; i <= 71; i++)
    {
      g_string_append_printf (text, "line of version %u\\n", i);
      write_soul (h, text->str);
    }
  call = bty_test_start (h, "soul.blame", "{\"slug\":\"ada\",\"file\":\"SOUL.md\"}");
  bty_test_end (call);
  g_assert_no_error (bty_call_error (call));
  while (bty_item_log_get (bty_call_log (call), line + 1, &item))
    {
      const BtySoulBlameLine *blamed = item.record;
      g_autofree char *expected = g_strdup_printf ("line of version %u", (guint) line + 2);

      line += 1;
      g_assert_cmpint (blamed->line, ==, (gint64) line);
      g_assert_cmpint (blamed->number, ==, (gint64) line + 1);
      g_assert_cmpstr (blamed->text, ==, expected);
    }
  g_assert_cmpuint (line, ==, 70);
}

static void
test_names (BtyTestHouse *h, gconstpointer unused)
{
  g_autofree char *refs = NULL;
  g_autofree char *rest = NULL;

  write_soul (h, SOUL_ONE);
  do_call (h, "soul.tag", "{\"slug\":\"ada\",\"name\":\"good\",\"version\":\"1\"}");
  bty_test_call_fails (h, "soul.tag", "{\"slug\":\"ada\",\"name\":\"good\"}", BTY_ERROR_ALREADY_EXISTS, "“good”");
  bty_test_call_fails (h, "soul.tag", "{\"slug\":\"ada\",\"name\":\"12\"}", BTY_ERROR_INVALID_ARGUMENT, "“12”");
  bty_test_call_fails (h, "soul.tag", "{\"slug\":\"ada\",\"name\":\"head\"}", BTY_ERROR_INVALID_ARGUMENT, "“head”");
  bty_test_call_fails (h, "soul.tag", "{\"slug\":\"ada\",\"name\":\"x\",\"version\":\"files\"}", BTY_ERROR_NOT_FOUND,
                       "“files”");
  do_call (h, "soul.branch", "{\"slug\":\"ada\",\"name\":\"side\"}");
  refs = list (h, "soul.refs", "{\"slug\":\"ada\",\"kind\":\"branch\"}", NULL);
  g_assert_cmpuint (count_lines (refs), ==, 2);
  bty_test_call_fails (h, "soul.forget", "{\"slug\":\"ada\",\"kind\":\"branch\",\"name\":\"main\"}",
                       BTY_ERROR_FAILED_PRECONDITION, "in use");
  do_call (h, "soul.forget", "{\"slug\":\"ada\",\"kind\":\"branch\",\"name\":\"side\"}");
  bty_test_call_fails (h, "soul.forget", "{\"slug\":\"ada\",\"kind\":\"branch\",\"name\":\"side\"}",
                       BTY_ERROR_NOT_FOUND, "“side”");
  rest = list (h, "soul.refs", "{\"slug\":\"ada\"}", NULL);
  g_assert_cmpuint (count_lines (rest), ==, 2);
}

static void
test_merge (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtySoulMerged) clean = NULL;
  g_autoptr (BtySoulMerged) again = NULL;
  g_autoptr (BtySoulMerged) torn = NULL;
  g_autoptr (BtySoulMerged) settled = NULL;
  g_autoptr (BtySoulSnapshot) now = NULL;
  g_autofree char *json = NULL;
  const BtySoulConflict *conflict;

  write_soul (h, SOUL_ONE);
  do_call (h, "soul.branch", "{\"slug\":\"ada\",\"name\":\"side\"}");
  do_call (h, "soul.write", "{\"slug\":\"ada\",\"soul\":\"" SOUL_LONG "\",\"branch\":\"side\"}");
  write_soul (h, SOUL_TWO);
  clean = bty_test_call (h, "soul.merge", "{\"slug\":\"ada\",\"version\":\"side\"}");
  g_assert_cmpuint (clean->conflicts->len, ==, 0);
  g_assert_nonnull (clean->version->merged);
  now = bty_test_call (h, "soul.show", "{\"slug\":\"ada\",\"version\":\"head\"}");
  g_assert_nonnull (strstr (now->soul, "# Ada the calm"));
  g_assert_nonnull (strstr (now->soul, "Warm and short words."));
  again = bty_test_call (h, "soul.merge", "{\"slug\":\"ada\",\"version\":\"side\"}");
  g_assert_cmpint (again->version->number, ==, clean->version->number);

  do_call (h, "soul.write", "{\"slug\":\"ada\",\"soul\":\"" SOUL_THREE "\",\"branch\":\"side\"}");
  torn = bty_test_call (h, "soul.merge", "{\"slug\":\"ada\",\"version\":\"side\"}");
  g_assert_null (torn->version);
  g_assert_cmpuint (torn->conflicts->len, ==, 1);
  conflict = torn->conflicts->pdata[0];
  g_assert_cmpstr (conflict->file, ==, "SOUL.md");
  g_assert_nonnull (strstr (conflict->base, "Warm words."));
  g_assert_nonnull (strstr (conflict->ours, "Warm and short"));
  g_assert_nonnull (strstr (conflict->theirs, "Gentle"));
  g_assert_cmpint (conflict->line, >, 1);
  g_assert_nonnull (strstr (torn->soul, "<<<<<<< "));
  bty_test_call_fails (h, "soul.merge",
                       "{\"slug\":\"ada\",\"version\":\"side\",\"soul\":\"settled\",\"expected\":\"1\"}",
                       BTY_ERROR_ABORTED, "merge again");
  json = g_strdup_printf ("{\"slug\":\"ada\",\"version\":\"side\",\"soul\":\"settled\\n\",\"expected\":\"%s\"}",
                          torn->expected);
  settled = bty_test_call (h, "soul.merge", json);
  g_assert_nonnull (settled->version);
}

static void
test_rollback_and_checkout (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtySoulVersion) back = NULL;
  g_autoptr (BtySoulDiff) diff = NULL;
  g_autofree char *path = g_build_filename (h->folder, "bots", "ada", "SOUL.md", NULL);
  g_autofree char *text = NULL;

  write_soul (h, SOUL_ONE);
  write_soul (h, SOUL_TWO);
  back = bty_test_call (h, "soul.rollback", "{\"slug\":\"ada\",\"version\":\"2\"}");
  g_assert_cmpint (back->number, ==, 4);
  g_assert_cmpint (back->cause, ==, BTY_SOUL_ROLLBACK);
  diff = bty_test_call (h, "soul.diff", "{\"slug\":\"ada\",\"from\":\"2\",\"to\":\"4\"}");
  g_assert_cmpstr (diff->unified, ==, "");
  bty_test_call_fails (h, "soul.rollback", "{\"slug\":\"ada\",\"version\":\"files\"}", BTY_ERROR_NOT_FOUND, "“files”");
  do_call (h, "soul.branch", "{\"slug\":\"ada\",\"name\":\"old\",\"version\":\"3\"}");
  do_call (h, "soul.checkout", "{\"slug\":\"ada\",\"branch\":\"old\"}");
  bty_test_call_fails (h, "soul.checkout", "{\"slug\":\"ada\",\"branch\":\"young\"}", BTY_ERROR_NOT_FOUND,
                       "no branch “young”");
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "Warm and short words."));
}

static void
test_locks_and_policy (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtySoul) soul = NULL;

  write_soul (h, SOUL_ONE);
  soul = bty_test_call (h, "soul.update",
                        "{\"slug\":\"ada\",\"policy\":\"apply\",\"locks\":[\"SOUL.md#Values\",\"USER.md\"]}");
  g_assert_cmpint (soul->policy, ==, BTY_SOUL_APPLY);
  g_assert_cmpuint (g_strv_length (soul->locks), ==, 2);
  bty_test_call_fails (h, "soul.update", "{\"slug\":\"ada\",\"locks\":[\"SOUL.md#Valeus\"]}",
                       BTY_ERROR_INVALID_ARGUMENT, "it has: Ada, Values, Tone");
  bty_test_call_fails (h, "soul.update", "{\"slug\":\"ada\",\"locks\":[\"MEMORY.md\"]}", BTY_ERROR_INVALID_ARGUMENT,
                       "no section");
  bty_test_call_fails (h, "soul.update", "{\"slug\":\"ada\",\"revision\":1,\"gate\":10}", BTY_ERROR_ABORTED,
                       "revision");
}

/* A bot as the caller. */

static void
test_bot_knows_itself_only (BtyTestHouse *h, gconstpointer unused)
{
  static const struct
  {
    const char *operation;
    const char *rest; /* of the request */
  } all[] = {
    { "soul.get", "" },
    { "soul.update", ",\"policy\":\"apply\"" },
    { "soul.history", "" },
    { "soul.show", ",\"version\":\"head\"" },
    { "soul.diff", "" },
    { "soul.blame", "" },
    { "soul.verify", "" },
    { "soul.write", ",\"soul\":\"mine\"" },
    { "soul.rollback", ",\"version\":\"1\"" },
    { "soul.refs", "" },
    { "soul.tag", ",\"name\":\"mine\"" },
    { "soul.branch", ",\"name\":\"mine\"" },
    { "soul.forget", ",\"kind\":\"branch\",\"name\":\"main\"" },
    { "soul.checkout", ",\"branch\":\"main\"" },
    { "soul.merge", ",\"version\":\"1\"" },
    { "soul.accept", "" },
    { "soul.restore", "" },
    { "soul.propose", ",\"soul\":\"mine\"" },
    { "soul.proposals", "" },
  };

  call_as (h, "bo");
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"slug\":\"ada\"%s}", all[i].rest);

      bty_test_call_fails (h, all[i].operation, json, BTY_ERROR_PERMISSION_DENIED, "no soul but its own");
    }
  /* Those without a slug are soul.list, which gives a bot itself, and three that are about a proposal. */
  g_assert_cmpuint (G_N_ELEMENTS (all) + 4, ==, bty_n_soul_operations);
}

static void
test_bot_does_not_govern (BtyTestHouse *h, gconstpointer unused)
{
  g_autofree char *souls = NULL;

  call_as (h, "ada");
  bty_test_call_fails (h, "soul.update", "{\"slug\":\"ada\",\"policy\":\"apply\"}", BTY_ERROR_PERMISSION_DENIED,
                       "for a person");
  bty_test_call_fails (h, "soul.update", "{\"slug\":\"ada\",\"locks\":[]}", BTY_ERROR_PERMISSION_DENIED,
                       "for a person");
  bty_test_call_fails (h, "soul.rollback", "{\"slug\":\"ada\",\"version\":\"1\"}", BTY_ERROR_PERMISSION_DENIED,
                       "for a person");
  bty_test_call_fails (h, "soul.checkout", "{\"slug\":\"ada\",\"branch\":\"main\"}", BTY_ERROR_PERMISSION_DENIED,
                       "for a person");
  bty_test_call_fails (h, "soul.accept", "{\"slug\":\"ada\"}", BTY_ERROR_PERMISSION_DENIED, "for a person");
  bty_test_call_fails (h, "soul.tag", "{\"slug\":\"ada\",\"name\":\"x\"}", BTY_ERROR_PERMISSION_DENIED, "for a person");
  souls = list (h, "soul.list", "{}", NULL);
  g_assert_cmpuint (count_lines (souls), ==, 1);
}

static char *
about (const BtySoulProposal *proposal)
{
  return g_strdup_printf ("{\"id\":\"%s\"}", proposal->record.id);
}

static void
test_bot_proposes (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtySoulProposal) proposal = NULL;
  g_autoptr (BtySoulProposal) approved = NULL;
  g_autoptr (BtySoulReview) review = NULL;
  g_autoptr (BtySoulVersion) version = NULL;
  g_autoptr (BtySoulSnapshot) now = NULL;
  g_autofree char *id = NULL;
  g_autofree char *dump = NULL;

  write_soul (h, SOUL_ONE);
  call_as (h, "ada");
  bty_test_call_fails (h, "soul.write", "{\"slug\":\"ada\",\"soul\":\"" SOUL_TWO "\"}", BTY_ERROR_PERMISSION_DENIED,
                       "by itself");
  proposal = bty_test_call (h, "soul.propose",
                            "{\"slug\":\"ada\",\"soul\":\"" SOUL_TWO "\",\"note\":\"People like it short\"}");
  g_assert_cmpint (proposal->state, ==, BTY_PROPOSAL_OPEN);
  g_assert_cmpint (proposal->author_kind, ==, BTY_AUTHOR_BOT);
  g_assert_cmpint (proposal->base_number, ==, 2);
  id = about (proposal);
  bty_test_call_fails (h, "soul.approve", id, BTY_ERROR_PERMISSION_DENIED, "for a person");
  bty_test_call_fails (h, "soul.refuse", id, BTY_ERROR_PERMISSION_DENIED, "for a person");
  bty_test_call_fails (h, "soul.propose", "{\"slug\":\"ada\",\"soul\":\"" SOUL_ONE "\"}", BTY_ERROR_INVALID_ARGUMENT,
                       "changes nothing");
  call_as (h, "bo");
  bty_test_call_fails (h, "soul.proposal", id, BTY_ERROR_PERMISSION_DENIED, "no soul but its own");
  call_as (h, NULL);
  do_call (h, "soul.write", "{\"slug\":\"ada\",\"soul\":\"" SOUL_LONG "\"}"); /* it moves on elsewhere */
  review = bty_test_call (h, "soul.proposal", id);
  g_assert_cmpuint (review->conflicts->len, ==, 0);
  g_assert_nonnull (strstr (review->diff->unified, "+Warm and short words."));
  g_assert_null (strstr (review->diff->unified, "-# Ada the calm"));
  approved = bty_test_call (h, "soul.approve", id);
  g_assert_cmpint (approved->state, ==, BTY_PROPOSAL_ACCEPTED);
  g_assert_cmpstr (approved->decided_by, ==, "owner");
  now = bty_test_call (h, "soul.show", "{\"slug\":\"ada\",\"version\":\"head\"}");
  g_assert_cmpstr (now->version->record.id, ==, approved->version);
  g_assert_cmpint (now->version->cause, ==, BTY_SOUL_PROPOSED);
  g_assert_cmpint (now->version->author_kind, ==, BTY_AUTHOR_BOT);
  g_assert_cmpstr (now->version->author, ==, "ada");
  g_assert_nonnull (strstr (now->soul, "# Ada the calm"));
  g_assert_nonnull (strstr (now->soul, "Warm and short words."));
  bty_test_call_fails (h, "soul.approve", id, BTY_ERROR_FAILED_PRECONDITION, "accepted already");
  dump = bty_fake_store_dump (BTY_FAKE_STORE (h->store));
  g_assert_nonnull (strstr (dump, "soul.proposed"));
  g_assert_nonnull (strstr (dump, "soul.approved"));
}

static void
test_conflicting_proposal (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtySoulProposal) proposal = NULL;
  g_autoptr (BtySoulProposal) refused = NULL;
  g_autofree char *id = NULL;
  g_autofree char *open = NULL;

  write_soul (h, SOUL_ONE);
  call_as (h, "ada");
  proposal = bty_test_call (h, "soul.propose", "{\"slug\":\"ada\",\"soul\":\"" SOUL_TWO "\"}");
  id = about (proposal);
  call_as (h, NULL);
  write_soul (h, SOUL_THREE);
  bty_test_call_fails (h, "soul.approve", id, BTY_ERROR_FAILED_PRECONDITION, "the same lines");
  refused = bty_test_call (h, "soul.refuse", id);
  g_assert_cmpint (refused->state, ==, BTY_PROPOSAL_REFUSED);
  open = list (h, "soul.proposals", "{\"slug\":\"ada\",\"state\":\"open\"}", NULL);
  g_assert_cmpstr (open, ==, "");
}

static void
test_bot_with_locks (BtyTestHouse *h, gconstpointer unused)
{
  g_autoptr (BtySoulVersion) version = NULL;
  g_autoptr (BtySoulProposal) applied = NULL;

  write_soul (h, SOUL_ONE);
  do_call (h, "soul.update", "{\"slug\":\"ada\",\"policy\":\"closed\",\"locks\":[\"SOUL.md#Values\",\"USER.md\"]}");
  call_as (h, "ada");
  bty_test_call_fails (h, "soul.propose", "{\"slug\":\"ada\",\"soul\":\"" SOUL_TWO "\"}", BTY_ERROR_PERMISSION_DENIED,
                       "closed");
  call_as (h, NULL);
  do_call (h, "soul.update", "{\"slug\":\"ada\",\"policy\":\"propose\"}");
  call_as (h, "ada");
  bty_test_call_fails (h, "soul.propose", "{\"slug\":\"ada\",\"soul\":\"" SOUL_COLD "\"}", BTY_ERROR_PERMISSION_DENIED,
                       "SOUL.md#Values");
  do_call (h, "soul.propose", "{\"slug\":\"ada\",\"soul\":\"" SOUL_TWO "\"}");
  call_as (h, NULL);
  do_call (h, "soul.update", "{\"slug\":\"ada\",\"policy\":\"apply\"}");
  call_as (h, "ada");
  bty_test_call_fails (h, "soul.write", "{\"slug\":\"ada\",\"soul\":\"" SOUL_COLD "\"}", BTY_ERROR_PERMISSION_DENIED,
                       "SOUL.md#Values");
  bty_test_call_fails (h, "soul.write", "{\"slug\":\"ada\",\"soul\":\"all is fine\"}", BTY_ERROR_PERMISSION_DENIED,
                       "SOUL.md#Values");
  bty_test_call_fails (h, "soul.propose", "{\"slug\":\"ada\",\"user\":\"nobody\"}", BTY_ERROR_PERMISSION_DENIED,
                       "USER.md");
  version = bty_test_call (h, "soul.write", "{\"slug\":\"ada\",\"soul\":\"" SOUL_THREE "\"}");
  g_assert_cmpint (version->author_kind, ==, BTY_AUTHOR_BOT);
  applied = bty_test_call (h, "soul.propose", "{\"slug\":\"ada\",\"soul\":\"" SOUL_TWO "\"}");
  g_assert_cmpint (applied->state, ==, BTY_PROPOSAL_ACCEPTED);
  g_assert_nonnull (applied->version);
  call_as (h, NULL); /* a person is not held by locks */
  write_soul (h, SOUL_COLD);
}

static void
test_proposals_are_counted (BtyTestHouse *h, gconstpointer unused)
{
  g_autofree char *text = g_strnfill (1025, 'x');
  g_autofree char *request = g_strdup_printf ("{\"slug\":\"ada\",\"identity\":\"%s\"}", text);
  g_autoptr (GError) error = NULL;

  g_assert_true (bty_settings_set (h->settings, "soul.max_file", "1024", &error));
  g_assert_no_error (error);
  g_assert_true (bty_settings_set (h->settings, "soul.proposals", "2", &error));
  g_assert_no_error (error);
  call_as (h, "ada");
  bty_test_call_fails (h, "soul.propose", request, BTY_ERROR_INVALID_ARGUMENT, "soul.max_file");
  bty_test_call_fails (h, "soul.propose", "{\"slug\":\"ada\",\"identity\":\"---\\na: [1\\n---\\n\"}",
                       BTY_ERROR_INVALID_ARGUMENT, "IDENTITY.md is not YAML");
  do_call (h, "soul.propose", "{\"slug\":\"ada\",\"soul\":\"one\"}");
  do_call (h, "soul.propose", "{\"slug\":\"ada\",\"soul\":\"two\"}");
  bty_test_call_fails (h, "soul.propose", "{\"slug\":\"ada\",\"soul\":\"three\"}", BTY_ERROR_RESOURCE_EXHAUSTED,
                       "soul.proposals");
}

#define ADD(name, function) g_test_add ("/soul-operations/" name, BtyTestHouse, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("write-and-history", test_write_and_history);
  ADD ("branch-history-in-pages", test_branch_history_in_pages);
  ADD ("diff-and-blame", test_diff_and_blame);
  ADD ("blame-of-many", test_blame_of_many);
  ADD ("names", test_names);
  ADD ("merge", test_merge);
  ADD ("rollback-and-checkout", test_rollback_and_checkout);
  ADD ("locks-and-policy", test_locks_and_policy);
  ADD ("bot-knows-itself-only", test_bot_knows_itself_only);
  ADD ("bot-does-not-govern", test_bot_does_not_govern);
  ADD ("bot-proposes", test_bot_proposes);
  ADD ("conflicting-proposal", test_conflicting_proposal);
  ADD ("bot-with-locks", test_bot_with_locks);
  ADD ("proposals-are-counted", test_proposals_are_counted);
  return g_test_run ();
}
