/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "example"

#include <string.h>

#include "example-runtime.h"

#define SUFFIX ".txt"
/* What a tool may say when the one who runs it sets no limit, in bytes. */
#define MAX_OUTPUT (1024 * 1024)

/* Runs tools that are texts. What a skill brings is not trusted: whatever yours runs, confine it. */
struct _ExampleRuntime
{
  GObject parent_instance;
};

static void init_runtime (BtySkillRuntimeInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ExampleRuntime, example_runtime, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BTY_TYPE_SKILL_RUNTIME, init_runtime))

static void
example_runtime_class_init (ExampleRuntimeClass *klass)
{
}

static void
example_runtime_init (ExampleRuntime *self)
{
}

static char *
describe (BtySkillRuntime *runtime)
{
  return g_strdup ("texts");
}

static gboolean
is_available (BtySkillRuntime *runtime, char **reason)
{
  return TRUE;
}

/* A name from outside never becomes a path before it is checked. */
static gboolean
is_tool_name (const char *name)
{
  return *name != '\0' && strlen (name) <= 64 &&
         strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen (name);
}

static char *
tool_of_file (const char *file)
{
  g_autofree char *name = g_str_has_suffix (file, SUFFIX) ? g_strndup (file, strlen (file) - strlen (SUFFIX)) : NULL;

  return name != NULL && is_tool_name (name) ? g_steal_pointer (&name) : NULL;
}

static gboolean
takes (BtySkillRuntime *runtime, const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *file;

  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *tool = tool_of_file (file);

      if (tool != NULL)
        return TRUE;
    }
  return FALSE;
}

static char *
read_text (const char *folder, const char *tool, GError **error)
{
  g_autofree char *file = g_strconcat (tool, SUFFIX, NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, error))
    {
      bty_error_convert (error);
      return NULL;
    }
  if (g_utf8_validate_len (text, length, NULL))
    return g_steal_pointer (&text);
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, "“%s” is not UTF-8: save it as that", path);
  return NULL;
}

static BtySkillTool *
make_tool (const char *folder, const char *name, GError **error)
{
  g_autofree char *text = read_text (folder, name, error);
  BtySkillTool *tool;

  if (text == NULL)
    return NULL;
  tool = bty_skill_tool_new ();
  tool->name = g_strdup (name);
  tool->summary = g_strndup (text, strcspn (text, "\n"));
  return tool;
}

/* In a thread: files may be slow. What it takes and gives is its own. */
static void
check_in_thread (GTask *task, gpointer runtime, gpointer folder, GCancellable *cancellable)
{
  GError *error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  g_autoptr (GPtrArray) tools = bty_record_list_new ();
  const char *file;

  while (error == NULL && (file = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *name = tool_of_file (file);
      BtySkillTool *tool = name != NULL ? make_tool (folder, name, &error) : NULL;

      if (tool != NULL)
        g_ptr_array_add (tools, tool);
    }
  if (error == NULL && tools->len == 0)
    g_set_error (&error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, "“%s” has no file NAME" SUFFIX, (char *) folder);
  bty_error_convert (&error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&tools), (GDestroyNotify) g_ptr_array_unref);
}

static void
check_async (BtySkillRuntime *runtime, const char *folder, GCancellable *cancellable, GAsyncReadyCallback callback,
             gpointer data)
{
  g_autoptr (GTask) task = g_task_new (runtime, cancellable, callback, data);

  g_task_set_task_data (task, g_strdup (folder), g_free);
  g_task_run_in_thread (task, check_in_thread);
}

static GPtrArray *
check_finish (BtySkillRuntime *runtime, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* One run: says a line at each turn of the main loop, and looks whether it is still wanted. */
typedef struct
{
  BtySkillOutput output;
  gpointer output_data;
  char *text;
  char *next;
  gint64 started;
} Run;

static void
run_free (gpointer data)
{
  Run *run = data;

  g_free (run->text);
  g_free (run);
}

static gboolean
say_line (gpointer data)
{
  GTask *task = data;
  Run *run = g_task_get_task_data (task);
  gsize length = strcspn (run->next, "\n");
  BtySkillResult *result;

  if (g_task_return_error_if_cancelled (task))
    return G_SOURCE_REMOVE;
  length += run->next[length] == '\n';
  if (length > 0)
    {
      if (run->output != NULL)
        run->output (g_task_get_source_object (task), run->next, length, run->output_data);
      run->next += length;
      return G_SOURCE_CONTINUE;
    }
  result = bty_skill_result_new ();
  result->elapsed_us = g_get_monotonic_time () - run->started;
  g_task_return_pointer (task, result, bty_record_unref);
  return G_SOURCE_REMOVE;
}

static char *
open_tool (const BtySkillRun *asked, GError **error)
{
  gsize limit = asked->max_output > 0 ? (gsize) asked->max_output : MAX_OUTPUT;
  g_autofree char *text = NULL;

  if (!is_tool_name (asked->tool))
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND, "no tool is called “%s”", asked->tool);
      return NULL;
    }
  text = read_text (asked->folder, asked->tool, error);
  if (text == NULL || strlen (text) <= limit)
    return g_steal_pointer (&text);
  g_set_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED, "the tool “%s” says more than %" G_GSIZE_FORMAT " bytes",
               asked->tool, limit);
  return NULL;
}

static void
run_async (BtySkillRuntime *runtime, const BtySkillRun *asked, BtySkillOutput output, gpointer output_data,
           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (runtime, cancellable, callback, data);
  GError *error = NULL;
  char *text = open_tool (asked, &error);
  Run *run;

  if (text == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  run = g_new0 (Run, 1);
  *run = (Run){ output, output_data, text, text, g_get_monotonic_time () };
  g_task_set_task_data (task, run, run_free);
  g_idle_add_full (G_PRIORITY_DEFAULT, say_line, g_steal_pointer (&task), g_object_unref);
}

static BtySkillResult *
run_finish (BtySkillRuntime *runtime, GAsyncResult *result, GError **error)
{
  BtySkillResult *answer = g_task_propagate_pointer (G_TASK (result), error);

  if (answer == NULL)
    bty_error_convert (error); /* a cancelled task says so in GIO's words */
  return answer;
}

static void
init_runtime (BtySkillRuntimeInterface *iface)
{
  iface->describe = describe;
  iface->is_available = is_available;
  iface->takes = takes;
  iface->check_async = check_async;
  iface->check_finish = check_finish;
  iface->run_async = run_async;
  iface->run_finish = run_finish;
}
