/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-sql"

#include "config.h"

#include "bty-sql-migrations.h"

#define HEAD_WITH(id) id ", revision INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, "
#define HEAD          HEAD_WITH ("id TEXT NOT NULL PRIMARY KEY")
#define ROW_HEAD      "row INTEGER PRIMARY KEY, " HEAD_WITH ("id TEXT NOT NULL UNIQUE")

static const char *const version_1[] = {
  "CREATE TABLE bot (" HEAD
  "name TEXT NOT NULL, slug TEXT NOT NULL, description TEXT, state TEXT NOT NULL, route TEXT, temperature REAL, "
  "max_output INTEGER NOT NULL)",
  "CREATE UNIQUE INDEX bot_slug ON bot (slug)",
  "CREATE INDEX bot_name ON bot (name, id)",

  "CREATE TABLE provider (" HEAD
  "name TEXT NOT NULL, kind TEXT, url TEXT, key_ref TEXT, key_state TEXT NOT NULL, default_model TEXT, "
  "context_window INTEGER NOT NULL, options TEXT, enabled INTEGER NOT NULL)",
  "CREATE UNIQUE INDEX provider_name ON provider (name)",

  "CREATE TABLE session (" HEAD
  "bot TEXT NOT NULL, slug TEXT NOT NULL, title TEXT, state TEXT NOT NULL, active_at INTEGER NOT NULL, "
  "turns INTEGER NOT NULL)",
  "CREATE INDEX session_bot ON session (bot, active_at, id)",
  "CREATE INDEX session_slug ON session (slug, active_at, id)",
  "CREATE INDEX session_active_at ON session (active_at, id)",

  "CREATE TABLE message (" ROW_HEAD
  "session TEXT NOT NULL, bot TEXT NOT NULL, turn TEXT, role TEXT NOT NULL, text TEXT NOT NULL, model TEXT, "
  "stop_reason TEXT NOT NULL, usage TEXT)",
  "CREATE INDEX message_session ON message (session, id)",
  "CREATE INDEX message_bot ON message (bot, id)",
  "CREATE INDEX message_turn ON message (turn, id)",

  "CREATE TABLE turn (" HEAD
  "session TEXT NOT NULL, bot TEXT NOT NULL, state TEXT NOT NULL, question TEXT, answer TEXT, model TEXT, "
  "stop_reason TEXT NOT NULL, usage TEXT, error_code TEXT, error TEXT, items BLOB, items_text TEXT)",
  "CREATE INDEX turn_session ON turn (session, id)",
  "CREATE INDEX turn_bot ON turn (bot, id)",
  "CREATE INDEX turn_state ON turn (state, id)",

  "CREATE TABLE idempotency (" HEAD
  "\"key\" TEXT NOT NULL, operation TEXT NOT NULL, digest TEXT NOT NULL, ended INTEGER NOT NULL, response TEXT, "
  "error_code TEXT, error TEXT, items BLOB, items_text TEXT)",
  "CREATE UNIQUE INDEX idempotency_key ON idempotency (\"key\")",
  "CREATE INDEX idempotency_created_at ON idempotency (created_at, id)",

  /* The outbox: what was committed and not yet told. */
  "CREATE TABLE event (" ROW_HEAD "topic TEXT NOT NULL, subject TEXT, data TEXT)",

  /* Records of types that have no table of their own; a driver adds indexes over members of json as it meets types. */
  "CREATE TABLE record (type TEXT NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL, created_at INTEGER NOT NULL, "
  "updated_at INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (type, id))",

  /* Work that must not be forgotten when the process ends. */
  "CREATE TABLE mark (name TEXT NOT NULL PRIMARY KEY)",
  NULL,
};

/* Events stay after they were told: a log that can be read again. `position` is what version 1 called `row`. */
static const char *const version_2[] = {
  "CREATE TABLE event_2 (" HEAD_WITH ("id TEXT NOT NULL UNIQUE") "topic TEXT NOT NULL, subject TEXT, data TEXT, "
                                                                 "position INTEGER PRIMARY KEY)",
  "INSERT INTO event_2 (id, revision, created_at, updated_at, topic, subject, data, position) "
  "SELECT id, revision, created_at, updated_at, topic, subject, data, row FROM event",
  "DROP TABLE event",
  "ALTER TABLE event_2 RENAME TO event",
  "CREATE INDEX event_topic ON event (topic, position)",
  "CREATE INDEX event_subject ON event (subject)",

  /* One row: all events up to this position were told. */
  "CREATE TABLE event_told (position INTEGER NOT NULL)",
  "INSERT INTO event_told (position) VALUES (0)",
  NULL,
};

