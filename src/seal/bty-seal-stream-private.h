/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What writer and reader of a stream agree on. sodium.h comes before it. */
#define BTY_SEAL_STREAM_MAGIC "BTYSEAL\n"
#define BTY_SEAL_STREAM_KEY   "bty seal stream"
#define BTY_SEAL_MAX_PURPOSE  32
#define SEALED_EXTRA          crypto_secretstream_xchacha20poly1305_ABYTES
#define SEALED_SIZE           (BTY_SEAL_CHUNK_SIZE + SEALED_EXTRA)
