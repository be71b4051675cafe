/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-store"

#include "config.h"

#include <string.h>

#include "bty-sqlite-text.h"

#define MAX_WORDS 32
/* Pages merged in one step, which is how long a write may have to wait for one. */
#define PAGES "256"

const char *const bty_sqlite_text_version_1[] = {
  "CREATE VIRTUAL TABLE message_text USING fts5 (text, content='message', content_rowid='row', "
  "tokenize='unicode61 remove_diacritics 2')",
  "CREATE TRIGGER message_text_insert AFTER INSERT ON message BEGIN "
  "INSERT INTO message_text (rowid, text) VALUES (new.row, new.text); END",
  "CREATE TRIGGER message_text_delete AFTER DELETE ON message BEGIN "
  "INSERT INTO message_text (message_text, rowid, text) VALUES ('delete', old.row, old.text); "
  "INSERT OR IGNORE INTO mark (name) VALUES ('text-merge'); END",
  "CREATE TRIGGER message_text_update AFTER UPDATE OF text ON message WHEN new.text <> old.text BEGIN "
  "INSERT INTO message_text (message_text, rowid, text) VALUES ('delete', old.row, old.text); "
  "INSERT INTO message_text (rowid, text) VALUES (new.row, new.text); "
  "INSERT OR IGNORE INTO mark (name) VALUES ('text-merge'); END",
  NULL,
};

static gboolean
is_word_char (gunichar c)
{
  return g_unichar_isalnum (c) || g_unichar_ismark (c);
}

/* Every word is quoted, so that none of them can be an operator; what is no letter, digit or mark never gets there. */
char *
bty_sqlite_text_match (const char *words)
{
  GString *out = g_string_new (NULL);
  guint n = 0;
  const char *at = words;

  while (*at != '\0' && n < MAX_WORDS)
    {
      const char *start = at;

      while (*at != '\0' && is_word_char (g_utf8_get_char (at)))
        at = g_utf8_next_char (at);
      if (at == start)
        {
          at = g_utf8_next_char (at);
          continue;
        }
      g_string_append (out, n++ > 0 ? " OR \"" : "\"");
      g_string_append_len (out, start, at - start);
      g_string_append_c (out, '"');
    }
  return g_string_free (out, n == 0);
}

gboolean
bty_sqlite_text_search (const BtySchema *schema, const char *match, guint candidates, BtySqlTextSearch *search)
{
  if (schema != &bty_message_schema)
    return FALSE;
  *search = (BtySqlTextSearch){
    .from = "message_text JOIN message ON message.row = message_text.rowid WHERE message_text MATCH $1",
    .score = "bm25 (message_text)",
    .newest = "message_text.rowid DESC",
    .match = match,
    .candidates = candidates,
  };
  return TRUE;
}

gboolean
bty_sqlite_text_is_dirty (BtySqliteConnection *self)
{
  gint64 one;

  return bty_sqlite_connection_get_int (self, "SELECT 1 FROM mark WHERE name = 'text-merge'", &one, NULL);
}

static gboolean
merge (BtySqliteConnection *self, gboolean is_first, gboolean *is_done, GError **error)
{
  /* A negative number begins to merge all segments into one, a positive one goes on with it. */
  const char *step = is_first ? "INSERT INTO message_text (message_text, rank) VALUES ('merge', -" PAGES ")"
                              : "INSERT INTO message_text (message_text, rank) VALUES ('merge', " PAGES ")";
  gint64 before = sqlite3_total_changes64 (self->db);

  if (!bty_sqlite_connection_step (self, step, error))
    return FALSE;
  /* The documentation's sign that nothing was left to merge: fewer than two changes. */
  *is_done = sqlite3_total_changes64 (self->db) - before < 2;
  return !*is_done || bty_sqlite_connection_step (self, "DELETE FROM mark WHERE name = 'text-merge'", error);
}

gboolean
bty_sqlite_text_merge (BtySqliteConnection *self, gboolean is_first, gboolean *is_done, GError **error)
{
  if (!bty_sqlite_connection_step (self, "BEGIN IMMEDIATE", error))
    return FALSE;
  if (merge (self, is_first, is_done, error) && bty_sqlite_connection_step (self, "COMMIT", error))
    return TRUE;
  bty_sqlite_connection_run (self, "ROLLBACK", NULL);
  return FALSE;
}
