/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-record.h"

G_BEGIN_DECLS

/**
 * BtySkillTool:
 * @name: what a model calls it by
 * @summary: what a model is told of it
 * @parameters: (nullable): JSON Schema of its arguments, an object; %NULL: it takes none
 *
 * One tool that a skill offers.
 */
typedef struct
{
  BtyRecord record;
  char *name;
  char *summary;
  char *parameters;
} BtySkillTool;
BTY_DECLARE_RECORD (BtySkillTool, bty_skill_tool)

/**
 * BtySkillRun:
 * @folder: the skill's folder, an absolute path
 * @tool: name of one of its tools
 * @arguments: one JSON object
 * @timeout_ms: how long it may take, in milliseconds; 0: as long as its cancellable lets it
 * @max_output: how much it may say, in bytes; a run that says more fails with %BTY_ERROR_RESOURCE_EXHAUSTED; 0: the runtime's own limit
 *
 * One use of a tool.
 */
typedef struct
{
  BtyRecord record;
  char *folder;
  char *tool;
  char *arguments;
  gint64 timeout_ms;
  gint64 max_output;
} BtySkillRun;
BTY_DECLARE_RECORD (BtySkillRun, bty_skill_run)

/**
 * BtySkillResult:
 * @is_error: whether the tool itself says that it failed; a model is shown that, as it is shown an answer
 * @result: (nullable): one JSON value; %NULL: what it said is its answer
 * @elapsed_us: how long it took, in microseconds
 *
 * What a tool gave.
 */
typedef struct
{
  BtyRecord record;
  gboolean is_error;
  char *result;
  gint64 elapsed_us;
} BtySkillResult;
BTY_DECLARE_RECORD (BtySkillResult, bty_skill_result)

/**
 * BtySkillRuntime:
 *
 * Runs the tools of skills of one form (processes, WebAssembly) inside whatever confines them; callers know nothing of that. A
 * feature of the kind %BTY_FEATURE_RUNTIME. Main context; nothing here may block.
 *
 * A function that a runtime leaves out fails with %BTY_ERROR_UNIMPLEMENTED.
 *
 * Errors: %BTY_ERROR_INVALID_ARGUMENT (a skill that is not well made, arguments that do not fit: with the file and the place),
 * %BTY_ERROR_NOT_FOUND (no such folder or tool), %BTY_ERROR_PERMISSION_DENIED (it tried what it may not),
 * %BTY_ERROR_RESOURCE_EXHAUSTED (memory, output or work over its limit), %BTY_ERROR_DEADLINE_EXCEEDED, %BTY_ERROR_CANCELLED,
 * %BTY_ERROR_UNAVAILABLE (the machine cannot confine it now), %BTY_ERROR_DATA_LOSS (it answered what is no answer).
 */
#define BTY_TYPE_SKILL_RUNTIME (bty_skill_runtime_get_type ())
BTY_EXPORT
G_DECLARE_INTERFACE (BtySkillRuntime, bty_skill_runtime, BTY, SKILL_RUNTIME, GObject)

/**
 * BtySkillOutput:
 * @text: (array length=length): what the tool said, a piece of UTF-8 that is never cut inside a character; not NUL-terminated, and
 *   gone after the call
 *
 * Is told what a tool says while it runs. Main context; never after the run's own callback.
 */
typedef void (*BtySkillOutput) (BtySkillRuntime *runtime, const char *text, gsize length, gpointer data);

/**
 * BtySkillRuntimeInterface:
 * @describe: one line for status, such as `WebAssembly, 64 MB a run`; (transfer full)
 * @is_available: whether this machine can run it; else @reason (out) (transfer full) says why not and what to do. Must not block
 * @takes: whether the skill in @folder looks like one of this runtime's form, by the names of its files. Must not block for long
 * @check_async: reads and checks the skill in @folder without running anything of it
 * @check_finish: (transfer full): its tools, each a #BtySkillTool
 * @run_async: runs one tool; tells @output (nullable) what it says; stops it and all that it began when @cancellable is cancelled
 * @run_finish: (transfer full): what it gave
 *
 * Grows at the end.
 */
struct _BtySkillRuntimeInterface
{
  GTypeInterface parent;

  char *(*describe) (BtySkillRuntime *runtime);
  gboolean (*is_available) (BtySkillRuntime *runtime, char **reason);
  gboolean (*takes) (BtySkillRuntime *runtime, const char *folder);
  void (*check_async) (BtySkillRuntime *runtime, const char *folder, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer data);
  GPtrArray *(*check_finish) (BtySkillRuntime *runtime, GAsyncResult *result, GError **error);
  void (*run_async) (BtySkillRuntime *runtime, const BtySkillRun *run, BtySkillOutput output, gpointer output_data,
                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
  BtySkillResult *(*run_finish) (BtySkillRuntime *runtime, GAsyncResult *result, GError **error);
};

/** bty_skill_runtime_describe: Returns: (transfer full): one line for status; the type's name when the runtime says nothing */
BTY_EXPORT char *bty_skill_runtime_describe (BtySkillRuntime *runtime);

/**
 * bty_skill_runtime_is_available:
 * @reason: (out) (optional) (nullable) (transfer full): why not, and what to do; %NULL when it is
 *
 * Returns: whether this machine can run it
 */
BTY_EXPORT gboolean bty_skill_runtime_is_available (BtySkillRuntime *runtime, char **reason);

/** bty_skill_runtime_takes: Returns: whether the skill in @folder looks like one of its form; %FALSE when the runtime cannot say */
BTY_EXPORT gboolean bty_skill_runtime_takes (BtySkillRuntime *runtime, const char *folder);

BTY_EXPORT void bty_skill_runtime_check_async (BtySkillRuntime *runtime, const char *folder, GCancellable *cancellable,
                                               GAsyncReadyCallback callback, gpointer data);
/** bty_skill_runtime_check_finish: Returns: (transfer full) (element-type BtySkillTool) (nullable): its tools; %NULL with an error */
BTY_EXPORT GPtrArray *bty_skill_runtime_check_finish (BtySkillRuntime *runtime, GAsyncResult *result, GError **error);

/**
 * bty_skill_runtime_run_async: (skip)
 * @run: what to run; referenced for as long as it takes
 * @output: (nullable) (scope async): is told what it says, with @output_data
 */
BTY_EXPORT void bty_skill_runtime_run_async (BtySkillRuntime *runtime, const BtySkillRun *run, BtySkillOutput output,
                                             gpointer output_data, GCancellable *cancellable,
                                             GAsyncReadyCallback callback, gpointer data);
/** bty_skill_runtime_run_finish: Returns: (transfer full) (nullable): what it gave; %NULL with an error */
BTY_EXPORT BtySkillResult *bty_skill_runtime_run_finish (BtySkillRuntime *runtime, GAsyncResult *result,
                                                         GError **error);

G_END_DECLS
