# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bots that are deleted and come back, that travel in capsules, begin with a template, or come from elsewhere."""

import base64
import glob
import gzip
import hashlib
import json
import os
import shutil
import threading
import time

import tap
from boternity_daemon import Daemon, wait_for

DAEMON = Daemon().start()
OTHER = Daemon().start()


def ctl(*words, daemon=DAEMON, code=0, **options):
    result = daemon.ctl(*words, **options)
    assert result.returncode == code, (words, result.returncode, result.stdout, result.stderr)
    return result


def place(*parts, daemon=DAEMON):
    return os.path.join(daemon.folder, *parts)


def versions_of(capsule):
    with gzip.open(capsule) as lines:
        return [json.loads(line)["version"] for line in lines if line.startswith(b'{"version"')]


def edit_soul(slug, text, number, daemon=DAEMON):
    """A person saves the file; it becomes a version by the time the bot is exported."""
    path = os.path.join(daemon.data, "bots", slug, "SOUL.md")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)

    def is_version():
        target = place("probe.bot", daemon=daemon)
        ctl("bot", "export", slug, "-o", target, "--force", daemon=daemon)
        return len(versions_of(target)) >= number

    assert wait_for(is_version, 30)


def make_with_history(name):
    slug = DAEMON.post("/bots", {"name": name}).json["slug"]
    edit_soul(slug, "# Soul\n\nYou are patient.\n", 2)
    edit_soul(slug, "# Soul\n\nYou are patient and brief.\n", 3)
    return slug


def forge(capsule, target, change):
    """The capsule with @change made to its lines, and a checksum that fits again."""
    with gzip.open(capsule) as file:
        lines = file.read().splitlines(keepends=True)[:-1]
    lines = change(lines)
    body = b"".join(lines)
    body += b'{"sha256":"' + hashlib.sha256(body).hexdigest().encode() + b'"}\n'
    with gzip.open(target, "wb") as file:
        file.write(body)
    return target


def test_round_trip_gives_the_same_hashes():
    slug = make_with_history("Traveller")
    file = place("traveller.bot")
    ctl("bot", "export", slug, "-o", file)
    assert oct(os.stat(file).st_mode & 0o777) == "0o600"
    plan = json.loads(ctl("bot", "import", file, "--dry-run", "--json", daemon=OTHER).stdout)
    assert plan["done"] is False and plan["versions"] == 3 and not plan["rechained"], plan
    assert OTHER.get(f"/bots/{slug}").status == 404
    made = json.loads(ctl("bot", "import", file, "--json", daemon=OTHER).stdout)
    assert made["done"] and made["slug"] == slug and not made["renamed"], made
    again = place("again.bot", daemon=OTHER)
    ctl("bot", "export", slug, "-o", again, daemon=OTHER)
    assert versions_of(again) == [dict(version, updated_at=there["updated_at"], revision=there["revision"])
                                  for version, there in zip(versions_of(file), versions_of(again))]
    with open(os.path.join(OTHER.data, "bots", slug, "SOUL.md"), encoding="utf-8") as soul:
        assert soul.read() == "# Soul\n\nYou are patient and brief.\n"
    text, _, end = OTHER.chat(slug, "hello")
    assert end[0] == "end" and text, end


def test_import_twice():
    slug = make_with_history("Twin")
    file = place("twin.bot")
    ctl("bot", "export", slug, "-o", file)
    made = json.loads(ctl("bot", "import", file, "--json").stdout)
    assert made["slug"] == slug + "-2" and made["renamed"] and made["rechained"], made
    copy = place("copy.bot")
    ctl("bot", "export", made["slug"], "-o", copy)
    for old, new in zip(versions_of(file), versions_of(copy)):
        assert new["hash"] != old["hash"] and old["hash"] in new["note"], new
        assert new["soul"] == old["soul"] and new["created_at"] == old["created_at"], (old, new)
    text, _, end = DAEMON.chat(made["slug"], "hello")
    assert end[0] == "end" and text, end


