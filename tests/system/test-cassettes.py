# SPDX-License-Identifier: LGPL-2.1-or-later
"""Turns that are recorded and played again without a network, and outages that are rehearsed."""

import json
import os

import tap
from boternity_daemon import Answer, Daemon, wait_for
from chaos_upstream import Upstream
from chaos_wires import Anthropic, Ollama, OpenAI

KEY = "Kx-0123456789abcdefghijkl"


FAST = {"BOTERNITY_ROUTE_RETRY_MS": "10", "BOTERNITY_ROUTE_MAX_WAIT_MS": "50", "BOTERNITY_ROUTE_RETRIES": "1", "BOTERNITY_ROUTE_BREAKER_FAILURES": "1000"}


def only(*kinds):
    return {kind: 1 for kind in kinds}


def add(daemon, upstream, name="up", **options):
    options = {"first_byte_timeout_ms": 2000, "idle_timeout_ms": 2000, **options}
    made = daemon.post("/providers", {"name": name, "kind": upstream.wire.kind, "url": upstream.get_url(), "key": KEY,
                                      "default_model": "m", "options": options})
    assert made.status == 201, made.body


def add_bot(daemon, name, *route):
    made = daemon.post("/bots", {"name": name, "route": list(route)})
    assert made.status == 201, made.body


def recorded(daemon, turn):
    """The recording of a turn; it is written a moment after the turn is over."""
    return wait_for(lambda: (lambda got: got if got.status == 200 else None)(daemon.get(f"/cassettes/{turn}")))


def replay(daemon, turn, **fields):
    stream = daemon.request("POST", f"/api/v1/cassettes/{turn}/replay", fields, stream=True)
    if isinstance(stream, Answer):
        return None, [], ("error", stream.json)
    return daemon.collect(stream)


def lines_of(content):
    return [json.loads(line) for line in content.splitlines()]


def turn_of(items):
    return items[0][1]["turn"]


def record(daemon, slug, message="Hello"):
    text, items, end = daemon.chat(slug, message, cassette=True)
    got = recorded(daemon, turn_of(items))
    assert got is not None, "nothing was recorded"
    return text, turn_of(items), end, got.json


def test_a_turn_is_played_again_without_its_service():
    for kind, wire in (("good", OpenAI), ("whole", OpenAI), ("gzip", OpenAI), ("split", OpenAI), ("crlf", OpenAI), ("comments", OpenAI),
                       ("no-usage", OpenAI), ("good", Anthropic), ("split", Anthropic), ("good", Ollama), ("split", Ollama)):
        with Daemon(FAST) as daemon:
            upstream = Upstream("up", 1, weights=only(kind), wire=wire)
            add(daemon, upstream)
            add_bot(daemon, "Ada", "up/m")
            text, turn, end, cassette = record(daemon, "ada")
            assert end[0] == "end" and text, end
            n_asked = len(upstream.asks)
            upstream.close()
            again, _, end = replay(daemon, turn)
            assert end[0] == "end" and end[1]["same"] is True, (kind, end)
            assert again == text == end[1]["text"], (again, text)
            assert len(upstream.asks) == n_asked
            kinds = [line["line"] for line in lines_of(cassette["content"])]
            assert kinds[:4] == ["cassette", "take", "ask", "head"] and kinds[-2:] == ["over", "heard"], kinds
            assert KEY not in cassette["content"]


def test_failures_are_played_again():
    for kind in ("429", "500", "503-html", "cut", "cut-at-once", "garbage", "wrong-type", "redirect", "error-in-band", "refuse", "silent", "stall"):
        with Daemon(FAST) as daemon:
            upstream = Upstream("up", 1, weights=only(kind))
            add(daemon, upstream, first_byte_timeout_ms=300, idle_timeout_ms=300)
            add_bot(daemon, "Ada", "up/m")
            _, turn, end, cassette = record(daemon, "ada")
            assert end[0] == "error", (kind, end)
            upstream.close()
            _, _, end = replay(daemon, turn)
            assert end[0] == "end" and end[1]["same"] is True, (kind, end, cassette["content"])


