/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BtySoupHead:
 * @is_over: its last byte has come
 * @is_dotted: its path has a segment of one or two dots
 *
 * The head of a request as it comes in, in pieces of any size. It is looked at before libsoup reads it, since libsoup takes dots
 * away from a path without a word; and its end is known, so that the head of the next request is never taken in with it.
 */
typedef struct
{
  gboolean is_over;
  gboolean is_dotted;

  /*< private >*/
  guint8 part;
  guint8 line;   /* what the present line has: nothing, a carriage return, or more */
  guint8 escape; /* characters of an escape that have come */
  guint8 byte;   /* what they say so far */
  guint8 segment;
} BtySoupHead;

void bty_soup_head_begin (BtySoupHead *head);
/* Returns: how many of the bytes belong to the head */
gsize bty_soup_head_take (BtySoupHead *head, const char *data, gsize length);

G_END_DECLS
