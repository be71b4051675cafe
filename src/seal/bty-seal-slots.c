/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-seal"

#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "bty-seal-box.h"
#include "bty-seal-recovery.h"
#include "bty-seal-slots.h"

#define WRAPPED_SIZE (BTY_SEAL_KEY_SIZE + BTY_SEAL_BOX_EXTRA)

typedef struct
{
  BtySealSlotKind kind;
  BtySealCost cost;                /* of a passphrase */
  guint8 salt[BTY_SEAL_SALT_SIZE]; /* of a passphrase */
  char id[BTY_SEAL_MAX_ID + 1];    /* of a key */
  guint8 wrapped[WRAPPED_SIZE];
} Slot;

struct _BtySealSlots
{
  GArray *slots; /* of Slot */
};

BtySealSlots *
bty_seal_slots_new (void)
{
  BtySealSlots *self = g_new0 (BtySealSlots, 1);

  self->slots = g_array_new (FALSE, TRUE, sizeof (Slot));
  return self;
}

BtySealSlots *
bty_seal_slots_copy (const BtySealSlots *slots)
{
  BtySealSlots *copy = g_new0 (BtySealSlots, 1);

  copy->slots = g_array_copy (slots->slots);
  return copy;
}

void
bty_seal_slots_free (BtySealSlots *slots)
{
  g_array_unref (slots->slots);
  g_free (slots);
}

/* What the key in a slot is sealed under, from what the person or the keeper gave. */
static BtySecret *
make_wrapping_key (const Slot *slot, const BtySecret *given, GError **error)
{
  switch (slot->kind)
    {
    case BTY_SEAL_SLOT_PASSPHRASE:
      return bty_seal_key_from_passphrase (given, slot->salt, &slot->cost, error);
    case BTY_SEAL_SLOT_RECOVERY:
      return bty_seal_recovery_key (given, error);
    case BTY_SEAL_SLOT_KEY:
    default:
      return bty_seal_subkey (given, "bty seal slot");
    }
}

/* The cost and salt need not be bound: with others the wrapping key is another one. */
static char *
make_name (const Slot *slot)
{
  return g_strdup_printf ("%d %s", (int) slot->kind, slot->id);
}

static gboolean
add_slot (BtySealSlots *self, Slot *slot, const BtySecret *key, const BtySecret *given, GError **error)
{
  g_autoptr (BtySecret) wrapping = NULL;
  g_autofree char *name = make_name (slot);
  g_autoptr (GBytes) box = NULL;

  if (self->slots->len >= BTY_SEAL_MAX_SLOTS)
    {
      g_set_error (error, BTY_ERROR, BTY_ERROR_RESOURCE_EXHAUSTED,
                   _ ("there are %d ways to the key already, which is the most"), BTY_SEAL_MAX_SLOTS);
      return FALSE;
    }
  wrapping = make_wrapping_key (slot, given, error);
  if (wrapping == NULL)
    return FALSE;
  box = bty_seal_box (wrapping, "slot", name, bty_secret_peek (key), BTY_SEAL_KEY_SIZE);
  memcpy (slot->wrapped, g_bytes_get_data (box, NULL), WRAPPED_SIZE);
  g_array_append_val (self->slots, *slot);
  return TRUE;
}

gboolean
bty_seal_slots_add_passphrase (BtySealSlots *slots, const BtySecret *key, const BtySecret *passphrase,
                               const BtySealCost *cost, GError **error)
{
  Slot slot = { .kind = BTY_SEAL_SLOT_PASSPHRASE, .cost = *cost };

  bty_seal_random (slot.salt, sizeof slot.salt);
  return add_slot (slots, &slot, key, passphrase, error);
}

gboolean
bty_seal_slots_add_recovery (BtySealSlots *slots, const BtySecret *key, const BtySecret *recovery, GError **error)
{
  Slot slot = { .kind = BTY_SEAL_SLOT_RECOVERY };

  return add_slot (slots, &slot, key, recovery, error);
}

gboolean
bty_seal_slots_add_key (BtySealSlots *slots, const BtySecret *key, const BtySecret *other, const char *id,
                        GError **error)
{
  Slot slot = { .kind = BTY_SEAL_SLOT_KEY };

  g_return_val_if_fail (id[0] != '\0' && strlen (id) <= BTY_SEAL_MAX_ID, FALSE);

  g_strlcpy (slot.id, id, sizeof slot.id);
  return add_slot (slots, &slot, key, other, error);
}

static const Slot *
slot_at (const BtySealSlots *self, guint index)
{
  return &g_array_index (self->slots, Slot, index);
}

guint
bty_seal_slots_remove (BtySealSlots *slots, BtySealSlotKind kind)
{
  guint n = 0;

  for (guint i = slots->slots->len; i > 0; i--)
    if (slot_at (slots, i - 1)->kind == kind)
      {
        g_array_remove_index (slots->slots, i - 1);
        n++;
      }
  return n;
}

guint
bty_seal_slots_count (const BtySealSlots *slots, BtySealSlotKind kind)
{
  guint n = 0;

  for (guint i = 0; i < slots->slots->len; i++)
    n += slot_at (slots, i)->kind == kind;
  return n;
}

const char *
bty_seal_slots_get_id (const BtySealSlots *slots, guint index)
{
  for (guint i = 0; i < slots->slots->len; i++)
    if (slot_at (slots, i)->kind == BTY_SEAL_SLOT_KEY && index-- == 0)
      return slot_at (slots, i)->id;
  return NULL;
}

