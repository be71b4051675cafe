/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of a capsule: each is an object with one member, whose name says what it holds. */
#define G_LOG_DOMAIN "bty-capsule"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bot/bty-bot-files.h"
#include "bot/bty-slug.h"
#include "capsule/bty-capsule.h"

#define HASH_KEY "sha256"

/* The kinds in the order in which they stand. */
typedef enum
{
  HEAD,
  BOT,
  SOUL,
  TEXT,
  VERSION,
  REF,
  FILES,
  SESSION,
  MESSAGE,
} Kind;

static const struct
{
  const char *key;
  const BtySchema *schema;
  BtyView view;
} kinds[] = {
  [HEAD] = { "capsule", &bty_capsule_head_schema, BTY_VIEW_STORE },
  [BOT] = { "bot", &bty_bot_schema, BTY_VIEW_STORE },
  [SOUL] = { "soul", &bty_soul_schema, BTY_VIEW_STORE },
  [TEXT] = { "text", &bty_soul_text_schema, BTY_VIEW_STORE },
  [VERSION] = { "version", &bty_soul_version_schema, BTY_VIEW_STORE },
  [REF] = { "ref", &bty_soul_ref_schema, BTY_VIEW_STORE },
  [FILES] = { "file", &bty_import_file_schema, BTY_VIEW_STORE },
  [SESSION] = { "session", &bty_session_schema, BTY_VIEW_STORE },
  [MESSAGE] = { "message", &bty_message_schema, BTY_VIEW_STORE },
};

/* Writing */

static void
write_line (GString *out, Kind kind, gconstpointer record)
{
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, out);
  bty_json_writer_begin_object (&writer);
  bty_json_writer_key (&writer, kinds[kind].key);
  bty_record_write_json (record, kinds[kind].view, &writer);
  bty_json_writer_end_object (&writer);
  g_string_append_c (out, '\n');
}

static void
write_lines (GString *out, Kind kind, GPtrArray *records)
{
  for (guint i = 0; i < records->len; i++)
    write_line (out, kind, g_ptr_array_index (records, i));
}

GString *
bty_capsule_write_text (BtyCapsule *capsule)
{
  const BtySoulRecords *history = capsule->history;
  BtyCapsuleHead *head = capsule->head;
  GString *out = g_string_new (NULL);
  g_autofree char *hash = NULL;

  head->versions = history->versions->len;
  head->texts = history->texts->len;
  head->refs = history->refs->len;
  head->files = capsule->files->len;
  head->sessions = capsule->sessions->len;
  head->messages = capsule->messages->len;
  write_line (out, HEAD, head);
  write_line (out, BOT, capsule->bot);
  write_line (out, SOUL, history->soul);
  write_lines (out, TEXT, history->texts);
  write_lines (out, VERSION, history->versions);
  write_lines (out, REF, history->refs);
  write_lines (out, FILES, capsule->files);
  write_lines (out, SESSION, capsule->sessions);
  write_lines (out, MESSAGE, capsule->messages);
  hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) out->str, out->len);
  g_string_append_printf (out, "{\"" HASH_KEY "\":\"%s\"}\n", hash);
  return out;
}

/* Reading */

typedef struct
{
  BtyCapsule *capsule;
  Kind last;
  guint line;
  GHashTable *ids;   /* of sessions and messages, borrowed */
  GHashTable *names; /* of files, borrowed */
} Reading;

static gboolean G_GNUC_PRINTF (3, 4) refuse (const Reading *reading, GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("line %u of the capsule: %s"), reading->line, message);
  return FALSE;
}

static gboolean
prefix_line (const Reading *reading, GError **error)
{
  g_prefix_error (error, _ ("line %u of the capsule: "), reading->line);
  return FALSE;
}

/* The last line is `{"sha256":"…"}`. Returns: how many bytes stand before it, or 0 with an error */
static gsize
check_hash (const char *text, gsize length, GError **error)
{
  g_autofree char *hash = NULL;
  g_autofree char *expected = NULL;
  const char *last;
  gsize before;

  if (length < 2 || text[length - 1] != '\n')
    {
      g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                           _ ("the capsule is cut short: its last line is missing"));
      return 0;
    }
  last = memrchr (text, '\n', length - 1);
  before = last != NULL ? (gsize) (last + 1 - text) : 0;
  hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) text, before);
  expected = g_strdup_printf ("{\"" HASH_KEY "\":\"%s\"}\n", hash);
  if (before > 0 && length - before == strlen (expected) && memcmp (text + before, expected, length - before) == 0)
    return before;
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                       _ ("the capsule is damaged or cut short: its checksum does not fit what it holds"));
  return 0;
}

