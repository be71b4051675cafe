/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>

#include "../example-runtime.h"

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

typedef struct
{
  char *folder;
  char *file;
  BtySkillRuntime *runtime;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->folder = g_dir_make_tmp ("example-XXXXXX", NULL);
  f->file = g_build_filename (f->folder, "greet.txt", NULL);
  g_assert_true (g_file_set_contents (f->file, "Greets\nHello\n", -1, NULL));
  f->runtime = g_object_new (EXAMPLE_TYPE_RUNTIME, NULL);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_object_unref (f->runtime);
  g_unlink (f->file);
  g_rmdir (f->folder);
  g_free (f->file);
  g_free (f->folder);
}

static void
test_check (Fixture *f, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) tools = NULL;

  g_assert_true (bty_skill_runtime_takes (f->runtime, f->folder));
  bty_skill_runtime_check_async (f->runtime, f->folder, NULL, on_done, &result);
  tools = bty_skill_runtime_check_finish (f->runtime, wait_for (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tools->len, ==, 1);
  g_assert_cmpstr (((BtySkillTool *) tools->pdata[0])->name, ==, "greet");
  g_assert_cmpstr (((BtySkillTool *) tools->pdata[0])->summary, ==, "Greets");
}

static BtySkillRun *
make_run (Fixture *f, const char *tool)
{
  BtySkillRun *run = bty_skill_run_new ();

  run->folder = g_strdup (f->folder);
  run->tool = g_strdup (tool);
  run->arguments = g_strdup ("{}");
  return run;
}

static void
on_output (BtySkillRuntime *runtime, const char *text, gsize length, gpointer data)
{
  g_string_append_len (data, text, (gssize) length);
}

static void
test_run (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtySkillRun) run = make_run (f, "greet");
  g_autoptr (GString) said = g_string_new (NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BtySkillResult) answer = NULL;

  bty_skill_runtime_run_async (f->runtime, run, on_output, said, NULL, on_done, &result);
  answer = bty_skill_runtime_run_finish (f->runtime, wait_for (&result), &error);
  g_assert_no_error (error);
  g_assert_false (answer->is_error);
  g_assert_cmpstr (said->str, ==, "Greets\nHello\n");
}

static void
test_cancel (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtySkillRun) run = make_run (f, "greet");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  bty_skill_runtime_run_async (f->runtime, run, NULL, NULL, cancellable, on_done, &result);
  g_cancellable_cancel (cancellable);
  g_assert_null (bty_skill_runtime_run_finish (f->runtime, wait_for (&result), &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_CANCELLED);
}

static void
test_no_tool (Fixture *f, gconstpointer unused)
{
  g_autoptr (BtySkillRun) run = make_run (f, "../greet");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  bty_skill_runtime_run_async (f->runtime, run, NULL, NULL, NULL, on_done, &result);
  g_assert_null (bty_skill_runtime_run_finish (f->runtime, wait_for (&result), &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/runtime/check", Fixture, NULL, set_up, test_check, tear_down);
  g_test_add ("/runtime/run", Fixture, NULL, set_up, test_run, tear_down);
  g_test_add ("/runtime/cancel", Fixture, NULL, set_up, test_cancel, tear_down);
  g_test_add ("/runtime/no-tool", Fixture, NULL, set_up, test_no_tool, tear_down);
  return g_test_run ();
}
