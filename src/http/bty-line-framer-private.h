/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

G_BEGIN_DECLS

/*
 * Cuts bytes that come in any pieces into lines. A line that lies whole in what was fed is handed out where it lies; only one that
 * was torn is put together in a buffer. Every byte is looked at once, however it was torn.
 */
typedef struct
{
  gsize max_length; /* of a line, in bytes */
  gboolean cr_ends; /* whether CR and CR LF end a line too, as in server-sent events */

  GString *torn;
  gboolean torn_is_out; /* the last line was handed out of the buffer: empty it before the next */
  gboolean skip_lf;     /* the last piece ended with a CR that may be half of a CR LF */
} BtyLineFramer;

typedef enum
{
  BTY_LINE_FRAMER_LINE, /* one line, without its end */
  BTY_LINE_FRAMER_MORE, /* nothing more in these bytes */
  BTY_LINE_FRAMER_LONG, /* a line is longer than allowed */
} BtyLineFramerResult;

/* A line: @torn tells that @text lies in the framer, until the next call, and not in the bytes that were fed. */
typedef struct
{
  const char *text;
  gsize length;
  gboolean torn;
} BtyLine;

void bty_line_framer_init (BtyLineFramer *framer, gsize max_length, gboolean cr_ends);
void bty_line_framer_clear (BtyLineFramer *framer);
BtyLineFramerResult bty_line_framer_next (BtyLineFramer *framer, const char **bytes, const char *end, BtyLine *line);

/* What stands in the buffer without a line end, to be asked for when nothing more will come. */
gboolean bty_line_framer_last (BtyLineFramer *framer, BtyLine *line);

/* As g_utf8_validate_len(), but most of what comes is ASCII, which is seen eight bytes at a time. */
gboolean bty_line_is_utf8 (const char *text, gsize length);

G_END_DECLS
