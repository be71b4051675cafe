/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "chat/bty-turn-run.h"

/** bty_turn_resume_find: Returns: (transfer none) (nullable): the run of a turn that goes on, or is about to */
GObject *bty_turn_resume_find (BtyChatParts *parts, const char *turn);
/** bty_turn_resume: lets a paused turn go on; @call: (nullable): hears it from its beginning */
void bty_turn_resume (BtyChatParts *parts, const BtyTurn *turn, BtyCall *call);
/** bty_turn_resume_all: lets all paused turns go on; @slug: (nullable): of one bot; @owner: what @parts live in */
void bty_turn_resume_all (BtyChatParts *parts, const char *slug, GObject *owner);