def test_timing_is_kept():
    with Daemon(FAST) as daemon:
        upstream = Upstream("up", 1, weights=only("slow"))
        add(daemon, upstream)
        add_bot(daemon, "Ada", "up/m")
        _, turn, _, cassette = record(daemon, "ada")
        lines = lines_of(cassette["content"])
        asked = next(line["at"] for line in lines if line["line"] == "ask")
        pieces = [line["at"] for line in lines if line["line"] == "piece"]
        assert pieces[0] - asked >= 190_000 and pieces == sorted(pieces), (asked, pieces[:3])
        upstream.close()
        _, _, end = replay(daemon, turn, timed=True)
        assert end[1]["same"] is True, end


def test_the_bot_in_the_house_is_asked_again():
    with Daemon(FAST) as daemon:
        add_bot(daemon, "Ada", "builtin")
        text, turn, _, _ = record(daemon, "ada")
        again, _, end = replay(daemon, turn)
        assert end[0] == "end" and end[1]["same"] is True and again == text, end


def test_what_was_changed_is_told():
    with Daemon(FAST) as daemon:
        upstream = Upstream("up", 1, weights=only("good"))
        add(daemon, upstream)
        add_bot(daemon, "Ada", "up/m")
        _, turn, _, cassette = record(daemon, "ada")
        path = os.path.join(daemon.data, "cassettes", turn + ".jsonl")
        assert os.stat(path).st_mode & 0o777 == 0o600
        with open(path, "w", encoding="utf-8") as file:
            file.write(cassette["content"].replace(" w7", " v7"))
        _, _, end = replay(daemon, turn)
        assert end[1]["same"] is False and end[1]["difference"], end
        with open(path, "w", encoding="utf-8") as file:
            file.write(cassette["content"].replace('"status":200', '"status":"200"'))
        _, _, end = replay(daemon, turn)
        assert end[0] == "error" and "line 4" in end[1]["detail"], end
        assert daemon.request("DELETE", f"/api/v1/cassettes/{turn}").status in (200, 204)
        assert daemon.get(f"/cassettes/{turn}").status == 404
        assert daemon.get("/cassettes/..%2f..%2ftoken").status in (400, 404)


def test_every_turn_can_be_recorded_and_a_purged_bot_leaves_none():
    with Daemon({**FAST, "BOTERNITY_CASSETTE_RECORD": "true", "BOTERNITY_CASSETTE_KEEP": "3", "BOTERNITY_BOTS_KEEP_DELETED_DAYS": "0"}) as daemon:
        upstream = Upstream("up", 1, weights=only("good"))
        add(daemon, upstream)
        add_bot(daemon, "Ada", "up/m")
        turns = [turn_of(daemon.chat("ada", f"Number {number}")[1]) for number in range(5)]
        assert recorded(daemon, turns[-1]) is not None
        listed = wait_for(lambda: (lambda got: got if [i["turn"] for i in got] == turns[:1:-1] else None)(daemon.get("/cassettes").json["items"]))
        assert listed is not None, daemon.get("/cassettes").json
        assert daemon.request("DELETE", "/api/v1/bots/ada").status in (200, 204)
        assert wait_for(lambda: daemon.get("/cassettes").json["items"] == []), daemon.get("/cassettes").json
        upstream.close()


def test_the_command_line():
    with Daemon(FAST) as daemon:
        upstream = Upstream("up", 1, weights=only("good"))
        add(daemon, upstream)
        add_bot(daemon, "Ada", "up/m")
        done = daemon.ctl("cassette", "record", "ada", "Hello")
        assert done.returncode == 0 and "says:" in done.stdout, done
        turn = done.stderr.split()[-1]
        assert recorded(daemon, turn) is not None
        assert turn in daemon.ctl("cassette", "list").stdout
        assert '"line":"piece"' in daemon.ctl("cassette", "show", turn).stdout
        upstream.close()
        again = daemon.ctl("cassette", "replay", turn)
        assert again.returncode == 0 and again.stdout == done.stdout, again
        assert daemon.ctl("cassette", "delete", turn).returncode == 0
        assert daemon.ctl("cassette", "replay", turn).returncode != 0


