# SPDX-License-Identifier: LGPL-2.1-or-later
"""Budgets, from the doors that users use: caps, pauses, the ledger, restarts and kills. The built-in model is free: its calls and tokens are capped."""

import csv
import io
import json
import os
import subprocess
import sys
import threading
import time

import tap
from boternity_daemon import Daemon, wait_for

ALONE = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"}
CAP = 40
UPSTREAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "http", "upstream.py")
N_KILLS = 8


def good(result):
    assert result.returncode == 0, (result.args, result.stdout, result.stderr)
    return result.stdout


def show(daemon, scope, unit, slug="bo"):
    items = json.loads(good(daemon.ctl("budget", "show", slug, "--json")))["items"]
    found = [item for item in items if (item["scope"], item["unit"], item["period"]) == (scope, unit, "day")]
    assert len(found) == 1, items
    return found[0]


def turn_of(items):
    return items[0][1]["turn"]


def test_defaults_and_caps():
    with Daemon(ALONE) as daemon:
        text = good(daemon.ctl("budget", "show"))
        assert "5.00 USD" in text and "50.00 USD" in text and "0.50 USD" in text, text
        assert "all bots, a day: 8.00 USD" in good(daemon.ctl("budget", "set", "--day", "8"))
        assert "bo, a day: 200,000 tokens" in good(daemon.ctl("budget", "set", "bo", "--day", "200k", "--unit", "tokens"))
        assert "bo, each turn: 2h 0m" in good(daemon.ctl("budget", "set", "bo", "--turn", "2h", "--unit", "time"))
        assert "no cap" in good(daemon.ctl("budget", "set", "bo", "--day", "none"))
        assert "settings" in good(daemon.ctl("budget", "set", "bo", "--day", "default"))
        assert show(daemon, "installation", "usd")["amount"] == 8000000
        for words in (["bo"], ["bo", "--day", "x"], ["--day", "-1"], ["--day", "1", "--unit", "euro"], ["--day", "5x", "--unit", "tokens"]):
            assert daemon.ctl("budget", "set", *words).returncode != 0, words
        assert "no bot" in daemon.ctl("budget", "set", "nobody", "--day", "1").stderr


def test_a_turn_pauses_and_goes_on_after_a_restart():
    with Daemon(ALONE) as daemon:
        good(daemon.ctl("budget", "set", "bo", "--day", "1", "--unit", "calls"))
        _, _, end = daemon.chat("bo", "Hello")
        assert end[0] == "end" and end[1]["state"] == "done", end
        _, items, end = daemon.chat("bo", "Once more")
        assert end[0] == "error" and "boternity-ctl budget set bo --day " in json.dumps(end[1]), end
        paused = [data for _, data in items if data["type"] == "paused"]
        assert len(paused) == 1 and paused[0]["command"].endswith("--unit calls"), items
        turn = turn_of(items)
        daemon.stop()
        daemon.start()
        assert daemon.get(f"/turns/{turn}").json["state"] == "paused"
        good(daemon.ctl(*paused[0]["command"].split()[1:]))
        wait_for(lambda: daemon.get(f"/turns/{turn}").json["state"] == "done")
        assert show(daemon, "bot", "calls")["spent"] == 2
        assert show(daemon, "bot", "calls")["unsure"] == 0


def test_the_ledger():
    with Daemon(ALONE) as daemon:
        for words in ("One", "Two", "Three"):
            daemon.chat("bo", words)
        wait_for(lambda: len(json.loads(good(daemon.ctl("usage", "list", "--json")))["items"]) == 3)
        assert "together" in good(daemon.ctl("usage", "summary", "--by", "day"))
        sums = json.loads(good(daemon.ctl("usage", "summary", "--by", "provider", "--json")))["items"]
        assert [s.get("name") for s in sums] == ["builtin", None] and sums[1]["calls"] == 3, sums
        rows = list(csv.DictReader(io.StringIO(good(daemon.ctl("usage", "export")))))
        assert len(rows) == 3 and {row["bot"] for row in rows} == {"bo"}, rows
        history = json.loads(good(daemon.ctl("budget", "history", "--json")))["items"]
        assert {(h["scope"], h["calls"]) for h in history} == {("installation", 3), ("bot", 3)}, history


class Upstream:
    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, UPSTREAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}/v1"
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)


def make_priced(daemon, upstream, *models):
    """A bot on models of a service that takes 1 dollar for a million tokens in, 1,000 for a million out."""
    made = daemon.post("/providers", {"name": "up", "url": upstream.url, "context_window": 32768})     # nothing is paid for a test of it
    assert made.status == 201, made.body
    for model in models:
        good(daemon.ctl("model", "set", f"up/{model}", "--input", "1", "--cached", "1", "--output", "1000"))
    words = [word for model in models for word in ("--model", f"up/{model}")]
    return json.loads(good(daemon.ctl("bot", "create", "Payer", *words, "--json")))["slug"]


def test_a_priced_model_is_counted_to_the_cent():
    with Daemon(ALONE) as daemon, Upstream() as upstream:
        slug = make_priced(daemon, upstream, "text")
        _, items, end = daemon.chat(slug, "Hello")
        assert end[0] == "end" and end[1]["cost"] == 25 * 1 + 11 * 1000, end
        assert [data["cost"] for _, data in items if data["type"] == "usage"] == [11025], items
        assert show(daemon, "bot", "usd", slug)["spent"] == show(daemon, "installation", "usd", slug)["spent"] == 11025
        good(daemon.ctl("budget", "set", slug, "--turn", "0.001"))
        _, items, end = daemon.chat(slug, "Hello")
        assert end[0] == "error" and "0.001 USD for each turn" in end[1]["detail"], end
        paused = [data for _, data in items if data["type"] == "paused"]
        good(daemon.ctl(*paused[0]["command"].split()[1:]))
        wait_for(lambda: daemon.get(f"/turns/{turn_of(items)}").json["state"] == "done")
        assert show(daemon, "bot", "usd", slug)["spent"] == 22050
        rows = list(csv.DictReader(io.StringIO(good(daemon.ctl("usage", "export")))))
        assert [row["cost_usd"] for row in rows] == ["0.011025"] * 2 and {row["pricing"] for row in rows} == {"user"}, rows