static gboolean
refuse (BtySealSlotKind kind, gboolean has_slot, GError **error)
{
  if (has_slot)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_PERMISSION_DENIED, _ ("it does not open with that"));
  else if (kind == BTY_SEAL_SLOT_PASSPHRASE)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("it has no password"));
  else if (kind == BTY_SEAL_SLOT_RECOVERY)
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("it has no recovery key"));
  else
    g_set_error_literal (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, _ ("it is not sealed under that key"));
  return FALSE;
}

static BtySecret *
open_slot (const Slot *slot, const BtySecret *given, GError **error)
{
  g_autoptr (BtySecret) wrapping = make_wrapping_key (slot, given, error);
  g_autofree char *name = make_name (slot);

  return wrapping != NULL ? bty_seal_open (wrapping, "slot", name, slot->wrapped, WRAPPED_SIZE, NULL) : NULL;
}

/* Tries each slot of the kind, and of the name. */
static BtySecret *
open_any (const BtySealSlots *self, BtySealSlotKind kind, const char *id, const BtySecret *given, GError **error)
{
  gboolean has_slot = FALSE;

  for (guint i = 0; i < self->slots->len; i++)
    {
      const Slot *slot = slot_at (self, i);
      g_autoptr (GError) failure = NULL;
      BtySecret *key;

      if (slot->kind != kind || (id != NULL && strcmp (slot->id, id) != 0))
        continue;
      has_slot = TRUE;
      key = open_slot (slot, given, &failure);
      if (key != NULL)
        return key;
      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
    }
  refuse (kind, has_slot, error);
  return NULL;
}

BtySecret *
bty_seal_slots_open_passphrase (const BtySealSlots *slots, const BtySecret *passphrase, GError **error)
{
  return open_any (slots, BTY_SEAL_SLOT_PASSPHRASE, NULL, passphrase, error);
}

BtySecret *
bty_seal_slots_open_recovery (const BtySealSlots *slots, const BtySecret *recovery, GError **error)
{
  return open_any (slots, BTY_SEAL_SLOT_RECOVERY, NULL, recovery, error);
}

BtySecret *
bty_seal_slots_open_key (const BtySealSlots *slots, const BtySecret *other, const char *id, GError **error)
{
  return open_any (slots, BTY_SEAL_SLOT_KEY, id, other, error);
}

void
bty_seal_slots_write (const BtySealSlots *slots, GByteArray *array)
{
  bty_seal_bytes_add (array, slots->slots->len, 1);
  for (guint i = 0; i < slots->slots->len; i++)
    {
      const Slot *slot = slot_at (slots, i);

      bty_seal_bytes_add (array, slot->kind, 1);
      if (slot->kind == BTY_SEAL_SLOT_PASSPHRASE)
        {
          bty_seal_bytes_add (array, slot->cost.passes, 4);
          bty_seal_bytes_add (array, slot->cost.memory, 4);
          g_byte_array_append (array, slot->salt, sizeof slot->salt);
        }
      if (slot->kind == BTY_SEAL_SLOT_KEY)
        {
          bty_seal_bytes_add (array, strlen (slot->id), 1);
          g_byte_array_append (array, (const guint8 *) slot->id, (guint) strlen (slot->id));
        }
      g_byte_array_append (array, slot->wrapped, WRAPPED_SIZE);
    }
}

static void
copy_bytes (BtySealBytes *bytes, gpointer target, gsize length)
{
  const guint8 *taken = bty_seal_bytes_take (bytes, length);

  if (taken != NULL)
    memcpy (target, taken, length);
}

static gboolean
read_id (BtySealBytes *bytes, Slot *slot)
{
  gsize length = bty_seal_bytes_u8 (bytes);

  if (length == 0 || length > BTY_SEAL_MAX_ID)
    return FALSE;
  copy_bytes (bytes, slot->id, length);
  return !bytes->failed && strlen (slot->id) == length && g_utf8_validate (slot->id, -1, NULL);
}

static gboolean
read_slot (BtySealBytes *bytes, Slot *slot)
{
  slot->kind = bty_seal_bytes_u8 (bytes);
  if (slot->kind < BTY_SEAL_SLOT_PASSPHRASE || slot->kind > BTY_SEAL_SLOT_RECOVERY)
    return FALSE;
  if (slot->kind == BTY_SEAL_SLOT_PASSPHRASE)
    {
      slot->cost.passes = bty_seal_bytes_u32 (bytes);
      slot->cost.memory = bty_seal_bytes_u32 (bytes);
      copy_bytes (bytes, slot->salt, sizeof slot->salt);
      if (!bty_seal_cost_check (&slot->cost, NULL))
        return FALSE;
    }
  if (slot->kind == BTY_SEAL_SLOT_KEY && !read_id (bytes, slot))
    return FALSE;
  copy_bytes (bytes, slot->wrapped, WRAPPED_SIZE);
  return !bytes->failed;
}

BtySealSlots *
bty_seal_slots_read (BtySealBytes *bytes, GError **error)
{
  g_autoptr (BtySealSlots) self = bty_seal_slots_new ();
  guint n = bty_seal_bytes_u8 (bytes);
  gboolean is_valid = !bytes->failed && n <= BTY_SEAL_MAX_SLOTS;
  guint64 cost = 0; /* of trying a passphrase on all of them */

  for (guint i = 0; is_valid && i < n; i++)
    {
      Slot slot = { 0 };

      is_valid = read_slot (bytes, &slot);
      cost += (guint64) slot.cost.passes * slot.cost.memory;
      is_valid = is_valid && cost <= (guint64) BTY_SEAL_MAX_PASSES * BTY_SEAL_MAX_MEMORY;
      g_array_append_val (self->slots, slot);
    }
  if (is_valid)
    return g_steal_pointer (&self);
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_DATA_LOSS, _ ("its table of keys is damaged"));
  return NULL;
}
