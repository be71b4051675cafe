/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-gemini"

#include "config.h"

#include <string.h>

#include "bty-gemini-failure.h"

#define A_DAY_MS (24 * 3600 * 1000)

typedef struct
{
  gint64 delay_ms; /* -1: not told */
  gboolean is_key;
  gboolean is_quota; /* of a day: waiting a minute does not help */
} Details;

/* A duration of protobuf's JSON: seconds with an optional fraction, and an s. */
static gint64
parse_delay (const BtyJsonReader *reader)
{
  g_autofree char *text = g_strndup (reader->text, reader->length);
  char *end;
  double seconds = g_ascii_strtod (text, &end);

  if (end == text || !g_str_equal (end, "s") || !(seconds >= 0))
    return -1;
  return seconds >= A_DAY_MS / 1000 ? A_DAY_MS : (gint64) (seconds * 1000 + 0.5);
}

static void
take_text (Details *details, const char *name, const BtyJsonReader *reader)
{
  if (g_str_equal (name, "retryDelay"))
    details->delay_ms = parse_delay (reader);
  else if (g_str_equal (name, "reason"))
    details->is_key |= bty_json_reader_key_is (reader, "API_KEY_INVALID") ||
                       bty_json_reader_key_is (reader, "API_KEY_EXPIRED");
  else if (g_str_equal (name, "quotaId"))
    details->is_quota |= g_strstr_len (reader->text, (gssize) reader->length, "PerDay") != NULL;
}

/* Every text below @reader's place, whatever it is wrapped in: the details are a few objects of different kinds. */
static void
read_texts (Details *details, BtyJsonReader *reader)
{
  g_autofree char *name = g_strdup ("");
  BtyJsonToken token;

  while ((token = bty_json_reader_next (reader, NULL)) != BTY_JSON_END && token != BTY_JSON_ERROR)
    if (token == BTY_JSON_KEY)
      bty_record_take_string (&name, g_strndup (reader->text, reader->length));
    else if (token == BTY_JSON_STRING)
      take_text (details, name, reader);
}

static gboolean
speaks_of_length (const char *message)
{
  return message != NULL && strstr (message, "token count") != NULL && strstr (message, "exceeds") != NULL;
}

void
bty_gemini_failure_read (BtyHttpFailure *failure)
{
  Details details = { .delay_ms = -1 };
  g_auto (BtyJsonReader) reader;

  bty_json_reader_init (&reader, failure->body, failure->length, 0);
  read_texts (&details, &reader);
  if (details.is_key)
    failure->code = BTY_ERROR_UNAUTHENTICATED;
  else if (failure->code == BTY_ERROR_INVALID_ARGUMENT && speaks_of_length (failure->message))
    failure->code = BTY_ERROR_OUT_OF_RANGE;
  else if (failure->code == BTY_ERROR_INVALID_ARGUMENT && g_strcmp0 (failure->type, "FAILED_PRECONDITION") == 0)
    failure->code = BTY_ERROR_FAILED_PRECONDITION;
  failure->is_quota |= details.is_quota;
  if (details.delay_ms >= 0 && failure->retry_after_ms < 0)
    failure->retry_after_ms = details.delay_ms;
}
