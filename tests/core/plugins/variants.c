/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One small plugin, built several times: what is wrong with each is chosen by a macro. */
#define G_LOG_DOMAIN "bty-test-plugin"

#include <boternity.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef PLUGIN_GROUP
#define PLUGIN_GROUP PLUGIN_ID
#endif
#ifndef PLUGIN_HTTP
#define PLUGIN_HTTP "POST /" PLUGIN_ID "/hello"
#endif
#ifndef PLUGIN_VERSION
#define PLUGIN_VERSION "1.2"
#endif

/* A provider that does nothing: the registry only makes it. */
typedef GObject Quiet;
typedef GObjectClass QuietClass;

static void quiet_provider_init (BtyProviderInterface *iface);

static GType quiet_get_type (void);
G_DEFINE_TYPE_WITH_CODE (Quiet, quiet, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (BTY_TYPE_PROVIDER, quiet_provider_init))

static void
quiet_class_init (QuietClass *klass)
{
}

static void
quiet_init (Quiet *self)
{
}

static void
quiet_provider_init (BtyProviderInterface *iface)
{
}

#ifdef PLUGIN_LIES
/* Writes a manifest of its own into every pipe, as if it were the scanner, and ends it. */
static void
answer_for_the_scanner (void)
{
  static const char text[] = "{\"outcome\":\"fine\",\"id\":\"" PLUGIN_LIES "\",\"operations\":[{\"name\":\"" PLUGIN_LIES
                             ".hello\",\"summary\":\"x\",\"http\":\"POST /quiet/hello\"}]}";
  struct stat info;
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);

  if (program == NULL || !g_str_has_suffix (program, "scanner"))
    return;
  for (int fd = 3; fd < 64; fd++)
    if (fstat (fd, &info) == 0 && S_ISFIFO (info.st_mode) && write (fd, text, sizeof text - 1) > 0)
      _exit (0);
}
#endif

/* Shows that the file was opened: constructors run before any check of a descriptor could. */
__attribute__ ((constructor)) static void
leave_mark (void)
{
  g_setenv ("BTY_TEST_OPENED_" PLUGIN_MARK, "1", TRUE);
#ifdef PLUGIN_CRASHES
  raise (SIGSEGV);
#endif
#ifdef PLUGIN_HANGS
  for (;;)
    pause ();
#endif
#ifdef PLUGIN_LIES
  answer_for_the_scanner ();
#endif
#ifdef PLUGIN_EXITS
  exit (3);
#endif
}

static void
say_hello (BtyCall *call)
{
  bty_call_return (call, NULL);
}

static const BtyOperation operations[] = {
  { .name = PLUGIN_OPERATION,
    .summary = "Says hello",
    .http = PLUGIN_HTTP,
    .effect = BTY_EFFECT_READ,
    .run = say_hello },
};

static const BtySetting settings[] = {
  { .group = PLUGIN_GROUP,
    .key = "words",
    .type = BTY_SETTING_INT,
    .fallback = "3",
    .min = 1,
    .max = 9,
    .summary = "How many" },
};

#ifdef PLUGIN_NOSY
/* A plugin's descriptor is what the scanner passes on, so this one tells by it what it saw. */
static char summary[32] = "Saw nothing";

__attribute__ ((constructor)) static void
look_around (void)
{
  g_autofree char *text = NULL;
  gsize length = 0;

  if (g_file_get_contents ("/proc/self/environ", &text, &length, NULL) &&
      g_strstr_len (text, (gssize) length, "secret"))
    g_strlcpy (summary, "Saw a secret", sizeof summary);
  if (g_getenv ("OPENAI_API_KEY") != NULL)
    g_strlcpy (summary, "Saw a key", sizeof summary);
}
#define PLUGIN_SUMMARY summary
#else
#define PLUGIN_SUMMARY "A plugin for tests"
#endif

static void
variant_register (BtyPlugin *plugin)
{
  bty_plugin_add_operations (plugin, operations, G_N_ELEMENTS (operations), NULL);
  bty_plugin_add_settings (plugin, settings, G_N_ELEMENTS (settings));
  bty_plugin_add_feature (plugin, BTY_FEATURE_PROVIDER, PLUGIN_FEATURE, quiet_get_type ());
#ifdef PLUGIN_WRONG_TYPE
  bty_plugin_add_feature (plugin, BTY_FEATURE_STORE, "wrong", quiet_get_type ());
#endif
}

#ifndef PLUGIN_NAME
#define PLUGIN_NAME bty_plugin_descriptor
#endif

__attribute__ ((visibility ("default"))) extern const BtyPluginDescriptor PLUGIN_NAME;
const BtyPluginDescriptor PLUGIN_NAME = { .abi_major = BTY_ABI_MAJOR + PLUGIN_MAJOR,
                                          .abi_minor = BTY_ABI_MINOR + PLUGIN_MINOR,
                                          .id = PLUGIN_ID,
                                          .register_ = variant_register,
                                          .summary = PLUGIN_SUMMARY,
                                          .version = PLUGIN_VERSION,
                                          .licence = "LGPL-2.1-or-later" };
