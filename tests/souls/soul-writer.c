/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * soul-writer FOLDER: changes all three files of the soul of “ada” until it is killed, and prints the number of each version once it was
 * acknowledged. Ends with 3 when it finds the soul held.
 */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "bty-test-wait.h"
#include "soul/bty-soul-service.h"
#include "store-fixture.h"

static BtySoulService *souls;

static void
must (const GError *error)
{
  if (error == NULL)
    return;
  g_printerr ("%s\n", error->message);
  _exit (1);
}

static void
say (gint64 number)
{
  char line[32];
  int length = g_snprintf (line, sizeof line, "%d\n", (int) number);

  if (write (STDOUT_FILENO, line, (gsize) length) < 0)
    _exit (0);
}

static void
make_ada (BtyStore *store, const char *folder)
{
  g_autoptr (BtySoulChange) change = bty_soul_change_new ("ada", BTY_SOUL_CREATED);
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  g_autoptr (BtyBot) bot = make_bot ("Ada");
  g_autofree char *path = bty_soul_folder (folder, "ada");
  g_autoptr (GError) error = NULL;

  bty_record_take_string (&bot->slug, g_strdup ("ada"));
  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    change->texts.text[i] = g_strdup ("1");
  bty_soul_write_files (path, &change->texts, &error);
  must (error);
  bty_batch_put (batch, bot);
  bty_soul_service_begin (souls, batch, bot->record.id, change);
  store_apply (store, batch, &error);
  must (error);
}

static gint64
look (void)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySoul) soul = NULL;

  bty_soul_service_get_async (souls, "ada", NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  soul = bty_soul_service_get_finish (souls, result, &error);
  must (error);
  if (soul->state != BTY_SOUL_OK)
    {
      g_printerr ("held: %s\n", soul->reason);
      _exit (3);
    }
  return soul->last;
}

/* Every fifth version is an older text again, as a rollback makes it. */
static void
change (gint64 number)
{
  g_autoptr (BtySoulChange) wish = bty_soul_change_new ("ada", number % 5 == 0 ? BTY_SOUL_ROLLBACK : BTY_SOUL_EDITED);
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *place = NULL;
  g_autoptr (BtySoulVersion) version = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < BTY_SOUL_N_FILES; i++)
    wish->texts.text[i] = g_strdup_printf ("%d", (int) (number % 5 == 0 ? number - 3 : number));
  wish->author = g_strdup ("owner");
  bty_soul_service_change_async (souls, wish, NULL, bty_test_keep_result, &place);
  result = bty_test_wait (&place);
  version = bty_soul_service_change_finish (souls, result, &error);
  must (error);
  say (version->number);
}

int
main (int argc, char **argv)
{
  g_autofree char *config = NULL;
  BtySettings *settings;
  BtyStore *store;
  BtyBot *bot;
  g_autoptr (GError) error = NULL;
  gint64 last;

  if (argc != 2)
    return 2;
  config = g_build_filename (argv[1], "config", NULL);
  settings = bty_settings_new (config);
  bty_soul_add_settings (settings);
  store = g_object_new (BTY_TYPE_STORE_SQLITE, NULL);
  bty_store_open (store, argv[1], &error);
  must (error);
  souls = bty_soul_service_new (store, settings, argv[1]);
  bot = store_get (store, &bty_bot_schema, "slug", "ada", NULL);
  if (bot == NULL)
    make_ada (store, argv[1]);
  last = look ();
  say (last);
  for (;;)
    change (++last);
}
