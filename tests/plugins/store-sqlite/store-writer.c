/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* store-writer FOLDER PREFIX: writes notes until it is killed, and prints the title of each once it was acknowledged. */
#define G_LOG_DOMAIN "test"

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "store-fixture.h"

#define N_IN_FLIGHT 16

static BtyStore *store;
static const char *prefix;
static guint n_asked;

static void ask (void);

static void
on_applied (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree char *line = g_strconcat (data, "\n", NULL);
  g_autoptr (GError) error = NULL;

  if (!bty_store_apply_finish (store, result, &error))
    {
      g_printerr ("%s\n", error->message);
      _exit (1);
    }
  if (write (STDOUT_FILENO, line, strlen (line)) < 0)
    _exit (0);
  g_free (data);
  ask ();
}

static void
ask (void)
{
  g_autoptr (BtyBatch) batch = bty_batch_new ();
  char *title = g_strdup_printf ("%s-%u", prefix, n_asked++);
  g_autoptr (Note) note = make_note (title, n_asked);

  bty_batch_put (batch, note);
  bty_batch_publish (batch, "note.created", note);
  bty_store_apply_async (store, batch, NULL, on_applied, title);
}

int
main (int argc, char **argv)
{
  BtySqliteOptions *options;
  g_autoptr (GError) error = NULL;

  if (argc != 3)
    return 2;
  store = g_object_new (BTY_TYPE_STORE_SQLITE, NULL);
  prefix = argv[2];
  options = bty_store_sqlite_get_options (BTY_STORE_SQLITE (store));
  options->checkpoint_size = 64 * 1024;
  options->wal_cap = 256 * 1024;
  if (!bty_store_open (store, argv[1], &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  for (guint i = 0; i < N_IN_FLIGHT; i++)
    ask ();
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}
