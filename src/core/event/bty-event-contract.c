/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-event"

#include "config.h"

#include "event/bty-event-contract.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define SOURCE      "/boternity"
#define MAX_MEMBERS 32

#define STORED_MEMBERS                                                                                                 \
  { "id", N_ ("Its identifier"), NULL }, { "revision", N_ ("Counts its changes"), NULL },                              \
    { "created_at", N_ ("When it was made"), NULL },                                                                   \
  {                                                                                                                    \
    "updated_at", N_ ("When it was last changed"), NULL                                                                \
  }

static const BtyEventMember bot_members[] = {
  STORED_MEMBERS,
  { "slug", N_ ("Name used in paths and commands"), NULL },
  { "name", N_ ("Name shown to people"), NULL },
  { "description", N_ ("What it is for"), NULL },
  { "state", N_ ("Whether it answers: running or stopped"), NULL },
  { 0 },
};

static const BtyEventMember purged_bot_members[] = {
  { "bot", N_ ("Identifier of the bot"), NULL },
  { "slug", N_ ("The slug that it had"), NULL },
  { 0 },
};

static const BtyEventMember provider_members[] = {
  STORED_MEMBERS,
  { "name", N_ ("What routes call it"), NULL },
  { "kind", N_ ("What it speaks, such as openai"), NULL },
  { "default_model", N_ ("Model taken when a route names the provider alone"), NULL },
  { "enabled", N_ ("Whether routes may use it"), NULL },
  { 0 },
};

static const BtyEventMember route_members[] = {
  STORED_MEMBERS,
  { "name", N_ ("What bots call it"), NULL },
  { "steps", N_ ("What it tries, in order"), NULL },
  { 0 },
};

static const BtyEventMember session_members[] = {
  STORED_MEMBERS,
  { "bot", N_ ("Identifier of its bot"), NULL },
  { "bot_slug", N_ ("Slug of its bot"), "slug" },
  { "title", N_ ("The beginning of its first message"), NULL },
  { "state", N_ ("Whether it takes messages: open or closed"), NULL },
  { 0 },
};

static const BtyEventMember soul_members[] = {
  STORED_MEMBERS,
  { "bot", N_ ("Identifier of its bot"), NULL },
  { "bot_slug", N_ ("Slug of its bot"), "slug" },
  { "state", N_ ("Whether its files are what they should be: ok, held or writing"), NULL },
  { "reason", N_ ("Why it is held, or why what was saved does not count"), NULL },
  { "branch", N_ ("The branch in use"), NULL },
  { "version", N_ ("Identifier of the version in use"), NULL },
  { "number", N_ ("Number of the version in use"), NULL },
  { "last", N_ ("Number of the newest version"), NULL },
  { 0 },
};

static const BtyEventMember soul_test_members[] = {
  STORED_MEMBERS,
  { "bot", N_ ("Identifier of its bot"), NULL },
  { "bot_slug", N_ ("Slug of its bot"), "slug" },
  { "version", N_ ("Identifier of the version that was tested"), NULL },
  { "number", N_ ("Number of that version"), NULL },
  { "model", N_ ("The model that answered"), NULL },
  { "score", N_ ("Percent of the weight that passed"), NULL },
  { "passed", N_ ("Questions that passed"), NULL },
  { "total", N_ ("Questions"), NULL },
  { 0 },
};

static const BtyEventMember proposal_members[] = {
  STORED_MEMBERS,
  { "bot", N_ ("Identifier of its bot"), NULL },
  { "bot_slug", N_ ("Slug of its bot"), "slug" },
  { "state", N_ ("Whether it was decided: open, accepted or refused"), NULL },
  { "base_number", N_ ("Number of the version that it would change"), NULL },
  { "note", N_ ("Why it was proposed"), NULL },
  { "author_kind", N_ ("What proposed it: bot or person"), NULL },
  { "author", N_ ("Who proposed it"), NULL },
  { "decided_by", N_ ("Who decided"), NULL },
  { "decided_at", N_ ("When it was decided"), NULL },
  { "answer", N_ ("What was said to it"), NULL },
  { "version", N_ ("Identifier of the version that came of it"), NULL },
  { 0 },
};

