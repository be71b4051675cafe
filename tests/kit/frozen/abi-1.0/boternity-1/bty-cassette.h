/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-completion-request.h"

G_BEGIN_DECLS

/** BTY_CASSETTE_MAX_LINES: more lines than this make no cassette */
#define BTY_CASSETTE_MAX_LINES 1000000

/**
 * BtyCassetteEnd:
 * @BTY_CASSETTE_OPEN: the recording is over before the answer was
 * @BTY_CASSETTE_COMPLETE: the body came to its end
 * @BTY_CASSETTE_STOPPED: who asked had heard enough
 * @BTY_CASSETTE_FAILED: it broke off, or never came
 *
 * How the answer to a request ended.
 */
typedef enum
{
  BTY_CASSETTE_OPEN,
  BTY_CASSETTE_COMPLETE,
  BTY_CASSETTE_STOPPED,
  BTY_CASSETTE_FAILED,
} BtyCassetteEnd;
BTY_EXPORT const BtyEnumValue bty_cassette_ends[];

/**
 * BtyCassettePiece:
 * @at: microseconds from the beginning of the cassette
 * @bytes: what came at once
 */
typedef struct
{
  gint64 at;
  GBytes *bytes;
} BtyCassettePiece;

/**
 * BtyCassetteExchange:
 * @take: number of the take that it belongs to, from 1
 * @sent_at: when it was asked, as all times in microseconds from the beginning of the cassette
 * @method: HTTP method
 * @url: without user, and without anything secret
 * @headers: (element-type utf8): names and values by turns; those that carry keys are not there
 * @body: (nullable): what was sent
 * @head_at: when the status came; @status: 0: it did not
 * @answer_headers: (element-type utf8): names and values by turns
 * @pieces: (element-type BtyCassettePiece): of the answer's body, uncompressed
 * @end: how it ended; @ended_at: when
 * @code: (nullable): name of the error's code when it failed; @error: (nullable): its words
 *
 * One request over HTTP and its answer.
 */
typedef struct
{
  guint take;
  gint64 sent_at;
  char *method;
  char *url;
  GPtrArray *headers;
  GBytes *body;
  gint64 head_at;
  guint status;
  GPtrArray *answer_headers;
  GArray *pieces;
  BtyCassetteEnd end;
  gint64 ended_at;
  char *code;
  char *error;

  /*< private >*/
  gboolean is_played;
  gpointer reserved[2];
} BtyCassetteExchange;

/**
 * BtyCassetteTake:
 * @at: when it began
 * @provider: name of the provider; @kind: what speaks to it; @url: (nullable): its base URL, %NULL: the kind's own
 * @request: JSON of the #BtyCompletionRequest
 * @heard_at: when it was over; 0: it was not
 * @stop: why the answer ended; @code: (nullable): name of the error's code when it failed
 * @n_bytes: length of the text of all deltas
 * @digest: (nullable): SHA-256 of what was heard: kinds, names and texts of all deltas, wherever they were cut, in hexadecimal
 *
 * One completion that a provider was asked for: what came back, with all requests it took.
 */
typedef struct
{
  gint64 at;
  char *provider;
  char *kind;
  char *url;
  char *request;
  gint64 heard_at;
  BtyStopReason stop;
  char *code;
  gint64 n_bytes;
  char *digest;

  /*< private >*/
  GString *heard;
  char *last_kind;
  gpointer reserved[2];
} BtyCassetteTake;

/**
 * BtyCassette:
 * @turn: (nullable): id of the turn, @session: of its session, @bot: of its bot, each where there is one
 * @made_at: microseconds since 1970
 * @takes: (element-type BtyCassetteTake): in order
 * @exchanges: (element-type BtyCassetteExchange): in the order in which they were asked
 * @redacted: how many texts had something taken out
 *
 * A recording of a turn or a call: every request that its providers sent and every piece that came back, with the time of each. One that
 * is recorded to is filled by completions that carry it (bty_completion_set_cassette()); one that was loaded is played to them, so that
 * they hear the same again without any network. Keys never enter; what else is secret is taken out by bty_cassette_redact().
 *
 * Its file is text, a JSON object a line, that can be read and compared: see docs/cassettes.md. Main context.
 */
typedef struct
{
  char *turn;
  char *session;
  char *bot;
  gint64 made_at;
  GPtrArray *takes;
  GPtrArray *exchanges;
  gint64 redacted;

  /*< private >*/
  gint64 began;
  gsize size;
  gsize max_size;
  gboolean is_full;
  gboolean is_playing;
  gboolean is_timed;
  gatomicrefcount references;
  gpointer reserved[4];
} BtyCassette;

#define BTY_TYPE_CASSETTE (bty_cassette_get_type ())
BTY_EXPORT GType bty_cassette_get_type (void);

/**
 * bty_cassette_new:
 * @max_size: bytes of bodies that it takes; when there are more, it is full and good for nothing
 *
 * Returns: (transfer full): an empty cassette to record to; its time begins now
 */