def test_the_same_hashes_after_a_purge():
    slug = make_with_history("Phoenix")
    file = place("phoenix.bot")
    ctl("bot", "export", slug, "-o", file)
    ctl("bot", "delete", slug)
    assert json.loads(ctl("bot", "import", file, "--dry-run", "--json").stdout)["rechained"]
    ctl("bot", "purge", slug)
    made = json.loads(ctl("bot", "import", file, "--json").stdout)
    assert made["slug"] == slug and not made["rechained"], made
    again = place("again.bot")
    ctl("bot", "export", slug, "-o", again, "--force")
    assert [version["hash"] for version in versions_of(again)] == [version["hash"] for version in versions_of(file)]
    assert DAEMON.chat(slug, "hello")[2][0] == "end"


def test_over_rest():
    slug = DAEMON.post("/bots", {"name": "Piecemeal"}).json["slug"]
    stream = DAEMON.request("POST", f"/api/v1/bots/{slug}/export", {}, {"Accept": "text/event-stream"}, stream=True)
    items, end = [], None
    for _, event, data in stream:
        if event == "item":
            items.append(base64.b64decode(data["data"]))
        else:
            end = (event, data)
    stream.close()
    capsule = b"".join(items)
    assert end[0] == "end" and end[1]["bytes"] == len(capsule), end
    answer = OTHER.post("/import/bot", {"capsule": base64.b64encode(capsule).decode(), "name": "Renamed"})
    assert answer.status in (200, 201), answer.body
    assert answer.json["slug"] == "renamed" and answer.json["bot"] == end[1]["bot"], answer.json


def test_conversations_and_memories_travel():
    slug = DAEMON.post("/bots", {"name": "Recall"}).json["slug"]
    DAEMON.chat(slug, "the tide turns")
    folder = os.path.join(DAEMON.data, "bots", slug)
    os.mkdir(os.path.join(folder, "memory"))
    for name, text in (("MEMORY.md", "likes tea"), ("memory/2026-01-01.md", "rain"), ("evals.yaml", "questions: []\n")):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    os.symlink("/etc/passwd", os.path.join(folder, "memory", "link.md"))
    bare, full = place("bare.bot"), place("full.bot")
    ctl("bot", "export", slug, "-o", bare)
    result = ctl("bot", "export", slug, "-o", full, "--sessions", "--memories")
    assert "link.md" in result.stderr, result.stderr
    with gzip.open(bare) as file:
        text = file.read()
        assert b"likes tea" not in text and b"the tide turns" not in text
    made = json.loads(ctl("bot", "import", full, "--json", daemon=OTHER).stdout)
    assert made["sessions"] == 1 and made["messages"] == 2, made
    assert made["files"] == ["MEMORY.md", "evals.yaml", "memory/2026-01-01.md"], made
    with open(os.path.join(OTHER.data, "bots", slug, "memory", "2026-01-01.md"), encoding="utf-8") as file:
        assert file.read() == "rain"
    session = OTHER.get(f"/sessions?slug={slug}").json["items"][0]["id"]
    markdown = ctl("session", "export", session, daemon=OTHER).stdout
    assert "the tide turns" in markdown and "## user" in markdown, markdown
    lines = [json.loads(line) for line in ctl("session", "export", session, "--format", "jsonl", daemon=OTHER).stdout.splitlines()]
    assert lines[0]["id"] == session and [line["role"] for line in lines[1:]] == ["user", "assistant"], lines
    again = json.loads(ctl("bot", "import", full, "--json", daemon=OTHER).stdout)
    assert again["rechained"]
    page = OTHER.get(f"/sessions?slug={again['slug']}").json["items"]
    assert len(page) == 1 and page[0]["id"] != session, page


