/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "bty-ctl-command.h"

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

static const BtyCtlCommand token_commands[] = {
  { .usage = "",
    .summary = N_ ("Print the access token"),
    .text = N_ ("Programs show it to the HTTP port: “Authorization: Bearer TOKEN”. Whoever has it may do everything."),
    .examples = N_ ("  curl -H \"Authorization: Bearer $(boternity-ctl token)\" http://127.0.0.1:PORT/api/v1/bots"),
    .run = run_token },
  { 0 },
};

const BtyCtlVerb bty_ctl_token_verb = { "token", N_ ("print the access token for the HTTP port"), token_commands,
                                        FALSE };
