// SPDX-License-Identifier: LGPL-2.1-or-later
// What the methods stand on: requests, retries, pages, streams and errors. No dependencies; browsers and Node 20 or later.

/** An operation as the client needs to know it. */
export interface BoternityOperation {
  readonly name: string;
  readonly method: string;
  /** Path below `/api/v1`; `{label}` is a member of the request. */
  readonly path: string;
  readonly kind: "call" | "list" | "stream";
  /** What the token must allow. */
  readonly scope: string;
  /** Whether it changes nothing, or is as good twice as once. */
  readonly repeatable: boolean;
  /** Whether the request's `revision` becomes `If-Match`. */
  readonly revision: boolean;
  /** Whether a stream goes on after the item that `Last-Event-ID` names. */
  readonly after: boolean;
  /** Whether a stream goes on until somebody leaves: it ends only because the daemon stops. */
  readonly endless: boolean;
  /** Whether the next page is asked for with `cursor`. */
  readonly cursor: boolean;
}

/** What a client is made with. */
export interface BoternityOptions {
  /** Where the daemon is, such as `http://127.0.0.1:7717`. In a page: where the page is from. */
  baseUrl?: string;
  /** What `boternity-ctl token` prints, or a function that gives it. */
  token?: string | (() => string | Promise<string>);
  /** In place of the global `fetch`. */
  fetch?: typeof fetch;
  /** How often a request or a broken stream is tried again, in a row; 5 unless given. */
  retries?: number;
  /** Pause before the first retry; it doubles with each one more; 200 ms unless given. */
  backoffMs?: number;
  /** The longest pause between tries, also when the daemon asks for more; 10000 ms unless given. */
  maxBackoffMs?: number;
  /** A stream silent for longer is taken for broken; 60000 ms unless given. The daemon sends a sign of life every 15000 ms. */
  idleTimeoutMs?: number;
}

/** What a single call may add. */
export interface BoternityCallOptions {
  /** Stops waiting; what was asked for may have been done. */
  signal?: AbortSignal;
  /** Makes the call depend on the record having this revision still: else it fails with code ABORTED. */
  ifMatch?: number | { readonly revision?: number };
  /** One is made for each write: give your own to make it outlive this program. */
  idempotencyKey?: string;
  /** In place of the client's own. */
  retries?: number;
  /** How long the daemon may take, in whole seconds. */
  timeoutSeconds?: number;
}

/** RFC 9457: what the daemon says of a failure. */
export interface BoternityProblem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  code: BoternityErrorCode;
}

/** Why a call failed: `message` is for people, `code` for programs. */
export class BoternityError extends Error {
  override readonly name: string = "BoternityError";
  readonly code: BoternityErrorCode;
  /** HTTP status; 0: no answer came. */
  readonly status: number;
  /** The daemon's own words, if it spoke. */
  readonly problem: BoternityProblem | undefined;
  /** Name of the operation. */
  readonly operation: string;

  constructor(operation: string, code: BoternityErrorCode, status: number, message: string, problem?: BoternityProblem, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.operation = operation;
    this.code = code;
    this.status = status;
    this.problem = problem;
  }
}

/** No answer, or one that broke off: the daemon is not there, or the way to it is not. */
export class BoternityConnectionError extends BoternityError {
  override readonly name = "BoternityConnectionError";

  constructor(operation: string, message: string, cause?: unknown) {
    super(operation, "UNAVAILABLE", 0, message, undefined, cause);
  }
}

type BoternityFields = { [name: string]: unknown };

interface BoternityPage {
  next_cursor?: string;
}

/** How an answer reaches its caller. */
interface BoternityTry {
  readonly operation: BoternityOperation;
  readonly request: BoternityFields;
  readonly options: BoternityCallOptions;
  readonly key: string | undefined;
}

const boternityMaxEventBytes = 64 * 1024 * 1024;
const boternityRetryStatuses: readonly number[] = [429, 502, 503, 504];

