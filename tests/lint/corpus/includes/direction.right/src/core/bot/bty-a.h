/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once
#include "../chat/bty-turn.h"
