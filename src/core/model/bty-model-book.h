/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <boternity.h>

#include "bty-settings.h"

/**
 * BtyModelBook:
 *
 * What is known of models before they are asked: windows, abilities and prices, from the owner's own notes, from what a provider
 * says of itself, from the list that came with the program, in this order; and how many tokens a text becomes. Reads nothing from
 * disk before it is first asked. Main context.
 */
#define BTY_TYPE_MODEL_BOOK (bty_model_book_get_type ())
G_DECLARE_FINAL_TYPE (BtyModelBook, bty_model_book, BTY, MODEL_BOOK, GObject)

BtyModelBook *bty_model_book_new (BtySettings *settings, const char *data_dir);

/**
 * bty_model_book_look:
 * @provider: the provider's record
 * @model: the model's own name
 * @reported: (nullable): what the provider says of it
 *
 * Returns: (transfer full): what is to be counted on: all fields filled in, prices never null: when nobody knows them they are the
 *   dearest that are known, and @pricing says so
 */
BtyModel *bty_model_book_look (BtyModelBook *book, const BtyProviderConfig *provider, const char *model,
                               const BtyModel *reported);

/** bty_model_book_describe: as bty_model_book_look(), but for telling people: keeps nothing in mind, gives no notice of unknown prices */
BtyModel *bty_model_book_describe (BtyModelBook *book, const BtyProviderConfig *provider, const char *model,
                                   const BtyModel *reported);

/** bty_model_can: Returns: whether @model has @ability, such as `vision`; what nobody knows of a model is not denied */
gboolean bty_model_can (const BtyModel *model, const char *ability);

/** bty_model_cost: Returns: micro-dollars for @usage at the prices of @model, rounded up; a count below 0 is taken as 0 */
gint64 bty_model_cost (const BtyModel *model, const BtyUsage *usage);

/**
 * bty_model_bill:
 * @usage: of a call that is over
 * @pricing: (out): where the cost comes from
 *
 * Returns: micro-dollars: what the service itself says that it took, else bty_model_cost()
 */
gint64 bty_model_bill (const BtyModel *model, const BtyUsage *usage, BtyPricing *pricing);

/** bty_model_doubt: by which part a count of its tokens may be too small */
double bty_model_doubt (const BtyModel *model);

/**
 * bty_model_book_note_bill:
 * @provider: its name
 * @model: the model's own name
 * @cost: micro-dollars that a call was billed with
 *
 * A call that was taken to cost nothing was billed: from now on nothing of @provider is free only because of where it runs, and a call of
 * @model has to find money, whatever its prices are.
 */
void bty_model_book_note_bill (BtyModelBook *book, const char *provider, const char *model, gint64 cost);

/**
 * bty_model_book_count:
 * @model: of bty_model_book_look()
 * @text: (array length=length): what is to be sent, or has come
 *
 * Returns: tokens that @text probably becomes: counted with the family's own pieces where they are installed, else from its bytes,
 *   as calls so far have shown it
 */
gint64 bty_model_book_count (BtyModelBook *book, const BtyModel *model, const char *text, gsize length);

/** bty_model_book_learn: a call that was thought to have @estimated input tokens had @reported, by the wire */
void bty_model_book_learn (BtyModelBook *book, const BtyModel *model, gint64 estimated, gint64 reported);

/** bty_model_book_set: Returns: (transfer full) (nullable): what the owner says of the model now; writes a file */
BtyModel *bty_model_book_set (BtyModelBook *book, const BtyModelSet *set, GError **error);
/** bty_model_book_unset: @name: as it was set */
gboolean bty_model_book_unset (BtyModelBook *book, const char *name, GError **error);
/**
 * bty_model_book_update:
 * @text: a list of a vendor's models; an older one than that which is there is refused
 * @dry_run: only compares
 *
 * Returns: (transfer full) (element-type BtyModelChange) (nullable): what changes
 */
GPtrArray *bty_model_book_update (BtyModelBook *book, const char *text, gboolean dry_run, GError **error);
/** bty_model_book_forget: all lists are read anew when they are next needed */
void bty_model_book_forget (BtyModelBook *book);
/** bty_model_book_set_shipped: the program's lists are in @folder: for tests */
void bty_model_book_set_shipped (BtyModelBook *book, const char *folder);