/* Souls in versions, what is known of secrets, the audit log, and bots that can be brought back. */
static const char *const version_3[] = {
  "ALTER TABLE turn ADD COLUMN soul_version TEXT",
  "ALTER TABLE bot ADD COLUMN from_template TEXT",

  "CREATE TABLE soul (" HEAD
  "bot TEXT NOT NULL, slug TEXT NOT NULL, state TEXT NOT NULL, reason TEXT, branch TEXT, version TEXT, "
  "number INTEGER NOT NULL, last INTEGER NOT NULL, chain TEXT, policy TEXT NOT NULL, locks TEXT, "
  "gate INTEGER NOT NULL)",
  "CREATE UNIQUE INDEX soul_bot ON soul (bot)",
  "CREATE UNIQUE INDEX soul_slug ON soul (slug)",
  "CREATE INDEX soul_state ON soul (state, id)",

  "CREATE TABLE soul_version (" ROW_HEAD
  "bot TEXT NOT NULL, number INTEGER NOT NULL, \"key\" TEXT NOT NULL, branch TEXT, parent TEXT, merged TEXT, "
  "soul TEXT NOT NULL, identity TEXT NOT NULL, \"user\" TEXT NOT NULL, author_kind TEXT NOT NULL, author TEXT, "
  "cause TEXT NOT NULL, note TEXT, previous TEXT, hash TEXT NOT NULL)",
  "CREATE UNIQUE INDEX soul_version_key ON soul_version (\"key\")",
  "CREATE INDEX soul_version_bot ON soul_version (bot, number)",

  "CREATE TABLE soul_text (" ROW_HEAD "\"key\" TEXT NOT NULL, bot TEXT NOT NULL, text TEXT NOT NULL)",
  "CREATE UNIQUE INDEX soul_text_key ON soul_text (\"key\")",
  "CREATE INDEX soul_text_bot ON soul_text (bot, id)",

  "CREATE TABLE soul_ref (" HEAD
  "\"key\" TEXT NOT NULL, bot TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, "
  "number INTEGER NOT NULL)",
  "CREATE UNIQUE INDEX soul_ref_key ON soul_ref (\"key\")",
  "CREATE INDEX soul_ref_bot ON soul_ref (bot, kind, name)",

  "CREATE TABLE soul_proposal (" HEAD
  "bot TEXT NOT NULL, slug TEXT NOT NULL, state TEXT NOT NULL, base TEXT, base_number INTEGER NOT NULL, soul TEXT, "
  "identity TEXT, \"user\" TEXT, note TEXT, author_kind TEXT NOT NULL, author TEXT, decided_by TEXT, decided_at INTEGER, "
  "answer TEXT, version TEXT)",
  "CREATE INDEX soul_proposal_bot ON soul_proposal (bot, id)",
  "CREATE INDEX soul_proposal_slug ON soul_proposal (slug, state, id)",
  "CREATE INDEX soul_proposal_state ON soul_proposal (state, id)",

  "CREATE TABLE soul_test (" HEAD
  "bot TEXT NOT NULL, slug TEXT NOT NULL, version TEXT, number INTEGER NOT NULL, model TEXT, score REAL NOT NULL, "
  "passed INTEGER NOT NULL, total INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, "
  "cost_micros INTEGER NOT NULL, results TEXT)",
  "CREATE INDEX soul_test_bot ON soul_test (bot, id)",
  "CREATE INDEX soul_test_slug ON soul_test (slug, id)",

  "CREATE TABLE secret (" HEAD
  "name TEXT NOT NULL, store TEXT, description TEXT, bots TEXT, hosts TEXT, plugins TEXT, last_used_at INTEGER, "
  "last_used_bot TEXT, last_used_host TEXT, uses INTEGER NOT NULL, rotated_at INTEGER, previous_until INTEGER)",
  "CREATE UNIQUE INDEX secret_name ON secret (name)",
  "CREATE INDEX secret_store ON secret (store, id)",

  "CREATE TABLE audit (" ROW_HEAD
  "position INTEGER NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL, door TEXT, action TEXT NOT NULL, subject TEXT, "
  "outcome TEXT NOT NULL, code TEXT, detail TEXT, call TEXT, previous TEXT, hash TEXT NOT NULL)",
  "CREATE UNIQUE INDEX audit_position ON audit (position)",
  "CREATE INDEX audit_kind ON audit (kind, position)",
  "CREATE INDEX audit_actor ON audit (actor, position)",
  "CREATE INDEX audit_action ON audit (action, position)",
  "CREATE INDEX audit_subject ON audit (subject, position)",
  "CREATE TABLE audit_head (" HEAD "name TEXT NOT NULL, position INTEGER NOT NULL, hash TEXT)",
  "CREATE UNIQUE INDEX audit_head_name ON audit_head (name)",

  "CREATE TABLE deleted_bot (" HEAD
  "bot TEXT NOT NULL, slug TEXT NOT NULL, name TEXT NOT NULL, saved TEXT, folder TEXT, expires_at INTEGER NOT NULL)",
  "CREATE UNIQUE INDEX deleted_bot_bot ON deleted_bot (bot)",
  "CREATE INDEX deleted_bot_slug ON deleted_bot (slug, id)",
  "CREATE INDEX deleted_bot_expires_at ON deleted_bot (expires_at, id)",
  NULL,
};

