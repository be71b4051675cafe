/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

/**
 * BtyLocalServer:
 * @name: the preset that it answers as, such as `ollama`, which `provider.add` takes as it is
 * @title: what people call it
 * @url: where it is
 *
 * A server of models that runs on this machine and told by itself what it is.
 */
typedef struct
{
  BtyRecord record;
  char *name;
  char *title;
  char *url;
} BtyLocalServer;
BTY_DECLARE_RECORD (BtyLocalServer, bty_local_server)

G_END_DECLS
