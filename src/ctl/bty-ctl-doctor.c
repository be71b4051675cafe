/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bty-ctl-command.h"
#include "bty-ctl-daemon.h"
#include "bty-ctl-doctor.h"
#include "bty-ctl-json.h"
#include "bty-ctl-terminal.h"

static const BtyCtlCheck *const groups[] = {
  bty_ctl_doctor_daemon_checks,   bty_ctl_doctor_model_checks, bty_ctl_doctor_settings_checks,
  bty_ctl_doctor_port_checks,     bty_ctl_doctor_place_checks, bty_ctl_doctor_machine_checks,
  bty_ctl_doctor_terminal_checks,
};

static const struct
{
  const char *nick;
  const char *label;
  BtyCtlStyle style;
} levels[] = {
  { "ok", N_ ("ok"), BTY_CTL_DIM },
  { "skipped", N_ ("skipped"), BTY_CTL_DIM },
  { "warning", N_ ("warning"), BTY_CTL_BOLD },
  { "problem", N_ ("problem"), BTY_CTL_RED },
};

static void
finding_free (BtyCtlFinding *finding)
{
  g_free (finding->text);
  g_free (finding->remedy);
  g_free (finding);
}

void
bty_ctl_doctor_add (BtyCtlDoctor *doctor, BtyCtlFindingLevel level, char *text, char *remedy)
{
  BtyCtlFinding *finding = g_new0 (BtyCtlFinding, 1);

  finding->check = doctor->check;
  finding->level = level;
  finding->text = text;
  finding->remedy = remedy;
  g_ptr_array_add (doctor->findings, finding);
}

const char *
bty_ctl_doctor_get_setting (BtyCtlDoctor *doctor, const char *name)
{
  for (guint i = 0; doctor->settings != NULL && i < doctor->settings->len; i++)
    {
      const BtySettingInfo *setting = doctor->settings->pdata[i];

      if (strcmp (setting->name, name) == 0)
        return setting->value;
    }
  return NULL;
}

/* Reading what the daemon goes by: from itself, or from what its program makes of the files. */

static GPtrArray *
read_settings (const char *report)
{
  g_autofree char *array = bty_ctl_json_get (report, "settings");
  g_autoptr (GPtrArray) items = bty_ctl_json_get_values (array != NULL ? array : "[]");
  g_autoptr (GPtrArray) settings = bty_record_list_new ();

  for (guint i = 0; i < items->len; i++)
    {
      gpointer setting = bty_ctl_read_record (&bty_setting_info_schema, items->pdata[i], NULL);

      if (setting != NULL)
        g_ptr_array_add (settings, setting);
    }
  return g_steal_pointer (&settings);
}

static void
ask_program (BtyCtlDoctor *doctor)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *report = bty_ctl_daemon_check_settings (doctor->ctl->data_dir, &error);
  g_autofree char *array = report != NULL ? bty_ctl_json_get (report, "problems") : NULL;
  g_autoptr (GPtrArray) items = bty_ctl_json_get_values (array != NULL ? array : "[]");

  if (report == NULL)
    {
      doctor->check = "daemon";
      bty_ctl_doctor_add (doctor, BTY_CTL_FINDING_PROBLEM, g_strdup (error->message),
                          g_strdup (_ ("install Boternity again")));
      return;
    }
  for (guint i = 0; i < items->len; i++)
    g_ptr_array_add (doctor->problems, bty_ctl_json_to_text (items->pdata[i]));
  if (doctor->settings == NULL)
    doctor->settings = read_settings (report);
}

static void
prepare (BtyCtlDoctor *doctor)
{
  g_autoptr (GError) error = NULL;

  doctor->findings = g_ptr_array_new_with_free_func ((GDestroyNotify) finding_free);
  doctor->problems = g_ptr_array_new_with_free_func (g_free);
  doctor->is_up = bty_ctl_find (doctor->ctl, &error);
  doctor->why = error != NULL ? g_strdup (error->message) : NULL;
  doctor->config_dir = doctor->is_up && doctor->ctl->status->config_dir != NULL
                         ? g_strdup (doctor->ctl->status->config_dir)
                         : bty_paths_config_dir (NULL);
  if (doctor->is_up)
    doctor->settings = bty_ctl_call_records (doctor->ctl, "config.list", NULL, &bty_setting_info_schema, 0, NULL);
  ask_program (doctor);
}

static void
doctor_clear (BtyCtlDoctor *doctor)
{
  g_clear_pointer (&doctor->findings, g_ptr_array_unref);
  g_clear_pointer (&doctor->problems, g_ptr_array_unref);
  g_clear_pointer (&doctor->settings, g_ptr_array_unref);
  g_clear_pointer (&doctor->config_dir, g_free);
  g_clear_pointer (&doctor->why, g_free);
}

/* Telling it. */

static guint
count (BtyCtlDoctor *doctor, BtyCtlFindingLevel level)
{
  guint n = 0;

  for (guint i = 0; i < doctor->findings->len; i++)
    n += ((BtyCtlFinding *) doctor->findings->pdata[i])->level == level;
  return n;
}

