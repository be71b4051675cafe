/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-macros.h"

G_BEGIN_DECLS

/*
 * Where things are on this machine: read from the environment on each call, so that daemon and CLI agree. Any thread, as long as
 * nobody changes the environment meanwhile.
 */

/**
 * bty_paths_data_dir:
 * @error: %BTY_ERROR_FAILED_PRECONDITION when the environment names no place
 *
 * Returns: (transfer full) (nullable): the data folder, absolute: `BOTERNITY_DATA_DIR`, else `$XDG_DATA_HOME/boternity`, else
 * `~/.local/share/boternity`; it need not exist
 */
BTY_EXPORT char *bty_paths_data_dir (GError **error);

/**
 * bty_paths_config_dir:
 * @error: %BTY_ERROR_FAILED_PRECONDITION when the environment names no place
 *
 * Returns: (transfer full) (nullable): the folder of the key files, absolute: `BOTERNITY_CONFIG_DIR`, else
 * `$XDG_CONFIG_HOME/boternity`, else `~/.config/boternity`, else (no HOME) `config` in the data folder; it need not exist
 */
BTY_EXPORT char *bty_paths_config_dir (GError **error);

/**
 * bty_paths_is_default:
 * @data_dir: a data folder
 *
 * Returns: whether it is the one that this user has without `BOTERNITY_DATA_DIR`: the one that the desktop's parts (the bus, the
 * socket unit) stand for
 */
BTY_EXPORT gboolean bty_paths_is_default (const char *data_dir);

/**
 * bty_paths_socket:
 * @data_dir: the data folder
 *
 * Returns: (transfer full): path of the unix socket on which a daemon serves @data_dir: the first of bty_paths_sockets()
 */
BTY_EXPORT char *bty_paths_socket (const char *data_dir);

/**
 * bty_paths_sockets:
 * @data_dir: the data folder
 *
 * The socket of the default data folder has a fixed name in the runtime folder, `boternity/default.sock`, for a socket unit to
 * listen on; that of any other is named by a hash of the folder. A daemon listens on the first of these. Whoever looks for one tries all, since the two may have been started with different
 * environments (one has XDG_RUNTIME_DIR, the other does not). Each is short enough for a socket address.
 *
 * Returns: (transfer full) (array zero-terminated=1): at least one absolute path
 */
BTY_EXPORT GStrv bty_paths_sockets (const char *data_dir);

/** bty_paths_token_file: Returns: (transfer full): the file, readable by its owner only, that holds the access token */
BTY_EXPORT char *bty_paths_token_file (const char *data_dir);

/**
 * bty_paths_make_private_dir:
 * @path: an absolute path, whose parents are made as well
 * @error: return location
 *
 * Makes sure that @path is a real folder (not a link) that belongs to us and that nobody else may enter.
 *
 * Returns: whether it is
 */
BTY_EXPORT gboolean bty_paths_make_private_dir (const char *path, GError **error);

/**
 * bty_paths_installed:
 * @folder: where the build was told to install to
 *
 * Returns: (transfer full): @folder, or where it is in a staged tree that this program runs from
 */
BTY_EXPORT char *bty_paths_installed (const char *folder);

/** bty_paths_runs_from_build: Returns: whether this program runs from the tree it was built in */
BTY_EXPORT gboolean bty_paths_runs_from_build (void);

/** bty_paths_plugin_scanner: Returns: (transfer full): boternity-plugin-scanner: `BOTERNITY_PLUGIN_SCANNER`, else the one
 * that was built or installed with this program; it need not exist */
BTY_EXPORT char *bty_paths_plugin_scanner (void);

G_END_DECLS
