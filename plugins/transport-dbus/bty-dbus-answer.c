/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-dbus"

#include "config.h"

#include <glib/gi18n-lib.h>

#include "bty-dbus-answer.h"
#include "bty-dbus-codec.h"

typedef struct
{
  BtyDbusEntry entry; /* first: the client knows us by it */
  GDBusMethodInvocation *invocation;
  BtyCallReader *reader;
  BtyDbusForm form;
  gsize max_answer;
  gsize size;
  GVariantBuilder list;
  GString *items;
  BtyJsonWriter writer;
} Answer;

static void
answer_free (Answer *self)
{
  bty_dbus_entry_remove (&self->entry);
  bty_call_reader_free (self->reader);
  g_variant_builder_clear (&self->list);
  g_string_free (self->items, TRUE);
  g_free (self);
}

static const BtySchema *
get_item_schema (Answer *self)
{
  return bty_call_operation (bty_call_reader_call (self->reader))->item;
}

static void
append_item (Answer *self, const BtyItem *item)
{
  GVariant *variant;

  if (self->form == BTY_DBUS_JSON)
    {
      bty_item_write_json (item, get_item_schema (self), &self->writer);
      self->size = self->items->len;
      return;
    }
  variant = bty_dbus_encode_item (item, get_item_schema (self));
  self->size += g_variant_get_size (variant) + 8;
  g_variant_builder_add_value (&self->list, variant);
}

static GVariant *
make_variant (Answer *self, gconstpointer response)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  if (get_item_schema (self) != NULL)
    g_variant_builder_add (&builder, "{sv}", "items", g_variant_builder_end (&self->list));
  if (response != NULL)
    bty_dbus_encode_into (response, BTY_VIEW_READ, &builder);
  return g_variant_new ("(a{sv})", &builder);
}

/* The answer's own members stand beside the items. */
static GVariant *
make_json (Answer *self, gconstpointer response)
{
  g_autofree char *json = response != NULL ? bty_record_to_json (response, BTY_VIEW_READ) : g_strdup ("{}");

  if (get_item_schema (self) == NULL)
    return g_variant_new ("(s)", json);
  bty_json_writer_end_array (&self->writer);
  g_string_append_c (self->items, g_str_equal (json, "{}") ? '}' : ',');
  g_string_append (self->items, g_str_equal (json, "{}") ? "" : json + 1);
  return g_variant_new ("(s)", self->items->str);
}

static void
finish (Answer *self)
{
  BtyCall *call = bty_call_reader_call (self->reader);
  GDBusMethodInvocation *invocation = g_steal_pointer (&self->invocation);

  if (bty_call_state (call) == BTY_CALL_FAILED)
    bty_dbus_return_error (invocation, bty_call_error (call));
  else
    g_dbus_method_invocation_return_value (invocation, self->form == BTY_DBUS_JSON
                                                         ? make_json (self, bty_call_response (call))
                                                         : make_variant (self, bty_call_response (call)));
  answer_free (self);
}

static void
give_up (Answer *self, BtyErrorCode code, const char *message)
{
  g_autoptr (BtyCall) call = bty_call_ref (bty_call_reader_call (self->reader));
  g_autoptr (GError) error = g_error_new_literal (BTY_ERROR, code, message);

  bty_dbus_return_error (g_steal_pointer (&self->invocation), error);
  /* First: a handler may end the call within the cancelling, which would wake the reader. */
  answer_free (self);
  bty_call_cancel (call);
}

static void
on_cancel (BtyDbusEntry *entry, gboolean has_left)
{
  give_up ((Answer *) entry, BTY_ERROR_CANCELLED, _ ("the caller has given it up"));
}

static void
advance (Answer *self)
{
  BtyReadResult result;
  BtyItem item;

  while ((result = bty_call_reader_next (self->reader, &item)) == BTY_READ_ITEM)
    {
      append_item (self, &item);
      if (self->size > self->max_answer)
        {
          give_up (self, BTY_ERROR_RESOURCE_EXHAUSTED,
                   _ ("the answer is too large to be sent whole: use Open, or raise the setting dbus.max_answer"));
          return;
        }
    }
  if (result == BTY_READ_END)
    finish (self);
}

static void
on_wake (BtyCallReader *reader, gpointer data)
{
  advance (data);
}

void
bty_dbus_answer (GDBusMethodInvocation *invocation, BtyDbusClient *client, const char *name, BtyCall *call,
                 BtyDbusForm form, const BtyDbusLimits *limits)
{
  Answer *self = g_new0 (Answer, 1);

  self->invocation = invocation;
  self->form = form;
  self->max_answer = limits->max_answer;
  g_variant_builder_init (&self->list, G_VARIANT_TYPE ("aa{sv}"));
  self->items = g_string_new ("{\"items\":");
  bty_json_writer_init (&self->writer, self->items);
  bty_json_writer_begin_array (&self->writer);
  self->reader = bty_call_reader_new (call, 0, on_wake, self);
  self->entry.cancel = on_cancel;
  bty_dbus_client_add (client, &self->entry, name);
  advance (self);
}
