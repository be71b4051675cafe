/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-soul"

#include "config.h"

#include "soul/bty-soul-compare.h"
#include "soul/bty-soul-operations.h"
#include "soul/bty-soul-reading.h"

static void
on_both (BtySoulReading *reading)
{
  g_autoptr (BtySoulReading) own = reading;
  const BtySoulCompare *request = bty_call_request (own->call);
  const BtySoulRead *from = &own->reads[0];
  const BtySoulRead *to = &own->reads[1];
  g_autoptr (BtySoulDiff) diff = bty_soul_compare (&from->prompt->texts, &to->prompt->texts, request->file,
                                                   (guint) request->context);

  diff->from = from->version != NULL ? bty_soul_version_ref (from->version) : NULL;
  diff->to = to->version != NULL ? bty_soul_version_ref (to->version) : NULL;
  bty_call_return (own->call, diff);
}

/* What people mean who name nothing: what holds the soul, else what was changed last. */
static void
on_soul (BtySoulReading *reading)
{
  const BtySoulCompare *request = bty_call_request (reading->call);
  gboolean is_held = reading->soul->state == BTY_SOUL_HELD;
  const char *from = request->from;
  const char *to = request->to;

  if (to == NULL)
    to = is_held && from == NULL ? BTY_SOUL_FILES_NAME : "head";
  if (from == NULL)
    from = g_str_equal (to, BTY_SOUL_FILES_NAME) || reading->soul->number < 2 ? "head" : "head~1";
  reading->takes_files = TRUE;
  bty_soul_reading_want (reading, from);
  bty_soul_reading_want (reading, to);
  bty_soul_reading_start (reading, on_both);
}

void
bty_soul_run_diff (BtyCall *call)
{
  const BtySoulCompare *request = bty_call_request (call);

  if (bty_soul_admit (call, request->slug, BTY_SOUL_DEED_READ) && bty_soul_check_file (call, request->file))
    bty_soul_reading_start (bty_soul_reading_new (call, request->slug), on_soul);
}