static const BtyEventMember turn_members[] = {
  STORED_MEMBERS,
  { "session", N_ ("Identifier of its session"), NULL },
  { "bot", N_ ("Identifier of its bot"), NULL },
  { "state", N_ ("How far it is: queued, running, done, failed, cancelled, interrupted or paused"), NULL },
  { "question", N_ ("Identifier of the message that asks"), NULL },
  { "answer", N_ ("Identifier of the message that answers"), NULL },
  { "model", N_ ("The model that answered"), NULL },
  { "stop_reason", N_ ("Why the answer ended"), NULL },
  { "usage", N_ ("What it used"), NULL },
  { "error_code", N_ ("Code of what went wrong"), NULL },
  { "error", N_ ("What went wrong"), NULL },
  { "cost", N_ ("Micro-dollars that it cost"), NULL },
  { "pricing", N_ ("How sure the price is"), NULL },
  { 0 },
};

static const BtyEventMember standing_members[] = {
  { "scope", N_ ("Whose money it is: installation, bot, session or workflow"), NULL },
  { "subject", N_ ("Identifier of the bot or session, or the workflow's name"), NULL },
  { "bot_slug", N_ ("Slug of its bot"), "slug" },
  { "period", N_ ("For how long it lasts: day, month, session or total"), NULL },
  { "unit", N_ ("What is counted: usd (micro-dollars), tokens, calls or time (milliseconds)"), NULL },
  { "level", N_ ("Percent that are reached: 50, 80 or 100"), NULL },
  { "amount", N_ ("The cap"), NULL },
  { "spent", N_ ("What calls are known to have used"), NULL },
  { "left", N_ ("What is left"), NULL },
  { "renews_at", N_ ("When it begins anew"), NULL },
  { 0 },
};

static const BtyEventMember cap_members[] = {
  STORED_MEMBERS,
  { "scope", N_ ("Whose money it is: installation, bot, session or workflow"), NULL },
  { "subject", N_ ("Identifier of the bot or session, or the workflow's name"), NULL },
  { "bot_slug", N_ ("Slug of its bot"), "slug" },
  { "period", N_ ("For how long it lasts: call, turn, session, day, month or total"), NULL },
  { "unit", N_ ("What is counted: usd (micro-dollars), tokens, calls or time (milliseconds)"), NULL },
  { "amount", N_ ("Most that may be spent"), NULL },
  { 0 },
};

static const BtyEventMember plugin_members[] = {
  { "name", N_ ("Its identifier"), NULL },
  { "state", N_ ("Whether it is in use"), NULL },
  { "path", N_ ("Its file"), NULL },
  { "reason", N_ ("Why it was refused"), NULL },
  { "remedy", N_ ("What to do about it"), NULL },
  { 0 },
};

static const BtyEventMember backup_members[] = {
  { "name", N_ ("Its file in the folder of backups"), NULL },
  { "bytes", N_ ("Size of its file"), NULL },
  { "subjects", N_ ("How many keys it has"), NULL },
  { "rows", N_ ("Rows of the store in it"), NULL },
  { "files", N_ ("Files in it"), NULL },
  { "seconds", N_ ("How long it took"), NULL },
  { "encrypted", N_ ("Whether it is sealed"), NULL },
  { "automatic", N_ ("Whether the schedule made it"), NULL },
  { 0 },
};

static const BtyEventMember backup_failure_members[] = {
  { "name", N_ ("The backup that was not made"), NULL },
  { "cause", N_ ("Who wanted it: schedule or request"), NULL },
  { "error_code", N_ ("Code of what went wrong"), NULL },
  { "error", N_ ("What went wrong"), NULL },
  { 0 },
};

static const BtyEventMember backup_restored_members[] = {
  { "kept", N_ ("Folder in the data folder that has what was there before"), NULL },
  { 0 },
};

static const BtyEventMember subscribed_members[] = {
  { "cursor", N_ ("Where the event log ends now: what follows comes after it"), NULL },
  { 0 },
};

static const BtyEventMember missed_members[] = {
  { "count", N_ ("How many events at most were not told"), NULL },
  { "after", N_ ("Cursor to hear them again from, as far as the event log has them"), NULL },
  { 0 },
};

