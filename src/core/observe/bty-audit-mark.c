/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-audit"

#include "config.h"

#include <string.h>

#include "observe/bty-audit-mark.h"

struct _BtyAuditMark
{
  char *id;
  char *actor;
  const char *door;
  char *subject;
};

char *
bty_audit_actor (const BtyPrincipal *principal)
{
  switch (bty_principal_get_kind (principal))
    {
    case BTY_PRINCIPAL_BOT:
      return g_strconcat ("bot:", bty_principal_get_name (principal), NULL);
    case BTY_PRINCIPAL_PROGRAM:
      return g_strdup (bty_principal_get_name (principal));
    case BTY_PRINCIPAL_OWNER:
      return g_strdup ("owner");
    default:
      return g_strdup ("anonymous");
    }
}

static const char *
get_string (gconstpointer record, const BtyField *field)
{
  if (field->type != BTY_FIELD_TYPE_STRING)
    return NULL;
  return *(char *const *) ((const char *) record + field->offset);
}

/* What stands in the path of the operation is what it is about. */
static const char *
find_label (const BtyOperation *operation, gconstpointer request)
{
  const char *open = strchr (operation->http, '{');
  const char *close = open != NULL ? strchr (open, '}') : NULL;
  int index = close != NULL ? bty_schema_find (operation->request, open + 1, close - open - 1, 0) : -1;

  return index >= 0 ? get_string (request, bty_schema_get_field (operation->request, (guint) index)) : NULL;
}

/* What a record is asked for by. */
static const char *
find_key (gconstpointer record)
{
  const BtySchema *schema = ((const BtyRecord *) record)->schema;

  for (guint i = 0; i < schema->n_fields; i++)
    {
      const BtyField *field = bty_schema_get_field (schema, i);
      const char *value = (field->flags & BTY_KEY) != 0 ? get_string (record, field) : NULL;

      if (value != NULL)
        return value;
    }
  return NULL;
}

static const char *
find_subject (BtyCall *call)
{
  const BtyOperation *operation = bty_call_operation (call);
  gconstpointer request = bty_call_request (call);
  const char *subject = request != NULL ? find_label (operation, request) : NULL;

  return subject == NULL && request != NULL ? find_key (request) : subject;
}

static BtyAuditKind
kind_of (const BtyOperation *operation)
{
  return (operation->effect & BTY_EFFECT_APPROVAL) != 0 ? BTY_AUDIT_APPROVAL : BTY_AUDIT_OPERATION;
}

BtyAuditMark *
bty_audit_mark_start (BtyAuditLog *log, BtyCall *call, const char *door)
{
  BtyAuditMark *mark = g_new0 (BtyAuditMark, 1);
  const BtyOperation *operation = bty_call_operation (call);

  mark->id = bty_id_new ();
  mark->actor = bty_audit_actor (bty_call_principal (call));
  mark->door = door;
  mark->subject = g_strdup (find_subject (call));
  bty_audit_log_add (log, &(BtyAuditNote){ .kind = kind_of (operation),
                                           .actor = mark->actor,
                                           .door = door,
                                           .action = operation->name,
                                           .subject = mark->subject,
                                           .outcome = BTY_AUDIT_STARTED,
                                           .call = mark->id });
  return mark;
}

void
bty_audit_mark_end (BtyAuditMark *mark, BtyAuditLog *log, BtyCall *call)
{
  const BtyOperation *operation = bty_call_operation (call);
  const GError *error = bty_call_error (call);
  gconstpointer response = error == NULL ? bty_call_response (call) : NULL;
  gboolean is_denied = error != NULL && error->code == BTY_ERROR_PERMISSION_DENIED;
  const char *made = mark->subject == NULL && response != NULL ? find_key (response) : NULL;

  bty_audit_log_add (log, &(BtyAuditNote){ .kind = is_denied ? BTY_AUDIT_DENIAL : kind_of (operation),
                                           .actor = mark->actor,
                                           .door = mark->door,
                                           .action = operation->name,
                                           .subject = made != NULL ? made : mark->subject,
                                           .outcome = is_denied       ? BTY_AUDIT_DENIED
                                                      : error != NULL ? BTY_AUDIT_FAILED
                                                                      : BTY_AUDIT_DONE,
                                           .code = error != NULL ? bty_error_info (error->code)->name : NULL,
                                           .call = mark->id });
}

void
bty_audit_mark_free (BtyAuditMark *mark)
{
  g_free (mark->id);
  g_free (mark->actor);
  g_free (mark->subject);
  g_free (mark);
}

void
bty_audit_refused (BtyAuditLog *log, const BtyOperation *operation, BtyPrincipal *principal, const char *door,
                   const GError *error)
{
  g_autofree char *actor = bty_audit_actor (principal);

  bty_audit_log_deny (log, &(BtyAuditNote){ .kind = BTY_AUDIT_DENIAL,
                                            .actor = actor,
                                            .door = door,
                                            .action = operation->name,
                                            .outcome = BTY_AUDIT_DENIED,
                                            .code = bty_error_info (error->code)->name });
}
