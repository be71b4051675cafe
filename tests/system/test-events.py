# SPDX-License-Identifier: LGPL-2.1-or-later
"""Events from the doors that clients use: what was missed comes first, and nothing comes twice, across stops and crashes."""

import json
import re
import subprocess
import threading

import tap
from boternity_daemon import CTL, Daemon, wait_for

WHOLE = {"Accept": "application/json"}


def subscribe(daemon, query="", after=None):
    """(stream, iterator over (id, data) of its items)"""
    headers = {} if after is None else {"Last-Event-ID": after}
    stream = daemon.get("/events" + query, headers=headers, stream=True)
    return stream, ((number, data) for number, event, data in stream if event == "item")


def log_of(daemon, query=""):
    answer = daemon.get("/events/replay?limit=0" + query, headers=WHOLE)
    assert answer.status == 200, answer.body
    return answer.json["items"]


def names(items):
    return [item["data"]["name"] for item in items if item["type"].endswith("bot.created")]


def test_live():
    with Daemon() as daemon:
        stream, items = subscribe(daemon)
        number, first = next(items)
        assert first["type"] == "org.boternity.events.subscribed" and first["cursor"] == number, first
        made = daemon.post("/bots", {"name": "Ada"}).json
        number, event = next(items)
        assert event["type"] == "org.boternity.bot.created" and event["subject"] == made["id"], event
        assert event["specversion"] == "1.0" and event["source"] == "/boternity" and event["cursor"] == number, event
        assert event["data"]["slug"] == "ada" and event["time"].endswith("Z"), event
        daemon.request("DELETE", "/api/v1/bots/ada")
        assert next(items)[1]["type"] == "org.boternity.bot.deleted"
        stream.close()


def memory_of(daemon):
    with open(f"/proc/{daemon.process.pid}/smaps_rollup", encoding="ascii") as maps:
        return next(int(line.split()[1]) * 1024 for line in maps if line.startswith("Anonymous:"))


def keeps_what_is_freed(daemon):
    """A sanitizer does."""
    with open(f"/proc/{daemon.process.pid}/maps", encoding="ascii", errors="replace") as maps:
        return "libasan" in maps.read()


def test_one_that_never_reads():
    """16 MB of events pass by; of these it holds up what the settings say, and is told how many it missed."""
    with Daemon({"BOTERNITY_EVENTS_WINDOW_SIZE": "256", "BOTERNITY_REST_MAX_PENDING": "65536"}) as daemon:
        daemon.post("/bots", {"name": "Ada"})
        stream, items = subscribe(daemon)
        assert next(items)[1]["type"] == "org.boternity.events.subscribed"
        for i in range(2000):
            if i == 500:
                before = memory_of(daemon)
            answer = daemon.request("PATCH", "/api/v1/bots/ada", {"description": "\U0001f40c" * 2000})
            assert answer.status == 200, answer.body
        grown = memory_of(daemon) - before
        assert grown < 6e6 or keeps_what_is_freed(daemon), grown
        got = [next(items)[1] for _ in range(3)]
        while not any(event["type"] == "org.boternity.events.missed" for event in got):
            got.append(next(items)[1])
        missed = got[-1]
        assert missed["data"]["after"] == got[-2]["cursor"] and missed["data"]["count"] > 1000, missed
        after = next(items)[1]
        assert int(after["cursor"]) == int(got[-2]["cursor"]) + missed["data"]["count"] + 1, (got[-2]["cursor"], missed, after["cursor"])
        again = daemon.get("/events/replay?limit=1&after=" + missed["data"]["after"], headers=WHOLE).json["items"]
        assert int(again[0]["cursor"]) == int(got[-2]["cursor"]) + 1
        stream.close()


def test_filters():
    with Daemon() as daemon:
        one, only = subscribe(daemon, "?topics=bot.deleted,session.*", after="0")
        two, bots = subscribe(daemon, "?topics=org.boternity.bot.*", after="0")
        daemon.post("/bots", {"name": "Ada"})
        daemon.request("DELETE", "/api/v1/bots/ada")
        assert next(only)[1]["type"] == "org.boternity.bot.deleted"
        assert [next(bots)[1]["type"].rsplit(".", 1)[1] for _ in range(3)] == ["created", "created", "deleted"]
        for bad in ("bot.", "*.created", ".bot", "a b", "x" * 200):
            assert daemon.post("/call/event.subscribe", {"topics": [bad]}).status == 400, bad
        one.close()
        two.close()


def test_never_whole():
    with Daemon() as daemon:
        refused = daemon.get("/events", headers=WHOLE)
        assert refused.status == 406 and "event.replay" in refused.json["detail"], refused.body
        assert daemon.get("/events/replay", headers=WHOLE).status == 200


def test_resume_across_stop_and_crash():
    with Daemon() as daemon:
        stream, items = subscribe(daemon)
        number, _ = next(items)
        daemon.post("/bots", {"name": "Before"})
        number, _ = next(items)
        assert daemon.stop() == 0
        rest = list(stream)
        assert [event for _, event, _ in rest] == ["stopping", "end"] and rest[1][2] == {"next_cursor": number}, rest
        daemon.start()
        daemon.post("/bots", {"name": "While away"})
        stream, items = subscribe(daemon, after=number)
        daemon.post("/bots", {"name": "Back"})
        got = [next(items) for _ in range(2)]
        assert names([data for _, data in got]) == ["While away", "Back"], got
        daemon.kill()
        daemon.start()
        stream, items = subscribe(daemon, after=got[-1][0])
        daemon.post("/bots", {"name": "After the crash"})
        assert names([next(items)[1]]) == ["After the crash"]
        stream.close()
        ids = [item["id"] for item in log_of(daemon)]
        assert len(ids) == len(set(ids)) == 5, ids