def test_a_folder_that_is_none_harms_no_turn():
    with Daemon(FAST) as daemon:
        upstream = Upstream("up", 1, weights=only("good"))
        add(daemon, upstream)
        add_bot(daemon, "Ada", "up/m")
        folder = os.path.join(daemon.data, "cassettes")
        with open(folder, "w", encoding="utf-8") as file:
            file.write("no folder")
        text, _, end = daemon.chat("ada", "Hello", cassette=True)
        assert end[0] == "end" and text, end
        assert wait_for(lambda: "a recording could not be kept" in daemon.read_log()), daemon.read_log()
        listed = daemon.get("/cassettes")
        assert listed.status != 200 or listed.json["items"] == [], listed.body
        os.remove(folder)
        assert record(daemon, "ada", "Again")[0]
        upstream.close()


def test_a_service_that_never_ends_is_not_kept_for_ever():
    with Daemon({**FAST, "BOTERNITY_CASSETTE_MAX_BYTES": "65536", "BOTERNITY_CHAT_MAX_ANSWER": "200000"}) as daemon:
        upstream = Upstream("up", 1, weights=only("endless"))
        add(daemon, upstream)
        add_bot(daemon, "Ada", "up/m")
        _, items, _ = daemon.chat("ada", "Hello", cassette=True)
        assert wait_for(lambda: "longer than the setting cassette.max_bytes" in daemon.read_log()), daemon.read_log()
        assert daemon.get(f"/cassettes/{turn_of(items)}").status == 404
        upstream.close()


def rehearse(seed, **faults):
    """How thirty turns come out, and how often the service was asked."""
    environment = {**FAST, "BOTERNITY_FAULTS_SEED": str(seed), "BOTERNITY_FAULTS_RETRY_AFTER": "-1"}
    environment.update({"BOTERNITY_FAULTS_" + name.upper(): str(value) for name, value in faults.items()})
    with Daemon(environment) as daemon:
        upstream = Upstream("up", 1, weights=only("good"))
        add(daemon, upstream)
        add_bot(daemon, "Ada", "up/m")
        status = daemon.ctl("status").stdout
        ends = [daemon.chat("ada", f"Number {number}")[2] for number in range(30)]
        doctor = daemon.ctl("doctor").stdout
        upstream.close()
        return [end[1].get("code", "OK") if end[0] == "error" else "OK" for end in ends], len(upstream.asks), status, doctor


def test_faults_are_drawn_by_their_seed():
    first, asked, status, doctor = rehearse(7, rate=200, server=150, refused=150, garbage=100, cut=100)
    second, _, _, _ = rehearse(7, rate=200, server=150, refused=150, garbage=100, cut=100)
    third, _, _, _ = rehearse(8, rate=200, server=150, refused=150, garbage=100, cut=100)
    assert first == second and first != third, (first, second, third)
    assert len(set(first)) >= 3, first
    assert "faults.rate 200" in status and "faults.rate 200" in doctor, (status, doctor)


def test_faults_are_off_and_keep_to_their_provider():
    ends, asked, status, _ = rehearse(7)
    assert ends == ["OK"] * 30 and asked == 30 and "faults" not in status
    ends, asked, _, _ = rehearse(7, rate=1000, providers="other")
    assert ends == ["OK"] * 30, ends
    ends, asked, _, _ = rehearse(7, refused=1000, providers="other,up")
    assert "OK" not in ends and asked == 0, (ends, asked)


if __name__ == "__main__":
    tap.main(globals())
