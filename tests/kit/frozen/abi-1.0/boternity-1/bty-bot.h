/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-completion-request.h"

G_BEGIN_DECLS

typedef enum
{
  BTY_BOT_RUNNING,
  BTY_BOT_STOPPED,
} BtyBotState;
BTY_EXPORT const BtyEnumValue bty_bot_states[];

/**
 * BtyBot:
 * @slug: made from the name, unique; names its folder under `bots/`
 * @state: a stopped bot keeps everything and answers nothing
 * @route: models to try, in order, each as `provider/model`; empty: the setting `chat.route`
 * @temperature: nullable
 * @max_output: most tokens of an answer; 0: the model's own
 * @from_template: (nullable): the template that it was made from
 */
typedef struct
{
  BtyRecord record;
  char *name;
  char *slug;
  char *description;
  BtyBotState state;
  GStrv route;
  double temperature;
  gint64 max_output;
  char *from_template;
} BtyBot;

BTY_DECLARE_RECORD (BtyBot, bty_bot)

/**
 * BtyDeletedBot:
 * @bot: id of the bot; @slug: its slug, free for others meanwhile
 * @saved: the bot's record as it was
 * @folder: name of its folder in `bots/.deleted`
 * @expires_at: when everything of it is forgotten for good
 */
typedef struct
{
  BtyRecord record;
  char *bot;
  char *slug;
  char *name;
  char *saved;
  char *folder;
  gint64 expires_at;
} BtyDeletedBot;

BTY_DECLARE_RECORD (BtyDeletedBot, bty_deleted_bot)

G_END_DECLS
