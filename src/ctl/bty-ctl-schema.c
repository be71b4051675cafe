/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-ctl"

#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "bty-ctl-command.h"
#include "bty-ctl-schema-typescript.h"

#define DEFINITIONS "#/$defs/"

static void
write_ref (BtyJsonWriter *writer, const char *member, const char *name)
{
  g_autofree char *ref = name != NULL ? g_strconcat (DEFINITIONS, name, NULL) : NULL;

  if (ref == NULL)
    return;
  bty_json_writer_key (writer, member);
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "$ref", ref);
  bty_json_writer_end_object (writer);
}

static void
write_operation (BtyJsonWriter *writer, const BtyOperationInfo *operation)
{
  bty_json_writer_key (writer, operation->name);
  bty_json_writer_begin_object (writer);
  bty_json_writer_member_string (writer, "summary", operation->summary);
  bty_json_writer_member_string (writer, "http", operation->http);
  bty_json_writer_key (writer, "effects");
  bty_json_writer_begin_array (writer);
  for (guint i = 0; operation->effects != NULL && operation->effects[i] != NULL; i++)
    bty_json_writer_string (writer, operation->effects[i]);
  bty_json_writer_end_array (writer);
  write_ref (writer, "request", operation->request_type);
  write_ref (writer, "item", operation->item_type);
  write_ref (writer, "response", operation->response_type);
  bty_json_writer_end_object (writer);
}

/* One document: the records as definitions, and beside them which operation takes and gives which. */
static char *
make_json_schema (const BtyCtlCatalogue *catalogue)
{
  GString *text = g_string_new (NULL);
  const char *last = NULL;
  BtyJsonWriter writer;

  bty_json_writer_init (&writer, text);
  bty_json_writer_begin_object (&writer);
  bty_json_writer_member_string (&writer, "$schema", "https://json-schema.org/draft/2020-12/schema");
  bty_json_writer_key (&writer, "$defs");
  bty_json_writer_begin_object (&writer);
  for (guint i = 0; i < catalogue->types->len; i++)
    {
      const BtyCtlType *type = catalogue->types->pdata[i];

      if (g_strcmp0 (last, type->name) == 0)
        continue;
      last = type->name;
      bty_json_writer_key (&writer, type->name);
      bty_json_writer_raw (&writer, type->schema, strlen (type->schema));
    }
  bty_json_writer_end_object (&writer);
  bty_json_writer_key (&writer, "x-operations");
  bty_json_writer_begin_object (&writer);
  for (guint i = 0; i < catalogue->operations->len; i++)
    write_operation (&writer, catalogue->operations->pdata[i]);
  bty_json_writer_end_object (&writer);
  bty_json_writer_end_object (&writer);
  return g_string_free (text, FALSE);
}

static gboolean
print_openapi (BtyCtl *ctl, GError **error)
{
  g_autofree char *document = NULL;

  if (!bty_ctl_connect (ctl, error))
    return FALSE;
  document = bty_ctl_client_get (ctl->client, "/openapi.json", ctl->cancellable, error);
  if (document != NULL)
    bty_ctl_print_json (document);
  return document != NULL;
}

static gboolean
print_catalogue (BtyCtl *ctl, gboolean typescript, GError **error)
{
  g_autoptr (BtyCtlCatalogue) catalogue = bty_ctl_catalogue_load (ctl, error);
  g_autofree char *text = NULL;

  if (catalogue == NULL)
    return FALSE;
  if (typescript)
    {
      text = bty_ctl_schema_typescript (catalogue, ctl->status->version != NULL ? ctl->status->version : BTY_VERSION);
      fputs (text, stdout);
      return TRUE;
    }
  text = make_json_schema (catalogue);
  bty_ctl_print_json (text);
  return TRUE;
}

static gboolean
run_schema (BtyCtl *ctl, const BtyCtlArgs *args, GError **error)
{
  const char *format = bty_ctl_args_get (args, "format");

  if (format == NULL || strcmp (format, "json-schema") == 0)
    return print_catalogue (ctl, FALSE, error);
  if (strcmp (format, "typescript") == 0)
    return print_catalogue (ctl, TRUE, error);
  if (strcmp (format, "openapi") == 0)
    return print_openapi (ctl, error);
  g_set_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT,
               _ ("--format is “%s”; it must be typescript, json-schema or openapi"), format);
  return FALSE;
}

static const BtyCtlOption schema_options[] = {
  { "format", 'f', N_ ("typescript|json-schema|openapi"), N_ ("what to write (json-schema)"), BTY_CTL_NOTHING },
  { NULL },
};

static const BtyCtlCommand schema_commands[] = {
  { .usage = "",
    .summary = N_ ("Describe all operations and records for other programs"),
    .text = N_ (
      "The operations of plugins are among them. With --format typescript it is a whole client for browsers and\n"
      "Node in one file, without dependencies."),
    .examples = N_ ("  boternity-ctl schema --format typescript > boternity.ts\n"
                    "  boternity-ctl schema --format openapi > openapi.json"),
    .options = schema_options,
    .run = run_schema },
  { 0 },
};

const BtyCtlVerb bty_ctl_schema_verb = { "schema", N_ ("describe operations and records, or make a TypeScript client"),
                                         schema_commands, FALSE };
