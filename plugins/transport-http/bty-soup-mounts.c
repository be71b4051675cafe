/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include "bty-soup-mounts.h"

typedef struct
{
  const char *path;
  gsize length;
  BtyEndpoint *endpoint;
} Mount;

struct _BtySoupMounts
{
  GPtrArray *endpoints;
  GArray *mounts;
};

static int
compare_lengths (gconstpointer a, gconstpointer b)
{
  const Mount *left = a, *right = b;

  return left->length > right->length ? -1 : left->length < right->length;
}

static void
add_mounts (BtySoupMounts *mounts, BtyEndpoint *endpoint)
{
  const char *const *paths = bty_endpoint_get_mounts (endpoint);

  for (guint i = 0; paths[i] != NULL; i++)
    {
      gsize length = strlen (paths[i]);
      Mount mount = { paths[i], g_str_equal (paths[i], "/") ? 0 : length, endpoint };

      g_array_append_val (mounts->mounts, mount);
    }
}

BtySoupMounts *
bty_soup_mounts_new (BtyHost *host)
{
  BtySoupMounts *mounts = g_new0 (BtySoupMounts, 1);

  mounts->endpoints = bty_host_make_features (host, BTY_FEATURE_ENDPOINT);
  mounts->mounts = g_array_new (FALSE, FALSE, sizeof (Mount));
  for (guint i = 0; i < mounts->endpoints->len; i++)
    {
      BtyEndpoint *endpoint = mounts->endpoints->pdata[i];

      bty_endpoint_start (endpoint, host);
      add_mounts (mounts, endpoint);
    }
  g_array_sort (mounts->mounts, compare_lengths);
  return mounts;
}

void
bty_soup_mounts_free (BtySoupMounts *mounts)
{
  g_array_unref (mounts->mounts);
  g_ptr_array_unref (mounts->endpoints);
  g_free (mounts);
}

BtyEndpoint *
bty_soup_mounts_find (BtySoupMounts *mounts, const char *path, const char **below)
{
  for (guint i = 0; i < mounts->mounts->len; i++)
    {
      const Mount *mount = &g_array_index (mounts->mounts, Mount, i);
      char next;

      if (strncmp (path, mount->path, mount->length) != 0)
        continue;
      next = path[mount->length];
      if (next != '/' && next != '\0')
        continue;
      *below = next == '\0' ? "/" : path + mount->length;
      return mount->endpoint;
    }
  return NULL;
}
