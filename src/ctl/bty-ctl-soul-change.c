/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "bty-ctl-soul.h"
#include "bty-ctl-terminal.h"

/* A version may be kept and its files not written, on a full disk for one: the soul says so. */
static void
warn_of_files (BtyCtl *ctl, const char *slug)
{
  g_autoptr (BtySoul) soul = bty_ctl_call_record (ctl, "soul.get", bty_ctl_request_of ("slug", slug), &bty_soul_schema,
                                                  NULL);

  if (soul != NULL && soul->reason != NULL)
    bty_ctl_note ("%s", soul->reason);
}

gboolean
bty_ctl_soul_change (BtyCtl *ctl, const char *operation, const char *slug, GBytes *request, GError **error)
{
  g_autofree char *answer = bty_ctl_call (ctl, operation, request, error);
  g_autoptr (BtySoulVersion) version = NULL;

  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    {
      bty_ctl_print_json (answer);
      return TRUE;
    }
  version = bty_ctl_read_record (&bty_soul_version_schema, answer, error);
  if (version == NULL)
    return FALSE;
  bty_ctl_note (_ ("version %lld on %s (%.12s)"), (long long) version->number,
                version->branch != NULL ? version->branch : "?", version->hash != NULL ? version->hash : "");
  warn_of_files (ctl, slug);
  return TRUE;
}

/* A request that names the bot and carries the note, if any. */
static void
begin (BtyCtlRequest *request, const BtyCtlArgs *args)
{
  bty_ctl_request_init (request);
  bty_ctl_request_string (request, "slug", bty_ctl_args_word (args, 0));
  bty_ctl_request_string (request, "note", bty_ctl_args_get (args, "note"));
}

gboolean
bty_ctl_soul_run_rollback (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };

  begin (&request, args);
  bty_ctl_request_string (&request, "version", bty_ctl_args_word (args, 1));
  return bty_ctl_soul_change (ctl, "soul.rollback", bty_ctl_args_word (args, 0), bty_ctl_request_end (&request), error);
}

gboolean
bty_ctl_soul_run_checkout (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };

  begin (&request, args);
  bty_ctl_request_string (&request, "branch", bty_ctl_args_word (args, 1));
  if (!bty_ctl_soul_change (ctl, "soul.checkout", bty_ctl_args_word (args, 0), bty_ctl_request_end (&request), error))
    return FALSE;
  if (!ctl->json)
    bty_ctl_note (_ ("%s uses the branch %s"), bty_ctl_args_word (args, 0), bty_ctl_args_word (args, 1));
  return TRUE;
}

gboolean
bty_ctl_soul_run_accept (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };

  begin (&request, args);
  return bty_ctl_soul_change (ctl, "soul.accept", bty_ctl_args_word (args, 0), bty_ctl_request_end (&request), error);
}

gboolean
bty_ctl_soul_run_restore (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };

  begin (&request, args);
  return bty_ctl_soul_change (ctl, "soul.restore", bty_ctl_args_word (args, 0), bty_ctl_request_end (&request), error);
}

/* Branches and tags: the same but for their kind. */

static gboolean
list_names (BtyCtl *ctl, const BtyCtlArgs *args, const char *kind, const char *nothing, GError **error)
{
  static const char *const columns[] = {
    "name", N_ ("NAME"), "number", N_ ("VERSION"), "updated_at", N_ ("WHEN"), NULL
  };
  g_auto (BtyCtlRequest) request = { 0 };

  begin (&request, args);
  bty_ctl_request_string (&request, "kind", kind);
  return bty_ctl_show_list (ctl, "soul.refs", bty_ctl_request_end (&request), &bty_soul_ref_schema, columns, 0, nothing,
                            error);
}

static gboolean
forget_name (BtyCtl *ctl, const BtyCtlArgs *args, const char *kind, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_autofree char *answer = NULL;

  begin (&request, args);
  bty_ctl_request_string (&request, "kind", kind);
  bty_ctl_request_string (&request, "name", bty_ctl_args_get (args, "delete"));
  answer = bty_ctl_call (ctl, "soul.forget", bty_ctl_request_end (&request), error);
  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    bty_ctl_note (_ ("%s: taken away; its versions are kept"), bty_ctl_args_get (args, "delete"));
  return TRUE;
}

static gboolean
make_name (BtyCtl *ctl, const BtyCtlArgs *args, const char *operation, GError **error)
{
  g_auto (BtyCtlRequest) request = { 0 };
  g_autofree char *answer = NULL;
  g_autoptr (BtySoulRef) ref = NULL;

  begin (&request, args);
  bty_ctl_request_string (&request, "name", bty_ctl_args_word (args, 1));
  bty_ctl_request_string (&request, "version", bty_ctl_args_count (args) > 2 ? bty_ctl_args_word (args, 2) : NULL);
  answer = bty_ctl_call (ctl, operation, bty_ctl_request_end (&request), error);
  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    {
      bty_ctl_print_json (answer);
      return TRUE;
    }
  ref = bty_ctl_read_record (&bty_soul_ref_schema, answer, error);
  if (ref != NULL)
    bty_ctl_note (_ ("%s: at version %lld"), ref->name, (long long) ref->number);
  return ref != NULL;
}

