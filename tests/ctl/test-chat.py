#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""boternity-ctl chat: one message, a pipe, JSON; streams that break, fail and are stopped."""

import json
import signal
import time

from harness import Place, fake_daemon, tap, wait_until

WORDS = ["Es ", "war ", "einmal ", "ein ", "König", "\n", "in ", "Thüle.\n"]


def story(state, request):
    events = [("item", {"type": "start", "session": "s", "turn": "t"}), ("item", {"type": "model", "model": "fake/story"}),
              ("item", {"type": "notice", "text": "history left out"})]
    events += [("item", {"type": "text", "text": word}) for word in WORDS]
    return "t", events + [("item", {"type": "usage", "usage": {"input_tokens": 1, "output_tokens": 2}}),
                          ("end", fake_daemon.turn_record("t", "s", "done"))]


def test_one_message():
    with Place() as place:
        result = place.run("chat", "boternity", "How", "do", "you", "do?")
        assert result.stdout == "You said: How do you do?.\n" and result.stderr == "[fake/echo]\n"
        assert place.run("chat", "How are you?").stdout == "You said: How are you?.\n"
        place.run("chat", "nobody", "hi", code=5)


def test_session_goes_on():
    with Place() as place:
        for words, session in ((["a b"], None), (["c d"], "session-1"), (["--new", "e f"], None), (["g h"], "session-2"),
                               (["-s", "session-1", "i j"], "session-1")):
            place.run("chat", *words)
            assert place.fake.calls("chat.send")[-1].get("session") == session, words
        place.state.sessions[0]["state"] = "closed"
        place.run("chat", "k l")
        assert place.fake.calls("chat.send")[-1]["session"] == "session-1"
        place.run("chat", "--session", "no-such", "m n", code=5)


def test_pipe():
    with Place() as place:
        result = place.run("chat", input="one\n\n  \nzwei\r\nlast without end")
        assert result.stdout == "You said: one.\nYou said: zwei.\nYou said: last without end.\n"
        assert result.stderr == "[fake/echo]\n"
        assert [r.get("session") for r in place.fake.calls("chat.send")] == [None, "session-1", "session-1"]
        assert place.run("chat", input="").stdout == ""


def test_json():
    with Place() as place:
        place.state.script = story
        lines = place.run("chat", "--json", input="a\nb\n").stdout.splitlines()
        assert len(lines) == 2
        for line in lines:
            document = json.loads(line)
            assert document["text"] == "".join(WORDS) and document["session"] == "s" and document["turn"]["state"] == "done"


def test_remarks_go_to_stderr():
    with Place() as place:
        place.state.script = story
        result = place.run("chat", "tell me")
        assert result.stdout == "".join(WORDS) and result.stderr == "[fake/story]\nhistory left out\n"


def test_broken_at_every_event():
    """However often and wherever the connection breaks: no gap and no repeat."""
    with Place() as place:
        place.state.script = story
        for after in range(1, len(WORDS) + 4):
            place.state.drop_after = [after]
            before = len(place.fake.calls("chat.attach"))
            result = place.run("chat", "tell me")
            assert result.stdout == "".join(WORDS) and result.stderr.count("fake/story") == 1, after
            assert place.fake.calls("chat.attach")[before:] == [{"turn": "t", "after": after}]
        assert len(place.fake.calls("chat.send")) == len(WORDS) + 3


def test_broken_again_and_again():
    with Place() as place:
        place.state.script = story
        place.state.drop_after = [1] * 10
        assert place.run("chat", "tell me").stdout == "".join(WORDS)
        assert [r["after"] for r in place.fake.calls("chat.attach")] == list(range(1, 11))


def test_broken_before_start():
    with Place() as place:
        place.state.script = story
        place.state.drop_after = [0, 0]
        assert place.run("chat", "tell me").stdout == "".join(WORDS)
        assert len(place.fake.calls("chat.send")) == 3
        assert len(place.state.keys) == 3 and len(set(place.state.keys)) == 1, "one message has one key"
        assert place.fake.calls("chat.attach") == []


def test_broken_for_good():
    with Place() as place:
        place.state.script = story
        place.state.drop_after = [0] * 100
        assert "not known whether the message was taken" in place.run("chat", "tell me", code=13).stderr


