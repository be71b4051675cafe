/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ctl-schema-catalogue.h"

/* Returns: (transfer full): a module of types and a client, with all it needs */
char *bty_ctl_schema_typescript (const BtyCtlCatalogue *catalogue, const char *version);