/* @raw: (out): where the member's value stands */
static gboolean
open_line (const char *line, gsize length, Kind *kind, const char **raw, gsize *raw_length, GError **error)
{
  g_auto (BtyJsonReader) reader;
  guint found = G_N_ELEMENTS (kinds);
  BtyJsonToken token;

  bty_json_reader_init (&reader, line, length, 0);
  token = bty_json_reader_next (&reader, error);
  if (token == BTY_JSON_OBJECT_BEGIN)
    token = bty_json_reader_next (&reader, error);
  if (token == BTY_JSON_KEY)
    for (found = 0; found < G_N_ELEMENTS (kinds) && !bty_json_reader_key_is (&reader, kinds[found].key); found++)
      ;
  if (token != BTY_JSON_ERROR && found == G_N_ELEMENTS (kinds))
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("nobody knows what it is"));
  if (token == BTY_JSON_ERROR || found == G_N_ELEMENTS (kinds) ||
      bty_json_reader_skip (&reader, raw, raw_length, error) == BTY_JSON_ERROR)
    return FALSE;
  *kind = (Kind) found;
  token = bty_json_reader_next (&reader, error);
  if (token == BTY_JSON_OBJECT_END)
    return bty_json_reader_next (&reader, error) == BTY_JSON_END;
  if (token != BTY_JSON_ERROR)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("it holds more than one thing"));
  return FALSE;
}

/* A newer format may have members that nobody here knows, so its number is looked at before anything else. */
static gboolean
check_format (const char *raw, gsize length, GError **error)
{
  g_autoptr (BtyCapsuleHead) head = bty_record_from_store (&bty_capsule_head_schema, raw, (gssize) length, error);

  if (head == NULL)
    return FALSE;
  if (head->format <= BTY_CAPSULE_FORMAT)
    return TRUE;
  g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
               _ ("the capsule has format %lld (written by %s), and this program knows formats up to %d: update it"),
               (long long) head->format, head->program, BTY_CAPSULE_FORMAT);
  return FALSE;
}

static gboolean
take_head (Reading *reading, BtyCapsuleHead *head, GError **error)
{
  reading->capsule->head = bty_capsule_head_ref (head);
  if (!bty_id_is_valid (head->bot) || !bty_slug_is_valid (head->slug))
    return refuse (reading, error, _ ("“%s” cannot be a bot's slug, or its identifier is none"), head->slug);
  return TRUE;
}

static gboolean
take_bot (Reading *reading, BtyBot *bot, GError **error)
{
  const BtyCapsuleHead *head = reading->capsule->head;

  reading->capsule->bot = bty_bot_ref (bot);
  if (g_strcmp0 (bot->record.id, head->bot) != 0 || strcmp (bot->slug, head->slug) != 0 ||
      strcmp (bot->name, head->name) != 0)
    return refuse (reading, error, _ ("it is not the bot that the first line names"));
  return TRUE;
}

static gboolean
take_soul (Reading *reading, BtySoul *soul, GError **error)
{
  const BtyCapsuleHead *head = reading->capsule->head;

  reading->capsule->history->soul = bty_soul_ref (soul);
  if (strcmp (soul->bot, head->bot) != 0 || g_strcmp0 (soul->chain, head->chain) != 0)
    return refuse (reading, error, _ ("it is not the soul that the first line names"));
  return TRUE;
}

static gboolean
take_file (Reading *reading, BtyImportFile *file, GError **error)
{
  if (!bty_bot_files_may (file->name))
    return refuse (reading, error, _ ("a bot may not bring a file called “%s”"), file->name);
  if (!g_hash_table_add (reading->names, file->name))
    return refuse (reading, error, _ ("the file “%s” is there twice"), file->name);
  g_ptr_array_add (reading->capsule->files, bty_record_ref (file));
  return TRUE;
}

static gboolean
take_id (Reading *reading, BtyRecord *record, GError **error)
{
  if (bty_id_is_valid (record->id) && !g_hash_table_contains (reading->ids, record->id))
    {
      g_hash_table_insert (reading->ids, record->id, record);
      return TRUE;
    }
  return refuse (reading, error, _ ("“%s” is no identifier, or that of another line"), record->id);
}

