/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-secret"

#include "config.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bty-secret.h"

#define MAX_LENGTH (64 * 1024)

/* The bytes have pages of their own, so that locking and leaving out of dumps does not touch anything else. */
struct _BtySecret
{
  char *bytes;
  gsize length;
  gsize mapped;
  gatomicrefcount references;
};

G_DEFINE_BOXED_TYPE (BtySecret, bty_secret, bty_secret_ref, bty_secret_unref)

static char *
map_pages (gsize size)
{
  char *pages = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  /* As g_malloc() does: there is nothing sensible to do without memory. */
  if (pages == MAP_FAILED)
    {
      g_critical ("no memory for a secret of %" G_GSIZE_FORMAT " bytes", size);
      abort ();
    }

  /* RLIMIT_MEMLOCK may be used up; a secret that could be swapped out is better than none. */
  if (mlock (pages, size) != 0)
    g_debug ("a secret's memory could not be locked: %s", g_strerror (errno));
  if (madvise (pages, size, MADV_DONTDUMP) != 0)
    g_debug ("a secret's memory could not be kept out of core dumps: %s", g_strerror (errno));
  if (madvise (pages, size, MADV_WIPEONFORK) != 0 && madvise (pages, size, MADV_DONTFORK) != 0)
    g_debug ("a secret's memory could not be kept from children: %s", g_strerror (errno));
  return pages;
}

BtySecret *
bty_secret_new (const char *bytes, gsize length)
{
  BtySecret *secret;
  gsize page = (gsize) sysconf (_SC_PAGESIZE);

  g_return_val_if_fail (bytes != NULL || length == 0, NULL);
  g_return_val_if_fail (length <= MAX_LENGTH, NULL);

  secret = g_new0 (BtySecret, 1);
  g_atomic_ref_count_init (&secret->references);
  secret->length = length;
  secret->mapped = (length + 1 + page - 1) / page * page;
  secret->bytes = map_pages (secret->mapped);
  if (length > 0)
    memcpy (secret->bytes, bytes, length);
  return secret;
}

BtySecret *
bty_secret_ref (BtySecret *secret)
{
  g_return_val_if_fail (secret != NULL, NULL);

  g_atomic_ref_count_inc (&secret->references);
  return secret;
}

void
bty_secret_unref (BtySecret *secret)
{
  g_return_if_fail (secret != NULL);

  if (!g_atomic_ref_count_dec (&secret->references))
    return;

  explicit_bzero (secret->bytes, secret->mapped);
  munmap (secret->bytes, secret->mapped);
  g_free (secret);
}

gsize
bty_secret_get_length (const BtySecret *secret)
{
  g_return_val_if_fail (secret != NULL, 0);

  return secret->length;
}

const char *
bty_secret_peek (const BtySecret *secret)
{
  g_return_val_if_fail (secret != NULL, NULL);

  return secret->bytes;
}

gboolean
bty_secret_equal (const BtySecret *a, const char *bytes, gsize length)
{
  volatile guchar difference = 0;

  g_return_val_if_fail (a != NULL, FALSE);

  if (a->length != length)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    difference |= (guchar) a->bytes[i] ^ (guchar) bytes[i];
  return difference == 0;
}

void
bty_secret_clear_memory (gpointer memory, gsize length)
{
  if (memory != NULL && length > 0)
    explicit_bzero (memory, length);
}
