/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-json"

#include "config.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "bty-json-private.h"

static inline gboolean
is_plain (guchar byte)
{
  return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/* Fewer than 16 bytes: overlapping loads, since most names and values are that short. */
static inline const char *
scan_tail (const char *p, const char *end)
{
  gsize length = (gsize) (end - p);

  if (length >= 8)
    {
      guint64 first, last;

      memcpy (&first, p, 8);
      memcpy (&last, end - 8, 8);
      if (!bty_json_word_has_special (first) && !bty_json_word_has_special (last))
        return end;
    }
  else if (length >= 4)
    {
      guint32 first, last;

      memcpy (&first, p, 4);
      memcpy (&last, end - 4, 4);
      if (!bty_json_word_has_special ((guint64) first << 32 | last))
        return end;
    }
  while (p < end && is_plain ((guchar) *p))
    p++;
  return p;
}

#ifdef __SSE2__
static inline const char *
scan_ascii (const char *p, const char *end)
{
  const __m128i space = _mm_set1_epi8 (0x20);
  const __m128i quote = _mm_set1_epi8 ('"');
  const __m128i slash = _mm_set1_epi8 ('\\');

  while (end - p >= 16)
    {
      __m128i bytes = _mm_loadu_si128 ((const __m128i *) (const void *) p);
      /* Compared as signed numbers, so bytes from 0x80 on are below the space as well. */
      __m128i special = _mm_or_si128 (_mm_cmplt_epi8 (bytes, space),
                                      _mm_or_si128 (_mm_cmpeq_epi8 (bytes, quote), _mm_cmpeq_epi8 (bytes, slash)));
      guint mask = (guint) _mm_movemask_epi8 (special);

      if (mask != 0)
        return p + __builtin_ctz (mask);
      p += 16;
    }
  return scan_tail (p, end);
}
#else
static inline const char *
scan_ascii (const char *p, const char *end)
{
  while (end - p >= 8)
    {
      guint64 word;

      memcpy (&word, p, 8);
      if (bty_json_word_has_special (word))
        return scan_tail (p, p + 8);
      p += 8;
    }
  return scan_tail (p, end);
}
#endif

static inline gboolean
is_continuation (guchar byte)
{
  return (byte & 0xc0) == 0x80;
}

/* The length of the UTF-8 sequence of more than one byte at @p, or 0 when it is not valid (Unicode 15, table 3-7). */
static inline guint
sequence_length (const guchar *p, gsize length)
{
  guchar lead = p[0];

  if (lead < 0xc2 || lead > 0xf4 || length < 2 || !is_continuation (p[1]))
    return 0;
  if (lead < 0xe0)
    return 2;
  if (length < 3 || !is_continuation (p[2]))
    return 0;
  if (lead < 0xf0)
    return (lead == 0xe0 && p[1] < 0xa0) || (lead == 0xed && p[1] > 0x9f) ? 0 : 3;
  if (length < 4 || !is_continuation (p[3]))
    return 0;
  return (lead == 0xf0 && p[1] < 0x90) || (lead == 0xf4 && p[1] > 0x8f) ? 0 : 4;
}

const char *
bty_json_scan (const char *p, const char *end)
{
  for (;;)
    {
      p = scan_ascii (p, end);
      if (G_LIKELY (p == end || (guchar) *p < 0x80))
        return p;
      while (p < end && (guchar) *p >= 0x80)
        {
          guint length = sequence_length ((const guchar *) p, (gsize) (end - p));

          if (length == 0)
            return p;
          p += length;
        }
    }
}
