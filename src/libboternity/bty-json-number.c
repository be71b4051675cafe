/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "bty-json"

#include "config.h"

#include <float.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "bty-json-private.h"

/* What the text of one number says. */
typedef struct
{
  const char *p;
  const char *end;
  guint64 digits;  /* all digits as one integer, good while n_digits <= 19 */
  guint n_digits;  /* without leading zeros */
  gint64 exponent; /* of ten, to be applied to digits */
  gboolean negative;
  gboolean is_integer; /* neither fraction nor exponent */
} Number;

static inline gboolean
at_digit (const Number *number)
{
  return number->p < number->end && g_ascii_isdigit (*number->p);
}

static inline void
read_digits (Number *number)
{
  for (; at_digit (number); number->p++)
    {
      number->digits = number->digits * 10 + (guint64) (*number->p - '0');
      number->n_digits += number->digits != 0 || number->n_digits > 0;
    }
}

static const char *
read_fraction (Number *number)
{
  const char *start = ++number->p;

  number->is_integer = FALSE;
  if (!at_digit (number))
    return N_ ("a digit is missing after the decimal point");
  read_digits (number);
  number->exponent = -(gint64) (number->p - start);
  return NULL;
}

static const char *
read_exponent (Number *number)
{
  gboolean negative;
  gint64 exponent = 0;

  number->is_integer = FALSE;
  number->p++;
  negative = number->p < number->end && *number->p == '-';
  if (negative || (number->p < number->end && *number->p == '+'))
    number->p++;
  if (!at_digit (number))
    return N_ ("a digit is missing in the exponent of a number");
  for (; at_digit (number); number->p++)
    if (exponent < G_MAXINT32)
      exponent = exponent * 10 + (*number->p - '0');
  number->exponent += negative ? -exponent : exponent;
  return NULL;
}

/* The grammar of RFC 8259, section 6. Returns what is wrong, or NULL. */
static inline const char *
read_grammar (Number *number)
{
  const char *wrong = NULL;

  if (*number->p == '-')
    {
      number->negative = TRUE;
      number->p++;
    }
  if (!at_digit (number))
    return N_ ("a digit is missing after the minus sign");
  if (*number->p == '0' && number->end - number->p > 1 && g_ascii_isdigit (number->p[1]))
    return N_ ("a number begins with a superfluous zero");
  read_digits (number);
  if (number->p < number->end && *number->p == '.')
    wrong = read_fraction (number);
  if (wrong == NULL && number->p < number->end && (*number->p | 0x20) == 'e')
    wrong = read_exponent (number);
  return wrong;
}

/* Whether the integer fits 64 bits. */
static inline gboolean
get_integer (const Number *number, gint64 *integer)
{
  guint64 limit = (guint64) G_MAXINT64 + (number->negative ? 1 : 0);

  if (number->n_digits > 19 || number->digits > limit)
    return FALSE;
  *integer = (gint64) (number->negative ? 0 - number->digits : number->digits);
  return TRUE;
}

/* An integer below 2^53 times or divided by a power of ten up to 22 is exact before the one rounding of the operation, hence
 * correctly rounded (Clinger, "How to read floating point numbers accurately", 1990). */
static gboolean
get_short_decimal (const Number *number, double *value)
{
  static const double powers[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
  double digits;

  if (FLT_EVAL_METHOD != 0 || number->n_digits > 19 || number->digits > G_GUINT64_CONSTANT (1) << 53 ||
      number->exponent < -22 || number->exponent > 22)
    return FALSE;
  digits = (double) number->digits;
  digits = number->exponent < 0 ? digits / powers[-number->exponent] : digits * powers[number->exponent];
  *value = number->negative ? -digits : digits;
  return TRUE;
}

/* The document need not end with a NUL, so the number is copied. */
static gboolean
get_double (const char *start, const char *end, double *value)
{
  char small[64];
  g_autofree char *large = NULL;
  gsize length = (gsize) (end - start);
  char *copy = small;
  char *stop = NULL;

  if (length >= sizeof small)
    copy = large = g_malloc (length + 1);
  memcpy (copy, start, length);
  copy[length] = '\0';
  *value = g_ascii_strtod (copy, &stop);
  return stop == copy + length && isfinite (*value);
}

BtyJsonToken
bty_json_reader_read_number (BtyJsonReader *reader)
{
  const char *start = reader->data + reader->position;
  Number number = { .p = start, .end = reader->data + reader->size, .is_integer = TRUE };
  const char *wrong = read_grammar (&number);

  if (G_UNLIKELY (wrong != NULL))
    return bty_json_reader_fail (reader, reader->position, wrong);
  reader->position = (gsize) (number.p - reader->data);
  if (number.is_integer)
    {
      if (!get_integer (&number, &reader->integer))
        return bty_json_reader_fail (reader, reader->offset, N_ ("an integer does not fit 64 bits"));
      return BTY_JSON_INT;
    }
  if (!get_short_decimal (&number, &reader->number) && !get_double (start, number.p, &reader->number))
    return bty_json_reader_fail (reader, reader->offset, N_ ("a number is beyond the range of a double"));
  return BTY_JSON_DOUBLE;
}