gboolean
bty_ctl_soul_run_tag (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  if (bty_ctl_args_has (args, "delete"))
    return forget_name (ctl, args, "tag", error);
  if (bty_ctl_args_count (args) == 1)
    return list_names (ctl, args, "tag", _ ("There are no tags: boternity-ctl soul tag BOT NAME [VERSION]"), error);
  return make_name (ctl, args, "soul.tag", error);
}

gboolean
bty_ctl_soul_run_branch (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  if (bty_ctl_args_has (args, "delete"))
    return forget_name (ctl, args, "branch", error);
  if (bty_ctl_args_count (args) == 1)
    return list_names (ctl, args, "branch", _ ("There are no branches."), error);
  return make_name (ctl, args, "soul.branch", error);
}

/* Policy and locks */

static gboolean
tell_soul (BtyCtl *ctl, char *answer, GError **error)
{
  g_autofree char *own = answer;
  g_autoptr (BtySoul) soul = NULL;
  g_autofree char *locks = NULL;

  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    {
      bty_ctl_print_json (answer);
      return TRUE;
    }
  soul = bty_ctl_read_record (&bty_soul_schema, answer, error);
  if (soul == NULL)
    return FALSE;
  locks = g_strjoinv (", ", soul->locks != NULL ? soul->locks : (char *[]){ NULL });
  bty_ctl_note (_ ("%s: policy %s, gate %lld %%, locked: %s"), soul->slug,
                bty_enum_nick (bty_soul_policies, (int) soul->policy), (long long) soul->gate,
                *locks != '\0' ? locks : _ ("nothing"));
  return TRUE;
}

gboolean
bty_ctl_soul_run_policy (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *policy = bty_ctl_args_count (args) > 1 ? bty_ctl_args_word (args, 1) : NULL;
  const char *gate = bty_ctl_args_get (args, "gate");
  g_auto (BtyCtlRequest) request = { 0 };

  if (policy == NULL && gate == NULL)
    return bty_ctl_soul_run_get (ctl, args, error);
  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "slug", bty_ctl_args_word (args, 0));
  if (!bty_ctl_request_field (&request, &bty_soul_schema, "policy", policy, error) ||
      !bty_ctl_request_field (&request, &bty_soul_schema, "gate", gate, error))
    return FALSE;
  return tell_soul (ctl, bty_ctl_call (ctl, "soul.update", bty_ctl_request_end (&request), error), error);
}

/* A section alone is one of SOUL.md. */
static char *
lock_of (const char *word)
{
  g_autofree char *file = g_strndup (word, strcspn (word, "#"));
  const char *name = bty_ctl_soul_file (file, NULL);

  if (name != NULL)
    return g_strconcat (name, word + strlen (file), NULL);
  return strchr (word, '#') != NULL ? g_strdup (word) : g_strconcat ("SOUL.md#", word, NULL);
}

/* The list as it is and will be goes out with the revision it was read at, so that two people do not undo each other's. */
static gboolean
change_locks (BtyCtl *ctl, const BtyCtlArgs *args, gboolean is_locked, GError **error)
{
  g_autoptr (BtySoul) soul = bty_ctl_call_record (
    ctl, "soul.get", bty_ctl_request_of ("slug", bty_ctl_args_word (args, 0)), &bty_soul_schema, error);
  g_autoptr (GPtrArray) locks = g_ptr_array_new_with_free_func (g_free);
  g_auto (BtyCtlRequest) request = { 0 };

  if (soul == NULL)
    return FALSE;
  for (guint i = 0; soul->locks != NULL && soul->locks[i] != NULL; i++)
    g_ptr_array_add (locks, g_strdup (soul->locks[i]));
  for (guint i = 1; i < bty_ctl_args_count (args); i++)
    {
      g_autofree char *lock = lock_of (bty_ctl_args_word (args, i));
      guint place;
      gboolean is_there = g_ptr_array_find_with_equal_func (locks, lock, g_str_equal, &place);

      if (is_locked && !is_there)
        g_ptr_array_add (locks, g_steal_pointer (&lock));
      else if (!is_locked && is_there)
        g_ptr_array_remove_index (locks, place);
      else if (!is_locked)
        {
          g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND,
                       _ ("“%s” of %s is not locked: boternity-ctl soul get %s shows what is"), lock, soul->slug,
                       soul->slug);
          return FALSE;
        }
    }
  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "slug", soul->slug);
  bty_json_writer_member_int (&request.writer, "revision", soul->record.revision);
  bty_ctl_request_strings (&request, "locks", locks);
  return tell_soul (ctl, bty_ctl_call (ctl, "soul.update", bty_ctl_request_end (&request), error), error);
}

gboolean
bty_ctl_soul_run_lock (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return change_locks (ctl, args, TRUE, error);
}

gboolean
bty_ctl_soul_run_unlock (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  return change_locks (ctl, args, FALSE, error);
}
