/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/**
 * BtyRestFrames:
 *
 * Items as server-sent events. Streams that follow one item log come by for the same items one after the other; so each item is
 * encoded once and kept for the next stream that asks, within bounds of number and size.
 */
typedef struct _BtyRestFrames BtyRestFrames;

BtyRestFrames *bty_rest_frames_new (void);
void bty_rest_frames_free (BtyRestFrames *frames);

/* Appends the event of @item, which @reader gave last, to @out. */
void bty_rest_frames_append (BtyRestFrames *frames, BtyCallReader *reader, const BtyItem *item, GString *out);

/* Lets go of what is kept: nobody has asked for a while. */
void bty_rest_frames_clear (BtyRestFrames *frames);

G_END_DECLS
