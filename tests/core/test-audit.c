/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The audit log: what is written down, in which order, that nothing can be changed unnoticed, and what a full disk does. */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <string.h>

#include "bty-test-house.h"
#include "bty-test-wait.h"
#include "bty-test-warnings.h"
#include "observe/bty-audit-log.h"

typedef struct
{
  BtyTestHouse house;
  BtyAuditLog *log;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  static const char *const words[] = { "Hello.", NULL };
  g_autoptr (GError) error = NULL;

  bty_test_house_open (&f->house, words);
  f->log = bty_audit_log_new (f->house.store);
  bty_audit_log_start (f->log, NULL, NULL);
  bty_dispatcher_set_audit (f->house.dispatcher, f->log);
  g_assert_true (
    bty_catalogue_add (f->house.catalogue, bty_audit_operations, bty_n_audit_operations, f->log, NULL, &error));
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  bty_audit_log_stop (f->log);
  bty_dispatcher_set_audit (f->house.dispatcher, NULL);
  g_object_unref (f->log);
  bty_test_house_close (&f->house);
}

/* The lines of the log, oldest first, each as `position action subject outcome code`. */
static char *
lines (Fixture *f, const char *request)
{
  g_autoptr (BtyPage) page = bty_test_call (&f->house, "audit.list", request);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < page->items->len; i++)
    {
      const BtyAuditEntry *entry = page->items->pdata[i];

      g_string_append_printf (out, "%d %s %s %s %s %s\n", (int) entry->position, entry->actor, entry->action,
                              entry->subject != NULL ? entry->subject : "-",
                              bty_enum_nick (bty_audit_outcomes, (int) entry->outcome),
                              entry->code != NULL ? entry->code : "-");
    }
  return g_string_free (out, FALSE);
}

static void
test_writes (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyBot) bot = bty_test_call (&f->house, "bot.create", "{\"name\":\"Ada\"}");
  g_autoptr (BtyBot) read = bty_test_call (&f->house, "bot.get", "{\"slug\":\"ada\"}");
  g_autofree char *all = NULL;
  g_autofree char *some = NULL;

  bty_test_call_fails (&f->house, "bot.stop", "{\"slug\":\"bob\"}", BTY_ERROR_NOT_FOUND, "bob");
  all = lines (f, "{\"oldest_first\":true}");
  g_assert_cmpstr (all, ==,
                   "1 owner bot.create - started -\n"
                   "2 owner bot.create ada done -\n"
                   "3 owner bot.stop bob started -\n"
                   "4 owner bot.stop bob failed NOT_FOUND\n");
  some = lines (f, "{\"action\":\"bot.stop\",\"limit\":1}");
  g_assert_cmpstr (some, ==, "4 owner bot.stop bob failed NOT_FOUND\n");
}

static gpointer
decode (const BtySchema *schema, BtyView view, gpointer input, GError **error)
{
  return bty_record_from_json (schema, view, input, -1, error);
}

static void
be_denied (Fixture *f, const char *who)
{
  const char *const scopes[] = { "souls:propose", NULL };
  g_autoptr (BtyPrincipal) bot = bty_principal_new (BTY_PRINCIPAL_BOT, who, scopes);
  const BtyCallSpec spec = { .operation = "bot.delete",
                             .principal = bot,
                             .decode = decode,
                             .input = (gpointer) "{\"slug\":\"bob\"}",
                             .door = "tool" };
  g_autoptr (BtyCall) call = bty_dispatcher_start (f->house.dispatcher, &spec);

  g_assert_error (bty_call_error (call), BTY_ERROR, BTY_ERROR_PERMISSION_DENIED);
}

static char *
last_detail (Fixture *f)
{
  g_autoptr (BtyPage) page = bty_test_call (&f->house, "audit.list", "{\"limit\":1}");
  const BtyAuditEntry *entry = page->items->pdata[0];

  return g_strdup (entry->detail);
}

/* One entry at once, and one for all that were counted. */
static void
test_denials (Fixture *f, gconstpointer unused)
{
  g_autofree char *first = NULL;
  g_autofree char *all = NULL;
  g_autofree char *detail = NULL;

  for (guint i = 0; i < 50; i++)
    be_denied (f, "ada");
  first = lines (f, "{\"kind\":\"denial\"}");
  g_assert_cmpstr (first, ==, "1 bot:ada bot.delete - denied PERMISSION_DENIED\n");
  bty_audit_log_stop (f->log);
  all = lines (f, "{\"kind\":\"denial\",\"oldest_first\":true}");
  g_assert_cmpstr (all, ==,
                   "1 bot:ada bot.delete - denied PERMISSION_DENIED\n"
                   "2 bot:ada bot.delete - denied PERMISSION_DENIED\n");
  detail = last_detail (f);
  g_assert_cmpstr (detail, ==, "{\"more_before\":49}");
}

/* More kinds than are told apart are counted all the same. */
static void
test_denial_flood (Fixture *f, gconstpointer unused)
{
  g_autofree char *none = lines (f, "{}"); /* the log knows where it ends */
  g_autofree char *last = NULL;
  g_autofree char *detail = NULL;

  for (guint i = 0; i < 1500; i++)
    {
      g_autofree char *who = g_strdup_printf ("b%u", i);

      be_denied (f, who);
    }
  bty_audit_log_stop (f->log);
  last = lines (f, "{\"limit\":1}");
  g_assert_cmpstr (last, ==, "1001 boternityd audit-flood - denied -\n");
  detail = last_detail (f);
  g_assert_cmpstr (detail, ==, "{\"more_before\":500}");
  g_assert_cmpstr (none, ==, "");
}

