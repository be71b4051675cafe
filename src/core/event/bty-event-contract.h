/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#define BTY_EVENT_TYPE_PREFIX     "org.boternity."
#define BTY_EVENT_TYPE_SUBSCRIBED BTY_EVENT_TYPE_PREFIX "events.subscribed"
#define BTY_EVENT_TYPE_MISSED     BTY_EVENT_TYPE_PREFIX "events.missed"

/* BtyEventMember: a member of the data. @from: (nullable): what the internal record calls it, if otherwise */
typedef struct
{
  const char *name;
  const char *summary;
  const char *from;
} BtyEventMember;

/*
 * BtyEventContract:
 * @topic: what the core calls it; NULL for what streams say of themselves
 * @type: (nullable): what clients call it, after "org.boternity."; NULL: it stays inside
 * @members: ended by a NULL name; a member that the record has no value for goes out as null
 *
 * What leaves the process, written by hand: a record may change without changing this. Rows and members are only ever added.
 */
typedef struct
{
  const char *topic;
  const char *type;
  const char *summary;
  const BtyEventMember *members;
} BtyEventContract;

extern const BtyEventContract bty_event_contract[];
extern const guint bty_n_event_contract;

/* (nullable): the row of a topic of the core's */
const BtyEventContract *bty_event_contract_find (const char *topic);
/*
 * (nullable): what clients subscribe to in order to hear of @topic: the type after "org.boternity."; NULL: nobody hears of it. Topics
 * that do not begin like one of the core's are a plugin's: they go out as they are.
 */
const char *bty_event_contract_get_name (const char *topic);
/* (transfer full): @event, which has a name, as clients see it */
BtyClientEvent *bty_event_contract_translate (const BtyEvent *event);
/* (transfer full): what a stream says of itself; @data: JSON object; @cursor: where it stands */
BtyClientEvent *bty_event_contract_notice (const char *type, const char *data, gint64 cursor);