const BtyEventContract bty_event_contract[] = {
  { "backup.created", "backup.created", N_ ("A backup was made"), backup_members },
  { "backup.failed", "backup.failed", N_ ("A backup was not made"), backup_failure_members },
  { "backup.restored", "backup.restored", N_ ("A backup has taken the place of what was there"),
    backup_restored_members },
  { "bot.created", "bot.created", N_ ("A bot was made"), bot_members },
  { "bot.updated", "bot.updated", N_ ("A bot was changed"), bot_members },
  { "bot.started", "bot.started", N_ ("A bot answers again"), bot_members },
  { "bot.stopped", "bot.stopped", N_ ("A bot answers no more"), bot_members },
  { "bot.deleted", "bot.deleted", N_ ("A bot was deleted; it can be restored for some time"), bot_members },
  { "bot.restored", "bot.restored", N_ ("A deleted bot is back"), bot_members },
  { "bot.purged", "bot.purged", N_ ("A deleted bot was forgotten for good"), purged_bot_members },
  { "budget.changed", "budget.changed", N_ ("A cap of the budget was set or taken away"), cap_members },
  { "budget.warning", "budget.warning", N_ ("A cap of the budget is half spent, nearly spent or spent"),
    standing_members },
  { "plugin.refused", "plugin.refused", N_ ("A plugin was found that cannot be used"), plugin_members },
  { "provider.added", "provider.added", N_ ("A provider of models was added"), provider_members },
  { "provider.updated", "provider.updated", N_ ("A provider was changed"), provider_members },
  { "provider.deleted", "provider.deleted", N_ ("A provider was taken away"), provider_members },
  { "route.created", "route.created", N_ ("A route with a name was made"), route_members },
  { "route.updated", "route.updated", N_ ("A route with a name was changed"), route_members },
  { "route.deleted", "route.deleted", N_ ("A route with a name was deleted"), route_members },
  { "session.closed", "session.closed", N_ ("A session takes no more messages"), session_members },
  { "session.deleted", "session.deleted", N_ ("A session was deleted with its messages"), session_members },
  { "soul.approved", "soul.approved", N_ ("A proposal became a version of its soul"), proposal_members },
  { "soul.changed", "soul.changed", N_ ("A soul has another version, or is no longer held"), soul_members },
  { "soul.gate_failed", "soul.gate_failed",
    N_ ("The version in use does not reach the gate: an editor saved it, or it is an older one"), soul_test_members },
  { "soul.held", "soul.held", N_ ("A bot's files were changed behind the daemon's back: it waits for a person"),
    soul_members },
  { "soul.refused", "soul.refused", N_ ("What was saved cannot be a version: the last good one is used"),
    soul_members },
  { "soul.proposed", "soul.proposed", N_ ("A change of a soul was proposed: a person decides"), proposal_members },
  { "soul.refused_proposal", "soul.refused_proposal", N_ ("A proposal was refused"), proposal_members },
  { "soul.updated", "soul.updated", N_ ("Who may change a soul was changed"), soul_members },
  { "soul.tested", "soul.tested", N_ ("A version was asked the golden questions"), soul_test_members },
  { "turn.started", "turn.started", N_ ("A question was asked"), turn_members },
  { "turn.paused", "turn.paused", N_ ("A turn waits: a cap of the budget is reached"), turn_members },
  { "turn.resumed", "turn.resumed", N_ ("A turn that waited goes on"), turn_members },
  { "turn.finished", "turn.finished", N_ ("A turn is over, whether well or not"), turn_members },
  { NULL, "events.subscribed", N_ ("First of all, where a subscription begins with the present"), subscribed_members },
  { NULL, "events.missed", N_ ("Events could not be told: the reader was too slow, or they are no longer kept"),
    missed_members },
};
const guint bty_n_event_contract = G_N_ELEMENTS (bty_event_contract);

/* What topics of the core begin with, now or one day: no plugin has such a name. */
static const char *const core_words[] = {
  "agent",  "audit",   "backup", "bot",    "budget",  "call",   "capsule", "chat",     "config",   "daemon",
  "event",  "events",  "mcp",    "memory", "message", "model",  "plugin",  "provider", "route",    "run",
  "secret", "session", "skill",  "soul",   "span",    "system", "tool",    "turn",     "workflow", NULL,
};

static gsize
first_word (const char *topic)
{
  return strcspn (topic, ".");
}