def test_no_gap_no_repeat_under_load():
    with Daemon() as daemon:
        seen, cursor = [], "0"

        def write():
            for i in range(120):
                assert daemon.post("/bots", {"name": f"Bot {i}"}).status == 201

        writer = threading.Thread(target=write)
        writer.start()
        while len(seen) < 121:
            stream, items = subscribe(daemon, "?topics=bot.created", after=cursor)
            for _ in range(min(17, 121 - len(seen))):
                cursor, data = next(items)
                seen.append(cursor)
            stream.close()
        writer.join()
        assert seen == [str(number) for number in range(1, 122)], seen


def test_replay():
    with Daemon() as daemon:
        for i in range(5):
            daemon.post("/bots", {"name": f"Bot {i}"})
        page = daemon.get("/events/replay?limit=2", headers=WHOLE).json
        assert [item["cursor"] for item in page["items"]] == ["1", "2"] and page["next_cursor"] == "2", page
        page = daemon.get("/events/replay?limit=0&after=2", headers=WHOLE).json
        assert [item["cursor"] for item in page["items"]] == ["3", "4", "5", "6"] and page["next_cursor"] == "6", page
        page = daemon.get("/events/replay?last=2", headers=WHOLE).json
        assert [item["cursor"] for item in page["items"]] == ["5", "6"], page
        page = daemon.get("/events/replay?last=2&topics=turn.*", headers=WHOLE).json
        assert page["items"] == [], page
        fourth = log_of(daemon)[3]
        assert [item["cursor"] for item in log_of(daemon, "&since=" + fourth["time"])][:1] == ["4"]
        assert log_of(daemon, "&since=2100-01-01T00:00:00Z") == []
        beyond = daemon.get("/events/replay?after=7", headers=WHOLE)
        assert beyond.status == 400 and beyond.json["code"] == "OUT_OF_RANGE", beyond.body
        for bad in ("x", "-1", "1.5", "9" * 30):
            answer = daemon.get("/events/replay?after=" + bad, headers=WHOLE)
            assert answer.status == 400 and answer.json["code"] == "INVALID_ARGUMENT", answer.body


def test_retention():
    with Daemon({"BOTERNITY_EVENTS_KEEP_COUNT": "10"}) as daemon:
        for i in range(40):
            daemon.post("/bots", {"name": f"Bot {i}"})
        kept = [int(item["cursor"]) for item in log_of(daemon)]
        assert 10 <= len(kept) <= 13 and kept == list(range(kept[0], 42)), kept
        stream, items = subscribe(daemon, after="5")
        number, missed = next(items)
        assert missed["type"] == "org.boternity.events.missed" and int(number) == kept[0] - 1, missed
        assert missed["data"] == {"count": kept[0] - 6, "after": "5"}, missed
        assert [int(next(items)[0]) for _ in kept] == kept
        stream.close()


def test_limits():
    with Daemon({"BOTERNITY_EVENTS_MAX_SUBSCRIPTIONS": "2"}) as daemon:
        streams = [subscribe(daemon)[0] for _ in range(2)]
        refused = daemon.get("/events")
        assert refused.status == 429 and "events.max_subscriptions" in refused.json["detail"], refused.body
        streams.pop().close()
        assert wait_for(lambda: daemon.get("/events/replay", headers=WHOLE).status == 200)
        for stream in streams:
            stream.close()


def test_scope():
    with Daemon() as daemon:
        assert daemon.get("/events", headers={"Authorization": None}).status == 401


def test_ctl_list():
    with Daemon() as daemon:
        for name in ("Ada", "Bob"):
            daemon.post("/bots", {"name": name})
        lines = daemon.ctl("event", "list", "bot.*").stdout.splitlines()
        assert len(lines) == 3 and re.match(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  bot\.created .*slug=bob", lines[-1]), lines
        lines = daemon.ctl("event", "list", "-n1", "--json").stdout.splitlines()
        assert len(lines) == 1 and json.loads(lines[0])["data"]["slug"] == "bob", lines
        assert len(daemon.ctl("event", "list", "--after", "1").stdout.splitlines()) == 2
        assert len(daemon.ctl("event", "list", "--since", "1h").stdout.splitlines()) == 3
        assert daemon.ctl("event", "list", "--since", "soon").returncode == 2
        assert "nothing has happened" in daemon.ctl("event", "list", "session.*").stderr.lower()
        done = daemon.ctl("event", "tail", "--after", "0", "-n", "3", "--json")
        assert done.returncode == 0 and [json.loads(line)["cursor"] for line in done.stdout.splitlines()] == ["1", "2", "3"], done


def test_ctl_tail_resumes():
    with Daemon() as daemon:
        command = [CTL, "event", "tail", "--after", "1", "-n", "3", "--json"]
        with subprocess.Popen(command, env=daemon.environment(), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as tail:
            daemon.post("/bots", {"name": "Ada"})
            first = json.loads(tail.stdout.readline())
            assert daemon.stop() == 0
            daemon.start()
            daemon.post("/bots", {"name": "Bob"})
            second = json.loads(tail.stdout.readline())
            daemon.kill()
            daemon.start()
            daemon.post("/bots", {"name": "Cy"})
            third = json.loads(tail.stdout.readline())
            assert tail.wait(20) == 0
        assert names([first, second, third]) == ["Ada", "Bob", "Cy"]


if __name__ == "__main__":
    tap.main(globals())
