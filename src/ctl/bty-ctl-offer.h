/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-ctl.h"

/*
 * What a word may become, printed one a line. @begun: how it begins; @prefix: what stands before it in the shell's word, such as
 * `--model=`; @describes: whether a tab and what it means follow
 */
typedef struct
{
  BtyCtl *ctl;
  const char *begun;
  const char *prefix;
  gboolean describes;
} BtyCtlOffer;

/* Offers one word, if it begins right. @meaning: (nullable) */
void bty_ctl_offer_word (const BtyCtlOffer *offer, const char *word, const char *meaning);
/* Offers the parts of a list such as `true|false`. */
void bty_ctl_offer_choices (const BtyCtlOffer *offer, const char *choices);
/* Offers what there is of a kind: what only a daemon knows, when one runs. */
void bty_ctl_offer_kind (const BtyCtlOffer *offer, BtyCtlKind kind);
/* Offers what a bot's soul has of a kind. */
void bty_ctl_offer_soul (const BtyCtlOffer *offer, BtyCtlKind kind, const char *slug);
/* Offers the fields of an operation, then their values where these are few. */
void bty_ctl_offer_fields (const BtyCtlOffer *offer, const char *operation);
/* Offers the values of a setting, where these are few. */
void bty_ctl_offer_setting_values (const BtyCtlOffer *offer, const char *name);
/* Offers files and folders; @prefix: what stands before the path in the word, such as `@` */
void bty_ctl_offer_files (const BtyCtlOffer *offer, const char *prefix);
