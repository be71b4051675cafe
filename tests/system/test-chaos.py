# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many turns over three services that fail in every way that is known, with the daemon killed now and then: no turn is lost, no answer
is doubled, and what the services bill stays below the cap.

BOTERNITY_CHAOS_TURNS (400), BOTERNITY_CHAOS_WORKERS (24), BOTERNITY_CHAOS_KILLS (3) and BOTERNITY_CHAOS_SEED (1) make another run of it."""

import collections
import http.client
import json
import os
import queue
import random
import sqlite3
import threading
import time

import tap
from boternity_daemon import Answer, Daemon, wait_for
from chaos_upstream import MICRO, WEIGHTS, Upstream
from chaos_wires import Anthropic, Ollama, OpenAI

N_TURNS = int(os.environ.get("BOTERNITY_CHAOS_TURNS", "400"))
N_WORKERS = int(os.environ.get("BOTERNITY_CHAOS_WORKERS", "24"))
N_KILLS = int(os.environ.get("BOTERNITY_CHAOS_KILLS", "3"))
SEED = int(os.environ.get("BOTERNITY_CHAOS_SEED", "1"))
PATIENCE = int(os.environ.get("BOTERNITY_CHAOS_PATIENCE", "200"))       # s, for all of it to come to an end
MOST_TRIES = 60
NAMES = ("north", "east", "west")
WIRES = {"north": OpenAI, "east": Anthropic, "west": Ollama}
DOLLARS = {"north": (3.0, 15.0), "east": (1.0, 5.0), "west": (10.0, 40.0)}
OPTIONS = {"connect_timeout_ms": 2000, "first_byte_timeout_ms": 1500, "idle_timeout_ms": 1500, "max_event_bytes": 1048576}
GONE = (OSError, http.client.HTTPException, ValueError)


class Question:
    """What somebody wants to know, and what came of it."""

    def __init__(self, number):
        self.text = f"Q{number}x"
        self.turns = []         # ids of the turns that were begun for it, as far as was heard
        self.unheard = 0        # times that it was said, and nobody knows what became of it
        self.end = None         # state of the turn that it ended with
        self.answer = None      # as it was streamed
        self.tries = 0


class Meter:
    """What all services together billed, and how far that ever was above the cap of its time."""

    def __init__(self):
        self.lock = threading.Lock()
        self.billed = 0
        self.cap = None
        self.over = 0

    def add(self, cost):
        with self.lock:
            self.billed += cost
            if self.cap is not None:
                self.over = max(self.over, self.billed - self.cap)


class Chaos:
    def __init__(self, daemon, seed, n_turns, n_kills):
        self.daemon, self.random = daemon, random.Random(seed)
        self.meter = Meter()
        self.upstreams = [Upstream(name, seed * 100 + i, DOLLARS[name], on_billed=self.meter.add, wire=WIRES[name]) for i, name in enumerate(NAMES)]
        self.questions = [Question(number) for number in range(n_turns)]
        self.open = queue.Queue()
        for question in self.questions:
            self.open.put(question)
        self.up = threading.Event()
        self.n_done, self.n_kills = 0, n_kills
        self.lock = threading.Lock()
        self.until = time.monotonic() + PATIENCE
        self.paused = collections.Counter()
        self.capped = 0         # turns that a cap kept from going on, since it was last raised
        self.failures = collections.Counter()

    # The daemon, which comes and goes.

    def set_up(self):
        for upstream in self.upstreams:
            made = self.daemon.post("/providers", {"name": upstream.name, "kind": upstream.wire.kind, "url": upstream.get_url(),
                                                   "default_model": "m", "context_window": 32768, "options": OPTIONS})
            assert made.status == 201, made.body
        for name, first in zip(("Ann", "Ben", "Cay"), range(3)):
            route = [f"{NAMES[(first + i) % 3]}/m" for i in range(3)]
            made = self.daemon.post("/bots", {"name": name, "route": route})
            assert made.status == 201, made.body
        self.up.set()

    def restart(self):
        self.up.clear()
        self.daemon.kill()
        self.daemon.start()
        self.up.set()

    def kill_now_and_then(self):
        marks = sorted(self.random.sample(range(len(self.questions) // 10, len(self.questions)), self.n_kills)) if self.n_kills else []
        for mark in marks:
            while self.n_done < mark and time.monotonic() < self.until:
                time.sleep(0.01)
            if time.monotonic() < self.until:
                self.restart()

    def set_prices(self):
        """Without one, a service on this machine is free."""
        for name, (put_in, came_out) in DOLLARS.items():
            done = self.daemon.post("/call/model.set", {"name": f"{name}/m", "input_price": int(put_in * MICRO), "output_price": int(came_out * MICRO),
                                                        "context_window": 32768, "max_output": 1000})
            assert done.status == 200, done.body

    def set_cap(self, dollars):
        """The meter knows of a higher cap before the daemon does."""
        self.meter.cap = round(dollars * MICRO)
        done = self.daemon.post("/call/budget.set", {"period": "day", "unit": "usd", "amount": self.meter.cap})
        if done.status == 404:
            raise tap.Skip("budgets have no operations yet")
        assert done.status == 200, done.body

    def assert_spent_is_no_less(self):
        """What the daemon takes for spent, what was open when it was killed included, is no less than what was billed."""
        day = next(cap for cap in self.daemon.get("/budget").json["items"] if (cap["scope"], cap["period"]) == ("installation", "day"))
        summed = sum_up(self.daemon)
        print(f"# the day's cap {day['amount'] / MICRO:.6f}, spent {day['spent'] / MICRO:.6f}, unsure {day['unsure'] / MICRO:.6f}, "
              f"in the ledger {summed['cost'] / MICRO:.6f} of {summed['calls']} calls", flush=True)
        assert day["spent"] + day["unsure"] >= self.meter.billed, (day, self.meter.billed)
        assert day["spent"] + day["unsure"] <= day["amount"], day

    def get_day(self):
        return next(cap for cap in self.daemon.get("/budget").json["items"] if (cap["scope"], cap["period"]) == ("installation", "day"))

    def assert_reconciled(self):
        """Counted again from the ledger, it is no less than was billed; only who asks for it gets back what the ledger does not have."""
        for give_back in (False, True):
            known = self.get_day()
            done = self.daemon.post("/call/budget.reconcile", {"give_back": give_back})
            assert done.status == 200, done.body
            day = self.get_day()
            print(f"# counted again{', given back' * give_back}: spent {day['spent'] / MICRO:.6f}, unsure {day['unsure'] / MICRO:.6f}, "
                  f"above what was billed {(day['spent'] + day['unsure'] - self.meter.billed) / MICRO:.6f}", flush=True)
            assert day["spent"] >= max(known["spent"], sum_up(self.daemon)["cost"]), (day, known)
            assert give_back or day["spent"] + day["unsure"] >= self.meter.billed, (day, self.meter.billed)
        assert day["unsure"] == 0, day

    def raise_cap(self, dollars):
        """Raises the cap whenever nobody has got on for a while, until all is answered."""
        n, since, n_raised = -1, time.monotonic(), 0
        while self.n_done < len(self.questions) and time.monotonic() < self.until:
            if self.n_done != n:
                n, since = self.n_done, time.monotonic()
            if self.up.is_set() and time.monotonic() - since > 1.5 and self.capped:
                dollars += 0.25
                self.set_cap(dollars)
                self.capped, since, n_raised = 0, time.monotonic(), n_raised + 1
            time.sleep(0.02)
        return n_raised

    # Those who ask.

    def say(self, question):
        """Says it once, and hears what there is to hear. Returns: whether it is answered, or never will be."""
        question.tries += 1
        self.up.wait(60)
        slug = ("ann", "ben", "cay")[question.tries % 3]
        stream, items, end = None, [], None
        try:
            stream = self.daemon.request("POST", f"/api/v1/bots/{slug}/chat", {"message": question.text}, stream=True, timeout=60)
            if isinstance(stream, Answer):
                self.fail(question, stream.json)
                return False
            for number, event, data in stream:
                if event == "item":
                    items.append(data)
                    if data["type"] == "start":
                        question.turns.append(data["turn"])
                else:
                    end = (event, data)
        except GONE:
            pass
        finally:
            if stream is not None and not isinstance(stream, Answer):
                try:
                    stream.close()
                except OSError:
                    pass
        if not items:
            question.unheard += 1
            return False
        return self.settle(question, items, end)

    def settle(self, question, items, end):
        """What became of the turn, whatever was heard of it."""
        if end is not None and end[0] == "end":
            question.end, question.answer = "done", answer_of(items)
            return True
        if end is not None and not any(item["type"] == "paused" for item in items):
            self.fail(question, end[1])
            return False
        state = self.follow(question.turns[-1])
        if state == "done":
            question.end = state
        else:
            self.failures["turn " + str(state)] += 1
        return state == "done"

    def fail(self, question, problem):
        self.failures[problem.get("code")] += 1
        if problem.get("code") == "RESOURCE_EXHAUSTED":
            self.capped += 1
            question.tries -= 1
            time.sleep(0.2)

    def follow(self, turn):
        """The state that a turn comes to at last: it goes on in the daemon, perhaps after a pause and a restart."""
        while time.monotonic() < self.until:
            self.up.wait(60)
            try:
                shown = self.daemon.get(f"/turns/{turn}")
            except GONE:
                time.sleep(0.02)
                continue
            if shown.status == 404:
                return "lost"
            if shown.status == 200 and shown.json["state"] not in ("queued", "running", "paused"):
                return shown.json["state"]
            if shown.status == 200 and shown.json["state"] == "paused":
                self.paused[turn] += 1
                self.capped += 1
            time.sleep(0.05)
        return "never"

    def work(self):
        while time.monotonic() < self.until:
            try:
                question = self.open.get_nowait()
            except queue.Empty:
                return
            while question.tries < MOST_TRIES and time.monotonic() < self.until:
                if self.say(question):
                    break
                time.sleep(0.02)
            with self.lock:
                self.n_done += 1

    def run(self, beside=None):
        workers = [threading.Thread(target=self.work, daemon=True) for _ in range(N_WORKERS)]
        killer = threading.Thread(target=self.kill_now_and_then, daemon=True)
        for thread in [*workers, killer]:
            thread.start()
        if beside is not None:
            beside()
        for thread in [*workers, killer]:
            thread.join(PATIENCE)
        self.up.wait(60)

    def close(self):
        for upstream in self.upstreams:
            upstream.close()

    def tell(self):
        asked = sum((upstream.count() for upstream in self.upstreams), collections.Counter())
        print(f"# {len(self.questions)} questions, {sum(len(q.turns) for q in self.questions)} turns, {sum(asked.values())} requests", flush=True)
        print(f"# billed {self.meter.billed / MICRO:.6f} USD, most above the cap {self.meter.over / MICRO:.6f}", flush=True)
        print(f"# failures as they were heard: {dict(self.failures)}", flush=True)
        print(f"# what the services did: {dict(asked)}", flush=True)


def sum_up(daemon, query="by=day"):
    """All that the ledger has: its last line."""
    items = daemon.get("/usage/summary?" + query).json["items"]
    assert "name" not in items[-1], items
    return items[-1]


def answer_of(items):
    """The text that a client shows at last: what came before a `restarted` is void."""
    text = ""
    for item in items:
        if item["type"] == "text":
            text += item["text"]
        elif item["type"] == "restarted":
            text = ""
    return text


class Kept:
    """What is on disk when all is over."""

    def __init__(self, daemon):
        base = sqlite3.connect("file:" + os.path.join(daemon.data, "boternity.db") + "?mode=ro", uri=True)
        self.turns = {row[0]: row for row in base.execute('SELECT id, state, question, answer, stop_reason FROM "turn"')}
        self.messages = {row[0]: row for row in base.execute('SELECT id, turn, role, text FROM "message"')}
        base.close()
        self.answers = collections.defaultdict(list)
        self.by_question = collections.defaultdict(list)
        for turn in self.turns.values():
            self.by_question[self.messages[turn[2]][3]].append(turn)
        for message in self.messages.values():
            if message[2] == "assistant":
                self.answers[message[1]].append(message[3])


def assert_no_turn_is_lost(chaos, kept):
    unfinished = [turn for turn in kept.turns.values() if turn[1] not in ("done", "failed", "interrupted", "cancelled")]
    assert not unfinished, unfinished[:5]
    heard = [turn for question in chaos.questions for turn in question.turns]
    assert len(heard) == len(set(heard))
    missing = [turn for turn in heard if turn not in kept.turns]
    assert not missing, missing[:5]
    open_ones = [(q.text, q.tries, q.end) for q in chaos.questions if q.end != "done"]
    assert not open_ones, open_ones[:5]
    for question in chaos.questions:
        n = len(kept.by_question[question.text])
        assert len(question.turns) <= n <= len(question.turns) + question.unheard, (question.text, n, question.turns, question.unheard)


def assert_no_answer_is_doubled(chaos, kept):
    said = collections.defaultdict(list)
    for upstream in chaos.upstreams:
        for ask in upstream.asks:
            if ask.said:
                said[ask.question].append(ask)
    for turn, answers in kept.answers.items():
        assert len(answers) == 1, (turn, answers)
    for question in chaos.questions:
        done = [turn for turn in kept.by_question[question.text] if turn[1] == "done"]
        assert 1 <= len(done) <= 1 + question.unheard, (question.text, done)
        for turn in done:
            text = kept.answers[turn[0]][0]
            whole = [ask for ask in said[question.text] if ask.said == text and ask.is_whole]
            part = [ask for ask in said[question.text] if turn[4] == "length" and ask.said.startswith(text)]
            assert whole or part, (question.text, text, [(a.kind, a.said) for a in said[question.text]])
        if question.answer is not None:
            assert question.answer in [kept.answers[turn[0]][0] for turn in done], (question.answer, done)


def environment(**more):
    return {"BOTERNITY_CHAT_MAX_ANSWER": "65536", "BOTERNITY_CHAT_TURN_TIMEOUT": "30", "BOTERNITY_ROUTE_RETRY_MS": "20",
            "BOTERNITY_ROUTE_MAX_WAIT_MS": "200", "BOTERNITY_ROUTE_BREAKER_SECONDS": "1", **more}


def test_no_turn_is_lost_and_no_answer_is_doubled():
    with Daemon(environment()) as daemon:
        chaos = Chaos(daemon, SEED, N_TURNS, N_KILLS)
        try:
            chaos.set_up()
            chaos.run()
            chaos.tell()
            assert daemon.stop() == 0, daemon.read_log()[-2000:]
            kept = Kept(daemon)
            assert_no_turn_is_lost(chaos, kept)
            assert_no_answer_is_doubled(chaos, kept)
        finally:
            chaos.close()


def test_what_is_billed_stays_below_the_cap():
    caps = {"BOTERNITY_BUDGET_MONTH_USD": "1000", "BOTERNITY_BUDGET_BOT_DAY_USD": "1000", "BOTERNITY_BUDGET_TURN_USD": "1",
            "BOTERNITY_BUDGET_SLAB_USD": "0.02"}
    with Daemon(environment(**caps)) as daemon:
        chaos = Chaos(daemon, SEED + 1, N_TURNS, N_KILLS)
        try:
            chaos.set_up()
            chaos.set_prices()
            chaos.set_cap(0.25)
            chaos.run(lambda: print(f"# the cap was raised {chaos.raise_cap(0.25)} times", flush=True))
            chaos.tell()
            chaos.assert_spent_is_no_less()
            chaos.assert_reconciled()
            assert daemon.stop() == 0, daemon.read_log()[-2000:]
            assert chaos.meter.over == 0, f"billed {chaos.meter.over} micro-dollars more than the cap"
            kept = Kept(daemon)
            assert_no_turn_is_lost(chaos, kept)
            assert_no_answer_is_doubled(chaos, kept)
        finally:
            chaos.close()


def test_a_bill_above_the_cap_would_be_seen():
    """The meter that the test above trusts in: services that take four times their price go above the cap, and it says so."""
    caps = {"BOTERNITY_BUDGET_MONTH_USD": "1000", "BOTERNITY_BUDGET_BOT_DAY_USD": "1000", "BOTERNITY_BUDGET_TURN_USD": "1",
            "BOTERNITY_BUDGET_SLAB_USD": "0.02"}
    with Daemon(environment(**caps)) as daemon:
        chaos = Chaos(daemon, SEED + 2, 60, 0)
        try:
            chaos.set_up()
            chaos.set_prices()
            for upstream in chaos.upstreams:
                upstream.dollars = [4 * dollars for dollars in upstream.dollars]
            chaos.set_cap(0.05)
            chaos.run(lambda: chaos.raise_cap(0.05))
            assert daemon.stop() == 0, daemon.read_log()[-2000:]
            assert chaos.meter.over > 0, (chaos.meter.billed, chaos.meter.cap)
        finally:
            chaos.close()


def ask_one(daemon, kind, wire):
    """What a service that does nothing else billed for a few requests, and what the ledger says of it."""
    upstream = Upstream("one", SEED, weights={kind: 1}, wire=wire)
    name = f"{upstream.wire.kind}-{kind}"
    options = {**OPTIONS, "first_byte_timeout_ms": 300, "idle_timeout_ms": 300}
    for path, fields in (("/providers", {"name": name, "kind": upstream.wire.kind, "url": upstream.get_url(), "options": options}),
                         ("/call/model.set", {"name": name + "/m", "input_price": 3 * MICRO, "output_price": 15 * MICRO, "context_window": 32768,
                                              "max_output": 1000}),
                         ("/bots", {"name": name, "route": [name + "/m"]})):
        done = daemon.post(path, fields)
        assert done.status in (200, 201), done.body
    for number in range(3):
        daemon.chat(name, f"Number {number}")
    upstream.close()
    query = f"by=day&slug={name}"
    wait_for(lambda: sum_up(daemon, query).get("calls") == 3, 5)    # the ledger is written lazily
    calls = sum_up(daemon, query)
    return upstream.billed, calls["cost"], calls["calls"]


def test_no_failure_is_for_free():
    """A service that fails in one way only bills no more than the ledger says."""
    with Daemon(environment(BOTERNITY_ROUTE_RETRIES="0", BOTERNITY_ROUTE_BREAKER_FAILURES="1000", BOTERNITY_BUDGET_DAY_USD="1000",
                            BOTERNITY_BUDGET_BOT_DAY_USD="1000")) as daemon:
        if daemon.get("/budget").status == 404:
            raise tap.Skip("budgets have no operations yet")
        told = []
        for wire in WIRES.values():
            for kind in WEIGHTS:
                billed, counted, calls = ask_one(daemon, kind, wire)
                if counted < billed or calls != 3:
                    told.append((wire.kind, kind, billed, counted, calls))
                if kind == "good":
                    assert counted == billed, (wire.kind, billed, counted)
        assert not told, told


if __name__ == "__main__":
    tap.main(globals())
