/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/**
 * BtySoupMounts:
 *
 * The endpoints and where they are mounted; the longest mount that fits a path has it.
 */
typedef struct _BtySoupMounts BtySoupMounts;

/* Makes and starts every endpoint that plugins have registered. */
BtySoupMounts *bty_soup_mounts_new (BtyHost *host);
void bty_soup_mounts_free (BtySoupMounts *mounts);

/* @below: where the rest of @path begins, or a lone slash. */
BtyEndpoint *bty_soup_mounts_find (BtySoupMounts *mounts, const char *path, const char **below);

G_END_DECLS
