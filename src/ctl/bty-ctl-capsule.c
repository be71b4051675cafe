/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include "bty-ctl-capsule.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bty-ctl-keys.h"
#include "bty-ctl-request.h"
#include "bty-ctl-table.h"
#include "bty-ctl-terminal.h"

/* What no request could carry is not even read. */
#define MAX_CAPSULE (16 * 1024 * 1024)

const BtyCtlOption bty_ctl_capsule_export_options[] = {
  { "output", 'o', N_ ("FILE"), N_ ("where to write it (./BOT.bot); - for standard output"), BTY_CTL_FILE },
  { "sessions", 0, NULL, N_ ("with its conversations"), BTY_CTL_NOTHING },
  { "memories", 0, NULL, N_ ("with MEMORY.md and the folder memory"), BTY_CTL_NOTHING },
  { "seal", 0, NULL, N_ ("sealed with a passphrase, which is asked for"), BTY_CTL_NOTHING },
  { "force", 0, NULL, N_ ("write over a file that is there"), BTY_CTL_NOTHING },
  { NULL },
};

const BtyCtlOption bty_ctl_capsule_import_options[] = {
  { "name", 0, N_ ("NAME"), N_ ("what to call the bot, instead of what the capsule says"), BTY_CTL_NOTHING },
  { "dry-run", 0, NULL, N_ ("only check it, and tell what would be made"), BTY_CTL_NOTHING },
  { NULL },
};

const BtyCtlOption bty_ctl_capsule_session_options[] = {
  { "format", 'f', N_ ("markdown|jsonl"), N_ ("how it is written (markdown)"), BTY_CTL_NOTHING },
  { NULL },
};

static gboolean
fail_file (GError **error, const char *path, const char *why)
{
  g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("the file “%s” cannot be used: %s"), path, why);
  return FALSE;
}

/* Writing: whole or not at all, for nobody else to read */

static gboolean
write_all (int descriptor, const GByteArray *bytes)
{
  gsize at = 0;

  while (at < bytes->len)
    {
      gssize n = write (descriptor, bytes->data + at, bytes->len - at);

      if (n < 0 && errno != EINTR)
        return FALSE;
      at += (gsize) MAX (n, 0);
    }
  return TRUE;
}

static gboolean
put_in_place (const char *from, const char *to, gboolean force)
{
  if (force)
    return g_rename (from, to) == 0;
  return link (from, to) == 0; /* which fails when it is there */
}

static gboolean
save (const char *path, const GByteArray *bytes, gboolean force, GError **error)
{
  g_autofree char *temporary = g_strconcat (path, ".XXXXXX", NULL);
  int descriptor = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, 0600);
  gboolean done;
  int reason;

  if (descriptor < 0)
    return fail_file (error, path, g_strerror (errno));
  done = write_all (descriptor, bytes) && fsync (descriptor) == 0;
  done = close (descriptor) == 0 && done;
  done = done && put_in_place (temporary, path, force);
  reason = errno;
  if (!done || !force)
    g_unlink (temporary);
  if (done)
    return TRUE;
  return fail_file (error, path,
                    reason == EEXIST ? _ ("it is there already; --force writes over it") : g_strerror (reason));
}

/* Export */

static void
on_piece (guint64 number, const char *json, gpointer data)
{
  g_autoptr (BtyCapsulePiece) piece = bty_ctl_read_record (&bty_capsule_piece_schema, json, NULL);
  gsize length;
  gconstpointer bytes;

  if (piece == NULL || piece->data == NULL)
    return;
  bytes = g_bytes_get_data (piece->data, &length);
  g_byte_array_append (data, bytes, (guint) length);
}

static GBytes *
export_request (const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_autoptr (BtySecret) passphrase = NULL;

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "slug", bty_ctl_args_word (args, 0));
  bty_json_writer_member_bool (&request.writer, "sessions", bty_ctl_args_has (args, "sessions"));
  bty_json_writer_member_bool (&request.writer, "memories", bty_ctl_args_has (args, "memories"));
  if (bty_ctl_args_has (args, "seal"))
    {
      passphrase = bty_ctl_keys_ask_passphrase (_ ("A passphrase for the capsule (not shown):"), TRUE, error);
      if (passphrase == NULL)
        return NULL;
      bty_ctl_request_secret (&request, "passphrase", passphrase);
    }
  return bty_ctl_request_end (&request);
}

static char *
output_of (const BtyCtlArgs *args)
{
  const char *output = bty_ctl_args_get (args, "output");

  return output != NULL ? g_strdup (output) : g_strconcat (bty_ctl_args_word (args, 0), ".bot", NULL);
}

