/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bty-test-records.h"

/* Types as plugins name them; what is in them does not matter here. */
static const BtyField stored_fields[] = { BTY_STORED_FIELDS (BTY_KEY) };
static const BtyField plain_fields[] = {
  { .name = "text", .summary = "Text", .type = BTY_FIELD_TYPE_TEXT, .offset = sizeof (BtyRecord) },
};
static BtySchema nesting_schema;
static const BtyField nesting_fields[] = {
  { .name = "inner",
    .summary = "Inner",
    .type = BTY_FIELD_TYPE_RECORD,
    .offset = sizeof (BtyRecord),
    .schema = &nesting_schema },
};

#define STORED(name_)                                                                                                  \
  {                                                                                                                    \
    .name = name_, .summary = "A thing", .size = sizeof (BtyRecord), .fields = stored_fields,                          \
    .n_fields = G_N_ELEMENTS (stored_fields), .field_size = sizeof (BtyField)                                          \
  }

static const BtySchema zoo = STORED ("zoo");
static const BtySchema zoo_animal = STORED ("zoo_animal");
static const BtySchema other_animal = STORED ("zoo_animal");
static const BtySchema a_b_animal = STORED ("a_b_animal");
static const BtySchema unfit[] = {
  STORED ("animal"), STORED ("zoological"), STORED ("Zoo"), STORED ("zoo-animal"), STORED (""), STORED ("zoo.animal"),
};
static const BtySchema unstored = { .name = "zoo_text",
                                    .summary = "A text",
                                    .size = sizeof (BtyRecord) + sizeof (char *),
                                    .fields = plain_fields,
                                    .n_fields = 1,
                                    .field_size = sizeof (BtyField) };

static void
assert_refused (BtyCatalogue *catalogue, const BtySchema *schema, const char *prefix, BtyErrorCode code,
                const char *says)
{
  const BtySchema *const both[] = { &zoo, schema };
  guint before = bty_catalogue_get_generation (catalogue);
  g_autoptr (GError) error = NULL;

  g_assert_false (bty_catalogue_add_records (catalogue, both, 2, prefix, &error));
  g_assert_error (error, BTY_ERROR, (int) code);
  if (strstr (error->message, says) == NULL)
    g_error ("“%s” is not in “%s”", says, error->message);
  g_assert_null (bty_catalogue_find_record (catalogue, "zoo")); /* all or none */
  g_assert_cmpuint (bty_catalogue_get_generation (catalogue), ==, before);
}