/* A secret's use says the host as well. */
static void
test_denial_detail (Fixture *f, gconstpointer unused)
{
  const BtyAuditNote note = { .kind = BTY_AUDIT_DENIAL,
                              .actor = "bot:ada",
                              .action = "secret-use",
                              .subject = "openai",
                              .outcome = BTY_AUDIT_DENIED,
                              .detail = "{\"host\":\"a.example\"}" };
  g_autofree char *none = lines (f, "{}"); /* the log knows where it ends */
  g_autofree char *detail = NULL;

  bty_audit_log_deny (f->log, &note);
  bty_audit_log_deny (f->log, &note);
  bty_audit_log_stop (f->log);
  detail = last_detail (f);
  g_assert_cmpstr (detail, ==, "{\"host\":\"a.example\",\"more_before\":1}");
  g_assert_cmpstr (none, ==, "");
}

static BtyAuditReport *
check (Fixture *f)
{
  return bty_test_call (&f->house, "audit.verify", "{}");
}

static void
apply (BtyStore *store, BtyBatch *batch)
{
  GAsyncResult *kept = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  bty_store_apply_async (store, batch, NULL, bty_test_keep_result, &kept);
  result = bty_test_wait (&kept);
  bty_store_apply_finish (store, result, &error);
  g_assert_no_error (error);
}

/* Puts another record in the place of the entry at @position. */
static void
tamper (Fixture *f, gint64 position, gboolean is_delete)
{
  g_autoptr (BtyPage) page = bty_test_call (&f->house, "audit.list", "{\"oldest_first\":true}");
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  BtyAuditEntry *entry = bty_audit_entry_edit (page->items->pdata[position - 1]);

  g_assert_cmpint (entry->position, ==, position);
  if (is_delete)
    bty_batch_delete (batch, entry);
  else
    {
      bty_record_take_string (&entry->actor, g_strdup ("somebody"));
      bty_batch_put (batch, entry);
    }
  apply (f->house.store, batch);
  bty_audit_entry_unref (entry);
}

static void
fill (Fixture *f)
{
  for (guint i = 0; i < 5; i++)
    bty_record_unref (bty_test_call (&f->house, "bot.create", "{\"name\":\"Ada\"}"));
}

static void
test_whole (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyAuditReport) none = check (f);
  g_autoptr (BtyAuditReport) some = NULL;

  g_assert_true (none->is_whole);
  g_assert_cmpint (none->entries, ==, 0);
  fill (f);
  some = check (f);
  g_assert_true (some->is_whole);
  g_assert_cmpint (some->entries, ==, 10);
  g_assert_cmpuint (strlen (some->hash), ==, 64);
}

static void
test_changed (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyAuditReport) report = NULL;

  fill (f);
  tamper (f, 4, FALSE);
  report = check (f);
  g_assert_false (report->is_whole);
  g_assert_cmpint (report->position, ==, 4);
}

static void
test_taken_out (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyAuditReport) middle = NULL;
  g_autoptr (BtyAuditReport) end = NULL;

  fill (f);
  tamper (f, 10, TRUE);
  end = check (f);
  g_assert_false (end->is_whole);
  g_assert_cmpint (end->position, ==, 10);
  tamper (f, 6, TRUE);
  middle = check (f);
  g_assert_false (middle->is_whole);
  g_assert_cmpint (middle->position, ==, 6);
}

/* What could not be written comes later, in order, with a place of its own. */
static void
test_full (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtyAuditReport) report = NULL;
  g_autofree char *none = lines (f, "{}"); /* the log knows where it ends */
  g_autofree char *warnings = NULL;

  bty_test_warnings_keep ();
  bty_fake_store_fail_next (BTY_FAKE_STORE (f->house.store), BTY_ERROR_RESOURCE_EXHAUSTED, "the disk is full");
  bty_record_unref (bty_test_call (&f->house, "bot.create", "{\"name\":\"Ada\"}"));
  bty_record_unref (bty_test_call (&f->house, "bot.stop", "{\"slug\":\"ada\"}"));
  while (bty_fake_store_count (BTY_FAKE_STORE (f->house.store), &bty_audit_entry_schema) < 4)
    g_main_context_iteration (NULL, TRUE);
  warnings = bty_test_warnings_take ();
  g_assert_nonnull (strstr (warnings, "cannot be written for now: the disk is full"));
  report = check (f);
  g_assert_true (report->is_whole);
  g_assert_cmpint (report->entries, ==, 4);
  g_assert_cmpstr (none, ==, "");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/audit/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("writes", test_writes);
  ADD ("denials", test_denials);
  ADD ("denial-flood", test_denial_flood);
  ADD ("denial-detail", test_denial_detail);
  ADD ("whole", test_whole);
  ADD ("changed", test_changed);
  ADD ("taken-out", test_taken_out);
  ADD ("full", test_full);
  return g_test_run ();
}
