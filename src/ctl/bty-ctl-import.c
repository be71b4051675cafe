/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Folders of other programs: this program reads them, so that the daemon need not be let at any path. */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bty-ctl-capsule.h"
#include "bty-ctl-command.h"
#include "bty-ctl-request.h"
#include "bty-ctl-terminal.h"

#define MAX_FILE  (1024 * 1024)
#define MAX_TOTAL (8 * 1024 * 1024)
#define MAX_FILES 500

/* The files of a folder, being packed. */
typedef struct
{
  BtyCtlRequest *request;
  const char *path;
  guint n_files;
  gsize total;
} Pack;

static void
leave_out (const char *name, const char *why)
{
  bty_ctl_note (_ ("left out: %s: %s"), name, why);
}

/* Returns: (transfer full) (nullable): NULL when it is left out, which was said */
static char *
read_text (int folder, const char *entry, const char *name)
{
  int descriptor = openat (folder, entry, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  g_autofree char *text = NULL;
  struct stat info;
  gssize length = -1;

  if (descriptor < 0)
    {
      leave_out (name, errno == ELOOP ? _ ("it is a link, and links are not followed") : g_strerror (errno));
      return NULL;
    }
  if (fstat (descriptor, &info) == 0 && S_ISREG (info.st_mode) && info.st_size <= MAX_FILE)
    {
      text = g_malloc0 (MAX_FILE + 2);
      length = 0;
      for (gssize got = 1; got > 0 && length <= MAX_FILE; length += MAX (got, 0))
        got = read (descriptor, text + length, (gsize) (MAX_FILE + 1 - length));
    }
  close (descriptor);
  if (length >= 0 && length <= MAX_FILE && strlen (text) == (gsize) length && g_utf8_validate (text, length, NULL))
    return g_steal_pointer (&text);
  leave_out (name, _ ("it is no file of UTF-8 text of at most 1 MiB"));
  return NULL;
}

static gboolean
add_file (Pack *pack, int folder, const char *entry, const char *name, GError **error)
{
  g_autofree char *text = read_text (folder, entry, name);

  if (text == NULL)
    return TRUE;
  pack->n_files += 1;
  pack->total += strlen (text);
  if (pack->n_files > MAX_FILES || pack->total > MAX_TOTAL)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                   _ ("“%s” holds more than %d files or %d MiB of text: is it the right folder?"), pack->path,
                   MAX_FILES, MAX_TOTAL / (1024 * 1024));
      return FALSE;
    }
  bty_json_writer_begin_object (&pack->request->writer);
  bty_json_writer_member_string (&pack->request->writer, "name", name);
  bty_json_writer_member_string (&pack->request->writer, "text", text);
  bty_json_writer_end_object (&pack->request->writer);
  return TRUE;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Names of entries that end with .md, in order. */
static GPtrArray *
list_texts (const char *path)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *entry;

  while (dir != NULL && (entry = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (entry, ".md") && *entry != '.' && g_utf8_validate (entry, -1, NULL))
      g_ptr_array_add (names, g_strdup (entry));
  g_ptr_array_sort (names, compare);
  return names;
}

/* @below: (nullable): a folder in it; a link is not followed there, but the folder that was named may be one. */
static gboolean
add_folder (Pack *pack, const char *below, GError **error)
{
  g_autofree char *path = below != NULL ? g_build_filename (pack->path, below, NULL) : g_strdup (pack->path);
  int folder = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (below != NULL ? O_NOFOLLOW : 0));
  g_autoptr (GPtrArray) names = NULL;
  gboolean done = TRUE;

  if (folder < 0 && below != NULL)
    {
      if (errno != ENOENT)
        leave_out (below, g_strerror (errno));
      return TRUE;
    }
  if (folder < 0)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, _ ("the folder “%s” cannot be read: %s"), path,
                   g_strerror (errno));
      return FALSE;
    }
  names = list_texts (path);
  for (guint i = 0; done && i < names->len; i++)
    {
      g_autofree char *name = below != NULL ? g_build_filename (below, names->pdata[i], NULL)
                                            : g_strdup (names->pdata[i]);

      done = add_file (pack, folder, names->pdata[i], name, error);
    }
  close (folder);
  return done;
}

static gboolean
run_openclaw (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  Pack pack = { .request = &request, .path = bty_ctl_args_word (args, 0) };
  g_autofree char *answer = NULL;
  g_autoptr (BtyCapsuleReport) report = NULL;

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "name", bty_ctl_args_get (args, "name"));
  bty_json_writer_member_bool (&request.writer, "dry_run", bty_ctl_args_has (args, "dry-run"));
  bty_json_writer_key (&request.writer, "files");
  bty_json_writer_begin_array (&request.writer);
  if (!add_folder (&pack, NULL, error) || !add_folder (&pack, "memory", error))
    return FALSE;
  bty_json_writer_end_array (&request.writer);
  if (pack.n_files == 0)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
                   _ ("there is no SOUL.md in “%s”: name the folder of an OpenClaw workspace"), pack.path);
      return FALSE;
    }
  answer = bty_ctl_call (ctl, "import.openclaw", bty_ctl_request_end (&request), error);
  report = answer != NULL ? bty_ctl_read_record (&bty_capsule_report_schema, answer, error) : NULL;
  if (report == NULL)
    return FALSE;
  bty_ctl_capsule_print (ctl, answer, report);
  return TRUE;
}

static const BtyCtlOption openclaw_options[] = {
  { "name", 0, N_ ("NAME"), N_ ("what to call the bot, instead of what its IDENTITY.md says"), BTY_CTL_NOTHING },
  { "dry-run", 0, NULL, N_ ("only tell what would be made"), BTY_CTL_NOTHING },
  { NULL },
};

static const BtyCtlCommand import_commands[] = {
  { .name = "openclaw",
    .usage = N_ ("FOLDER"),
    .summary = N_ ("Make a bot of a workspace of OpenClaw"),
    .text = N_ (
      "SOUL.md, IDENTITY.md and USER.md become its soul; MEMORY.md and the folder memory are kept with it. AGENTS.md and\n"
      "TOOLS.md are left out. The folder is read and not changed."),
    .examples = N_ ("  boternity-ctl import openclaw ~/.openclaw/workspace --dry-run\n"
                    "  boternity-ctl import openclaw ~/.openclaw/workspace --name Clawd"),
    .options = openclaw_options,
    .min = 1,
    .max = 1,
    .words = { BTY_CTL_FILE },
    .run = run_openclaw },
  { 0 },
};

const BtyCtlVerb bty_ctl_import_verb = { "import", N_ ("make bots of other programs' folders"), import_commands,
                                         FALSE };