static void
test_add (void)
{
  g_autoptr (BtyCatalogue) catalogue = bty_catalogue_new ();
  const BtySchema *const schemas[] = { &zoo, &zoo_animal };
  const BtySchema *const dashed[] = { &a_b_animal };
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GError) error = NULL;
  guint before = bty_catalogue_get_generation (catalogue);

  g_assert_true (bty_catalogue_find_record (catalogue, "bot") == &bty_bot_schema);
  g_assert_true (bty_catalogue_add_records (catalogue, schemas, 2, "zoo", &error));
  g_assert_no_error (error);
  g_assert_true (bty_catalogue_add_records (catalogue, dashed, 1, "a-b", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (bty_catalogue_get_generation (catalogue), >, before);
  g_assert_true (bty_catalogue_find_record (catalogue, "zoo_animal") == &zoo_animal);
  list = bty_catalogue_list_records (catalogue);
  g_assert_true (g_ptr_array_find (list, &zoo, NULL) && g_ptr_array_find (list, &bty_bot_schema, NULL));
  for (guint i = 1; i < list->len; i++)
    g_assert_cmpstr (((BtySchema *) list->pdata[i - 1])->name, <, ((BtySchema *) list->pdata[i])->name);
}

static void
test_refused_names (void)
{
  g_autoptr (BtyCatalogue) catalogue = bty_catalogue_new ();

  for (guint i = 0; i < 2; i++)
    assert_refused (catalogue, &unfit[i], "zoo", BTY_ERROR_INVALID_ARGUMENT,
                    "its name must be “zoo” or begin with “zoo_”");
  for (guint i = 2; i < G_N_ELEMENTS (unfit); i++)
    assert_refused (catalogue, &unfit[i], NULL, BTY_ERROR_INVALID_ARGUMENT, "its name must be small letters");
  assert_refused (catalogue, &unstored, "zoo", BTY_ERROR_INVALID_ARGUMENT, "it cannot be kept");
  assert_refused (catalogue, NULL, "zoo", BTY_ERROR_INVALID_ARGUMENT, "its name must be small letters");
  assert_refused (catalogue, &zoo, "zoo", BTY_ERROR_INVALID_ARGUMENT, "it is in the list twice");
}

static void
test_collisions (void)
{
  static const BtySchema bot = STORED ("bot");
  static const BtySchema status = STORED ("status");
  g_autoptr (BtyCatalogue) catalogue = bty_catalogue_new ();
  const BtySchema *const animals[] = { &zoo_animal };
  const BtyOperation operation = { .name = "daemon.status",
                                   .summary = "Status",
                                   .http = "GET /status",
                                   .response = &bty_status_schema,
                                   .run = bty_call_cancel };

  assert_refused (catalogue, &bot, "bot", BTY_ERROR_INVALID_ARGUMENT,
                  "must be “bot”"); /* zoo comes first in the list */
  assert_refused (catalogue, &bot, NULL, BTY_ERROR_ALREADY_EXISTS, "there is a record type “bot” already");
  g_assert_true (bty_catalogue_add (catalogue, &operation, 1, NULL, NULL, NULL));
  assert_refused (catalogue, &status, NULL, BTY_ERROR_ALREADY_EXISTS, "there is a record type “status” already");
  g_assert_true (bty_catalogue_add_records (catalogue, animals, 1, "zoo", NULL));
  assert_refused (catalogue, &other_animal, NULL, BTY_ERROR_ALREADY_EXISTS,
                  "there is a record type “zoo_animal” already");
}

/* The same rules for what the operations of plugins speak of, however deep. */
static void
test_operations (void)
{
  g_autoptr (BtyCatalogue) catalogue = bty_catalogue_new ();
  const BtySchema *const animals[] = { &zoo_animal };
  BtyOperation operation = { .name = "zoo.open", .summary = "Open", .http = "POST /zoo", .run = bty_call_cancel };
  g_autoptr (GError) error = NULL;

  nesting_schema = (BtySchema) STORED ("zoo_animal");
  nesting_schema.fields = nesting_fields; /* it holds itself */
  nesting_schema.n_fields = 1;
  g_assert_true (bty_catalogue_add_records (catalogue, animals, 1, "zoo", NULL));
  operation.response = &nesting_schema;
  g_assert_false (bty_catalogue_add (catalogue, &operation, 1, NULL, "zoo", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS);
  g_assert_cmpstr (
    error->message, ==,
    "operation “zoo.open”: there is a record type “zoo_animal” already (“A thing”): choose another name");
  g_clear_error (&error);
  operation.response = &zoo_animal;
  g_assert_true (bty_catalogue_add (catalogue, &operation, 1, NULL, "zoo", &error));
  g_assert_no_error (error);
}

static void
test_words_of_our_own (void)
{
  g_autoptr (BtyCatalogue) catalogue = bty_catalogue_new ();
  const BtyOperation own = { .name = "bot.get", .summary = "Get", .http = "GET /bot", .run = bty_call_cancel };
  const BtyOperation theirs = { .name = "bot.feed", .summary = "Feed", .http = "POST /feed", .run = bty_call_cancel };
  const BtyOperation second = { .name = "zoo.feed", .summary = "Feed", .http = "POST /feed", .run = bty_call_cancel };
  const BtyOperation third = { .name = "zoo.wash", .summary = "Wash", .http = "POST /wash", .run = bty_call_cancel };
  g_autoptr (GError) error = NULL;

  g_assert_true (bty_catalogue_add (catalogue, &own, 1, NULL, NULL, NULL));
  g_assert_false (bty_catalogue_add (catalogue, &theirs, 1, NULL, "bot", &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS);
  g_assert_cmpstr (error->message, ==,
                   "operations that begin with “bot.” are the program's own: the plugin needs another id");
  g_assert_null (bty_catalogue_lookup (catalogue, "bot.feed", NULL));
  g_assert_true (bty_catalogue_add (catalogue, &second, 1, NULL, "zoo", NULL));
  g_assert_true (bty_catalogue_add (catalogue, &third, 1, NULL, "zoo", NULL)); /* in several steps */
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record-types/add", test_add);
  g_test_add_func ("/record-types/refused-names", test_refused_names);
  g_test_add_func ("/record-types/collisions", test_collisions);
  g_test_add_func ("/record-types/operations", test_operations);
  g_test_add_func ("/record-types/words-of-our-own", test_words_of_our_own);
  return g_test_run ();
}
