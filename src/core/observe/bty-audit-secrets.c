/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-audit"

#include "config.h"

#include "observe/bty-audit-secrets.h"

static char *
name_actor (const char *bot)
{
  return bot != NULL ? g_strconcat ("bot:", bot, NULL) : g_strdup ("owner");
}

/* (transfer full) (nullable): an entry's detail */
static char *
name_host (const char *host)
{
  g_autoptr (GString) text = g_string_new (NULL);
  BtyJsonWriter writer;

  if (host == NULL)
    return NULL;
  bty_json_writer_init (&writer, text);
  bty_json_writer_begin_object (&writer);
  bty_json_writer_member_string (&writer, "host", host);
  bty_json_writer_end_object (&writer);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
on_used (BtySecretService *secrets, const char *name, const char *bot, const char *host, gint64 when, gpointer log)
{
  g_autofree char *actor = name_actor (bot);
  g_autofree char *detail = name_host (host);
  BtyAuditNote note = { .kind = BTY_AUDIT_SECRET,
                        .actor = actor,
                        .action = "secret-use",
                        .subject = name,
                        .outcome = BTY_AUDIT_DONE,
                        .detail = detail };

  bty_audit_log_add (log, &note);
}

static void
on_denied (BtySecretService *secrets, const char *name, const char *bot, const char *host, const char *reason,
           gpointer log)
{
  g_autofree char *actor = name_actor (bot);
  g_autofree char *detail = name_host (host);
  BtyAuditNote note = { .kind = BTY_AUDIT_DENIAL,
                        .actor = actor,
                        .action = "secret-use",
                        .subject = name,
                        .outcome = BTY_AUDIT_DENIED,
                        .code = "PERMISSION_DENIED",
                        .detail = detail };

  bty_audit_log_deny (log, &note);
}

static void
on_shown (BtySecretService *secrets, const char *name, const char *who, gpointer log)
{
  BtyAuditNote note = {
    .kind = BTY_AUDIT_SECRET, .actor = who, .action = "secret.reveal", .subject = name, .outcome = BTY_AUDIT_DONE
  };

  bty_audit_log_add (log, &note);
}

void
bty_audit_follow_secrets (BtyAuditLog *log, BtySecretService *secrets)
{
  g_signal_connect_object (secrets, "used", G_CALLBACK (on_used), log, 0);
  g_signal_connect_object (secrets, "denied", G_CALLBACK (on_denied), log, 0);
  g_signal_connect_object (secrets, "shown", G_CALLBACK (on_shown), log, 0);
}
