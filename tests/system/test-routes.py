# SPDX-License-Identifier: LGPL-2.1-or-later
"""Routes as people meet them: made by the command, taken by bots, falling over real wires, told of by status."""

import json
import os
import subprocess
import sys
import urllib.request

import tap
from boternity_daemon import Daemon

DAEMON = Daemon({"BOTERNITY_ROUTE_RETRIES": "1", "BOTERNITY_ROUTE_RETRY_MS": "1", "BOTERNITY_ROUTE_BREAKER_FAILURES": "4",
                 "ROUTES_KEY_ONE": "sk-one-canary", "ROUTES_KEY_TWO": "sk-two-canary"}).start()
UPSTREAMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "http")


class Upstream:
    def __init__(self, *arguments, script="upstream.py"):
        self.process = subprocess.Popen([sys.executable, os.path.join(UPSTREAMS, script), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}/v1"

    def requests(self):
        """What it was asked since this was last called."""
        address = self.url.removesuffix("/v1") + "/_requests"
        with urllib.request.urlopen(address, timeout=10) as answer:
            asked = json.load(answer)
        urllib.request.urlopen(urllib.request.Request(address, method="DELETE"), timeout=10).close()
        return asked

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)


def ctl(*arguments, code=0):
    if arguments[:2] == ("provider", "add"):
        arguments += ("--no-test",)   # which would ask for a model that none of them has
    done = DAEMON.ctl(*arguments)
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    assert "canary" not in done.stdout + done.stderr
    return done


def make_bot(name, *models):
    words = [word for model in models for word in ("--model", model)]
    return json.loads(ctl("bot", "create", name, *words, "--json").stdout)["slug"]


def types_of(items):
    return [data["type"] for _, data in items]


def test_the_first_request_is_checked():
    with Daemon() as daemon:
        refused = daemon.request("PATCH", "/api/v1/bots/bo", {"route": ["nobody/m"]})
        assert refused.status == 400 and "/route/0: no provider is called “nobody”" in refused.json["detail"], refused.body
    with Daemon() as daemon:
        refused = daemon.post("/bots", {"name": "Ada", "route": ["builtin", "nobody/m"]})
        assert refused.status == 400 and "/route/1: no provider is called “nobody”" in refused.json["detail"], refused.body
        assert daemon.post("/bots", {"name": "Ada", "route": ["builtin"]}).status == 201


def test_names():
    ctl("provider", "add", "home", "--url", "http://127.0.0.1:9/v1")
    ctl("route", "create", "smart", "home/qwen?context<8000", "builtin", "--description", "the usual")
    assert "smart" in ctl("route", "list").stdout
    shown = json.loads(ctl("route", "show", "smart", "--json").stdout)
    assert shown["steps"] == ["home/qwen?context<8000", "builtin"] and shown["hedge_ms"] is None, shown
    assert "a route is called “smart”" in ctl("provider", "add", "smart", "--url", "http://127.0.0.1:9/v1", code=6).stderr
    assert "no provider is called “nobody”" in ctl("route", "create", "other", "nobody/m", code=2).stderr
    assert "no such condition" in ctl("route", "update", "smart", "home/qwen?cheap", code=2).stderr
    refused = DAEMON.request("PATCH", "/api/v1/bots/bo", {"route": ["nobody/m"]})
    assert refused.status == 400 and "/route/0: no provider is called “nobody”" in refused.json["detail"], refused.body
    taken = DAEMON.request("PATCH", "/api/v1/bots/bo", {"route": ["smart"]})
    assert taken.status == 200, taken.body
    tried = json.loads(ctl("route", "test", "smart", "--tokens", "9000", "--json").stdout)
    tried = tried["items"] if isinstance(tried, dict) else tried
    assert [step["verdict"] for step in tried] == ["skipped", "taken"], tried
    assert "context<8000" in tried[0]["reason"], tried
    ctl("route", "delete", "smart")
    assert "no route is called “smart”" in ctl("route", "show", "smart", code=5).stderr


def test_falls_over_the_wire():
    with Upstream() as upstream:
        ctl("provider", "add", "up", "--url", upstream.url, "--context-window", "32768")
        for model in ("server-error", "rate-limit", "quota", "overloaded", "forbidden", "html-502", "drop",
                      "unsupported-value", "unsupported-parameter", "unrecognized-argument"):
            slug = make_bot(f"Falls {model}", f"up/{model}", "builtin")
            text, items, end = DAEMON.chat(slug, "Hello")
            assert end[0] == "end" and end[1]["model"].startswith("builtin/"), (model, end)
            assert text and any(data["type"] == "notice" and f"up/{model}" in data["text"] for _, data in items), (model, items)
        slug = make_bot("Too long", "up/context", "builtin")
        _, _, end = DAEMON.chat(slug, "Hello")
        assert end[0] == "error" and end[1]["code"] == "OUT_OF_RANGE" and "no larger" in end[1]["detail"], end
        slug = make_bot("Mistakes", "up/bad-request", "builtin")
        _, _, end = DAEMON.chat(slug, "Hello")
        assert end[0] == "error" and end[1]["code"] == "INVALID_ARGUMENT", end


