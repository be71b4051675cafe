/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "bty-metadata.h"
#include "bty-test-records.h"

static void
run_nothing (BtyCall *call)
{
  bty_call_return (call, NULL);
}

#define THING_GET                                                                                                      \
  .name = "thing.get", .summary = "Show a thing", .request = &test_thing_schema, .request_view = BTY_VIEW_KEY,         \
  .response = &test_thing_schema, .http = "GET /things/{slug}", .scope = "things:read", .effect = BTY_EFFECT_READ,     \
  .errors = BTY_ERRORS (NOT_FOUND), .run = run_nothing

static const BtyOperation operations[] = {
  { THING_GET },
  { .name = "thing.create",
    .summary = "Make a thing",
    .request = &test_thing_schema,
    .response = &test_thing_schema,
    .http = "POST /things",
    .scope = "things:write",
    .effect = BTY_EFFECT_WRITE,
    .errors = BTY_ERRORS (ALREADY_EXISTS, FAILED_PRECONDITION),
    .run = run_nothing },
};

static void
test_add (void)
{
  g_autoptr (BtyCatalogue) catalogue = bty_catalogue_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = NULL;
  gpointer service = NULL;
  guint before = bty_catalogue_get_generation (catalogue);

  g_assert_true (bty_catalogue_add (catalogue, operations, G_N_ELEMENTS (operations), catalogue, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (bty_catalogue_get_generation (catalogue), >, before);
  g_assert_true (bty_catalogue_lookup (catalogue, "thing.get", &service) == &operations[0]);
  g_assert_true (service == catalogue);
  g_assert_null (bty_catalogue_lookup (catalogue, "thing.put", &service));
  g_assert_null (service);
  list = bty_catalogue_list (catalogue);
  g_assert_cmpuint (list->len, ==, 2);
  g_assert_true (list->pdata[0] == &operations[1]);
  g_assert_true (list->pdata[1] == &operations[0]);
}

/* A plugin that is opened when it is asked for. */
typedef struct
{
  BtyCatalogue *catalogue;
  guint opened;
  gboolean fails;
} Closed;

static const BtyOperation kept[] = {
  { .name = "late.hello",
    .summary = "Says hello",
    .http = "POST /late/{slug}",
    .request = &test_thing_schema,
    .request_view = BTY_VIEW_KEY,
    .effect = BTY_EFFECT_WRITE,
    .run = run_nothing },
};
static const BtyOperation promised[] = {
  { .name = "late.hello", .summary = "Says hello", .http = "POST /late/{slug}", .effect = BTY_EFFECT_WRITE },
};

static gboolean
open_closed (gpointer data, const char *prefix, GError **error)
{
  Closed *closed = data;

  g_assert_cmpstr (prefix, ==, "late");
  closed->opened += 1;
  bty_catalogue_withdraw (closed->catalogue, prefix);
  if (!closed->fails)
    return bty_catalogue_add (closed->catalogue, kept, G_N_ELEMENTS (kept), closed, prefix, error);
  g_set_error_literal (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION, "it would not open");
  return FALSE;
}

static void
test_promise (void)
{
  g_autoptr (BtyCatalogue) catalogue = bty_catalogue_new ();
  Closed closed = { catalogue, 0, FALSE };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) known = NULL;
  g_autoptr (GPtrArray) all = NULL;
  gpointer service = NULL;
  guint generation;

  g_assert_true (bty_catalogue_promise (catalogue, promised, 1, "late", open_closed, &closed, &error));
  g_assert_no_error (error);
  generation = bty_catalogue_get_generation (catalogue);
  known = bty_catalogue_list_known (catalogue);
  g_assert_cmpuint (known->len, ==, 1);
  g_assert_null (((const BtyOperation *) known->pdata[0])->run);
  g_assert_cmpuint (closed.opened, ==, 0);
  g_assert_true (bty_catalogue_find (catalogue, "late.hello", &service, &error) == &kept[0]);
  g_assert_true (service == &closed);
  g_assert_cmpuint (closed.opened, ==, 1);
  g_assert_cmpuint (bty_catalogue_get_generation (catalogue), >, generation);
  g_assert_cmpstr (((const BtyOperation *) known->pdata[0])->http, ==, "POST /late/{slug}"); /* still valid */
  all = bty_catalogue_list (catalogue);
  g_assert_cmpuint (all->len, ==, 1);
  g_assert_true (all->pdata[0] == &kept[0]);
}

static void
test_promise_broken (void)
{
  g_autoptr (BtyCatalogue) catalogue = bty_catalogue_new ();
  Closed closed = { catalogue, 0, TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = NULL;

  g_assert_true (bty_catalogue_promise (catalogue, promised, 1, "late", open_closed, &closed, NULL));
  g_assert_null (bty_catalogue_find (catalogue, "late.hello", NULL, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_FAILED_PRECONDITION);
  g_clear_error (&error);
  g_assert_null (bty_catalogue_find (catalogue, "late.hello", NULL, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_NOT_FOUND);
  g_assert_true (bty_catalogue_promise (catalogue, promised, 1, "late", open_closed, &closed, NULL));
  all = bty_catalogue_list (catalogue);
  g_assert_cmpuint (all->len, ==, 0);
}

/* A promise takes a name and a path as an operation does, and gives them back. */
static void
test_promise_collides (void)
{
  g_autoptr (BtyCatalogue) catalogue = bty_catalogue_new ();
  Closed closed = { catalogue, 0, FALSE };
  BtyOperation other = { .name = "other.hello", .summary = "x", .http = "POST /late/{name}" };
  g_autoptr (GError) error = NULL;

  g_assert_true (bty_catalogue_promise (catalogue, promised, 1, "late", open_closed, &closed, NULL));
  g_assert_false (bty_catalogue_promise (catalogue, promised, 1, "late", open_closed, &closed, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS);
  g_clear_error (&error);
  g_assert_false (bty_catalogue_promise (catalogue, &other, 1, "other", open_closed, &closed, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS);
  g_clear_error (&error);
  g_assert_false (bty_catalogue_promise (catalogue, &other, 1, "mine", open_closed, &closed, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_INVALID_ARGUMENT);
  bty_catalogue_withdraw (catalogue, "late");
  g_assert_true (bty_catalogue_promise (catalogue, &other, 1, "other", open_closed, &closed, NULL));
  g_assert_cmpuint (closed.opened, ==, 0);
}

typedef struct
{
  BtyOperation operation;
  const char *prefix;
  BtyErrorCode code;
  const char *message;
} Refusal;

#define WITH(...)                                                                                                      \
  {                                                                                                                    \
    .run = run_nothing, .summary = "Do it", .name = "x.do", .http = "POST /x", __VA_ARGS__                             \
  }

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
#ifdef __clang__
#pragma GCC diagnostic ignored "-Winitializer-overrides"
#endif
static const Refusal refusals[] = {
  { WITH (.name = NULL), NULL, BTY_ERROR_INVALID_ARGUMENT,
    "operation “”: its name must be small words with a dot between them, such as “bot.create”" },
  { WITH (.name = "do"), NULL, BTY_ERROR_INVALID_ARGUMENT,
    "operation “do”: its name must be small words with a dot between them, such as “bot.create”" },
  { WITH (.name = "x..do"), NULL, BTY_ERROR_INVALID_ARGUMENT,
    "operation “x..do”: its name must be small words with a dot between them, such as “bot.create”" },
  { WITH (.name = "x.Do"), NULL, BTY_ERROR_INVALID_ARGUMENT,
    "operation “x.Do”: its name must be small words with a dot between them, such as “bot.create”" },
  { WITH (.name = "thing.get"), NULL, BTY_ERROR_ALREADY_EXISTS, "there is an operation “thing.get” already" },
  { WITH (.http = "GET /things/{name}", .request = &test_thing_schema), NULL, BTY_ERROR_ALREADY_EXISTS,
    "operation “x.do”: “GET /things/{name}” is taken by “thing.get”" },
  { WITH (.http = "GET /x/{hue}", .request = &test_thing_schema), NULL, BTY_ERROR_INVALID_ARGUMENT,
    "operation “x.do”: its path has {hue}, which is no field of its request" },
  { WITH (.http = "GET /x/{id"), NULL, BTY_ERROR_INVALID_ARGUMENT, "operation “x.do”: a label in its path has no end" },
  { WITH (.http = "GRAB /x"), NULL, BTY_ERROR_INVALID_ARGUMENT,
    "operation “x.do”: its http must be a verb and a path, such as “GET /bots/{slug}”" },
  { WITH (.http = NULL), NULL, BTY_ERROR_INVALID_ARGUMENT,
    "operation “x.do”: its http must be a verb and a path, such as “GET /bots/{slug}”" },
  { WITH (.summary = NULL), NULL, BTY_ERROR_INVALID_ARGUMENT, "operation “x.do”: it has no summary" },
  { WITH (.run = NULL), NULL, BTY_ERROR_INVALID_ARGUMENT, "operation “x.do”: it has no function to run" },
  { WITH (.name = "xy.do"), "x", BTY_ERROR_INVALID_ARGUMENT, "operation “xy.do”: its name must begin with “x.”" },
};
#pragma GCC diagnostic pop

/* The good one before each bad one must not be added either. */
static void
test_refused (void)
{
  g_autoptr (BtyCatalogue) catalogue = bty_catalogue_new ();

  g_assert_true (bty_catalogue_add (catalogue, operations, G_N_ELEMENTS (operations), NULL, NULL, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      BtyOperation both[2] = { { .name = "x.good", .summary = "Good", .http = "POST /good", .run = run_nothing } };
      guint generation = bty_catalogue_get_generation (catalogue);
      g_autoptr (GError) error = NULL;

      both[1] = refusals[i].operation;
      g_assert_false (bty_catalogue_add (catalogue, both, 2, NULL, refusals[i].prefix, &error));
      g_assert_error (error, BTY_ERROR, (int) refusals[i].code);
      g_assert_cmpstr (error->message, ==, refusals[i].message);
      g_assert_null (bty_catalogue_lookup (catalogue, "x.good", NULL));
      g_assert_cmpuint (bty_catalogue_get_generation (catalogue), ==, generation);
    }
}

static void
test_twice_in_one_table (void)
{
  g_autoptr (BtyCatalogue) catalogue = bty_catalogue_new ();
  const BtyOperation twice[] = { { THING_GET }, { THING_GET } };
  g_autoptr (GError) error = NULL;

  g_assert_false (bty_catalogue_add (catalogue, twice, 2, NULL, NULL, &error));
  g_assert_error (error, BTY_ERROR, BTY_ERROR_ALREADY_EXISTS);
}

static void
test_metadata (void)
{
  bty_metadata_check_schema (&test_thing_schema);
  bty_metadata_check_schema (&test_item_schema);
  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    bty_metadata_check_operation (&operations[i]);
}

/* The tables of the library itself. */
static void
test_library_metadata (void)
{
  const BtySchema *schemas[] = {
    &bty_bot_schema,
    &bty_completion_answer_schema,
    &bty_completion_item_schema,
    &bty_completion_request_schema,
    &bty_completion_target_schema,
    &bty_embedding_request_schema,
    &bty_event_schema,
    &bty_idempotency_schema,
    &bty_message_schema,
    &bty_model_schema,
    &bty_provider_config_schema,
    &bty_session_schema,
  };

  for (guint i = 0; i < G_N_ELEMENTS (schemas); i++)
    bty_metadata_check_schema (schemas[i]);
}

typedef struct
{
  BtyField field;
  const char *fault;
} FieldFault;

static const BtyEnumValue twice[] = { { 1, "a", "A" }, { 2, "a", "B" }, { 0 } };

#define FIELD(...)                                                                                                     \
  {                                                                                                                    \
    .name = "good", .summary = "Good", .type = BTY_FIELD_TYPE_STRING, .offset = sizeof (BtyRecord), __VA_ARGS__        \
  }

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
#ifdef __clang__
#pragma GCC diagnostic ignored "-Winitializer-overrides"
#endif
static const FieldFault field_faults[] = {
  { FIELD (.flags = 0), NULL },
  { FIELD (.name = "notGood"), "name is not snake_case" },
  { FIELD (.name = "not__good"), "name is not snake_case" },
  { FIELD (.summary = NULL), "no summary" },
  { FIELD (.summary = "Good."), "no summary" },
  { FIELD (.offset = 4096), "outside of the struct" },
  { FIELD (.offset = 0), "outside of the struct" },
  { FIELD (.type = BTY_FIELD_TYPE_ENUM), "an enum has values" },
  { FIELD (.type = BTY_FIELD_TYPE_ENUM, .values = twice), "there twice" },
  { FIELD (.type = BTY_FIELD_TYPE_RECORD), "records have a schema" },
  { FIELD (.min = 5, .max = 4), "least is more" },
  { FIELD (.flags = BTY_REQUIRED | BTY_NULLABLE), "both required and nullable" },
  { FIELD (.flags = 1 << 20), "a flag that there is not" },
  { FIELD (.flags = BTY_READ_ONLY | BTY_CREATE_ONLY), "read-only, and" },
  { FIELD (.flags = BTY_UNIQUE), "unique without" },
  { FIELD (.type = BTY_FIELD_TYPE_SECRET), "a secret is write-only" },
  { FIELD (.fallback = "7"), "fallback is refused" },
  { FIELD (.fallback = "\"x\"", .flags = BTY_READ_ONLY), "nothing gives it" },
};

static const struct
{
  BtyOperation operation;
  const char *fault;
} operation_faults[] = {
  { { THING_GET, .name = "get" }, "not noun.verb" },
  { { THING_GET, .summary = "Show it." }, "no summary" },
  { { THING_GET, .http = "SHOW /things" }, "not a known verb" },
  { { THING_GET, .http = "GET things" }, "does not begin with a slash" },
  { { THING_GET, .http = "GET /things/{name}" }, "not required in the view" },
  { { THING_GET, .http = "GET /things/{revision}" }, "not required in the view" },
  { { THING_GET, .http = "GET /things/{hue}" }, "no field of its request" },
  { { THING_GET, .http = "GET /things/{slug" }, "has no end" },
  { { THING_GET, .scope = "things" }, "scope is not" },
  { { THING_GET, .scope = "things:destroy" }, "scope is not" },
  { { THING_GET, .effect = BTY_EFFECT_WRITE }, "changes something by GET" },
  { { THING_GET, .effect = BTY_EFFECT_STREAMING }, "either read" },
  { { THING_GET, .effect = BTY_EFFECT_READ | BTY_EFFECT_STREAMING }, "items of no type" },
  { { THING_GET, .errors = (const BtyErrorCode[]){ 99, BTY_ERRORS_END } }, "not in the table" },
  { { THING_GET, .run = NULL }, "no function" },
  { { THING_GET, .model_text = "" }, "told nothing" },
  { { THING_GET, .request_view = BTY_VIEW_READ }, "view of an answer" },
};
#pragma GCC diagnostic pop

static void
assert_fault (const char *fault, const char *expected)
{
  if (expected == NULL)
    g_assert_cmpstr (fault, ==, NULL);
  else if (fault == NULL || strstr (fault, expected) == NULL)
    g_error ("expected a fault with “%s”, got “%s”", expected, fault);
}

static void
test_metadata_faults (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (field_faults); i++)
    {
      BtySchema schema = { .name = "bad",
                           .summary = "Bad",
                           .size = sizeof (BtyRecord) + 8,
                           .fields = &field_faults[i].field,
                           .n_fields = 1,
                           .field_size = sizeof (BtyField) };
      g_autofree char *fault = bty_metadata_schema_fault (&schema);

      assert_fault (fault, field_faults[i].fault);
    }
  for (guint i = 0; i < G_N_ELEMENTS (operation_faults); i++)
    {
      g_autofree char *fault = bty_metadata_operation_fault (&operation_faults[i].operation);

      assert_fault (fault, operation_faults[i].fault);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/catalogue/add", test_add);
  g_test_add_func ("/catalogue/promise", test_promise);
  g_test_add_func ("/catalogue/promise-broken", test_promise_broken);
  g_test_add_func ("/catalogue/promise-collides", test_promise_collides);
  g_test_add_func ("/catalogue/refused", test_refused);
  g_test_add_func ("/catalogue/twice-in-one-table", test_twice_in_one_table);
  g_test_add_func ("/catalogue/metadata", test_metadata);
  g_test_add_func ("/catalogue/library-metadata", test_library_metadata);
  g_test_add_func ("/catalogue/metadata-faults", test_metadata_faults);
  return g_test_run ();
}
