/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "bty-seal-slots.h"

G_BEGIN_DECLS

/*
 * BtySealWriter: seals a stream of any length: a head with the ways to the key, then chunks of 64 KiB (XChaCha20-Poly1305, each bound
 * to its place and to the head), the last one marked as the last.
 *
 * The stream is whole only after bty_seal_writer_finish (): closing alone, as an error path does, leaves one that no reader takes for
 * whole. Put other filters over it with close-base-stream off, close them, then finish. Flushing does not write a chunk that is not
 * full. Blocks as @base does: for a worker thread, or GIO's async functions. Errors are those of @base, as they are.
 */
#define BTY_TYPE_SEAL_WRITER (bty_seal_writer_get_type ())
G_DECLARE_FINAL_TYPE (BtySealWriter, bty_seal_writer, BTY, SEAL_WRITER, GFilterOutputStream)

#define BTY_SEAL_STREAM_VERSION 1
#define BTY_SEAL_CHUNK_SIZE     (64 * 1024)

/*
 * @purpose: what it is, such as `capsule` or `backup`, 1 to 32 bytes; a reader names the same one.
 * @slots: (transfer none): the ways to @key, with which readers open it; at least one.
 */
BtySealWriter *bty_seal_writer_new (GOutputStream *base, const char *purpose, const BtySealSlots *slots,
                                    const BtySecret *key);
/* Writes the last chunk, then flushes and closes @base (unless close-base-stream is off: then it is flushed). */
gboolean bty_seal_writer_finish (BtySealWriter *writer, GCancellable *cancellable, GError **error);

G_END_DECLS