BTY_EXPORT BtyCassette *bty_cassette_new (gsize max_size);
BTY_EXPORT BtyCassette *bty_cassette_ref (BtyCassette *cassette);
BTY_EXPORT void bty_cassette_unref (BtyCassette *cassette);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyCassette, bty_cassette_unref)

/** bty_cassette_is_full: Returns: whether there was more than it takes */
BTY_EXPORT gboolean bty_cassette_is_full (const BtyCassette *cassette);
/** bty_cassette_is_playing: Returns: whether it was loaded, to be played */
BTY_EXPORT gboolean bty_cassette_is_playing (const BtyCassette *cassette);
/** bty_cassette_set_timed: @is_timed: played as slowly as it was recorded; else, which is so at first, as fast as it goes */
BTY_EXPORT void bty_cassette_set_timed (BtyCassette *cassette, gboolean is_timed);
BTY_EXPORT gboolean bty_cassette_is_timed (const BtyCassette *cassette);

/**
 * bty_cassette_load:
 * @text: (array length=length): a file, from anywhere
 * @length: its length in bytes
 * @error: %BTY_ERROR_INVALID_ARGUMENT, with the line and what is wrong there
 *
 * Returns: (transfer full) (nullable): a cassette to be played
 */
BTY_EXPORT BtyCassette *bty_cassette_load (const char *text, gsize length, GError **error);
/** bty_cassette_write: Returns: (transfer full): the text of its file */
BTY_EXPORT GString *bty_cassette_write (BtyCassette *cassette);

/**
 * BtyCassetteRedact:
 * @text: a body, a header's value, an address, an error, the JSON of a request: to be changed in place
 */
typedef void (*BtyCassetteRedact) (GString *text, gpointer data);
/**
 * bty_cassette_redact:
 * @exchange: (nullable): this one alone; %NULL: all, and what was heard
 * @redact: (scope call): takes out what must not be kept; line ends must stay
 *
 * A body that something was taken out of is cut anew, at its line ends: each line with the time at which it was complete.
 */
BTY_EXPORT void bty_cassette_redact (BtyCassette *cassette, BtyCassetteExchange *exchange, BtyCassetteRedact redact,
                                     gpointer data);

/* For who fills it: the completion and what speaks HTTP. */
/** bty_cassette_begin_take: Returns: number of the take, from 1 */
BTY_EXPORT guint bty_cassette_begin_take (BtyCassette *cassette, const char *provider, const char *kind,
                                          const char *url, const BtyCompletionRequest *request);
/** bty_cassette_hear: @text: a piece of @kind (a name of the kind and what tells parallel ones apart) of take @take */
BTY_EXPORT void bty_cassette_hear (BtyCassette *cassette, guint take, const char *kind, const char *text, gsize length);
/** bty_cassette_end_take: the completion has ended; @error: (nullable): why it failed */
BTY_EXPORT void bty_cassette_end_take (BtyCassette *cassette, guint take, BtyStopReason stop, const GError *error);
/** bty_cassette_peek_heard: Returns: (transfer none) (nullable): what was heard in this process, a line with its kind before each text */
BTY_EXPORT const char *bty_cassette_peek_heard (const BtyCassette *cassette, guint take);
/** bty_cassette_digest: Returns: (transfer full): the SHA-256 of what was heard in this process */
BTY_EXPORT char *bty_cassette_digest (const BtyCassette *cassette, guint take);

/**
 * bty_cassette_record:
 * @take: number of a take
 * @headers: (transfer full) (element-type utf8): names and values by turns
 * @body: (nullable): what is sent
 *
 * Returns: (transfer none) (nullable): a new exchange; %NULL when the cassette is full
 */
BTY_EXPORT BtyCassetteExchange *bty_cassette_record (BtyCassette *cassette, guint take, const char *method,
                                                     const char *url, GPtrArray *headers, GBytes *body);
/** bty_cassette_record_head: @headers: (transfer full) (element-type utf8): names and values by turns */
BTY_EXPORT void bty_cassette_record_head (BtyCassette *cassette, BtyCassetteExchange *exchange, guint status,
                                          GPtrArray *headers);
BTY_EXPORT void bty_cassette_record_piece (BtyCassette *cassette, BtyCassetteExchange *exchange, const char *bytes,
                                           gsize length);
/** bty_cassette_record_end: @error: (nullable): with %BTY_CASSETTE_FAILED: why */
BTY_EXPORT void bty_cassette_record_end (BtyCassette *cassette, BtyCassetteExchange *exchange, BtyCassetteEnd end,
                                         const GError *error);
/** bty_cassette_play: Returns: (transfer none) (nullable): the next exchange of a take, which was not played yet */
BTY_EXPORT BtyCassetteExchange *bty_cassette_play (BtyCassette *cassette, guint take);

G_END_DECLS
