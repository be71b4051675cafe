/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "bty-ctl-daemon.h"
#include "bty-ctl-doctor.h"
#include "bty-ctl-json.h"
#include "bty-ctl-log.h"
#include "bty-ctl-offer.h"
#include "bty-ctl-request.h"
#include "bty-ctl-terminal.h"

#define MOST 200 /* nobody reads more of them */

void
bty_ctl_offer_word (const BtyCtlOffer *offer, const char *word, const char *meaning)
{
  g_autofree char *clean = NULL;

  if (!g_str_has_prefix (word, offer->begun) || strpbrk (word, "\n\t") != NULL)
    return;
  if (!offer->describes || meaning == NULL || *meaning == '\0')
    {
      printf ("%s%s\n", offer->prefix, word);
      return;
    }
  clean = bty_ctl_terminal_clean (meaning, -1);
  printf ("%s%s\t%s\n", offer->prefix, word, g_strdelimit (clean, "\n\t", ' '));
}

void
bty_ctl_offer_choices (const BtyCtlOffer *offer, const char *choices)
{
  g_auto (GStrv) parts = g_strsplit (choices, "|", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    bty_ctl_offer_word (offer, parts[i], NULL);
}

/* Which list tells the values of a kind, which member names them, and which one says what they are. */
static const struct
{
  BtyCtlKind kind;
  const char *operation;
  const char *member;
  const char *meaning;
} lists[] = {
  { BTY_CTL_BOT, "bot.list", "slug", "name" },
  { BTY_CTL_SESSION, "session.list", "id", "title" },
  { BTY_CTL_PROVIDER, "provider.list", "name", "kind" },
  { BTY_CTL_MODEL, "model.list", "name", "title" },
  { BTY_CTL_SETTING, "config.list", "name", "summary" },
  { BTY_CTL_OPERATION, "operation.list", "name", "summary" },
  { BTY_CTL_PLUGIN, "plugin.list", "name", "summary" },
  { BTY_CTL_PROPOSAL, "soul.proposals", "id", "note" },
  { BTY_CTL_SECRET, "secret.list", "name", "description" },
  { BTY_CTL_TEMPLATE, "template.list", "name", "title" },
  { BTY_CTL_PRESET, "provider.presets", "name", "title" },
  { BTY_CTL_DELETED, "bot.deleted", "slug", "name" },
  { BTY_CTL_BACKUP, "backup.list", "name", "created_at" },
  { BTY_CTL_ROUTE, "route.list", "name", "description" },
  { BTY_CTL_CASSETTE, "cassette.list", "turn", "bot" },
};

static void
offer_items (const BtyCtlOffer *offer, GPtrArray *items, const char *member, const char *meaning)
{
  gboolean is_ours = strcmp (meaning, "summary") == 0; /* a sentence of the program's, not a person's */

  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      g_autofree char *name = bty_ctl_json_get_string (items->pdata[i], member);
      g_autofree char *text = bty_ctl_json_get_string (items->pdata[i], meaning);

      if (name != NULL)
        bty_ctl_offer_word (offer, name, text != NULL && *text != '\0' && is_ours ? _ (text) : text);
    }
}

/* The daemon's program knows the settings also when it does not run. Returns: (transfer full) (element-type utf8) (nullable) */
static GPtrArray *
list_settings (BtyCtl *ctl)
{
  g_autofree char *report = NULL;
  g_autofree char *array = NULL;

  if (bty_ctl_find (ctl, NULL))
    return bty_ctl_call_list (ctl, "config.list", NULL, 0, NULL);
  report = bty_ctl_daemon_check_settings (ctl->data_dir, NULL);
  array = report != NULL ? bty_ctl_json_get (report, "settings") : NULL;
  return array != NULL ? bty_ctl_json_get_values (array) : NULL;
}

/* Only a daemon that runs is asked: pressing Tab starts nothing. */
static void
offer_list (const BtyCtlOffer *offer, BtyCtlKind kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autoptr (GPtrArray) items = NULL;

      if (lists[i].kind != kind)
        continue;
      if (kind == BTY_CTL_SETTING)
        items = list_settings (offer->ctl);
      else if (bty_ctl_find (offer->ctl, NULL))
        items = bty_ctl_call_list (offer->ctl, lists[i].operation, NULL, MOST, NULL);
      offer_items (offer, items, lists[i].member, lists[i].meaning);
    }
}

static void
offer_stores (const BtyCtlOffer *offer)
{
  g_autofree char *answer = bty_ctl_find (offer->ctl, NULL) ? bty_ctl_call (offer->ctl, "secret.status", NULL, NULL)
                                                            : NULL;
  g_autofree char *stores = answer != NULL ? bty_ctl_json_get (answer, "stores") : NULL;
  g_autoptr (GPtrArray) items = stores != NULL ? bty_ctl_json_get_values (stores) : NULL;

  offer_items (offer, items, "name", "text");
}

static void
offer_check (const char *name, const char *summary, gpointer offer)
{
  bty_ctl_offer_word (offer, name, summary);
}