gboolean
bty_ctl_capsule_export (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_autofree char *output = output_of (args);
  gboolean to_stdout = strcmp (output, "-") == 0;
  gboolean force = bty_ctl_args_has (args, "force");
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GBytes) request = NULL;
  g_autofree char *answer = NULL;
  g_autoptr (BtyCapsuleReport) report = NULL;

  if (to_stdout && isatty (STDOUT_FILENO))
    return fail_file (error, output, _ ("a capsule is nothing for a terminal"));
  if (!to_stdout && !force && g_file_test (output, G_FILE_TEST_EXISTS))
    return fail_file (error, output, _ ("it is there already; --force writes over it"));
  request = export_request (args, error);
  if (request == NULL || !bty_ctl_connect (ctl, error) ||
      bty_ctl_client_stream (ctl->client, "bot.export", request, on_piece, bytes, ctl->cancellable, &answer, error) !=
        BTY_CTL_STREAM_ENDED)
    return FALSE;
  report = bty_ctl_read_record (&bty_capsule_report_schema, answer, error);
  if (report == NULL)
    return FALSE;
  if (to_stdout ? !write_all (STDOUT_FILENO, bytes) : !save (output, bytes, force, error))
    return to_stdout ? fail_file (error, output, g_strerror (errno)) : FALSE;
  if (ctl->json && !to_stdout)
    bty_ctl_print_json (answer);
  else
    bty_ctl_note (_ ("%s: written to %s (%u bytes, versions of its soul: %lld)"), report->slug, output, bytes->len,
                  (long long) report->versions);
  for (guint i = 0; report->left_out != NULL && report->left_out[i] != NULL; i++)
    bty_ctl_note (_ ("left out: %s"), report->left_out[i]);
  return TRUE;
}

/* Import */

static GBytes *
read_capsule (const char *path, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  int descriptor = strcmp (path, "-") == 0 ? dup (STDIN_FILENO) : open (path, O_RDONLY | O_CLOEXEC);
  guint8 piece[16384];
  gssize got = 0;
  int reason;

  if (descriptor < 0)
    {
      fail_file (error, path, g_strerror (errno));
      return NULL;
    }
  while (bytes->len <= MAX_CAPSULE &&
         ((got = read (descriptor, piece, sizeof piece)) > 0 || (got < 0 && errno == EINTR)))
    g_byte_array_append (bytes, piece, (guint) MAX (got, 0));
  reason = errno;
  close (descriptor);
  if (got >= 0 && bytes->len > 0 && bytes->len <= MAX_CAPSULE)
    return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
  fail_file (error, path,
             got < 0           ? g_strerror (reason)
             : bytes->len == 0 ? _ ("it is empty")
                               : _ ("it is longer than 16 MiB, which no capsule is"));
  return NULL;
}

/* What is not gzip is sealed, or no capsule; the daemon says which. */
static gboolean
is_plain (GBytes *capsule)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data (capsule, &length);

  return length >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

void
bty_ctl_capsule_print (BtyCtl *ctl, const char *answer, const BtyCapsuleReport *report)
{
  if (ctl->json)
    {
      bty_ctl_print_json (answer);
      return;
    }
  bty_ctl_record_print (report);
  if (report->renamed)
    bty_ctl_note (report->done ? _ ("its slug was taken: it is called %s here")
                               : _ ("its slug is taken: it would be called %s here"),
                  report->slug);
  if (report->rechained)
    bty_ctl_note ("%s",
                  _ ("its identifier is taken: its versions have new hashes here, and their notes say the old ones"));
  for (guint i = 0; report->missing != NULL && report->missing[i] != NULL; i++)
    bty_ctl_note (_ ("missing here: %s"), report->missing[i]);
  if (!report->done)
    bty_ctl_note ("%s", _ ("nothing was changed"));
}

gboolean
bty_ctl_capsule_import (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_autoptr (GBytes) capsule = read_capsule (bty_ctl_args_word (args, 0), error);
  g_auto (BtyCtlRequest) request = { 0 };
  g_autoptr (BtySecret) passphrase = NULL;
  g_autofree char *answer = NULL;
  g_autoptr (BtyCapsuleReport) report = NULL;

  if (capsule == NULL)
    return FALSE;
  bty_ctl_request_init (&request);
  bty_json_writer_key (&request.writer, "capsule");
  bty_json_writer_bytes (&request.writer, capsule);
  bty_ctl_request_string (&request, "name", bty_ctl_args_get (args, "name"));
  bty_json_writer_member_bool (&request.writer, "dry_run", bty_ctl_args_has (args, "dry-run"));
  if (!is_plain (capsule))
    {
      passphrase = bty_ctl_keys_ask_passphrase (_ ("Passphrase of the capsule (not shown):"), FALSE, error);
      if (passphrase == NULL)
        return FALSE;
      bty_ctl_request_secret (&request, "passphrase", passphrase);
    }
  answer = bty_ctl_call (ctl, "bot.import", bty_ctl_request_end (&request), error);
  report = answer != NULL ? bty_ctl_read_record (&bty_capsule_report_schema, answer, error) : NULL;
  if (report == NULL)
    return FALSE;
  bty_ctl_capsule_print (ctl, answer, report);
  return TRUE;
}

/* Conversations */

static void
on_text (guint64 number, const char *json, gpointer data)
{
  g_autoptr (BtyTextPiece) piece = bty_ctl_read_record (&bty_text_piece_schema, json, NULL);

  if (piece != NULL && piece->text != NULL)
    bty_ctl_terminal_write (STDOUT_FILENO, piece->text, strlen (piece->text));
}

gboolean
bty_ctl_capsule_session (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_autoptr (GBytes) body = NULL;
  g_autofree char *answer = NULL;

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "id", bty_ctl_args_word (args, 0));
  if (!bty_ctl_request_field (&request, &bty_session_export_schema, "format",
                              ctl->json ? "jsonl" : bty_ctl_args_get (args, "format"), error))
    return FALSE;
  body = bty_ctl_request_end (&request);
  return bty_ctl_connect (ctl, error) &&
         bty_ctl_client_stream (ctl->client, "session.export", body, on_text, NULL, ctl->cancellable, &answer, error) ==
           BTY_CTL_STREAM_ENDED;
}
