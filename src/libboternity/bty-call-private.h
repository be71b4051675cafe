/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-call.h"

G_BEGIN_DECLS

/* For the dispatcher: core links the library, so these are exported, but not installed. */

/* bty_call_set_deadline: cancels the call at @monotonic_time (as of g_get_monotonic_time(); 0: never); what fails as cancelled
 * after that has failed as DEADLINE_EXCEEDED. The timer runs in the thread-default main context. */
BTY_EXPORT void bty_call_set_deadline (BtyCall *call, gint64 monotonic_time);
/* bty_call_get_deadline: 0 when there is none */
BTY_EXPORT gint64 bty_call_get_deadline (BtyCall *call);

/* Only within the library. */
void bty_call_add_reader (BtyCall *call, BtyCallReader *reader);
void bty_call_remove_reader (BtyCall *call, BtyCallReader *reader);
/* The call speaks through another log from now on. */
void bty_call_reader_change_log (BtyCallReader *reader, BtyItemLog *log);
void bty_call_reader_wake (BtyCallReader *reader);

G_END_DECLS