def test_an_answer_that_breaks_off_is_given_anew():
    with Upstream() as upstream:
        ctl("provider", "add", "breaks", "--url", upstream.url, "--context-window", "32768")
        slug = make_bot("Breaks", "breaks/ends-early", "builtin")
        _, items, end = DAEMON.chat(slug, "Hello")
        types = types_of(items)
        assert end[0] == "end" and end[1]["model"].startswith("builtin/"), end
        assert types.count("restarted") == 1, items
        at = types.index("restarted")
        assert "text" in types[:at] and types[at + 1] == "model", types
        after = "".join(data["text"] for _, data in items[at:] if data["type"] == "text")

        kept = [m for m in DAEMON.get(f"/sessions/{items[0][1]['session']}/messages").json["items"] if m["role"] == "assistant"]
        assert kept[0]["text"] == after, (kept, after)
        shown = DAEMON.ctl("chat", slug, "--new", "Hello")
        assert shown.returncode == 0, (shown.stdout, shown.stderr)
        assert "broke off and is given anew" in shown.stderr, shown.stderr


def test_status_tells_what_rests():
    ctl("provider", "add", "dead", "--url", "http://127.0.0.1:9/v1", "--context-window", "32768", "--requests-per-minute", "100")
    slug = make_bot("Dead", "dead/m", "builtin")
    for _ in range(3):
        _, _, end = DAEMON.chat(slug, "Hello")
        assert end[0] == "end", end
    status = {one["name"]: one for one in DAEMON.get("/provider-status").json["items"]}
    assert status["dead"]["breakers"][0]["state"] == "open", status["dead"]
    assert status["dead"]["requests"] == 4 and status["dead"]["requests_left"] == 96, status["dead"]
    assert status["builtin"]["requests_left"] is None and status["builtin"]["ready"], status["builtin"]
    assert "dead/m failed 4 times in a row" in ctl("status").stderr
    assert "dead" in ctl("provider", "status").stdout


def test_keys_take_turns_over_the_wire():
    with Upstream("--key", "sk-two-canary") as upstream:
        ctl("provider", "add", "keys", "--url", upstream.url, "--context-window", "32768", "--key-ref", "env:ROUTES_KEY_ONE",
            "--more-keys", "env:ROUTES_KEY_TWO")
        slug = make_bot("Keys", "keys/text")
        for _ in range(3):
            text, items, end = DAEMON.chat(slug, "Hello")
            assert end[0] == "end" and text, (items, end)
        status = {one["name"]: one for one in DAEMON.get("/provider-status").json["items"]}
        assert status["keys"]["keys"] == 2 and status["keys"]["keys_resting"] == 1, status["keys"]


def marks_of(request):
    """The places of the messages that are marked for the cache."""
    return [place for place, message in enumerate(request["messages"]) if "cache_control" in json.dumps(message)]


def test_what_was_said_before_is_marked_for_the_cache():
    """The service keeps what stands before the question, and what it kept is paid for as that."""
    with Upstream(script="upstream-messages.py") as upstream:
        ctl("provider", "add", "messages", "--kind", "anthropic", "--url", upstream.url.removesuffix("/v1"), "--key-ref", "env:ROUTES_KEY_ONE")
        priced = DAEMON.post("/call/model.set", {"name": "messages/text", "context_window": 32768, "input_price": 3000000, "cached_price": 300000,
                                                 "cache_write_price": 3750000, "output_price": 15000000})
        assert priced.status == 200, priced.body
        slug, session = make_bot("Marked", "messages/text"), {}
        for expected in ([], [1], [1, 3], [3, 5]):
            _, items, end = DAEMON.chat(slug, "Hello again", **session)
            assert end[0] == "end", end
            session = {"session": items[0][1]["session"]}
            request = upstream.requests()[-1]["body"]
            assert marks_of(request) == expected, (expected, request["messages"])
            assert json.dumps(request).count('"cache_control"') <= 4, request
            usage = end[1]["usage"]
            fresh = usage["input_tokens"] - usage["cached_tokens"] - usage["cache_write_tokens"]
            assert usage["cached_tokens"] > 0 and usage["cache_write_tokens"] > 0 and fresh > 0, usage
            cost = 3 * fresh + 0.3 * usage["cached_tokens"] + 3.75 * usage["cache_write_tokens"] + 15 * usage["output_tokens"]
            assert abs(end[1]["cost"] - cost) <= 1, (end[1], cost)


def test_a_quota_falls_at_once_and_rests_its_key():
    """A rate is waited for and asked again; what was paid for does not come back by that, in whatever place it is said."""
    with Upstream() as upstream:
        ctl("provider", "add", "paid", "--url", upstream.url, "--context-window", "32768", "--key-ref", "env:ROUTES_KEY_ONE",
            "--more-keys", "env:ROUTES_KEY_TWO")
        ctl("provider", "add", "paid-alone", "--url", upstream.url, "--context-window", "32768")
        for model, times in (("any-should-retry", 2), ("any-quota", 1), ("any-credits", 1), ("any-should-not-retry", 1), ("quota-in-band", 1)):
            _, items, end = DAEMON.chat(make_bot(f"Alone {model}", f"paid-alone/{model}", "builtin"), "Hello")
            assert end[0] == "end" and end[1]["model"].startswith("builtin/"), (model, end)
            assert len(upstream.requests()) == times, model
            assert ("restarted" in types_of(items)) == (model == "quota-in-band"), (model, items)
        keys = []
        for resting, model in ((1, "quota-in-band"), (2, "any-quota")):
            _, items, end = DAEMON.chat(make_bot(f"Paid {model}", f"paid/{model}", "builtin"), "Hello")
            assert end[0] == "end" and end[1]["model"].startswith("builtin/"), end
            keys += [one["headers"]["authorization"] for one in upstream.requests()]
            status = {one["name"]: one for one in DAEMON.get("/provider-status").json["items"]}
            assert status["paid"]["keys_resting"] == resting, (model, status["paid"])
        assert sorted(keys) == ["Bearer sk-one-canary", "Bearer sk-two-canary"], len(keys)


try:
    tap.main(globals())
finally:
    DAEMON.__exit__()