def test_sealed():
    slug = DAEMON.post("/bots", {"name": "Secretive"}).json["slug"]
    file = place("sealed.bot")
    ctl("bot", "export", slug, "-o", file, "--seal", input="correct horse\n")
    with open(file, "rb") as capsule:
        assert b"Secretive" not in capsule.read()
    wrong = OTHER.ctl("bot", "import", file, input="battery staple\n")
    assert wrong.returncode != 0 and OTHER.get(f"/bots/{slug}").status == 404, wrong
    assert "correct" not in wrong.stderr
    made = json.loads(ctl("bot", "import", file, "--json", daemon=OTHER, input="correct horse\n").stdout)
    assert made["sealed"] and made["slug"] == slug, made


def test_does_not_write_over_files():
    slug = DAEMON.post("/bots", {"name": "Careful"}).json["slug"]
    file = place("careful.bot")
    with open(file, "w", encoding="utf-8") as there:
        there.write("mine")
    result = DAEMON.ctl("bot", "export", slug, "-o", file)
    assert result.returncode != 0 and "--force" in result.stderr, result
    with open(file, encoding="utf-8") as there:
        assert there.read() == "mine"
    ctl("bot", "export", slug, "-o", file, "--force")
    assert len(versions_of(file)) == 1


def refused(file, part, daemon=OTHER):
    before = daemon.get("/bots?limit=1000").json["items"]
    result = daemon.ctl("bot", "import", file)
    assert result.returncode != 0 and part in result.stderr, (part, result)
    assert daemon.get("/bots?limit=1000").json["items"] == before