function boternityRandomKey(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function boternityPause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

function boternityIsObject(value: unknown): value is BoternityFields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Where an endless stream stood when the daemon stopped, before any item came. */
function boternityPlace(end: unknown): string | undefined {
  const place = boternityIsObject(end) ? end["next_cursor"] : undefined;
  return typeof place === "string" ? place : undefined;
}

function boternityReadProblem(value: unknown): BoternityProblem | undefined {
  if (!boternityIsObject(value) || typeof value["code"] !== "string" || typeof value["status"] !== "number") return undefined;
  return value as unknown as BoternityProblem;
}

function boternityProblemError(operation: string, problem: BoternityProblem): BoternityError {
  return new BoternityError(operation, problem.code, problem.status, problem.detail ?? problem.title, problem);
}

/** How long the daemon asked to wait, for errors that said so. */
const boternityWaits = new WeakMap<BoternityError, number>();
/** Errors that ended a stream. True: the daemon was stopping; false: the operation itself failed, and is not tried again. */
const boternityStops = new WeakMap<BoternityError, boolean>();

function boternityParse(operation: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new BoternityError(operation, "INTERNAL", 200, "the daemon's answer is no JSON", undefined, cause);
  }
}

/** One event of a stream. */
interface BoternityEvent {
  readonly id: string | undefined;
  readonly name: string;
  readonly data: string;
}

/** Reads server-sent events as the HTML standard says. */
class BoternityEventReader {
  #text = "";
  #name = "";
  #id: string | undefined;
  #data: string[] = [];
  #size = 0;
  #start = true;
  /** Milliseconds that the daemon asks to wait before coming back. */
  retryMs: number | undefined;

  *feed(piece: string): Generator<BoternityEvent> {
    this.#text += this.#start && piece.startsWith("\uFEFF") ? piece.slice(1) : piece;
    this.#start = this.#start && piece === "";
    if (this.#text.length + this.#size > boternityMaxEventBytes) throw new RangeError("an event of the stream is too large");
    let from = 0;
    for (;;) {
      const rest = /\r\n|\n|\r(?!$)/g;
      rest.lastIndex = from;
      const found = rest.exec(this.#text);
      if (found === null) break;
      const event = this.#line(this.#text.slice(from, found.index));
      from = rest.lastIndex;
      if (event !== undefined) yield event;
    }
    this.#text = this.#text.slice(from);
  }

  #line(line: string): BoternityEvent | undefined {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") {
      this.#data.push(value);
      this.#size += value.length;
    } else if (field === "event") this.#name = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    else if (field === "retry" && /^[0-9]{1,9}$/.test(value)) this.retryMs = Number(value);
    return undefined;
  }

  #dispatch(): BoternityEvent | undefined {
    const event = { id: this.#id, name: this.#name === "" ? "message" : this.#name, data: this.#data.join("\n") };
    const empty = this.#data.length === 0;
    this.#name = "";
    this.#data = [];
    this.#size = 0;
    return empty ? undefined : event;
  }
}

/**
 * The items of a list. Awaited it is the first page; with `for await` it is every item of every page.
 */
export class BoternityList<Item, Page extends object> implements PromiseLike<Page & { items: Item[] }>, AsyncIterable<Item> {
  readonly #ask: (cursor: string | undefined) => Promise<Page & { items: Item[] }>;
  readonly #follows: boolean;

  constructor(ask: (cursor: string | undefined) => Promise<Page & { items: Item[] }>, follows: boolean) {
    this.#ask = ask;
    this.#follows = follows;
  }

  then<A = Page & { items: Item[] }, B = never>(
    done?: ((page: Page & { items: Item[] }) => A | PromiseLike<A>) | null,
    failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#ask(undefined).then(done, failed);
  }

  /** Page after page, each asked for when the one before has been used. */
  async *pages(): AsyncGenerator<Page & { items: Item[] }, void, undefined> {
    let cursor: string | undefined;
    do {
      const page: Page & { items: Item[] } = await this.#ask(cursor);
      const next = (page as BoternityPage).next_cursor;
      yield page;
      if (next !== undefined && next === cursor) throw new RangeError("the daemon gave the same page twice");
      cursor = this.#follows ? next : undefined;
    } while (cursor !== undefined && cursor !== "");
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const page of this.pages()) yield* page.items;
  }
}

