# SPDX-License-Identifier: LGPL-2.1-or-later
"""Turns over REST: streaming, coming back, queueing, interrupting, being killed."""

import os
import subprocess
import sys
import threading
import time

import tap
from boternity_daemon import Daemon, Events, wait_for

DAEMON = Daemon().start()
HERE = os.path.dirname(os.path.abspath(__file__))
UPSTREAM = os.path.join(HERE, "..", "http", "upstream.py")


def start_of(items):
    assert items[0][1]["type"] == "start", items[:2]
    return items[0][1]


def test_first_answer_is_honest():
    text, items, end = DAEMON.chat("bo", "Hello")
    assert end[0] == "end" and end[1]["state"] == "done", end
    assert "not a language model" in text, text
    assert [number for number, _ in items] == sorted({number for number, _ in items})
    messages = DAEMON.get(f"/sessions/{start_of(items)['session']}/messages").json["items"]
    assert [m["role"] for m in messages] == ["user", "assistant"] and messages[1]["text"] == text


def test_sessions_go_on_and_survive_a_restart():
    _, items, _ = DAEMON.chat("bo", "My cat is called Minka.")
    session = start_of(items)["session"]
    DAEMON.stop()
    DAEMON.start()
    text, items, _ = DAEMON.chat("bo", "What is my cat called?", session=session)
    assert "Minka" in text, text
    assert start_of(items)["session"] == session
    text, _, _ = DAEMON.chat("bo", "What is my cat called?")
    assert "Minka" in text, "not recalled from an earlier session: " + text


def test_answers_questions_about_boternity():
    text, _, _ = DAEMON.chat("bo", "How do I connect a model?")
    assert "provider add" in text, text


def test_attach_misses_and_repeats_nothing():
    text, items, end = DAEMON.chat("bo", "What is a plugin?")
    turn = start_of(items)["turn"]
    last = items[-1][0]
    for after in range(0, last + 1):
        stream = DAEMON.request("GET", f"/api/v1/turns/{turn}/items", headers={"Last-Event-ID": str(after)}, stream=True)
        more, again, ended = DAEMON.collect(stream)
        known = "".join(data["text"] for number, data in items if number <= after and data["type"] == "text")
        assert all(number > after for number, _ in again), (after, again)
        if after in [0] + [number for number, _ in items]:
            assert known + more == text, (after, known, more)
        assert ended == end


def test_refusals():
    assert DAEMON.chat("nobody", "hi")[2][1]["code"] == "NOT_FOUND"
    assert DAEMON.chat("bo", "hi", session="nonsense")[2][1]["code"] == "NOT_FOUND"
    assert DAEMON.chat("bo", "")[2][1]["code"] == "INVALID_ARGUMENT"
    assert DAEMON.get("/turns/nonsense/items").status == 404


def test_sessions_close_and_delete():
    _, items, _ = DAEMON.chat("bo", "A secret word: abracadabra")
    session = start_of(items)["session"]
    assert DAEMON.get("/messages?words=abracadabra").json["items"]
    assert DAEMON.post(f"/sessions/{session}/close").json["state"] == "closed"
    assert DAEMON.chat("bo", "more", session=session)[2][1]["code"] == "FAILED_PRECONDITION"
    assert DAEMON.request("DELETE", f"/api/v1/sessions/{session}").status == 204
    assert DAEMON.get(f"/sessions/{session}").status == 404
    assert not DAEMON.get("/messages?words=abracadabra").json["items"]


