/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-call.h"

G_BEGIN_DECLS

/* Only within the library. */
guint64 bty_call_get_skipped (BtyCall *call);
/* The log that follows after bty_call_log(), and how many items of it come before the call's; NULL for none. */
BtyItemLog *bty_call_get_next_log (BtyCall *call, guint64 *after, guint64 *place);
guint64 bty_call_get_place (BtyCall *call);
/* A reader has gone on to the next log: if it was the last one, the log before is let go of. */
void bty_call_reader_has_moved (BtyCall *call);
/* A reader has read all there is. */
void bty_call_drained (BtyCall *call);
void bty_call_add_reader (BtyCall *call, BtyCallReader *reader);
void bty_call_remove_reader (BtyCall *call, BtyCallReader *reader);
/* The call speaks through another log from now on. */
void bty_call_reader_change_log (BtyCallReader *reader, BtyItemLog *log);
BtyItemLog *bty_call_reader_get_log (BtyCallReader *reader);
void bty_call_reader_wake (BtyCallReader *reader);

G_END_DECLS
