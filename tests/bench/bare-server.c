/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bare peer of bench-daemon.py: opens SQLite in WAL, listens with a SoupServer, and answers every path with the bytes of a file.
 * bare-server DATABASE BYTES: prints its port once it listens. */
#include <libsoup/soup.h>
#include <sqlite3.h>
#include <stdio.h>

static void
on_request (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  GBytes *body = data;

  soup_server_message_set_status (message, 200, NULL);
  soup_message_headers_set_content_type (soup_server_message_get_response_headers (message), "application/json", NULL);
  soup_message_body_append_bytes (soup_server_message_get_response_body (message), body);
}

static sqlite3 *
open_database (const char *path)
{
  sqlite3 *database = NULL;

  if (sqlite3_open (path, &database) != SQLITE_OK ||
      sqlite3_exec (database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; SELECT count(*) FROM sqlite_schema",
                    NULL, NULL, NULL) != SQLITE_OK)
    return NULL;
  return database;
}

int
main (int argc, char **argv)
{
  g_autoptr (SoupServer) server = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autofree char *text = NULL;
  gsize length = 0;
  sqlite3 *database;
  GSList *uris;

  if (argc != 3 || !g_file_get_contents (argv[2], &text, &length, &error) ||
      (database = open_database (argv[1])) == NULL)
    return 2;
  body = g_bytes_new (text, length);
  server = soup_server_new (NULL, NULL);
  soup_server_add_handler (server, NULL, on_request, body, NULL);
  if (!soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error))
    return 1;
  uris = soup_server_get_uris (server);
  printf ("%d\n", g_uri_get_port (uris->data));
  fflush (stdout);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  g_main_loop_run (loop);
  sqlite3_close (database);
  return 0;
}
