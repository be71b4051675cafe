/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bty-error.h"
#include "bty-schema.h"

G_BEGIN_DECLS

typedef struct _BtyCall BtyCall;
typedef struct _BtyOperation BtyOperation;

/**
 * BtyEffect:
 * @BTY_EFFECT_READ: changes nothing
 * @BTY_EFFECT_WRITE: changes something
 * @BTY_EFFECT_DESTRUCTIVE: takes something away
 * @BTY_EFFECT_IDEMPOTENT: twice is as good as once
 * @BTY_EFFECT_STREAMING: its items come over time; without it they are a list, handed over whole
 * @BTY_EFFECT_ENDLESS: it streams until the caller or the daemon goes: it has no deadline unless the caller names one, is no work that
 *   anyone waits for, and cannot be handed over whole
 * @BTY_EFFECT_APPROVAL: a person's decision on what somebody else asked for
 * @BTY_EFFECT_SECRET: its answer holds a secret: it is kept for no idempotency key
 */
typedef enum
{
  BTY_EFFECT_READ = 1 << 0,
  BTY_EFFECT_WRITE = 1 << 1,
  BTY_EFFECT_DESTRUCTIVE = 1 << 2,
  BTY_EFFECT_IDEMPOTENT = 1 << 3,
  BTY_EFFECT_STREAMING = 1 << 4,
  BTY_EFFECT_ENDLESS = 1 << 5,
  BTY_EFFECT_APPROVAL = 1 << 6,
  BTY_EFFECT_SECRET = 1 << 7,
} BtyEffect;

/**
 * BtyOperation:
 * @name: `noun.verb`
 * @summary: one line for people, marked with N_()
 * @request: (nullable): record of the request; %NULL: it takes nothing
 * @request_view: the side of @request that is asked for
 * @item: (nullable): record of an item, for lists and streams
 * @response: (nullable): record of the answer
 * @http: verb and path; `{label}` is a field of the request; the door adds its prefix
 * @scope: (nullable): what the caller needs; %NULL: open to everyone
 * @effect: #BtyEffect flags
 * @errors: codes it can give besides those that any operation can (INVALID_ARGUMENT, UNAUTHENTICATED, PERMISSION_DENIED,
 *   FAILED_PRECONDITION, RESOURCE_EXHAUSTED, CANCELLED, DEADLINE_EXCEEDED, UNAVAILABLE, DATA_LOSS, INTERNAL), written with BTY_ERRORS()
 * @model_text: (nullable): what a model is told of it; %NULL: it is not offered to models
 * @run: carries it out: emits items, then returns or fails the call, once, now or later; main context
 *
 * What the platform can do: static and const. Everything reachable from outside is one of these, on every door.
 */
struct _BtyOperation
{
  const char *name;
  const char *summary;
  const BtySchema *request;
  BtyView request_view;
  const BtySchema *item;
  const BtySchema *response;
  const char *http;
  const char *scope;
  guint effect;
  const BtyErrorCode *errors;
  const char *model_text;
  void (*run) (BtyCall *call);
  gpointer reserved[6];
};

/* clang-format off */
#define BTY_ERRORS_END ((BtyErrorCode) -1)
#define BTY_ERRORS_1_(a)      BTY_ERROR_##a
#define BTY_ERRORS_2_(a, ...) BTY_ERROR_##a, BTY_ERRORS_1_ (__VA_ARGS__)
#define BTY_ERRORS_3_(a, ...) BTY_ERROR_##a, BTY_ERRORS_2_ (__VA_ARGS__)
#define BTY_ERRORS_4_(a, ...) BTY_ERROR_##a, BTY_ERRORS_3_ (__VA_ARGS__)
#define BTY_ERRORS_5_(a, ...) BTY_ERROR_##a, BTY_ERRORS_4_ (__VA_ARGS__)
#define BTY_ERRORS_6_(a, ...) BTY_ERROR_##a, BTY_ERRORS_5_ (__VA_ARGS__)
#define BTY_ERRORS_7_(a, ...) BTY_ERROR_##a, BTY_ERRORS_6_ (__VA_ARGS__)
#define BTY_ERRORS_8_(a, ...) BTY_ERROR_##a, BTY_ERRORS_7_ (__VA_ARGS__)
#define BTY_ERRORS_PICK_(a, b, c, d, e, f, g, h, pick, ...) pick
/** BTY_ERRORS: one to eight codes without their prefix, as a list that ends with %BTY_ERRORS_END */
#define BTY_ERRORS(...) \
  (const BtyErrorCode[]) { BTY_ERRORS_PICK_ (__VA_ARGS__, BTY_ERRORS_8_, BTY_ERRORS_7_, BTY_ERRORS_6_, BTY_ERRORS_5_, BTY_ERRORS_4_, \
                                             BTY_ERRORS_3_, BTY_ERRORS_2_, BTY_ERRORS_1_, 0) (__VA_ARGS__), BTY_ERRORS_END }
/* clang-format on */

G_END_DECLS
