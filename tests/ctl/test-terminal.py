#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""boternity-ctl chat on a terminal: editing, history, Ctrl-C, commands with a slash."""

import os
import signal
import stat
import time

from harness import Place, fake_daemon, tap, wait_until

PROMPT = "\n> "


def ask(terminal, text, answer):
    terminal.type(text + "\n")
    terminal.until(answer)
    terminal.until(PROMPT)


def test_talk_and_leave():
    with Place(NO_COLOR="1") as place:
        with place.terminal("chat") as terminal:
            terminal.until("Boternity listens")
            terminal.until("No model is connected yet: boternity-ctl provider add")
            terminal.until(PROMPT)
            ask(terminal, "grüße 広い", "You said: grüße 広い.")
            ask(terminal, "abXXXc\x1b[D\x7f\x7f\x7f", "You said: abc.")
            ask(terminal, "one \\\ntwo", "You said: one ")
            assert place.fake.calls("chat.send")[-1]["message"] == "one \ntwo"
            terminal.type("\x04")
            assert terminal.wait() == 0
        history = os.path.join(place.data, "chat_history")
        assert stat.S_IMODE(os.stat(history).st_mode) == 0o600
        with open(history, encoding="utf-8") as stream:
            assert stream.read() == "grüße 広い\nabc\n"


def test_history_comes_back():
    with Place(NO_COLOR="1") as place:
        with place.terminal("chat") as terminal:
            terminal.until(PROMPT)
            ask(terminal, "first", "You said: first.")
            terminal.type("\x04")
            assert terminal.wait() == 0
        with place.terminal("chat") as terminal:
            terminal.until(PROMPT)
            terminal.type("\x1b[A")
            terminal.until("first")
            ask(terminal, "", "You said: first.")
            terminal.type("/quit\n")
            assert terminal.wait() == 0


def test_long_history_is_cut():
    with Place(NO_COLOR="1") as place:
        path = os.path.join(place.data, "chat_history")
        with open(path, "w", encoding="utf-8") as stream:
            stream.writelines(f"line {n}\n" for n in range(5000))
        with place.terminal("chat") as terminal:
            terminal.until(PROMPT)
            terminal.type("\x1b[A")
            terminal.until("line 4999")
            terminal.type("\x03")
        with open(path, encoding="utf-8") as stream:
            lines = stream.read().splitlines()
        assert lines[-1] == "line 4999" and 900 < len(lines) <= 1000


def test_interrupt_stops_answer_not_program():
    with Place(NO_COLOR="1") as place:
        place.state.chunk_pause = 0.3
        with place.terminal("chat") as terminal:
            terminal.until(PROMPT)
            terminal.type("long\n")
            terminal.until("You ")
            terminal.type("\x03")
            terminal.until("stopped")
            terminal.until(PROMPT)
            assert place.fake.calls("chat.cancel") == [{"turn": "turn-1"}]
            assert "long." not in terminal.all
            place.state.chunk_pause = 0
            ask(terminal, "again", "You said: again.")
            terminal.type("\x04")
            assert terminal.wait() == 0


def test_interrupt_at_prompt():
    with Place(NO_COLOR="1") as place:
        with place.terminal("chat") as terminal:
            terminal.until(PROMPT)
            terminal.type("not sent\x03")
            terminal.until("Ctrl-C once more leaves")
            terminal.until(PROMPT)
            ask(terminal, "sent", "You said: sent.")
            terminal.type("\x03")
            terminal.until("Ctrl-C once more leaves")
            terminal.until(PROMPT)
            terminal.type("\x03")
            assert terminal.wait() == 0
        assert [r["message"] for r in place.fake.calls("chat.send")] == ["sent"]


def test_interrupt_after_stopped_answer():
    with Place(NO_COLOR="1") as place:
        place.state.chunk_pause = 0.3
        with place.terminal("chat") as terminal:
            terminal.until(PROMPT)
            terminal.type("long\n")
            terminal.until("You ")
            terminal.type("\x03")
            terminal.until(PROMPT)
            time.sleep(0.7)
            terminal.type("\x03")
            assert terminal.wait() == 0


