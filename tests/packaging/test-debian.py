# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian packages of this tree: that they build, what is in them, and that people's data outlives going to the next version and
back."""

import glob
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "system")]

import package_builder  # noqa: E402
import tap  # noqa: E402
from package_builder import SOURCE, Builder, Root  # noqa: E402

BUILDER = ROOT = None
BUILT = {}
FIXTURES = os.path.join(SOURCE, "tests", "plugins", "store-sqlite", "fixtures")


def packages(name):
    """now: this tree; next: the same with a later version; later: with another schema besides."""
    if name in BUILT:
        return BUILT[name]
    BUILDER.fill()
    if name != "now":
        BUILDER.set_version("90.1.0" if name == "next" else "90.2.0", "Mon, 23 Nov 2099")
    if name == "later":
        BUILT["schema"] = BUILDER.add_schema()
    BUILT[name] = BUILDER.build(name)
    return BUILT[name]


def files_of(package):
    (path,) = glob.glob(os.path.join(packages("now"), package + "_*.deb"))
    listing = subprocess.run(["dpkg-deb", "-c", path], capture_output=True, text=True, check=True, timeout=60).stdout
    return {line.split()[5][1:]: line.split()[0] for line in listing.splitlines()}


def daemon():
    ROOT.install(packages("now"))
    os.environ["BOTERNITY_TEST_PROGRAMS"] = ROOT.programs
    from boternity_daemon import Daemon
    return Daemon(ROOT.environment())


def all_of(one, path):
    items, cursor = [], None
    while True:
        page = one.get(path + ("&" if "?" in path else "?") + "limit=50" + (f"&cursor={cursor}" if cursor else "")).json
        items += page["items"]
        cursor = page.get("next_cursor")
        if not cursor:
            return items


def snapshot(one):
    """Everything a person would miss."""
    sessions = all_of(one, "/sessions")
    return {"bots": all_of(one, "/bots"), "sessions": sessions, "providers": one.get("/providers").json["items"],
            "messages": {s["id"]: all_of(one, f"/sessions/{s['id']}/messages") for s in sessions},
            "setting": one.get("/config/chat.default_bot").json["value"], "token": one.token,
            "souls": {path: open(path, encoding="utf-8").read() for path in sorted(glob.glob(one.data + "/bots/*/*.md"))}}


def live(one, names):
    """Makes bots, and talks with each."""
    for name in names:
        made = one.post("/bots", {"name": name, "description": "“" + name + "”", "temperature": 0.5})
        assert made.status == 201, made.body
        text, _, end = one.chat(urllib.parse.quote(made.json["slug"]), "What is a bot?")
        assert end[0] == "end" and end[1]["state"] == "done" and text, end


def check_plugins(one, version):
    """That what is known of the plugins is of the version that runs, and none is refused."""
    assert one.get("/status").json["version"] == version
    from boternity_daemon import wait_for
    count = len(glob.glob(ROOT.folder + "/usr/lib/*/boternity-1/plugins/*.so"))

    def are_right():
        plugins = one.get("/plugins").json["items"]
        return len(plugins) == count and all(p["state"] != "refused" and p.get("version") == version for p in plugins)
    assert wait_for(are_right, 30), one.get("/plugins").json


def start(one, name):
    ROOT.install(packages(name))
    return one.start()


def test_packages_build():
    names = {os.path.basename(path).split("_")[0] for path in glob.glob(packages("now") + "/*.deb")}
    assert names >= {"boternity", "boternity-plugins", "boternity-doc", "libboternity-1-1", "libboternity-dev"}, names
    version = subprocess.run(["dpkg-parsechangelog", "-S", "Version", "-l", SOURCE + "/debian/changelog"], capture_output=True,
                             text=True, check=True, timeout=60).stdout.strip()
    assert version == package_builder.current_version(), "debian/changelog and meson.build name different versions"


def test_contents():
    main, plugins, library, dev = (files_of(name) for name in ("boternity", "boternity-plugins", "libboternity-1-1", "libboternity-dev"))
    for name in ("bin/boternityd", "bin/boternity-ctl", "share/applications/org.boternity.Boternity.desktop",
                 "share/metainfo/org.boternity.Boternity.metainfo.xml", "share/man/man1/boternity-ctl.1.gz",
                 "share/icons/hicolor/scalable/apps/org.boternity.Boternity.svg", "share/bash-completion/completions/boternity-ctl",
                 "share/boternity/bots/researcher/SOUL.md", "share/man/man5/boternity.conf.5.gz"):
        assert "/usr/" + name in main, name
    assert "/usr/share/boternity/kit/boternity_kit.py" in dev and "/usr/share/boternity/templates/secrets/example.c" in dev, dev
    for store in ("keyring", "vault", "hashicorp"):
        assert any(name.endswith(f"/secret-{store}.so") for name in plugins), plugins
    places = [name for package in (main, plugins, library, dev) for name, mode in package.items() if not mode.startswith("d")]
    assert len(places) == len(set(places)), sorted(name for name in places if places.count(name) > 1)
    assert len([name for name in plugins if name.endswith(".so")]) >= 10, plugins
    assert any(re.search(r"/libboternity-1\.so\.1$", name) for name in library), library
    assert any(name.endswith("/boternity-1.pc") for name in dev) and "/usr/include/boternity-1/boternity.h" in dev, dev
    for name, mode in {**main, **plugins, **library, **dev}.items():
        assert mode.startswith("l") or mode[8] != "w", f"{name} can be written by everyone"


def test_lintian():
    if shutil.which("lintian") is None:
        raise tap.Skip("lintian is not installed")
    (changes,) = glob.glob(packages("now") + "/*.changes")
    done = subprocess.run(["lintian", "--fail-on", "error", changes], capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_upgrade_and_downgrade():
    now = package_builder.current_version()
    one = daemon()
    try:
        start(one, "now")
        check_plugins(one, now)
        live(one, ["Ada", "小明"])
        assert one.request("PUT", "/api/v1/config/chat.default_bot", {"value": "ada"}).status == 200
        before = snapshot(one)
        one.stop()

        start(one, "next")
        check_plugins(one, "90.1.0")
        assert snapshot(one) == before
        live(one, ["Grace"])
        assert one.request("PATCH", "/api/v1/bots/ada", {"description": "changed by the newer one"}).status == 200
        after = snapshot(one)
        one.kill()

        start(one, "now")
        check_plugins(one, now)
        assert snapshot(one) == after
        live(one, ["Alan"])
        assert one.get("/bots/ada").json["description"] == "changed by the newer one"
        assert one.stop() == 0
    finally:
        one.__exit__()


def test_newer_schema_and_back():
    one = daemon()
    database = os.path.join(one.data, "boternity.db")
    try:
        start(one, "now")
        live(one, ["Ada"])
        before = snapshot(one)
        one.stop()

        start(one, "later")
        copy = f"{database}.before-{BUILT['schema'] + 1}"
        assert snapshot(one) == before and os.path.exists(copy), os.listdir(one.data)
        assert os.stat(copy).st_mode & 0o077 == 0, "others can read the copy"
        live(one, ["Grace"])
        one.stop()

        ROOT.install(packages("now"))
        whole = open(database, "rb").read()
        try:
            one.start()
            raise AssertionError("it opened a database of a later version")
        except RuntimeError as error:
            assert "schema version" in str(error) and "restore a copy" in str(error), error
        assert open(database, "rb").read() == whole, "a refused database was changed"

        # The remedy of docs/packaging.md.
        for name in glob.glob(database + "*"):
            if name != copy:
                os.rename(name, name.replace("boternity.db", "newer.db"))
        shutil.copy2(copy, database)
        one.start()
        back = snapshot(one)
        before["souls"] = {path: text for path, text in back["souls"].items() if path in before["souls"]}
        assert {**back, "souls": before["souls"]} == before
        live(one, ["Alan"])
        assert one.stop() == 0
    finally:
        one.__exit__()


def open_old(version, script):
    """A database as an earlier version left it, opened by this one."""
    one = daemon()
    try:
        os.makedirs(one.data, mode=0o700)
        database = os.path.join(one.data, "boternity.db")
        with sqlite3.connect(database) as connection:
            connection.executescript(script)
        connection.close()
        os.chmod(database, 0o600)
        start(one, "now")
        bots = {bot["slug"] for bot in all_of(one, "/bots")}
        assert "ada" in bots, (version, bots)
        live(one, ["Grace"])
        one.stop()
        with sqlite3.connect(database) as connection:
            newest = connection.execute("PRAGMA user_version").fetchone()[0]
            assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        connection.close()
        copies = glob.glob(database + ".before-*")
        assert copies == ([] if version == newest else [f"{database}.before-{newest}"]), copies
        if copies:
            with sqlite3.connect(copies[0]) as connection:
                assert connection.execute("PRAGMA user_version").fetchone()[0] == version
            connection.close()
    finally:
        one.__exit__()


def test_databases_of_every_version():
    found = sorted(glob.glob(FIXTURES + "/v*.db.sql"))
    assert found
    for path in found:
        with open(path, encoding="utf-8") as file:
            open_old(int(re.search(r"v(\d+)\.db\.sql$", path)[1]), file.read())


def run():
    global BUILDER, ROOT
    reason = package_builder.missing()
    if reason is not None:
        print(f"1..0 # SKIP {' '.join(reason.split())}")
        return
    BUILDER, ROOT = Builder(), Root()
    try:
        tap.main(globals())
    finally:
        BUILDER.close()
        ROOT.close()


run()
