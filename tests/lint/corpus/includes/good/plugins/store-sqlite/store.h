/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once
#include <boternity.h>
#include "bty-sql-bot.h"
#include <sqlite3.h>
#include "store-own.h"
