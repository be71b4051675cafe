/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "soul/bty-soul-import.h"

/* The format that this program writes; one that is greater is refused. It goes up when a table grows that stands in capsules. */
#define BTY_CAPSULE_FORMAT 1

/**
 * BtyCapsuleHead: the first line
 * @program: what wrote it
 * @needs: what the bot needs where it is brought in: `provider:NAME`, `secret:NAME`: never a value
 * @skills: names of its skills
 * @versions, @texts, @refs, @files, @sessions, @messages: how many lines of each follow
 */
typedef struct
{
  BtyRecord record;
  gint64 format;
  char *program;
  gint64 written_at;
  char *name;
  char *slug;
  char *bot;
  char *chain;
  GStrv needs;
  GStrv skills;
  gint64 versions;
  gint64 texts;
  gint64 refs;
  gint64 files;
  gint64 sessions;
  gint64 messages;
} BtyCapsuleHead;
BTY_DECLARE_RECORD (BtyCapsuleHead, bty_capsule_head)

/**
 * BtyCapsule: all that a capsule holds
 * @files: (element-type BtyImportFile)
 * @sessions: (element-type BtySession)
 * @messages: (element-type BtyMessage)
 */
typedef struct
{
  BtyCapsuleHead *head;
  BtyBot *bot;
  BtySoulRecords *history;
  GPtrArray *files;
  GPtrArray *sessions;
  GPtrArray *messages;
  gboolean is_sealed;
} BtyCapsule;

BtyCapsule *bty_capsule_new (void);
void bty_capsule_free (BtyCapsule *capsule);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BtyCapsule, bty_capsule_free)

/**
 * BtyCapsuleLimits:
 * @size: bytes of a capsule
 * @unpacked: bytes that it may become
 */
typedef struct
{
  gint64 size;
  gint64 unpacked;
} BtyCapsuleLimits;

/* All of these block, for worker threads. What is wrong with a capsule is INVALID_ARGUMENT, with the line. */

/** bty_capsule_write_text: Returns: (transfer full): its lines; fills the counts of the head */
GString *bty_capsule_write_text (BtyCapsule *capsule);
/** bty_capsule_read_text: Errors also: FAILED_PRECONDITION: a newer format, naming both. The hash of the last line was checked by then */
BtyCapsule *bty_capsule_read_text (const char *text, gsize length, GError **error);

/** bty_capsule_pack: @passphrase: (nullable): seals it; Returns: (transfer full): RESOURCE_EXHAUSTED above a limit */
GBytes *bty_capsule_pack (const GString *text, const BtySecret *passphrase, const BtyCapsuleLimits *limits,
                          GError **error);
/**
 * bty_capsule_unpack:
 * @is_sealed: (out): whether it was sealed
 *
 * Errors also: FAILED_PRECONDITION (it is sealed and there is no passphrase), PERMISSION_DENIED (a wrong one)
 */
GString *bty_capsule_unpack (GBytes *bytes, const BtySecret *passphrase, const BtyCapsuleLimits *limits,
                             gboolean *is_sealed, GError **error);

/** bty_capsule_write: both steps; bty_capsule_read: both steps back, and every check that needs no store */
GBytes *bty_capsule_write (BtyCapsule *capsule, const BtySecret *passphrase, const BtyCapsuleLimits *limits,
                           GError **error);
BtyCapsule *bty_capsule_read (GBytes *bytes, const BtySecret *passphrase, const BtyCapsuleLimits *limits,
                              GError **error);

/** bty_capsule_rename: makes what is in it that of another bot: new identifiers for the bot, its soul, its sessions and messages, in the same order */
void bty_capsule_rename (BtyCapsule *capsule, const char *bot);