def test_a_stream_is_cut_at_its_cap():
    """It ends with what there is money for: what it said is kept, and the person is told which cap it was."""
    with Daemon(ALONE) as daemon, Upstream() as upstream:
        slug = make_priced(daemon, upstream, "many")
        good(daemon.ctl("budget", "set", slug, "--turn", "0.067"))
        text, items, end = daemon.chat(slug, "Hello")
        assert end[0] == "end" and end[1]["state"] == "done" and end[1]["stop_reason"] == "length", end
        assert text.startswith("w0 w1 ") and "w500 " not in text, text
        told = [data["text"] for _, data in items if data["type"] == "notice"]
        assert any("0.067 USD for each turn" in one and f"boternity-ctl budget set {slug} --turn " in one for one in told), items
        kept = daemon.get(f"/sessions/{end[1]['session']}/messages").json["items"]
        assert [m["text"] for m in kept if m["role"] == "assistant"] == [text], kept
        assert 0 < show(daemon, "bot", "usd", slug)["spent"] <= 67000


def test_a_gateway_here_that_bills_is_stopped_at_a_cap():
    """It looks free until it says that it is not: from then on the cap holds before each call."""
    with Daemon(ALONE) as daemon, Upstream() as upstream:
        assert daemon.post("/providers", {"name": "up", "url": upstream.url, "context_window": 32768}).status == 201
        slug = json.loads(good(daemon.ctl("bot", "create", "Payer", "--model", "up/billed", "--json")))["slug"]
        assert json.loads(good(daemon.ctl("model", "show", "up/billed", "--json")))["pricing"] == "free"
        good(daemon.ctl("budget", "set", slug, "--day", "0.20"))
        _, _, end = daemon.chat(slug, "Hello")
        assert end[0] == "end" and end[1]["cost"] == 250000, end
        assert json.loads(good(daemon.ctl("model", "show", "up/billed", "--json")))["pricing"] == "unknown"
        for _ in range(2):
            _, items, end = daemon.chat(slug, "Hello")
            assert end[0] == "error" and "0.20 USD a day" in end[1]["detail"], end
            assert [data for _, data in items if data["type"] == "paused"], items
        assert show(daemon, "bot", "usd", slug)["spent"] == 250000
        good(daemon.ctl("model", "set", "up/billed", "--input", "0", "--output", "0"))
        _, _, end = daemon.chat(slug, "Hello")
        assert end[0] == "error" and "0.20 USD a day" in end[1]["detail"], end


def test_a_purged_bot_leaves_the_money_of_others_exact():
    with Daemon(ALONE) as daemon, Upstream() as upstream:
        slug = make_priced(daemon, upstream, "text")
        other = json.loads(good(daemon.ctl("bot", "create", "Other", "--model", "up/text", "--json")))["slug"]
        for one in (slug, other):
            assert daemon.chat(one, "Hello")[2][0] == "end"
        good(daemon.ctl("bot", "delete", slug))
        good(daemon.ctl("bot", "purge", slug))
        daemon.stop()
        daemon.start()
        standing = show(daemon, "bot", "usd", other)
        assert (standing["spent"], standing["unsure"]) == (11025, 0), standing
        assert show(daemon, "installation", "usd", other)["unsure"] == 0


def talk_until(daemon, is_over, done):
    while not is_over.is_set():
        try:
            _, _, end = daemon.chat("bo", "Hello")
        except Exception:  # what a connection that is cut gives
            return
        if end and end[0] == "end":
            done.append(1)


def test_killed_in_a_loop():
    """What was answered never comes to more than the cap; what is left after the kills is counted again from the ledger."""
    with Daemon({**ALONE, "BOTERNITY_BUDGET_SLAB_CALLS": "2"}) as daemon:
        good(daemon.ctl("budget", "set", "bo", "--day", str(CAP), "--unit", "calls"))
        done = []
        for turn in range(N_KILLS):
            is_over = threading.Event()
            talkers = [threading.Thread(target=talk_until, args=(daemon, is_over, done)) for _ in range(3)]
            for talker in talkers:
                talker.start()
            time.sleep(0.05 + turn * 0.03)
            daemon.kill()
            is_over.set()
            for talker in talkers:
                talker.join()
            daemon.start()
            standing = show(daemon, "bot", "calls")
            assert len(done) <= standing["spent"] + standing["unsure"] <= CAP, (len(done), standing)
        before = show(daemon, "bot", "calls")
        entries = len(json.loads(good(daemon.ctl("usage", "list", "--limit", "0", "--json")))["items"])
        text = good(daemon.ctl("budget", "reconcile"))
        standing = show(daemon, "bot", "calls")
        assert standing["spent"] >= entries, (entries, standing)
        assert standing["spent"] + standing["unsure"] == before["spent"] + before["unsure"], (before, standing)
        if standing["unsure"]:
            assert "reconcile --give-back" in text, text
        good(daemon.ctl("budget", "reconcile", "--give-back"))
        standing = show(daemon, "bot", "calls")
        assert standing["unsure"] == 0 and standing["spent"] >= entries, (entries, standing)
        assert "nothing to count again" in good(daemon.ctl("budget", "reconcile"))


if __name__ == "__main__":
    tap.main(globals())