static void
print_json (BtyCtlDoctor *doctor)
{
  g_autoptr (GString) text = g_string_new (NULL);
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, text);
  bty_json_writer_begin_object (&writer);
  bty_json_writer_member_bool (&writer, "running", doctor->is_up);
  bty_json_writer_member_int (&writer, "problems", count (doctor, BTY_CTL_FINDING_PROBLEM));
  bty_json_writer_member_int (&writer, "warnings", count (doctor, BTY_CTL_FINDING_WARNING));
  bty_json_writer_key (&writer, "findings");
  bty_json_writer_begin_array (&writer);
  for (guint i = 0; i < doctor->findings->len; i++)
    {
      const BtyCtlFinding *finding = doctor->findings->pdata[i];

      bty_json_writer_begin_object (&writer);
      bty_json_writer_member_string (&writer, "check", finding->check);
      bty_json_writer_member_string (&writer, "level", levels[finding->level].nick);
      bty_json_writer_member_string (&writer, "text", finding->text);
      bty_json_writer_member_string (&writer, "remedy", finding->remedy);
      bty_json_writer_end_object (&writer);
    }
  bty_json_writer_end_array (&writer);
  bty_json_writer_end_object (&writer);
  bty_ctl_print_json (text->str);
}

static void
print_padded (const char *text, guint width)
{
  guint used = bty_ctl_terminal_measure (text);

  printf ("%s%*s", text, used < width ? (int) (width - used) : 0, "");
}

static void
print_finding (const BtyCtlFinding *finding, guint label_width, guint check_width)
{
  g_autofree char *text = bty_ctl_terminal_clean (finding->text, -1);
  g_autofree char *remedy = finding->remedy != NULL ? bty_ctl_terminal_clean (finding->remedy, -1) : NULL;

  printf ("%s", bty_ctl_terminal_style (STDOUT_FILENO, levels[finding->level].style));
  print_padded (_ (levels[finding->level].label), label_width);
  printf ("%s  ", bty_ctl_terminal_style (STDOUT_FILENO, BTY_CTL_PLAIN));
  print_padded (finding->check, check_width);
  printf ("  %s\n", text);
  if (remedy != NULL)
    printf ("%*s→ %s\n", (int) (label_width + check_width + 4), "", remedy);
}

static void
print_lines (BtyCtlDoctor *doctor)
{
  guint labels = 0, checks = 0;

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    labels = MAX (labels, bty_ctl_terminal_measure (_ (levels[i].label)));
  for (guint i = 0; i < doctor->findings->len; i++)
    checks = MAX (checks, (guint) strlen (((BtyCtlFinding *) doctor->findings->pdata[i])->check));
  for (guint i = 0; i < doctor->findings->len; i++)
    print_finding (doctor->findings->pdata[i], labels, checks);
}

static gboolean
is_wanted (const BtyCtlArgs *args, const char *name)
{
  for (guint i = 0; i < bty_ctl_args_count (args); i++)
    {
      if (strcmp (bty_ctl_args_word (args, i), name) == 0)
        return TRUE;
    }
  return bty_ctl_args_count (args) == 0;
}

static gboolean
check_names (const BtyCtlArgs *args, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint g = 0; g < G_N_ELEMENTS (groups); g++)
    {
      for (const BtyCtlCheck *check = groups[g]; check->name != NULL; check++)
        g_string_append_printf (names, "%s%s", names->len > 0 ? " " : "", check->name);
    }
  for (guint i = 0; i < bty_ctl_args_count (args); i++)
    {
      g_auto (GStrv) known = g_strsplit (names->str, " ", -1);

      if (g_strv_contains ((const char *const *) known, bty_ctl_args_word (args, i)))
        continue;
      g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT, _ ("no check “%s”; there are: %s"),
                   bty_ctl_args_word (args, i), names->str);
      return FALSE;
    }
  return TRUE;
}

void
bty_ctl_doctor_offer (void (*offer) (const char *name, const char *summary, gpointer data), gpointer data)
{
  for (guint g = 0; g < G_N_ELEMENTS (groups); g++)
    {
      for (const BtyCtlCheck *check = groups[g]; check->name != NULL; check++)
        offer (check->name, _ (check->summary), data);
    }
}

static gboolean
run_doctor (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  BtyCtlDoctor doctor = { .ctl = ctl };
  guint problems;

  if (!check_names (args, error))
    return FALSE;
  prepare (&doctor);
  for (guint g = 0; g < G_N_ELEMENTS (groups); g++)
    {
      for (const BtyCtlCheck *check = groups[g]; check->name != NULL; check++)
        {
          doctor.check = check->name;
          if (is_wanted (args, check->name))
            check->run (&doctor);
        }
    }
  if (ctl->json)
    print_json (&doctor);
  else
    print_lines (&doctor);
  problems = count (&doctor, BTY_CTL_FINDING_PROBLEM);
  doctor_clear (&doctor);
  if (problems > 0)
    g_set_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION,
                 g_dngettext (GETTEXT_PACKAGE, "%u problem was found", "%u problems were found", problems), problems);
  return problems == 0;
}

static const BtyCtlCommand doctor_commands[] = {
  { .usage = N_ ("[CHECK…]"),
    .summary = N_ ("Look for what keeps Boternity from working well, and say what to do about it"),
    .text = N_ (
      "It changes nothing, asks nobody for a password, and works whether or not the daemon runs. Each line is ok, skipped (it\n"
      "cannot be told right now), a warning or a problem; what is wrong comes with its remedy. The exit code is 0 unless there\n"
      "is a problem."),
    .examples = N_ ("  boternity-ctl doctor\n"
                    "  boternity-ctl doctor settings port\n"
                    "  boternity-ctl doctor --json"),
    .max = -1,
    .words = { BTY_CTL_CHECK },
    .run = run_doctor },
  { 0 },
};

const BtyCtlVerb bty_ctl_doctor_verb = { "doctor", N_ ("look for what is wrong, and say what to do"), doctor_commands,
                                         FALSE };
