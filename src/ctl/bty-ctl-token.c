/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "bty-ctl-command.h"
#include "bty-ctl-request.h"
#include "bty-ctl-terminal.h"

static void
print_token (BtyCtl *ctl, const char *token)
{
  g_autoptr (GString) text = g_string_new (NULL);
  BtyJsonWriter writer;

  if (!ctl->json)
    {
      printf ("%s\n", token);
      return;
    }
  bty_json_writer_init (&writer, text);
  bty_json_writer_begin_object (&writer);
  bty_json_writer_member_string (&writer, "token", token);
  bty_json_writer_end_object (&writer);
  bty_ctl_print_json (text->str);
}

/* The daemon makes the token at its first start: where there is none yet, it is started. */
static gboolean
run_token (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  g_autofree char *path = bty_paths_token_file (ctl->data_dir);
  g_autofree char *token = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &token, &length, NULL))
    {
      if (!bty_ctl_connect (ctl, error))
        return FALSE;
      if (!g_file_get_contents (path, &token, &length, error))
        return bty_error_convert (error);
    }
  print_token (ctl, g_strstrip (token));
  bty_secret_clear_memory (token, length);
  return TRUE;
}

/* Scopes with commas between them, in one option or in many. */
static void
add_scopes (BtyCtlRequest *request, const BtyCtlArgs *args)
{
  GPtrArray *given = bty_ctl_args_get_all (args, "scope");
  g_autoptr (GPtrArray) scopes = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; given != NULL && i < given->len; i++)
    {
      g_auto (GStrv) words = g_strsplit_set (given->pdata[i], ", ", -1);

      for (guint j = 0; words[j] != NULL; j++)
        if (words[j][0] != '\0')
          g_ptr_array_add (scopes, g_strdup (words[j]));
    }
  if (scopes->len == 0)
    g_ptr_array_add (scopes, g_strdup ("models:use"));
  bty_ctl_request_strings (request, "scopes", scopes);
}

/* The token alone goes to standard output, so that it can be taken by a program. */
static gboolean
run_create (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *name = bty_ctl_args_word (args, 0);
  g_auto (BtyCtlRequest) request = { 0 };
  g_autofree char *answer = NULL;
  g_autoptr (BtyAccessToken) made = NULL;

  bty_ctl_request_init (&request);
  bty_ctl_request_string (&request, "name", name);
  bty_ctl_request_string (&request, "description", bty_ctl_args_get (args, "description"));
  add_scopes (&request, args);
  answer = bty_ctl_call (ctl, "token.create", bty_ctl_request_end (&request), error);
  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    {
      bty_ctl_print_json (answer);
      return TRUE;
    }
  made = bty_record_from_json (&bty_access_token_schema, BTY_VIEW_READ, answer, -1, error);
  if (made == NULL)
    return FALSE;
  printf ("%s\n", made->token);
  bty_ctl_note (_ ("%s: keep it now, it is shown this once. To take it back: boternity-ctl token revoke %s"), name,
                name);
  return TRUE;
}

static gboolean
run_list (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  static const char *const columns[] = { "name",      N_ ("NAME"),   "scopes",   N_ ("MAY"), "created_at",
                                         N_ ("MADE"), "description", N_ ("FOR"), NULL };

  return bty_ctl_show_list (ctl, "token.list", NULL, &bty_access_token_schema, columns, 0,
                            _ ("There are no tokens for programs: boternity-ctl token create NAME"), error);
}

static gboolean
run_revoke (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *name = bty_ctl_args_word (args, 0);
  g_autofree char *answer = bty_ctl_call (ctl, "token.revoke", bty_ctl_request_of ("name", name), error);

  if (answer == NULL)
    return FALSE;
  if (ctl->json)
    bty_ctl_print_json (answer);
  else
    bty_ctl_note (_ ("%s: taken back"), name);
  return TRUE;
}

static const BtyCtlOption create_options[] = {
  { "scope", 's', N_ ("SCOPE"), N_ ("what it may do, any number of times; models:use without it"), BTY_CTL_NOTHING },
  { "description", 'd', N_ ("TEXT"), N_ ("which program has it"), BTY_CTL_NOTHING },
  { NULL }
};

#define OWN_TOKEN                                                                                                      \
  .usage = "", .summary = N_ ("Print the access token"),                                                               \
  .text = N_ ("Programs show it to the HTTP port: “Authorization: Bearer TOKEN”. Whoever has it may do everything."),  \
  .examples = N_ ("  curl -H \"Authorization: Bearer $(boternity-ctl token)\" http://127.0.0.1:PORT/api/v1/bots"),     \
  .run = run_token

static const BtyCtlCommand token_commands[] = {
  { .name = "create",
    .usage = N_ ("NAME"),
    .summary = N_ ("Make a token for a program, which may do no more than its scopes say"),
    .text = N_ (
      "With models:use alone, a program can ask bots and models, as at /v1, and nothing else: it can neither change a\n"
      "bot nor see a secret. “boternity-ctl describe” names the scope of each operation; bots:* is all of a group."),
    .examples = N_ ("  boternity-ctl token create webui\n"
                    "  boternity-ctl token create watcher --scope bots:read --scope 'sessions:*'"),
    .options = create_options,
    .min = 1,
    .max = 1,
    .run = run_create },
  { .name = "list",
    .usage = "",
    .summary = N_ ("List the tokens for programs"),
    .examples = N_ ("  boternity-ctl token list"),
    .run = run_list },
  { .name = "revoke",
    .usage = N_ ("NAME"),
    .summary = N_ ("Take a token back: what it has under way ends at once"),
    .examples = N_ ("  boternity-ctl token revoke webui"),
    .min = 1,
    .max = 1,
    .run = run_revoke },
  { .name = "show", OWN_TOKEN },
  { OWN_TOKEN },
  { 0 },
};

const BtyCtlVerb bty_ctl_token_verb = { "token", N_ ("print the access token for the HTTP port"), token_commands,
                                        FALSE };