def test_slash_commands():
    with Place(NO_COLOR="1") as place:
        with place.terminal("chat") as terminal:
            terminal.until(PROMPT)
            ask(terminal, "/help", "/quit")
            ask(terminal, "eins", "You said: eins.")
            ask(terminal, "/new", "begins a new session")
            ask(terminal, "zwei", "You said: zwei.")
            assert "session" not in place.fake.calls("chat.send")[1]
            terminal.type("/sessions\n")
            shown = terminal.until(PROMPT)
            assert "*  1" in shown and "zwei" in shown and "   2" in shown and "eins" in shown
            ask(terminal, "/sessions 2", "Going on in: eins")
            ask(terminal, "drei", "You said: drei.")
            assert place.fake.calls("chat.send")[2]["session"] == "session-1"
            ask(terminal, "/sessions 9", "no open session of that number")
            ask(terminal, "/model", "builtin/docs")
            ask(terminal, "/model a/b, c/d", "answers with: a/b, c/d")
            assert place.fake.calls("bot.update") == [{"slug": "boternity", "route": ["a/b", "c/d"]}]
            ask(terminal, "/mdel", "did you mean /model?")
            ask(terminal, "/zzzzzz", "/help lists them")
            terminal.type("/quit\n")
            assert terminal.wait() == 0
            assert len(place.fake.calls("chat.send")) == 3


def test_help_is_aligned():
    with Place(NO_COLOR="1") as place:
        with place.terminal("chat") as terminal:
            terminal.until(PROMPT)
            terminal.type("/help\n")
            shown = terminal.until(PROMPT)
            lines = {line.split()[0]: line.rstrip() for line in shown.splitlines() if line.startswith("  /")}
            columns = {lines["/new"].index("begin a"), lines["/sessions"].index("list the"), lines["/model"].index("show the"),
                       lines["/quit"].index("leave")}
            assert len(columns) == 1, shown


def test_answer_breaks_between_words():
    with Place(NO_COLOR="1") as place:
        question = "this question has words\n    code that is longer than the terminal is"
        with place.terminal("chat", "boternity", question, columns=20) as terminal:
            assert terminal.wait() == 0
        shown = "".join(terminal.all.split("\r"))
        assert "You said: this \nquestion has words\n    code that is longer than the terminal is.\n" in shown, shown
        assert place.run("chat", "boternity", question).stdout == "You said: " + question + ".\n"
        with place.terminal("chat", "boternity", question, "--json", columns=20) as terminal:
            assert terminal.wait() == 0
        assert "this question has words" in terminal.all


def test_failure_keeps_talking():
    with Place(NO_COLOR="1") as place:
        with place.terminal("chat") as terminal:
            terminal.until(PROMPT)
            del place.state.bots["boternity"]
            ask(terminal, "hello", "no bot is called “boternity”")
            terminal.type("\x04")
            assert terminal.wait() == 0


def test_no_escapes_from_bots():
    with Place() as place:
        with place.terminal("chat", "hello", "\033]0;owned\007you") as terminal:
            assert terminal.wait() == 5
            assert "\033]0;" not in terminal.all
        with place.terminal("chat", "boternity", "\033]0;owned\007you") as terminal:
            assert terminal.wait() == 0
            assert "owned" in terminal.all and "\033]0;" not in terminal.all and "\007" not in terminal.all


def test_window_changes():
    with Place(NO_COLOR="1") as place:
        with place.terminal("chat") as terminal:
            terminal.until(PROMPT)
            terminal.resize(40)
            os.kill(terminal.pid, signal.SIGWINCH)
            ask(terminal, "x" * 60, "You said: ")
            terminal.type("\x04")
            assert terminal.wait() == 0
        wait_until(lambda: place.fake.calls("chat.send"), "the message")
        assert place.fake.calls("chat.send")[0]["message"] == "x" * 60


def test_terminal_goes_away():
    with Place(NO_COLOR="1") as place:
        with place.terminal("chat") as terminal:
            terminal.until(PROMPT)
            os.close(terminal.fd)
            terminal.fd = os.open("/dev/null", os.O_RDONLY)
            wait_until(lambda: os.waitpid(terminal.pid, os.WNOHANG)[0] != 0, "the program's end")
            terminal.status = 0