/**
 * The items of a stream, each once, also when the connection breaks on the way. Nothing is asked for before the first item is
 * wanted; leaving the loop lets go of the connection.
 */
export class BoternityStream<Item, End> implements AsyncIterable<Item> {
  readonly #open: (stream: BoternityStream<Item, End>) => AsyncGenerator<Item, End, undefined>;
  #items: AsyncGenerator<Item, End, undefined> | undefined;
  /** The answer that stands at the end; undefined before. */
  end: End | undefined;
  /** Number of the last item that was yielded. */
  lastEventId: string | undefined;
  /** How often the connection was made again. */
  reconnects = 0;

  constructor(open: (stream: BoternityStream<Item, End>) => AsyncGenerator<Item, End, undefined>) {
    this.#open = open;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, End, undefined> {
    if (this.#items !== undefined) throw new TypeError("a stream can be read once");
    this.#items = this.#open(this);
    this.end = yield* this.#items;
    return this.end;
  }

  /** Reads to the end and gives the answer that stands there. */
  async finish(): Promise<End> {
    const items = this[Symbol.asyncIterator]();
    for (;;) {
      const next = await items.next();
      if (next.done === true) return next.value;
    }
  }
}

/** Asks a daemon: what the class of all operations is made of. */
export class BoternityClient {
  readonly #base: string;
  readonly #fetch: typeof fetch;
  readonly #token: BoternityOptions["token"];
  readonly #retries: number;
  readonly #backoffMs: number;
  readonly #maxBackoffMs: number;
  readonly #idleTimeoutMs: number;

  constructor(options: BoternityOptions = {}) {
    const here = (globalThis as { location?: { origin?: string } }).location?.origin;
    const base = options.baseUrl ?? here;
    if (base === undefined || base === "null") throw new TypeError("baseUrl is needed, such as http://127.0.0.1:7717");
    this.#base = base.replace(/\/+$/, "") + "/api/v1";
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#token = options.token;
    this.#retries = options.retries ?? 5;
    this.#backoffMs = options.backoffMs ?? 200;
    this.#maxBackoffMs = options.maxBackoffMs ?? 10000;
    this.#idleTimeoutMs = options.idleTimeoutMs ?? 60000;
  }

  /** Carries out an operation that answers once. */
  protected async runCall<Answer>(operation: BoternityOperation, request: object, options: BoternityCallOptions = {}): Promise<Answer> {
    const attempt = this.#prepare(operation, request, options);
    return (await this.#ask(attempt)) as Answer;
  }

  protected runList<Item, Page extends object>(
    operation: BoternityOperation, request: object, options: BoternityCallOptions = {},
  ): BoternityList<Item, Page> {
    return new BoternityList<Item, Page>(
      (cursor) => this.runCall(operation, cursor === undefined ? request : { ...request, cursor }, options), operation.cursor);
  }

  protected runStream<Item, End>(operation: BoternityOperation, request: object, options: BoternityCallOptions = {}): BoternityStream<Item, End> {
    return new BoternityStream<Item, End>((stream) => this.#readStream(this.#prepare(operation, request, options), stream));
  }

  #prepare(operation: BoternityOperation, request: object, options: BoternityCallOptions): BoternityTry {
    const writes = operation.method !== "GET";
    return { operation, request: { ...request }, options, key: options.idempotencyKey ?? (writes ? boternityRandomKey() : undefined) };
  }

  async #headers(attempt: BoternityTry, accept: string, after: string | undefined): Promise<Headers> {
    const { operation, request, options, key } = attempt;
    const headers = new Headers({ Accept: accept });
    const token = typeof this.#token === "function" ? await this.#token() : this.#token;
    const given = typeof options.ifMatch === "object" ? options.ifMatch.revision : options.ifMatch;
    const revision = given ?? (operation.revision ? request["revision"] : undefined);

    if (token !== undefined) headers.set("Authorization", "Bearer " + token);
    if (key !== undefined) headers.set("Idempotency-Key", key);
    if (typeof revision === "number" && operation.method !== "GET") headers.set("If-Match", `"${revision}"`);
    if (options.timeoutSeconds !== undefined) headers.set("X-Request-Timeout", String(options.timeoutSeconds));
    if (after !== undefined) headers.set("Last-Event-ID", after);
    return headers;
  }

