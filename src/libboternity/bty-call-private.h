/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-call.h"

G_BEGIN_DECLS

/* Only within the library. */
guint64 bty_call_get_skipped (BtyCall *call);
void bty_call_add_reader (BtyCall *call, BtyCallReader *reader);
void bty_call_remove_reader (BtyCall *call, BtyCallReader *reader);
/* The call speaks through another log from now on. */
void bty_call_reader_change_log (BtyCallReader *reader, BtyItemLog *log);
void bty_call_reader_wake (BtyCallReader *reader);

G_END_DECLS
