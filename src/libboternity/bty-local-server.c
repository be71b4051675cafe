/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-local-server.h"

static const BtyField local_server_fields[] = {
  BTY_FIELD_STRING (BtyLocalServer, name, BTY_REQUIRED | BTY_READ_ONLY, N_ ("What provider.add takes to connect it")),
  BTY_FIELD_STRING (BtyLocalServer, title, BTY_READ_ONLY, N_ ("What people call it")),
  BTY_FIELD_STRING (BtyLocalServer, url, BTY_READ_ONLY, N_ ("Where it is"), .max = 2048),
};
BTY_DEFINE_RECORD (BtyLocalServer, bty_local_server, "local_server", N_ ("A server of models on this machine"),
                   local_server_fields)