/* Money: caps, what was spent, each call of a model; routes with names; pools of keys and limits of providers. */
static const char *const version_4[] = {
  "ALTER TABLE turn ADD COLUMN cost INTEGER NOT NULL DEFAULT 0",
  "ALTER TABLE turn ADD COLUMN pricing TEXT NOT NULL DEFAULT 'unknown'",
  "ALTER TABLE provider ADD COLUMN more_keys TEXT",
  "ALTER TABLE provider ADD COLUMN requests_per_minute INTEGER NOT NULL DEFAULT 0",
  "ALTER TABLE provider ADD COLUMN tokens_per_minute INTEGER NOT NULL DEFAULT 0",
  "ALTER TABLE provider ADD COLUMN max_concurrent INTEGER NOT NULL DEFAULT 0",

  "CREATE TABLE route (" HEAD "name TEXT NOT NULL, description TEXT, steps TEXT NOT NULL, hedge_ms INTEGER)",
  "CREATE UNIQUE INDEX route_name ON route (name)",

  "CREATE TABLE cap (" HEAD
  "\"key\" TEXT NOT NULL, scope TEXT NOT NULL, subject TEXT, slug TEXT, period TEXT NOT NULL, unit TEXT NOT NULL, "
  "amount INTEGER NOT NULL)",
  "CREATE UNIQUE INDEX cap_key ON cap (\"key\")",
  "CREATE INDEX cap_scope ON cap (scope, subject)",
  "CREATE INDEX cap_subject ON cap (subject, id)",

  "CREATE TABLE spend (" HEAD
  "\"key\" TEXT NOT NULL, scope TEXT NOT NULL, subject TEXT, bot TEXT, period TEXT NOT NULL, since INTEGER NOT NULL, "
  "usd INTEGER NOT NULL, tokens INTEGER NOT NULL, calls INTEGER NOT NULL, time_ms INTEGER NOT NULL, "
  "slab_usd INTEGER NOT NULL, slab_tokens INTEGER NOT NULL, slab_calls INTEGER NOT NULL, slab_time_ms INTEGER NOT NULL)",
  "CREATE UNIQUE INDEX spend_key ON spend (\"key\")",
  "CREATE INDEX spend_scope ON spend (scope, subject, period, since)",
  "CREATE INDEX spend_subject ON spend (subject, id)",
  "CREATE INDEX spend_bot ON spend (bot, id)",
  "CREATE INDEX spend_period ON spend (period, since)",
  "CREATE INDEX spend_since ON spend (since, id)",

  "CREATE TABLE usage_entry (" ROW_HEAD
  "bot TEXT, slug TEXT, session TEXT, turn TEXT, workflow TEXT, tool TEXT, purpose TEXT, provider TEXT, model TEXT, "
  "input_tokens INTEGER NOT NULL, cached_tokens INTEGER NOT NULL, cache_write_tokens INTEGER NOT NULL, "
  "output_tokens INTEGER NOT NULL, reasoning_tokens INTEGER NOT NULL, estimated_tokens INTEGER NOT NULL, "
  "is_estimate INTEGER NOT NULL, cost INTEGER NOT NULL, pricing TEXT NOT NULL, first_token_ms INTEGER NOT NULL, "
  "time_ms INTEGER NOT NULL, outcome TEXT)",
  "CREATE INDEX usage_entry_bot ON usage_entry (bot, id)",
  "CREATE INDEX usage_entry_session ON usage_entry (session, id)",
  "CREATE INDEX usage_entry_turn ON usage_entry (turn, id)",
  "CREATE INDEX usage_entry_provider ON usage_entry (provider, id)",
  "CREATE INDEX usage_entry_created_at ON usage_entry (created_at, id)",
  NULL,
};

const BtySqlMigration bty_sql_migrations[] = {
  { 1, version_1 },
  { 2, version_2 },
  { 3, version_3 },
  { 4, version_4 },
};
const guint bty_sql_n_migrations = G_N_ELEMENTS (bty_sql_migrations);

const BtySchema *const bty_sql_own_schemas[] = {
  &bty_bot_schema,          &bty_provider_config_schema,
  &bty_session_schema,      &bty_message_schema,
  &bty_turn_schema,         &bty_idempotency_schema,
  &bty_event_schema,        &bty_soul_schema,
  &bty_soul_version_schema, &bty_soul_text_schema,
  &bty_soul_ref_schema,     &bty_soul_proposal_schema,
  &bty_soul_test_schema,    &bty_secret_entry_schema,
  &bty_audit_entry_schema,  &bty_audit_head_schema,
  &bty_deleted_bot_schema,  &bty_route_config_schema,
  &bty_cap_schema,          &bty_spend_schema,
  &bty_usage_entry_schema,  NULL,
};

gboolean
bty_sql_is_own (const BtySchema *schema)
{
  for (guint i = 0; bty_sql_own_schemas[i] != NULL; i++)
    {
      if (bty_sql_own_schemas[i] == schema)
        return TRUE;
    }
  return FALSE;
}