def test_damaged():
    slug = make_with_history("Fragile")
    file, bad = place("fragile.bot"), place("bad.bot")
    ctl("bot", "export", slug, "-o", file)
    with open(file, "rb") as capsule:
        whole = capsule.read()
    for part, content in (("damaged", whole[:len(whole) // 2]), ("follows", whole + b"x"), ("damaged", b"\x1f\x8bnothing"),
                          ("checksum", gzip.compress(gzip.decompress(whole).replace(b"patient", b"pitiful"))),
                          ("200 times", gzip.compress(b" " * 64 * 1024 * 1024))):
        with open(bad, "wb") as capsule:
            capsule.write(content)
        refused(bad, part)
    refused(forge(file, bad, lambda lines: [line.replace(b"You are patient.", b"You are cruel.") for line in lines]), "hash")
    refused(forge(file, bad, lambda lines: [line.replace(b'"format":1,', b'"format":2,"new":1,') for line in lines]), "format 2")
    refused(forge(file, bad, lambda lines: [lines[1], lines[0]] + lines[2:]), "wrong place")
    refused(forge(file, bad, lambda lines: lines[:5] + [lines[4]] + lines[5:]), "")
    refused(forge(file, bad, lambda lines: lines[:-1]), "")
    evil = json.dumps({"file": {"name": "memory/../../evil.md", "text": "x"}}).encode() + b"\n"
    refused(forge(file, bad, lambda lines: [lines[0].replace(b'"files":0', b'"files":1')] + lines[1:] + [evil]), "evil.md")
    refused(forge(file, bad, lambda lines: [line.replace(b'"slug":"fragile"', b'"slug":"../x"') for line in lines]), "../x")
    assert not os.path.exists(os.path.join(OTHER.data, "evil.md"))


def test_deleted_and_restored():
    slug = make_with_history("Lazarus")
    DAEMON.chat(slug, "remember the lighthouse")
    before = place("before.bot")
    ctl("bot", "export", slug, "-o", before, "--sessions")
    ctl("bot", "delete", slug)
    assert DAEMON.get(f"/bots/{slug}").status == 404
    assert "lighthouse" not in DAEMON.get("/sessions").body.decode()
    assert DAEMON.get("/messages?words=lighthouse").json["items"] == []
    listed = [bot for bot in DAEMON.get("/deleted-bots").json["items"] if bot["slug"] == slug]
    assert len(listed) == 1 and "saved" not in listed[0] and "folder" not in listed[0], listed
    DAEMON.kill()
    DAEMON.start()
    assert DAEMON.post("/bots", {"name": "Lazarus"}).json["slug"] == slug
    back = json.loads(ctl("bot", "restore", listed[0]["bot"], "--json").stdout)
    assert back["slug"] == slug + "-2" and back["id"] == listed[0]["bot"], back
    after = place("after.bot")
    ctl("bot", "export", back["slug"], "-o", after, "--sessions")
    assert [version["hash"] for version in versions_of(after)] == [version["hash"] for version in versions_of(before)]
    session = DAEMON.get(f"/sessions?slug={back['slug']}").json["items"][0]
    assert session["slug"] == back["slug"], session
    assert DAEMON.chat(back["slug"], "and again", session=session["id"])[2][0] == "end"


def kill_during(daemon, delay, *words):
    """The CLI is at @words when the daemon is killed; any moment has to do."""
    working = threading.Thread(target=daemon.ctl, args=words)
    working.start()
    time.sleep(delay)
    daemon.kill()
    working.join()
    daemon.ctl("stop")  # one that the CLI began since ours was gone
    daemon.start()


def test_killed_while_importing():
    """Either nobody, or the whole bot."""
    slug = make_with_history("Mayfly")
    DAEMON.chat(slug, "remember the dawn")
    file = place("mayfly.bot")
    ctl("bot", "export", slug, "-o", file, "--sessions")
    hashes = [version["hash"] for version in versions_of(file)]
    daemon = Daemon().start()
    try:
        for number in range(10):
            kill_during(daemon, 0.012 * number, "bot", "import", file)
            if daemon.get(f"/bots/{slug}").status == 200:
                after = place("after.bot", daemon=daemon)
                ctl("bot", "export", slug, "-o", after, "--sessions", "--force", daemon=daemon)
                assert [version["hash"] for version in versions_of(after)] == hashes
                assert "dawn" in gzip.open(after).read().decode()
                assert os.path.exists(os.path.join(daemon.data, "bots", slug, "SOUL.md"))
                ctl("bot", "delete", slug, daemon=daemon)
                ctl("bot", "purge", slug, daemon=daemon)
            assert daemon.get("/sessions").json["items"] == []
        ctl("bot", "import", file, daemon=daemon)
        assert daemon.get(f"/bots/{slug}").status == 200
        assert daemon.chat(slug, "and you?")[2][0] == "end"
    finally:
        daemon.stop()
        shutil.rmtree(daemon.folder, ignore_errors=True)


def test_killed_while_it_comes_and_goes():
    """Deleted and brought back, then deleted and forgotten, and killed at any moment of it: there with all of it, or not there."""
    daemon = Daemon().start()
    try:
        slug = daemon.post("/bots", {"name": "Phoenix"}).json["slug"]
        daemon.chat(slug, "remember the ashes")
        for number in range(12):
            is_there = daemon.get(f"/bots/{slug}").status == 200
            kill_during(daemon, 0.006 * number, "bot", "delete" if is_there else "restore", slug)
            is_there = daemon.get(f"/bots/{slug}").status == 200
            assert is_there or any(bot["slug"] == slug for bot in daemon.get("/deleted-bots").json["items"])
            assert os.path.exists(os.path.join(daemon.data, "bots", slug)) == is_there
            assert len(daemon.get("/sessions").json["items"]) == is_there
        if daemon.get(f"/bots/{slug}").status != 200:
            ctl("bot", "restore", slug, daemon=daemon)
        assert daemon.chat(slug, "are you there?")[2][0] == "end"
        ctl("bot", "delete", slug, daemon=daemon)
        kill_during(daemon, 0.02, "bot", "purge", slug)
        if any(bot["slug"] == slug for bot in daemon.get("/deleted-bots").json["items"]):
            daemon.ctl("bot", "purge", slug)
        assert wait_for(lambda: daemon.get("/deleted-bots").json["items"] == [])
        assert wait_for(lambda: os.listdir(os.path.join(daemon.data, "bots", ".deleted")) == [])
        assert daemon.get("/messages?words=ashes").json["items"] == []
        daemon.stop()
        left = [path for path in glob.glob(os.path.join(daemon.data, "boternity.db")) if b"the ashes" in open(path, "rb").read()]
        assert left == [], left
    finally:
        daemon.stop()
        shutil.rmtree(daemon.folder, ignore_errors=True)


def test_large_capsule():
    """One of nearly capsules.max_size goes through every door's limits."""
    slug = DAEMON.post("/bots", {"name": "Elephant"}).json["slug"]
    memory = os.path.join(DAEMON.data, "bots", slug, "memory")
    os.makedirs(memory)
    for number in range(15):
        with open(os.path.join(memory, f"{number}.md"), "w", encoding="ascii") as file:
            file.write(base64.b64encode(os.urandom(720_000)).decode())
    file = place("elephant.bot")
    ctl("bot", "export", slug, "--memories", "-o", file)
    assert 10_500_000 < os.path.getsize(file) < 12_000_000, os.path.getsize(file)
    report = json.loads(ctl("bot", "import", file, "--dry-run", "--json", daemon=OTHER).stdout)
    assert len(report["files"]) == 15, report
    with open(file, "rb") as capsule:
        body = {"capsule": base64.b64encode(capsule.read()).decode()}
    made = OTHER.post("/import/bot", body)
    assert made.status in (200, 201), made.body[:300]
    assert len(os.listdir(os.path.join(OTHER.data, "bots", made.json["slug"], "memory"))) == 15


def test_templates():
    names = [template["name"] for template in DAEMON.get("/templates").json["items"]]
    assert len(names) >= 12 and names == sorted(names) and "researcher" in names, names
    for name in names:
        template = DAEMON.get(f"/templates/{name}").json
        assert 25 <= template["soul"].count("\n") <= 60, name
        assert template["identity"] and template["user"] and template["evals"] and template["summary"], name
        assert template["evals"].count("input:") >= 3, name
        bot = json.loads(ctl("bot", "create", f"My {name}", "--from", name, "--json").stdout)
        assert bot["from_template"] == name
        with open(os.path.join(DAEMON.data, "bots", bot["slug"], "SOUL.md"), encoding="utf-8") as soul:
            text = soul.read()
        assert f"My {name}" in text and "{{" not in text, text
        assert os.path.exists(os.path.join(DAEMON.data, "bots", bot["slug"], "evals.yaml"))
    assert DAEMON.chat("my-researcher", "hello")[2][0] == "end"
    missing = DAEMON.ctl("bot", "create", "X", "--from", "../bots")
    assert missing.returncode != 0 and "bot templates" in missing.stderr, missing
    assert DAEMON.get("/bots/x").status == 404


def test_template_and_a_name_with_quotes():
    made = DAEMON.post("/bots", {"name": 'Ada "the \\ cook"', "from_template": "cook"})
    assert made.status == 201, made.body
    identity = open(os.path.join(DAEMON.data, "bots", made.json["slug"], "IDENTITY.md"), encoding="utf-8").read()
    assert identity.splitlines()[1] == 'name: "Ada \\"the \\\\ cook\\""', identity
    assert DAEMON.chat(made.json["slug"], "hello")[2][0] == "end"


def test_own_template():
    folder = os.path.join(DAEMON.data, "templates", "pirate")
    os.makedirs(folder)
    with open(os.path.join(folder, "SOUL.md"), "w", encoding="utf-8") as soul:
        soul.write("# Pirate\n\nArr, {{name}}.\n")
    listed = {template["name"]: template for template in DAEMON.get("/templates").json["items"]}
    assert listed["pirate"]["is_own"] and listed["pirate"]["title"] == "Pirate", listed["pirate"]
    assert DAEMON.post("/bots", {"name": "Anne", "from_template": "pirate"}).status == 201
    with open(os.path.join(DAEMON.data, "bots", "anne", "SOUL.md"), encoding="utf-8") as soul:
        assert soul.read() == "# Pirate\n\nArr, Anne.\n"


def make_workspace():
    folder = place("workspace")
    os.makedirs(os.path.join(folder, "memory"))
    for name, text in (("SOUL.md", "# Who you are\n\nBe helpful.\n"), ("USER.md", "# User\n\nJo\n"), ("MEMORY.md", "Jo has a cat.\n"),
                       ("IDENTITY.md", "# IDENTITY\n\n- **Name:** Clawd\n- **Creature:** a lobster\n- **Vibe:** sharp: \"dry\"\n- **Emoji:** 🦞\n"),
                       ("AGENTS.md", "rules"), ("TOOLS.md", "tools"), ("memory/2026-02-02.md", "fed the cat\n")):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    os.symlink("/etc/hostname", os.path.join(folder, "memory", "out.md"))
    return folder


def test_openclaw():
    folder = make_workspace()
    plan = json.loads(ctl("import", "openclaw", folder, "--dry-run", "--json").stdout)
    assert plan["slug"] == "clawd" and not plan["done"], plan
    assert DAEMON.get("/bots/clawd").status == 404
    result = ctl("import", "openclaw", folder, "--json")
    made = json.loads(result.stdout)
    assert made["files"] == ["MEMORY.md", "memory/2026-02-02.md"] and "out.md" in result.stderr, (made, result.stderr)
    assert [line.split(":")[0] for line in made["left_out"]] == ["AGENTS.md", "TOOLS.md"], made
    with open(os.path.join(DAEMON.data, "bots", "clawd", "IDENTITY.md"), encoding="utf-8") as file:
        identity = file.read()
    assert identity.startswith('---\nname: "Clawd"\ndescription: "a lobster"\nvoice: "sharp: \\"dry\\""\navatar: "🦞"\n---\n'), identity
    with open(os.path.join(DAEMON.data, "bots", "clawd", "SOUL.md"), encoding="utf-8") as file:
        assert file.read() == "# Who you are\n\nBe helpful.\n"
    assert DAEMON.chat("clawd", "hello")[2][0] == "end"
    for name in ("../x.md", "/etc/x.md", "memory//x.md", "memory/../x.md"):
        answer = DAEMON.post("/import/openclaw", {"files": [{"name": "SOUL.md", "text": "x"}, {"name": name, "text": "x"}], "name": "n"})
        assert answer.status == 400 and "/files" in answer.json["detail"], answer.body
    assert DAEMON.post("/import/openclaw", {"files": [{"name": "AGENTS.md", "text": "x"}], "name": "n"}).status == 400


def test_names_of_keys_only():
    key = "sk-very-secret-0123456789"
    answer = DAEMON.post("/providers", {"name": "far", "url": "http://127.0.0.1:9/v1", "key_ref": "env:FAR_KEY", "key": key})
    assert answer.status == 201, answer.body
    slug = DAEMON.post("/bots", {"name": "Wired", "route": ["far/model"]}).json["slug"]
    file = place("wired.bot")
    ctl("bot", "export", slug, "-o", file)
    with gzip.open(file) as lines:
        head = json.loads(lines.readline())["capsule"]
        rest = lines.read()
    assert head["needs"][0] == "provider:far" and head["needs"][1].startswith("secret:") and key.encode() not in rest, head
    plan = json.loads(ctl("bot", "import", file, "--dry-run", "--json", daemon=OTHER).stdout)
    assert plan["missing"] == head["needs"], plan


try:
    tap.main(globals())
finally:
    DAEMON.__exit__()
    OTHER.__exit__()
