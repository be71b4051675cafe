/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-http"

#include "config.h"

#include <string.h>

#include "bty-soup-head.h"

enum
{
  PART_METHOD, /* and the empty lines that may come before it */
  PART_PATH,
  PART_REST,
};

enum
{
  LINE_EMPTY,
  LINE_RETURN,
  LINE_FILLED,
};

/* Of a segment of the path: so many dots and nothing else. */
enum
{
  SEGMENT_EMPTY,
  SEGMENT_DOT,
  SEGMENT_DOTS,
  SEGMENT_OTHER,
};

void
bty_soup_head_begin (BtySoupHead *head)
{
  memset (head, 0, sizeof *head);
}

static void
end_segment (BtySoupHead *head)
{
  head->is_dotted = head->is_dotted || head->segment == SEGMENT_DOT || head->segment == SEGMENT_DOTS;
  head->segment = SEGMENT_EMPTY;
}

static void
take_decoded (BtySoupHead *head, char c)
{
  if (c == '/')
    end_segment (head);
  else if (c == '.' && head->segment < SEGMENT_DOTS)
    head->segment += 1;
  else
    head->segment = SEGMENT_OTHER;
}

/* A broken escape is refused later; here it only is no dot. */
static void
take_escaped (BtySoupHead *head, char c)
{
  int digit = g_ascii_xdigit_value (c);

  head->byte = (guint8) (head->byte << 4 | (digit >= 0 ? digit : 0));
  head->escape = digit >= 0 ? head->escape + 1 : 0;
  if (digit < 0)
    head->segment = SEGMENT_OTHER;
  if (head->escape < 3)
    return;
  head->escape = 0;
  take_decoded (head, (char) head->byte);
}

static void
take_path (BtySoupHead *head, char c)
{
  if (c == ' ' || c == '?' || c == '#' || c == '\r' || c == '\n')
    {
      end_segment (head);
      head->part = PART_REST;
    }
  else if (head->escape > 0)
    take_escaped (head, c);
  else if (c == '%')
    {
      head->escape = 1;
      head->byte = 0;
    }
  else
    take_decoded (head, c);
}

/* What ends a line: a head is over with its first empty one, though not before it has said anything. */
static void
end_line (BtySoupHead *head)
{
  if (head->line != LINE_FILLED && head->part == PART_REST)
    head->is_over = TRUE;
  else if (head->line == LINE_FILLED)
    head->part = PART_REST;
  head->line = LINE_EMPTY;
}

static void
take_first_line (BtySoupHead *head, char c)
{
  if (head->part == PART_PATH)
    take_path (head, c);
  else if (c == ' ' && head->line == LINE_FILLED)
    head->part = PART_PATH;
  if (c == '\n')
    end_line (head);
  else
    head->line = c == '\r' && head->line == LINE_EMPTY ? LINE_RETURN : LINE_FILLED;
}

/* Most of a head is lines that only need to be told from empty ones. */
static const char *
take_rest (BtySoupHead *head, const char *data, const char *end)
{
  const char *newline = memchr (data, '\n', (gsize) (end - data));
  gsize length = (gsize) ((newline != NULL ? newline : end) - data);

  if (length > 1 || (length == 1 && (data[0] != '\r' || head->line != LINE_EMPTY)))
    head->line = LINE_FILLED;
  else if (length == 1)
    head->line = LINE_RETURN;
  if (newline == NULL)
    return end;
  end_line (head);
  return newline + 1;
}

gsize
bty_soup_head_take (BtySoupHead *head, const char *data, gsize length)
{
  const char *end = data + length;
  const char *place = data;

  while (place < end && !head->is_over)
    {
      if (head->part == PART_REST)
        place = take_rest (head, place, end);
      else
        take_first_line (head, *place++);
    }
  return (gsize) (place - data);
}