CAP = "the cap of 0.50 USD a day for the bot “boternity” is reached: 0.01 USD is left"


def pausing(command):
    def script(state, request):
        return "t", [("item", {"type": "start", "session": "s", "turn": "t"}), ("item", {"type": "paused", "text": CAP, "command": command}),
                     ("error", fake_daemon.Problem("RESOURCE_EXHAUSTED", CAP).document)]
    return script


def goes_on(text):
    usage = {"type": "usage", "model": "fake/m", "cost": 12300, "pricing": "catalogue", "usage": {"input_tokens": 1200, "output_tokens": 4}}
    return [("item", {"type": "text", "text": text}), ("item", usage), ("end", fake_daemon.turn_record("t", "s", "done"))]


def test_cap_is_raised_with_one_key():
    """The person is told, presses one key, and the same turn goes on; what it cost is said after the answer."""
    with Place() as place:
        place.state.script = pausing("boternity-ctl budget set boternity --day 0.75")
        place.state.resumed = [goes_on("Now it goes on.\n")]
        with place.terminal("chat", "tell me", columns=200) as terminal:
            terminal.until(CAP)
            terminal.until("Raise it and go on (boternity-ctl budget set boternity --day 0.75)? [y/N]")
            terminal.type("y")
            terminal.until("Now it goes on.")
            terminal.until("0.0123 USD · 1,204 tokens · fake/m")
            assert terminal.wait() == 0
        assert [(r["slug"], r["period"], r["unit"], r["amount"]) for r in place.fake.calls("budget.set")] == [("boternity", "day", "usd", 750000)]
        assert [r["turn"] for r in place.fake.calls("chat.resume")] == ["t"]
        assert len(place.fake.calls("chat.send")) == 1


def test_cap_is_left_as_it_is():
    with Place() as place:
        place.state.script = pausing("boternity-ctl budget set boternity --day 0.75")
        with place.terminal("chat", "tell me", columns=200) as terminal:
            terminal.until("[y/N]")
            terminal.type("n")
            assert terminal.wait() == 10
        assert CAP in terminal.all
        assert not place.fake.calls("budget.set") and not place.fake.calls("chat.resume")


def test_cap_is_hit_again():
    with Place() as place:
        place.state.script = pausing("boternity-ctl budget set --turn 1")
        again = [("item", {"type": "paused", "text": CAP, "command": "boternity-ctl budget set --turn 2"}),
                 ("error", fake_daemon.Problem("RESOURCE_EXHAUSTED", CAP).document)]
        place.state.resumed = [again, goes_on("At last.\n")]
        with place.terminal("chat", "tell me", columns=200) as terminal:
            terminal.until("--turn 1)? [y/N]")
            terminal.type("y")
            terminal.until("--turn 2)? [y/N]")
            terminal.type("y")
            terminal.until("At last.")
            assert terminal.wait() == 0
        assert [r["amount"] for r in place.fake.calls("budget.set")] == [1000000, 2000000]


def test_only_caps_are_raised_so():
    """A daemon that names another command is not obeyed, and the person is told."""
    for command in ("boternity-ctl bot delete boternity", "rm -rf /", "", "boternity-ctl budget set boternity --nonsense 1"):
        with Place() as place:
            place.state.script = pausing(command)
            with place.terminal("chat", "tell me", columns=200) as terminal:
                terminal.until("[y/N]")
                terminal.type("y")
                assert terminal.wait() != 0, command
            said = terminal.all.split("[y/N]", 1)[1]
            assert "does not set a cap" in said or "no option" in said, (command, terminal.all)
            assert not place.fake.calls("bot.delete") and not place.fake.calls("budget.set")


def test_nobody_is_asked_without_a_terminal():
    with Place() as place:
        place.state.script = pausing("boternity-ctl budget set boternity --day 0.75")
        result = place.run("chat", "tell me", code=10)
        assert CAP in result.stderr and "y/N" not in result.stderr


if __name__ == "__main__":
    tap.main(globals())
