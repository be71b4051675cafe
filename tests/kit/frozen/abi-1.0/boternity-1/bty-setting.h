/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

typedef enum
{
  BTY_SETTING_STRING,
  BTY_SETTING_INT,
  BTY_SETTING_BOOL,
} BtySettingType;

/**
 * BtySettingFlags:
 * @BTY_SETTING_RESTART: it is read when the daemon starts, so that a change waits for the next start
 */
typedef enum
{
  BTY_SETTING_RESTART = 1 << 0,
} BtySettingFlags;

/**
 * BtySetting:
 * @group: group of the key file, such as `http`
 * @key: key in it; by environment it is `BOTERNITY_GROUP_KEY`
 * @fallback: its default, as text
 * @unit: (nullable): unit of a number, such as `ms`
 * @min: least and @max: greatest value of a number
 * @summary: one line for people, marked with N_()
 * @flags: of #BtySettingFlags
 *
 * One line a setting, static and const: what limits something is here, with its default and unit.
 */
typedef struct
{
  const char *group;
  const char *key;
  BtySettingType type;
  const char *fallback;
  const char *unit;
  gint64 min;
  gint64 max;
  const char *summary;
  guint flags;
  gpointer reserved[1];
} BtySetting;

G_END_DECLS