def test_lost_turn():
    with Place() as place:
        def forgetful(state, request):
            turn, events = story(state, request)
            return "t", events

        place.state.script = forgetful
        place.state.drop_after = [3]
        place.state.turns = type("Forgets", (dict,), {"__contains__": lambda self, key: len(place.fake.calls("chat.attach")) == 0})()
        assert "no such turn" in place.run("chat", "tell me", code=5).stderr


def failing(event, data):
    def script(state, request):
        return "t", [("item", {"type": "start", "session": "s", "turn": "t"}), ("item", {"type": "text", "text": "Half"}),
                     (event, data)]
    return script


def test_failures():
    problem = fake_daemon.Problem("RESOURCE_EXHAUSTED", "the provider asks to wait").document
    for event, data, code, text in (
            ("error", problem, 10, "the provider asks to wait"),
            ("end", fake_daemon.turn_record("t", "s", "failed", error_code="UNAUTHENTICATED", error="the key was refused"), 3, "the key was refused"),
            ("end", fake_daemon.turn_record("t", "s", "failed"), 1, "no model could answer"),
            ("end", fake_daemon.turn_record("t", "s", "interrupted"), 13, "ask again"),
            ("end", fake_daemon.turn_record("t", "s", "cancelled"), 11, "stopped")):
        with Place() as place:
            place.state.script = failing(event, data)
            result = place.run("chat", "tell me", code=code)
            assert result.stdout == "Half\n" and text in result.stderr, result


def test_pipe_goes_on_after_failure():
    with Place() as place:
        place.state.script = failing("error", fake_daemon.Problem("UNAVAILABLE", "down").document)
        result = place.run("chat", input="a\nb\n", code=13)
        assert result.stdout == "Half\nHalf\n" and result.stderr.count("down") == 2


def interrupt(process, place):
    wait_until(lambda: place.fake.calls("chat.send"), "the message")
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)


def test_interrupt_stops_answer():
    with Place() as place:
        place.state.script = story
        place.state.chunk_pause = 0.3
        process = place.popen("chat", "tell me")
        interrupt(process, place)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 130, (process.returncode, out, err)
        assert place.fake.calls("chat.cancel") == [{"turn": "t"}]
        assert "stopped" in err and "Thüle" not in out


def test_second_interrupt_leaves():
    with Place() as place:
        place.state.script = story
        place.state.chunk_pause = 0.3
        place.state.cancelled.set = lambda: None       # a daemon that does not listen
        place.state.cancelled.wait = time.sleep
        process = place.popen("chat", "tell me")
        interrupt(process, place)
        wait_until(lambda: place.fake.calls("chat.cancel"), "chat.cancel")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        assert process.returncode == 130


def test_interrupt_of_plain_call():
    with Place() as place:
        process = place.popen("call", "echo")
        process.communicate(timeout=30)
        fake_daemon.OPERATIONS["slow"] = ({}, ["read"])
        process = place.popen("call", "slow")
        wait_until(lambda: place.fake.calls("slow"), "the call")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 130 and "stopped" in err


def test_reasoning():
    def script(state, request):
        return "t", [("item", {"type": "start", "session": "s", "turn": "t"}), ("item", {"type": "reasoning", "text": "Hm.\n"}),
                     ("item", {"type": "text", "text": "Yes."}), ("item", {"type": "invented_later", "text": "?"}),
                     ("end", fake_daemon.turn_record("t", "s", "done"))]
    with Place() as place:
        place.state.script = script
        assert place.run("chat", "tell me").stderr == ""
        result = place.run("chat", "--reasoning", "tell me")
        assert result.stderr == "Hm.\n" and result.stdout == "Yes.\n"


def test_big_answer():
    with Place() as place:
        text = "0123456789abcdef" * 65536
        place.state.script = lambda state, request: ("t", [("item", {"type": "start", "session": "s", "turn": "t"}),
                                                           ("item", {"type": "text", "text": text}),
                                                           ("end", fake_daemon.turn_record("t", "s", "done"))])
        assert place.run("chat", "tell me").stdout == text + "\n"


if __name__ == "__main__":
    tap.main(globals())
