/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-fake-store.h"
#include "bty-test-folder.h"
#include "bty-test-wait.h"
#include "soul/bty-soul-service.h"

/** BtyTestSouls: a soul service on a store in memory, with one bot “ada” made as bot.create makes one */
typedef struct
{
  char *folder;
  BtySettings *settings;
  BtyStore *store;
  BtySoulService *souls;
  char *bot; /* its id */
} BtyTestSouls;

void bty_test_souls_open (BtyTestSouls *self);
void bty_test_souls_close (BtyTestSouls *self);
/** bty_test_souls_end: stops the service, as a daemon does that ends; bty_test_souls_begin: makes one as the next daemon does */
void bty_test_souls_end (BtyTestSouls *self);
void bty_test_souls_begin (BtyTestSouls *self);
/** bty_test_souls_kill: as kill -9: what was saved is not looked at any more */
void bty_test_souls_kill (BtyTestSouls *self);

char *bty_test_souls_path (BtyTestSouls *self, BtySoulFile file);
/** bty_test_souls_save: as an editor that truncates and writes */
void bty_test_souls_save (BtyTestSouls *self, BtySoulFile file, const char *text);
void bty_test_souls_save_bytes (BtyTestSouls *self, BtySoulFile file, const char *bytes, gsize length);
char *bty_test_souls_content (BtyTestSouls *self, BtySoulFile file);

BtySoul *bty_test_souls_get (BtyTestSouls *self);
BtySoulPrompt *bty_test_souls_read (BtyTestSouls *self, GError **error);
BtySoulVersion *bty_test_souls_change (BtyTestSouls *self, BtySoulFile file, const char *text, GError **error);
BtySoulVersion *bty_test_souls_settle (BtyTestSouls *self, gboolean accept, GError **error);
BtySoulVersion *bty_test_souls_find (BtyTestSouls *self, const char *name, GError **error);
BtySoulPrompt *bty_test_souls_load (BtyTestSouls *self, const BtySoulVersion *version, GError **error);
/** bty_test_souls_count: how many events of a topic there are */
guint bty_test_souls_count (BtyTestSouls *self, const char *topic);
/** bty_test_souls_wait_number: runs the main loop until the version in use has this number, without asking the service */
void bty_test_souls_wait_number (BtyTestSouls *self, gint64 number);
BtySoul *bty_test_souls_stored (BtyTestSouls *self);