static gboolean
take_session (Reading *reading, BtySession *session, GError **error)
{
  if (strcmp (session->bot, reading->capsule->head->bot) != 0)
    return refuse (reading, error, _ ("it is a conversation with another bot"));
  g_ptr_array_add (reading->capsule->sessions, bty_record_ref (session));
  return take_id (reading, &session->record, error);
}

static gboolean
take_message (Reading *reading, BtyMessage *message, GError **error)
{
  const BtyRecord *session = g_hash_table_lookup (reading->ids, message->session);

  if (session == NULL || session->schema != &bty_session_schema)
    return refuse (reading, error, _ ("its conversation is missing"));
  if (strcmp (message->bot, reading->capsule->head->bot) != 0 ||
      (message->turn != NULL && !bty_id_is_valid (message->turn)))
    return refuse (reading, error, _ ("it is another bot's, or its turn is none"));
  g_ptr_array_add (reading->capsule->messages, bty_record_ref (message));
  return take_id (reading, &message->record, error);
}

static gboolean
take (Reading *reading, Kind kind, gpointer record, GError **error)
{
  BtySoulRecords *history = reading->capsule->history;

  switch (kind)
    {
    case HEAD:
      return take_head (reading, record, error);
    case BOT:
      return take_bot (reading, record, error);
    case SOUL:
      return take_soul (reading, record, error);
    case TEXT:
      g_ptr_array_add (history->texts, bty_record_ref (record));
      return TRUE;
    case VERSION:
      g_ptr_array_add (history->versions, bty_record_ref (record));
      return TRUE;
    case REF:
      g_ptr_array_add (history->refs, bty_record_ref (record));
      return TRUE;
    case FILES:
      return take_file (reading, record, error);
    case SESSION:
      return take_session (reading, record, error);
    case MESSAGE:
      return take_message (reading, record, error);
    default:
      g_return_val_if_reached (FALSE);
    }
}

/* The first three stand there once each; the others any number of times, each kind after the one before. */
static gboolean
check_order (Reading *reading, Kind kind, GError **error)
{
  gboolean fits = reading->line <= 3 ? kind == (Kind) (reading->line - 1) : kind > SOUL && kind >= reading->last;

  if (!fits)
    return refuse (reading, error, _ ("“%s” stands in the wrong place"), kinds[kind].key);
  reading->last = kind;
  return TRUE;
}

static gboolean
read_line (Reading *reading, const char *line, gsize length, GError **error)
{
  g_autoptr (BtyRecord) record = NULL;
  const char *raw;
  gsize raw_length;
  Kind kind;

  reading->line += 1;
  if (!open_line (line, length, &kind, &raw, &raw_length, error))
    return prefix_line (reading, error);
  if (!check_order (reading, kind, error) || (kind == HEAD && !check_format (raw, raw_length, error)))
    return FALSE;
  record = bty_record_from_json (kinds[kind].schema, kinds[kind].view, raw, (gssize) raw_length, error);
  if (record == NULL)
    return prefix_line (reading, error);
  return take (reading, kind, record, error);
}

static gboolean
check_counts (const Reading *reading, GError **error)
{
  const BtyCapsule *capsule = reading->capsule;
  const BtyCapsuleHead *head = capsule->head;

  if (capsule->history->soul == NULL)
    return refuse (reading, error, _ ("it holds no soul"));
  if (head->versions != capsule->history->versions->len || head->texts != capsule->history->texts->len ||
      head->refs != capsule->history->refs->len || head->files != capsule->files->len ||
      head->sessions != capsule->sessions->len || head->messages != capsule->messages->len)
    return refuse (reading, error, _ ("there are not as many lines as the first one says"));
  return TRUE;
}

BtyCapsule *
bty_capsule_read_text (const char *text, gsize length, GError **error)
{
  gsize end = check_hash (text, length, error);
  g_autoptr (BtyCapsule) capsule = bty_capsule_new ();
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  Reading reading = { .capsule = capsule, .ids = ids, .names = names };

  if (end == 0)
    return NULL;
  for (gsize at = 0; at < end;)
    {
      const char *newline = memchr (text + at, '\n', end - at);
      gsize line_length = (gsize) (newline - (text + at));

      if (!read_line (&reading, text + at, line_length, error))
        return NULL;
      at += line_length + 1;
    }
  return check_counts (&reading, error) ? g_steal_pointer (&capsule) : NULL;
}