const BtyEventContract *
bty_event_contract_find (const char *topic)
{
  for (guint i = 0; i < bty_n_event_contract; i++)
    {
      if (bty_event_contract[i].topic != NULL && strcmp (bty_event_contract[i].topic, topic) == 0)
        return &bty_event_contract[i];
    }
  return NULL;
}

static gboolean
is_core (const char *topic)
{
  g_autofree char *word = g_strndup (topic, first_word (topic));

  return g_strv_contains (core_words, word);
}

const char *
bty_event_contract_get_name (const char *topic)
{
  const BtyEventContract *row = bty_event_contract_find (topic);

  if (row != NULL)
    return row->type;
  return is_core (topic) ? NULL : topic;
}

/* Where each member's value stands in @json. */
static void
find_values (const BtyEventMember *members, const char *json, const char **values, gsize *lengths)
{
  g_auto (BtyJsonReader) reader;
  BtyJsonToken token;

  bty_json_reader_init (&reader, json, strlen (json), 0);
  token = bty_json_reader_next (&reader, NULL);
  if (token != BTY_JSON_OBJECT_BEGIN)
    return;
  while (bty_json_reader_next (&reader, NULL) == BTY_JSON_KEY)
    {
      guint found = MAX_MEMBERS;
      const char *raw = NULL;
      gsize length = 0;

      for (guint i = 0; found == MAX_MEMBERS && members[i].name != NULL; i++)
        {
          if (bty_json_reader_key_is (&reader, members[i].from != NULL ? members[i].from : members[i].name))
            found = i;
        }
      if (bty_json_reader_skip (&reader, &raw, &length, NULL) == BTY_JSON_ERROR)
        return;
      if (found == MAX_MEMBERS)
        continue;
      values[found] = raw;
      lengths[found] = length;
    }
}

static char *
translate_data (const BtyEventMember *members, const char *json)
{
  const char *values[MAX_MEMBERS] = { 0 };
  gsize lengths[MAX_MEMBERS] = { 0 };
  GString *out = g_string_new (NULL);
  BtyJsonWriter writer;

  if (json != NULL)
    find_values (members, json, values, lengths);
  bty_json_writer_init (&writer, out);
  bty_json_writer_begin_object (&writer);
  for (guint i = 0; members[i].name != NULL; i++)
    {
      bty_json_writer_key (&writer, members[i].name);
      if (values[i] != NULL)
        bty_json_writer_raw (&writer, values[i], lengths[i]);
      else
        bty_json_writer_null (&writer);
    }
  bty_json_writer_end_object (&writer);
  return g_string_free (out, FALSE);
}

static BtyClientEvent *
make (const char *type, gint64 cursor)
{
  BtyClientEvent *client = bty_client_event_new ();

  client->specversion = g_strdup ("1.0");
  client->type = g_strdup (type);
  client->datacontenttype = g_strdup ("application/json");
  if (cursor > 0)
    client->cursor = g_strdup_printf ("%" G_GINT64_FORMAT, cursor);
  return client;
}

static char *
source_of (const char *topic, gboolean is_plugin)
{
  return is_plugin ? g_strdup_printf (SOURCE "/plugins/%.*s", (int) first_word (topic), topic) : g_strdup (SOURCE);
}

BtyClientEvent *
bty_event_contract_translate (const BtyEvent *event)
{
  const BtyEventContract *row = bty_event_contract_find (event->topic);
  g_autofree char *type = g_strconcat (BTY_EVENT_TYPE_PREFIX, row != NULL ? row->type : event->topic, NULL);
  BtyClientEvent *client = make (type, event->position);

  client->record.id = g_strdup (event->record.id);
  client->source = source_of (event->topic, row == NULL);
  client->subject = g_strdup (event->subject);
  client->time = event->record.created_at;
  if (row != NULL)
    client->data = translate_data (row->members, event->data);
  else
    client->data = g_strdup (event->data != NULL ? event->data : "{}");
  return client;
}

BtyClientEvent *
bty_event_contract_notice (const char *type, const char *data, gint64 cursor)
{
  BtyClientEvent *client = make (type, cursor);

  client->record.id = bty_id_new ();
  client->source = g_strdup (SOURCE);
  client->time = g_get_real_time ();
  client->data = g_strdup (data);
  return client;
}