  /** The address, and what of the request is left for the body. */
  #place(attempt: BoternityTry): [string, BoternityFields] {
    const { operation } = attempt;
    const rest: BoternityFields = { ...attempt.request };
    if (operation.revision && operation.method !== "GET") delete rest["revision"];
    const path = operation.path.replace(/\{([^}]*)\}/g, (_, label: string) => {
      const value = rest[label];
      delete rest[label];
      // A path with a dot for a name would be another path.
      if (value === undefined || value === null || value === "" || value === "." || value === "..")
        throw new BoternityError(operation.name, "INVALID_ARGUMENT", 0, `the request needs a “${label}”`);
      return encodeURIComponent(String(value));
    });
    if (operation.method !== "GET" && operation.method !== "DELETE") return [this.#base + path, rest];
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(rest))
      if (value !== undefined) query.set(name, Array.isArray(value) ? value.join(",") : String(value));
    return [this.#base + path + (query.size > 0 ? "?" + query.toString() : ""), {}];
  }

  async #send(attempt: BoternityTry, accept: string, after: string | undefined, signal: AbortSignal | undefined): Promise<Response> {
    const { method, name } = attempt.operation;
    const [address, body] = this.#place(attempt);
    const headers = await this.#headers(attempt, accept, after);
    const init: RequestInit = { method, headers, redirect: "error", cache: "no-store", signal: signal ?? null };
    if (method !== "GET" && method !== "DELETE") {
      headers.set("Content-Type", "application/json");
      init.body = JSON.stringify(body);
    }
    let response: Response;
    try {
      response = await this.#fetch(address, init);
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw new BoternityConnectionError(name, `the daemon at ${this.#base} cannot be reached`, cause);
    }
    if (response.ok) return response;
    throw await this.#readFailure(name, response);
  }

  async #readFailure(operation: string, response: Response): Promise<BoternityError> {
    let problem: BoternityProblem | undefined;
    try {
      problem = boternityReadProblem(JSON.parse(await response.text()));
    } catch {
      problem = undefined;
    }
    const error = problem === undefined
      ? new BoternityError(operation, response.status < 500 ? "INTERNAL" : "UNAVAILABLE", response.status,
                           `the daemon answered with HTTP status ${response.status} and no reason`)
      : new BoternityError(operation, problem.code, response.status, problem.detail ?? problem.title, problem);
    const wait = response.headers.get("Retry-After");
    if (wait !== null && /^[0-9]{1,6}$/.test(wait)) boternityWaits.set(error, Number(wait) * 1000);
    return error;
  }

  /** The whole of an answer. */
  async #readText(attempt: BoternityTry, response: Response): Promise<string> {
    const { signal } = attempt.options;
    try {
      return await response.text();
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw new BoternityConnectionError(attempt.operation.name, "the connection broke within the answer", cause);
    }
  }

  #mayRetry(attempt: BoternityTry, error: unknown): error is BoternityError {
    if (!(error instanceof BoternityError) || !(attempt.operation.repeatable || attempt.key !== undefined)) return false;
    const isStop = boternityStops.get(error);
    if (isStop !== undefined) return isStop && (error.code === "UNAVAILABLE" || error.code === "CANCELLED");
    return error instanceof BoternityConnectionError || boternityRetryStatuses.includes(error.status);
  }

  /** Doubles with each try, with a random part so that many clients do not come back at once. */
  async #wait(tries: number, least: number, signal: AbortSignal | undefined): Promise<void> {
    const pause = Math.max(least, this.#backoffMs * 2 ** tries) * (0.75 + Math.random() / 2);
    await boternityPause(Math.min(pause, this.#maxBackoffMs), signal);
  }

  /** One request and its answer, tried again where that is safe. */
  async #ask(attempt: BoternityTry): Promise<unknown> {
    const most = attempt.options.retries ?? this.#retries;
    const { signal } = attempt.options;
    for (let tries = 0; ; tries++) {
      try {
        const response = await this.#send(attempt, "application/json", undefined, signal);
        const text = await this.#readText(attempt, response);
        return text === "" ? undefined : boternityParse(attempt.operation.name, text);
      } catch (error) {
        if (tries >= most || !this.#mayRetry(attempt, error)) throw error;
        await this.#wait(tries, boternityWaits.get(error) ?? 0, signal);
      }
    }
  }

  /**
   * A stream that broke is asked for again with the number of the last item: the daemon goes on after it where the operation takes
   * `after`, and where the Idempotency-Key says which call is meant. The same when the daemon stops: the next one goes on.
   */
  async *#readStream<Item, End>(attempt: BoternityTry, stream: BoternityStream<Item, End>): AsyncGenerator<Item, End, undefined> {
    const most = attempt.options.retries ?? this.#retries;
    for (let tries = 0, least = 0; ; tries++) {
      try {
        const events = this.#readEvents(attempt, stream.lastEventId, (milliseconds) => (least = milliseconds));
        for await (const event of events) {
          tries = 0;
          if (event.name === "end") {
            const end = boternityParse(attempt.operation.name, event.data);
            if (!attempt.operation.endless) return end as End;
            stream.lastEventId ??= boternityPlace(end);
            break;
          }
          const item = boternityParse(attempt.operation.name, event.data) as Item;
          if (event.id !== undefined) stream.lastEventId = event.id;
          yield item;
        }
        throw new BoternityConnectionError(attempt.operation.name, "the stream broke off before its end");
      } catch (error) {
        const goesOn = attempt.operation.after || attempt.key !== undefined || stream.lastEventId === undefined;
        if (tries >= most || !goesOn || !this.#mayRetry(attempt, error)) throw error;
        await this.#wait(tries, Math.max(least, boternityWaits.get(error) ?? 0), attempt.options.signal);
        stream.reconnects++;
      }
    }
  }

  /** The events of one connection: `item` and at last `end`; `error` is thrown. */
  async *#readEvents(attempt: BoternityTry, after: string | undefined, onRetry: (milliseconds: number) => void): AsyncGenerator<BoternityEvent> {
    const { name } = attempt.operation;
    const stop = new AbortController();
    const outer = attempt.options.signal;
    const onAbort = () => stop.abort(outer?.reason);
    if (outer?.aborted) onAbort();
    outer?.addEventListener("abort", onAbort, { once: true });
    try {
      const response = await this.#send(attempt, "text/event-stream", after, stop.signal);
      if (response.body === null || !(response.headers.get("Content-Type") ?? "").startsWith("text/event-stream"))
        throw new BoternityError(name, "INTERNAL", response.status, "the daemon's answer is no stream");
      const reader = new BoternityEventReader();
      let isStopping = false;
      for await (const piece of this.#readPieces(name, response.body, outer)) {
        for (const event of reader.feed(piece)) {
          if (event.name === "stopping") isStopping = true;
          if (event.name === "error") throw this.#readErrorEvent(name, event.data, isStopping);
          if (event.name === "item" || event.name === "end") yield event;
        }
        if (reader.retryMs !== undefined) onRetry(reader.retryMs);
      }
    } finally {
      outer?.removeEventListener("abort", onAbort);
      stop.abort();
    }
  }

  #readErrorEvent(operation: string, data: string, isStopping: boolean): BoternityError {
    const problem = boternityReadProblem(boternityParse(operation, data));
    if (problem === undefined) return new BoternityError(operation, "INTERNAL", 200, "the stream ended with an error without a reason");
    const error = boternityProblemError(operation, problem);
    boternityStops.set(error, isStopping);
    return error;
  }

  async *#readPieces(operation: string, body: ReadableStream<Uint8Array>, outer: AbortSignal | undefined): AsyncGenerator<string> {
    const reader = body.getReader();
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    for (;;) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const silence = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error("the stream fell silent")), this.#idleTimeoutMs);
      });
      let next: ReadableStreamReadResult<Uint8Array>;
      try {
        next = await Promise.race([reader.read(), silence]);
      } catch (cause) {
        if (outer?.aborted) throw outer.reason;
        throw new BoternityConnectionError(operation, "the connection of the stream broke", cause);
      } finally {
        clearTimeout(timer);
      }
      if (next.done) return;
      yield decoder.decode(next.value, { stream: true });
    }
  }
}
