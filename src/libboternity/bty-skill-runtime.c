/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-library"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-skill-runtime.h"
#include "bty-unimplemented-private.h"

#define MAX_PATH 4096
#define MAX_NAME 64

static const BtyField tool_fields[] = {
  BTY_FIELD_STRING (BtySkillTool, name, BTY_REQUIRED, N_ ("What a model calls it by"), .min = 1, .max = MAX_NAME),
  BTY_FIELD_TEXT (BtySkillTool, summary, BTY_REQUIRED, N_ ("What a model is told of it")),
  BTY_FIELD_JSON (BtySkillTool, parameters, BTY_NULLABLE, N_ ("JSON Schema of its arguments")),
};
BTY_DEFINE_RECORD (BtySkillTool, bty_skill_tool, "skill_tool", N_ ("A tool of a skill"), tool_fields)

static const BtyField run_fields[] = {
  BTY_FIELD_STRING (BtySkillRun, folder, BTY_REQUIRED, N_ ("The skill's folder"), .min = 1, .max = MAX_PATH),
  BTY_FIELD_STRING (BtySkillRun, tool, BTY_REQUIRED, N_ ("Name of the tool"), .min = 1, .max = MAX_NAME),
  BTY_FIELD_JSON (BtySkillRun, arguments, BTY_REQUIRED, N_ ("Its arguments, a JSON object"), .fallback = "{}"),
  BTY_FIELD_INT64 (BtySkillRun, timeout_ms, 0, N_ ("How long it may take, in milliseconds; 0: no limit of its own"),
                   .min = 0, .max = G_MAXINT32, .fallback = "0"),
  BTY_FIELD_INT64 (BtySkillRun, max_output, 0, N_ ("How much it may say, in bytes; 0: the runtime's limit"), .min = 0,
                   .max = G_MAXINT32, .fallback = "0"),
};
BTY_DEFINE_RECORD (BtySkillRun, bty_skill_run, "skill_run", N_ ("One use of a tool"), run_fields)

static const BtyField result_fields[] = {
  BTY_FIELD_BOOL (BtySkillResult, is_error, 0, N_ ("Whether the tool says that it failed")),
  BTY_FIELD_JSON (BtySkillResult, result, BTY_NULLABLE, N_ ("What it gave, a JSON value")),
  BTY_FIELD_INT64 (BtySkillResult, elapsed_us, 0, N_ ("How long it took, in microseconds")),
};
BTY_DEFINE_RECORD (BtySkillResult, bty_skill_result, "skill_result", N_ ("What a tool gave"), result_fields)

G_DEFINE_INTERFACE (BtySkillRuntime, bty_skill_runtime, G_TYPE_OBJECT)

static void
bty_skill_runtime_default_init (BtySkillRuntimeInterface *iface)
{
}

char *
bty_skill_runtime_describe (BtySkillRuntime *runtime)
{
  BtySkillRuntimeInterface *iface = BTY_SKILL_RUNTIME_GET_IFACE (runtime);

  return iface->describe != NULL ? iface->describe (runtime) : g_strdup (G_OBJECT_TYPE_NAME (runtime));
}

gboolean
bty_skill_runtime_is_available (BtySkillRuntime *runtime, char **reason)
{
  BtySkillRuntimeInterface *iface = BTY_SKILL_RUNTIME_GET_IFACE (runtime);
  g_autofree char *why = NULL;
  gboolean is_available = iface->is_available == NULL || iface->is_available (runtime, &why);

  if (reason != NULL)
    *reason = is_available ? NULL : g_steal_pointer (&why);
  return is_available;
}

gboolean
bty_skill_runtime_takes (BtySkillRuntime *runtime, const char *folder)
{
  BtySkillRuntimeInterface *iface = BTY_SKILL_RUNTIME_GET_IFACE (runtime);

  return iface->takes != NULL && iface->takes (runtime, folder);
}

void
bty_skill_runtime_check_async (BtySkillRuntime *runtime, const char *folder, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer data)
{
  BtySkillRuntimeInterface *iface = BTY_SKILL_RUNTIME_GET_IFACE (runtime);

  if (iface->check_async != NULL && iface->check_finish != NULL)
    iface->check_async (runtime, folder, cancellable, callback, data);
  else
    bty_unimplemented_report (runtime, "check", bty_skill_runtime_check_async, callback, data);
}

GPtrArray *
bty_skill_runtime_check_finish (BtySkillRuntime *runtime, GAsyncResult *result, GError **error)
{
  if (bty_unimplemented_take (result, bty_skill_runtime_check_async, error))
    return NULL;
  return BTY_SKILL_RUNTIME_GET_IFACE (runtime)->check_finish (runtime, result, error);
}

void
bty_skill_runtime_run_async (BtySkillRuntime *runtime, const BtySkillRun *run, BtySkillOutput output,
                             gpointer output_data, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer data)
{
  BtySkillRuntimeInterface *iface = BTY_SKILL_RUNTIME_GET_IFACE (runtime);

  if (iface->run_async != NULL && iface->run_finish != NULL)
    iface->run_async (runtime, run, output, output_data, cancellable, callback, data);
  else
    bty_unimplemented_report (runtime, "run", bty_skill_runtime_run_async, callback, data);
}

BtySkillResult *
bty_skill_runtime_run_finish (BtySkillRuntime *runtime, GAsyncResult *result, GError **error)
{
  if (bty_unimplemented_take (result, bty_skill_runtime_run_async, error))
    return NULL;
  return BTY_SKILL_RUNTIME_GET_IFACE (runtime)->run_finish (runtime, result, error);
}