class Upstream:
    """The test server that speaks the real wire format."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([sys.executable, UPSTREAM, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)


def connect(port, model, name="up"):
    made = DAEMON.post("/providers", {"name": name, "url": f"http://127.0.0.1:{port}/v1", "key": "sk-test-canary", "default_model": model})
    assert made.status == 201, made.body
    assert "canary" not in made.body.decode()
    bot = DAEMON.post("/bots", {"name": "Up " + name, "route": [f"{name}/{model}"]}).json
    return bot["slug"]


def test_a_real_wire():
    with Upstream() as upstream:
        slug = connect(upstream.port, "text")
        text, items, end = DAEMON.chat(slug, "Hello")
        assert end[0] == "end" and text, (items, end)
        assert end[1]["usage"]["output_tokens"] > 0, end
        for model in ("html-502", "html-200", "truncated", "error-in-band", "no-done", "not-json"):
            bad = connect(upstream.port, model, model)
            _, _, end = DAEMON.chat(bad, "Hello")
            assert end[0] == "error" and end[1]["code"] in ("UNAVAILABLE", "DATA_LOSS", "RESOURCE_EXHAUSTED"), (model, end)


def test_client_drops_and_comes_back():
    with Upstream() as upstream:
        slug = connect(upstream.port, "dripping", "slow")
        stream = DAEMON.request("POST", f"/api/v1/bots/{slug}/chat", {"message": "Hello"}, stream=True)
        assert isinstance(stream, Events)
        seen, turn, last = "", None, 0
        for number, event, data in stream:
            assert event == "item", data
            last = int(number)
            turn = data.get("turn", turn)
            seen += data["text"] if data["type"] == "text" else ""
            if seen:
                break
        stream.close()
        again = DAEMON.request("GET", f"/api/v1/turns/{turn}/items", headers={"Last-Event-ID": str(last)}, stream=True)
        rest, items, end = DAEMON.collect(again)
        assert end[0] == "end" and all(number > last for number, _ in items)
        whole, _, _ = DAEMON.collect(DAEMON.request("GET", f"/api/v1/turns/{turn}/items", stream=True))
        assert seen + rest == whole and rest, (seen, rest, whole)


def test_one_turn_at_a_time():
    with Upstream() as upstream:
        slug = connect(upstream.port, "dripping", "queue")
        first = DAEMON.request("POST", f"/api/v1/bots/{slug}/chat", {"message": "one"}, stream=True)
        events = iter(first)
        session = next(events)[2]["session"]
        results = {}

        def second():
            results["queued"] = DAEMON.chat(slug, "two", session=session)

        thread = threading.Thread(target=second)
        thread.start()
        first.close()
        thread.join()
        _, items, end = results["queued"]
        assert end[0] == "end" and any(data["type"] == "queued" for _, data in items), items
        roles = [m["role"] for m in DAEMON.get(f"/sessions/{session}/messages").json["items"]]
        assert sorted(roles) == ["assistant", "assistant", "user", "user"], roles


def test_interrupt_and_cancel():
    with Upstream() as upstream:
        slug = connect(upstream.port, "dripping", "stop")
        first = DAEMON.request("POST", f"/api/v1/bots/{slug}/chat", {"message": "one"}, stream=True)
        events = iter(first)
        start = next(events)[2]
        _, _, end = DAEMON.chat(slug, "two", session=start["session"], interrupt=True)
        assert end[0] == "end", end
        assert DAEMON.get(f"/turns/{start['turn']}").json["state"] == "cancelled"
        third = DAEMON.request("POST", f"/api/v1/bots/{slug}/chat", {"message": "three"}, stream=True)
        start = next(iter(third))[2]
        stopped = DAEMON.post(f"/turns/{start['turn']}/cancel")
        assert stopped.json["state"] == "cancelled", stopped.body
        first.close()
        third.close()


def test_delete_against_send():
    for round_number in range(8):
        _, items, _ = DAEMON.chat("bo", f"remember round {round_number}")
        session = start_of(items)["session"]
        said = {}

        def send():
            said["end"] = DAEMON.chat("bo", "and this", session=session)[2]

        thread = threading.Thread(target=send)
        thread.start()
        status = DAEMON.request("DELETE", f"/api/v1/sessions/{session}").status
        thread.join()
        if status == 204:
            assert DAEMON.get(f"/sessions/{session}").status == 404
        else:
            messages = DAEMON.get(f"/sessions/{session}/messages").json["items"]
            assert status == 409 and len(messages) >= 2, (status, messages, said)


def test_killed_in_the_middle():
    with Upstream() as upstream:
        slug = connect(upstream.port, "dripping", "kill")
        stream = DAEMON.request("POST", f"/api/v1/bots/{slug}/chat", {"message": "precious words"}, stream=True)
        start = next(iter(stream))[2]
        DAEMON.kill()
        DAEMON.start()
        messages = DAEMON.get(f"/sessions/{start['session']}/messages").json["items"]
        assert messages[0]["text"] == "precious words"
        turn = wait_for(lambda: DAEMON.get(f"/turns/{start['turn']}").json["state"] == "interrupted")
        assert turn, DAEMON.get(f"/turns/{start['turn']}").json


def test_keys_are_nowhere():
    with Upstream("--key", "sk-test-canary-0123456789") as upstream:
        made = DAEMON.post("/providers", {"name": "canary", "url": f"http://127.0.0.1:{upstream.port}/v1", "key": "sk-test-canary-0123456789"})
        assert made.status == 201 and made.json["key_state"] == "ready", made.body
        answers = [made.body, DAEMON.get("/providers").body, DAEMON.get("/providers/canary").body, DAEMON.get("/status").body]
        slug = DAEMON.post("/bots", {"name": "Canary", "route": ["canary/text"]}).json["slug"]
        assert DAEMON.chat(slug, "Hello")[2][0] == "end"
        DAEMON.request("PATCH", "/api/v1/providers/canary", {"key": "sk-test-canary-9999999999"})
        answers.append(repr(DAEMON.chat(slug, "Hello")).encode())
        answers.append(DAEMON.post("/providers/canary/test").body)
    assert all(b"sk-test-canary" not in answer for answer in answers), answers
    for folder, _, names in os.walk(DAEMON.folder):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    assert b"sk-test-canary" not in file.read(), path
    with open(f"/proc/{DAEMON.process.pid}/environ", "rb") as environment:
        assert b"sk-test-canary" not in environment.read()


def test_nothing_acknowledged_is_lost():
    acknowledged = []
    for round_number in range(10):
        until = time.monotonic() + 0.15
        while time.monotonic() < until:
            acknowledged.append(DAEMON.post("/bots", {"name": f"keep {round_number} {len(acknowledged)}"}).json["slug"])
        DAEMON.kill()
        DAEMON.start()
    for slug in acknowledged:
        assert DAEMON.get(f"/bots/{slug}").status == 200, slug
    assert len(acknowledged) > 10


try:
    tap.main(globals())
finally:
    DAEMON.__exit__()
