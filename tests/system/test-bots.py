# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bots over REST, as a program uses them."""

import os
import threading

import tap
from boternity_daemon import Daemon

DAEMON = Daemon().start()


def test_create_and_read():
    made = DAEMON.post("/bots", {"name": "Zoë & Co."})
    assert made.status == 201, made.body
    assert made.json["slug"] == "zoe-co"
    assert made.headers["Location"] == "/api/v1/bots/zoe-co"
    read = DAEMON.get("/bots/zoe-co")
    assert read.status == 200 and read.json == made.json
    assert read.headers["ETag"] == '"1"'


def test_same_name_twice():
    slugs = [DAEMON.post("/bots", {"name": "Twin"}).json["slug"] for _ in range(3)]
    assert slugs == ["twin", "twin-2", "twin-3"], slugs


def test_names_of_other_scripts():
    assert DAEMON.post("/bots", {"name": "小明"}).json["slug"] == "小明"
    assert DAEMON.get("/bots/%E5%B0%8F%E6%98%8E").json["name"] == "小明"


def test_bad_names():
    for name in ("", "x" * 10000, "a\nb", 7, None):
        answer = DAEMON.post("/bots", {"name": name})
        assert answer.status == 400, (name, answer.body)
        assert answer.json["code"] == "INVALID_ARGUMENT"
        assert "/name" in answer.json["detail"], answer.json
    assert "/nme" in DAEMON.post("/bots", {"nme": "x"}).json["detail"]


def test_path_tricks():
    made = DAEMON.post("/bots", {"name": "../../x"})
    assert made.status == 201 and made.json["slug"] == "x"
    assert sorted(os.listdir(os.path.join(DAEMON.data, "bots", "x"))) == ["IDENTITY.md", "SOUL.md", "USER.md"]
    for path in ("/bots/..%2f..%2fx", "/bots/%2e%2e", "/bots/a%00b"):
        assert DAEMON.get(path).status in (400, 404), path


def test_update_and_revisions():
    DAEMON.post("/bots", {"name": "Change"})
    path = "/api/v1/bots/change"
    changed = DAEMON.request("PATCH", path, {"description": "new", "temperature": 0.5}, {"If-Match": '"1"'})
    assert changed.status == 200 and changed.json["revision"] == 2, changed.body
    assert changed.json["temperature"] == 0.5
    stale = DAEMON.request("PATCH", path, {"description": "newer"}, {"If-Match": '"1"'})
    assert stale.status == 412, stale.body
    cleared = DAEMON.request("PATCH", path, {"temperature": None})
    assert cleared.json["temperature"] is None and cleared.json["description"] == "new"
    assert DAEMON.request("PATCH", path, {"slug": "other"}).status == 400


def test_two_race_on_one_revision():
    DAEMON.post("/bots", {"name": "Race"})
    answers = []

    def change(text):
        answers.append(DAEMON.request("PATCH", "/api/v1/bots/race", {"description": text}, {"If-Match": '"1"'}).status)

    threads = [threading.Thread(target=change, args=(str(n),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [412] * 7, answers


def test_lists_by_page():
    slugs, cursor = [], None
    while True:
        page = DAEMON.get("/bots?limit=2" + (f"&cursor={cursor}" if cursor else "")).json
        slugs += [bot["slug"] for bot in page["items"]]
        cursor = page.get("next_cursor")
        if not cursor:
            break
    assert slugs == sorted(slugs) and len(set(slugs)) == len(slugs) and "bo" in slugs, slugs
    assert DAEMON.get("/bots?cursor=nonsense").status == 400
    assert DAEMON.get("/bots?limit=0").status == 400


def test_stop_start_delete():
    DAEMON.post("/bots", {"name": "Short Life"})
    assert DAEMON.post("/bots/short-life/stop").json["state"] == "stopped"
    _, _, end = DAEMON.chat("short-life", "hello")
    assert end[1]["code"] == "FAILED_PRECONDITION" and "bot start short-life" in end[1]["detail"], end
    assert DAEMON.post("/bots/short-life/start").json["state"] == "running"
    assert DAEMON.request("DELETE", "/api/v1/bots/short-life").status == 204
    gone = DAEMON.get("/bots/short-life")
    assert gone.status == 404 and "short-life" in gone.json["detail"]
    assert not os.path.exists(os.path.join(DAEMON.data, "bots", "short-life"))


def test_idempotency_keys():
    key = {"Idempotency-Key": "k-1"}
    first = DAEMON.post("/bots", {"name": "Once"}, headers=key)
    again = DAEMON.post("/bots", {"name": "Once"}, headers=key)
    assert first.status == again.status == 201 and first.json == again.json, again.body
    other = DAEMON.post("/bots", {"name": "Other"}, headers=key)
    assert other.status == 400 and "k-1" in other.json["detail"], other.body
    DAEMON.stop()
    DAEMON.start()
    assert DAEMON.post("/bots", {"name": "Once"}, headers=key).json == first.json


def test_openapi_is_valid():
    try:
        from openapi_spec_validator import validate
    except ImportError as error:
        raise tap.Skip("openapi-spec-validator is not installed: ./test installs it") from error
    document = DAEMON.get("/openapi.json").json
    validate(document)
    assert document["openapi"].startswith("3.1") and "/bots/{slug}/chat" in document["paths"], list(document["paths"])


def test_a_key_outlives_a_kill():
    key = {"Idempotency-Key": "k-2"}
    first = DAEMON.post("/bots", {"name": "Tough"}, headers=key)
    DAEMON.kill()
    DAEMON.start()
    again = DAEMON.post("/bots", {"name": "Tough"}, headers=key)
    assert again.status == 201 and again.json == first.json, again.body


def test_who_may():
    assert DAEMON.get("/bots", headers={"Authorization": None}).status == 401
    assert DAEMON.get("/bots", headers={"Authorization": "Bearer wrong"}).status == 401
    assert DAEMON.get("/bots", headers={"Host": "evil.example"}).status == 403
    assert DAEMON.get("/bots", headers={"Origin": "http://evil.example"}).status == 403
    assert DAEMON.request("GET", "/healthz", headers={"Authorization": None}).status == 200
    assert oct(os.stat(os.path.join(DAEMON.data, "token")).st_mode & 0o777) == "0o600"


try:
    tap.main(globals())
finally:
    DAEMON.__exit__()