void
bty_ctl_offer_kind (const BtyCtlOffer *offer, BtyCtlKind kind)
{
  switch (kind)
    {
    case BTY_CTL_CHECK:
      bty_ctl_doctor_offer (offer_check, (gpointer) offer);
      break;
    case BTY_CTL_LEVEL:
      for (guint i = 0; bty_ctl_log_levels[i] != NULL; i++)
        bty_ctl_offer_word (offer, bty_ctl_log_levels[i], NULL);
      break;
    case BTY_CTL_SOUL_FILE:
      for (const BtyEnumValue *file = bty_soul_files; file->nick != NULL; file++)
        bty_ctl_offer_word (offer, file->nick, _ (file->summary));
      break;
    case BTY_CTL_POLICY:
      for (const BtyEnumValue *policy = bty_soul_policies; policy->nick != NULL; policy++)
        bty_ctl_offer_word (offer, policy->nick, _ (policy->summary));
      break;
    case BTY_CTL_FILE:
      bty_ctl_offer_files (offer, "");
      break;
    case BTY_CTL_STORE:
      offer_stores (offer);
      break;
    case BTY_CTL_BACKUP:
      if (strchr (offer->begun, '/') != NULL)
        bty_ctl_offer_files (offer, "");
      else
        offer_list (offer, kind);
      break;
    default:
      offer_list (offer, kind);
    }
}

/* The values of one field: those of an enumeration, or true and false. */
static void
offer_field_values (const BtyCtlOffer *offer, const char *field, const char *schema)
{
  g_autofree char *nicks = bty_ctl_json_get (schema, "enum");
  g_autofree char *type = bty_ctl_json_get_string (schema, "type");
  g_autoptr (GPtrArray) values = bty_ctl_json_get_values (nicks != NULL                      ? nicks
                                                          : g_strcmp0 (type, "boolean") == 0 ? "[true,false]"
                                                                                             : "[]");

  for (guint i = 0; i < values->len; i++)
    {
      g_autofree char *value = bty_ctl_json_to_text (values->pdata[i]);
      g_autofree char *word = g_strconcat (field, "=", value, NULL);

      bty_ctl_offer_word (offer, word, NULL);
    }
}

void
bty_ctl_offer_fields (const BtyCtlOffer *offer, const char *operation)
{
  g_autofree char *answer = NULL;
  g_autofree char *schema = NULL;
  g_autofree char *properties = NULL;
  g_autoptr (GPtrArray) members = NULL;
  const char *equals = strchr (offer->begun, '=');

  if (!bty_ctl_find (offer->ctl, NULL))
    return;
  answer = bty_ctl_call (offer->ctl, "operation.get", bty_ctl_request_of ("name", operation), NULL);
  schema = answer != NULL ? bty_ctl_json_get (answer, "request") : NULL;
  properties = schema != NULL ? bty_ctl_json_get (schema, "properties") : NULL;
  members = bty_ctl_json_get_members (properties != NULL ? properties : "{}");
  for (guint i = 0; i + 1 < members->len; i += 2)
    {
      g_autofree char *field = g_strconcat (members->pdata[i], "=", NULL);
      g_autofree char *text = bty_ctl_json_get_string (members->pdata[i + 1], "description");

      if (equals == NULL)
        bty_ctl_offer_word (offer, field, text != NULL && *text != '\0' ? _ (text) : NULL);
      else if (g_str_has_prefix (offer->begun, field))
        offer_field_values (offer, members->pdata[i], members->pdata[i + 1]);
    }
}

void
bty_ctl_offer_setting_values (const BtyCtlOffer *offer, const char *name)
{
  g_autoptr (GPtrArray) items = list_settings (offer->ctl);

  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      g_autofree char *found = bty_ctl_json_get_string (items->pdata[i], "name");
      g_autofree char *fallback = bty_ctl_json_get_string (items->pdata[i], "fallback");

      if (g_strcmp0 (found, name) != 0 || fallback == NULL)
        continue;
      if (strcmp (fallback, "true") == 0 || strcmp (fallback, "false") == 0)
        bty_ctl_offer_choices (offer, "true|false");
      else
        bty_ctl_offer_word (offer, fallback, _ ("the default"));
    }
}

void
bty_ctl_offer_files (const BtyCtlOffer *offer, const char *prefix)
{
  const char *begun = offer->begun + strlen (prefix);
  const char *slash = strrchr (begun, '/');
  g_autofree char *shown = slash != NULL ? g_strndup (begun, (gsize) (slash - begun) + 1) : g_strdup ("");
  g_autofree char *path = g_str_has_prefix (shown, "~/") ? g_build_filename (g_get_home_dir (), shown + 2, NULL)
                                                         : g_strdup (*shown != '\0' ? shown : ".");
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *whole = g_build_filename (path, name, NULL);
      g_autofree char *word = g_strconcat (prefix, shown, name, g_file_test (whole, G_FILE_TEST_IS_DIR) ? "/" : "",
                                           NULL);

      if (name[0] != '.' || (slash != NULL ? slash[1] : begun[0]) == '.')
        bty_ctl_offer_word (offer, word, NULL);
    }
}
