# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plugins of others, from the doors that users use: dropped in, broken in every way, installed, updated and removed."""

import json
import os
import shutil
import subprocess
import tempfile
import threading

import boternity_daemon
import tap
from boternity_daemon import BUILD, CTL, Daemon, wait_for

BUILT = os.environ["BTY_TEST_PLUGINS"]
MAPS = "/proc/{}/maps"


class House(Daemon):
    """A daemon with a plugin folder and a cache of its own, quick to notice."""

    def __init__(self, **environment):
        super().__init__(environment)
        self.plugins = os.path.join(self.data, "plugins")
        self.extra.update({"XDG_CACHE_HOME": os.path.join(self.folder, "cache"), "BOTERNITY_PLUGINS_SETTLE_MS": "100",
                           "BOTERNITY_PLUGINS_SCAN_TIMEOUT_MS": "1000", "LC_ALL": "C.UTF-8", **environment})
        os.makedirs(self.plugins, mode=0o700)

    def put(self, name, file=None):
        """Puts a built plugin into the folder in one step; gives its path."""
        path = os.path.join(self.plugins, file or name + ".so")
        shutil.copy(os.path.join(BUILT, name + ".so"), path + ".part")
        os.rename(path + ".part", path)
        return path

    def list(self):
        return self.get("/plugins").json["items"]

    def find(self, file):
        return next((plugin for plugin in self.list() if os.path.basename(plugin["path"]) == file), None)

    def wait_state(self, file, *states):
        found = wait_for(lambda: (lambda plugin: plugin and plugin["state"] in states and plugin)(self.find(file)))
        assert found, (file, states, self.list())
        return found

    def wait_reason(self, file, text):
        found = wait_for(lambda: (lambda plugin: plugin and text in (plugin.get("reason") or "") and plugin)(self.find(file)))
        assert found, (file, text, self.find(file), self.read_log())
        return found

    def wait_known(self, file):
        found = wait_for(lambda: (lambda plugin: plugin and plugin.get("id") and plugin)(self.find(file)))
        assert found, (file, self.find(file), self.read_log())
        return found

    def is_open(self, text):
        with open(MAPS.format(self.process.pid), encoding="utf-8", errors="replace") as maps:
            return text in maps.read()

    def cache(self):
        return os.path.join(self.folder, "cache", "boternity", "plugins.json")

    def wait_cached(self, text):
        def look():
            try:
                with open(self.cache(), encoding="utf-8", errors="replace") as file:
                    return text in file.read()
            except FileNotFoundError:
                return False
        assert wait_for(look), "nothing was cached"


def test_dropped_in_and_used_on_first_call():
    with House() as house:
        before = house.get("/openapi.json").json["paths"]
        assert "/good/hello" not in before
        house.put("provider-good")
        plugin = house.wait_known("provider-good.so")
        assert plugin["state"] == "waiting" and not plugin["opened"], plugin
        assert plugin["operations"] == ["good.hello"] and plugin["settings"] == ["good.words"] and plugin["version"] == "1.2"
        assert not house.is_open("provider-good")
        answer = house.post("/good/hello")
        assert answer.status == 204, answer.body
        assert house.is_open("provider-good") and house.find("provider-good.so")["state"] == "loaded"
        assert any("/good/hello" in path for path in house.get("/openapi.json").json["paths"])
        assert house.ctl("call", "good.hello").returncode == 0
        assert "good.words" in house.ctl("config", "list").stdout


def test_schemas_open():
    with House() as house:
        house.put("provider-good")
        house.wait_known("provider-good.so")
        assert any("/good/hello" in path for path in house.get("/openapi.json").json["paths"])
        assert house.find("provider-good.so")["state"] == "loaded"


def test_call_by_name_opens():
    with House() as house:
        house.put("provider-good")
        house.wait_known("provider-good.so")
        assert house.post("/call/good.hello").status == 204
        assert house.post("/call/good.nothing").status == 404


def test_known_from_the_cache_and_closed():
    with House() as house:
        house.put("provider-good")
        house.wait_known("provider-good.so")
        house.wait_cached("good.hello")
        house.stop()
        house.extra["BOTERNITY_PLUGIN_SCANNER"] = "/nonexistent/scanner"
        house.start()
        assert house.find("provider-good.so")["id"] == "good"
        assert not house.is_open("provider-good") and not house.is_open("provider-openai")
        assert house.post("/good/hello").status == 204


def test_damaged_cache():
    for text in ("{", "", "[]", "\0\xff", '{"program":"0.1.0","abi":"1.0","files":[{"path":7}]}', "[" * 100000,
                 '{"program":"other","abi":"9.9","files":[]}'):
        with House() as house:
            house.stop()
            os.makedirs(os.path.dirname(house.cache()), exist_ok=True)
            with open(house.cache(), "w", encoding="latin-1") as file:
                file.write(text)
            house.put("provider-good")
            house.start()
            house.wait_known("provider-good.so")
            house.wait_cached("good.hello")


def test_stale_cache():
    """What is known of a file counts only while the file is as it was."""
    with House() as house:
        house.put("provider-good", "a.so")
        house.wait_known("a.so")
        house.wait_cached("good.hello")
        house.stop()
        house.put("foreign-group", "a.so")
        house.start()
        assert wait_for(lambda: (house.find("a.so") or {}).get("id") == "foreign"), house.list()


def refusals(house):
    house.put("crash")
    house.put("hang")
    house.put("exit")
    house.put("major")
    house.put("minor")
    house.put("nameless")
    os.chmod(house.put("provider-good", "writable.so"), 0o666)
    with open(os.path.join(house.plugins, "text.so"), "w", encoding="ascii") as file:
        file.write("#!/bin/sh\n")
    machine = house.put("provider-good", "machine.so")
    with open(machine, "r+b") as file:
        file.seek(18)
        file.write(b"\x02\x00")
    os.symlink("loop.so", os.path.join(house.plugins, "loop.so"))
    return {"crash.so": "it crashed when it was opened", "hang.so": "it did not come back within 1000 ms",
            "exit.so": "with exit code 3", "major.so": "version 2.0 of the plugin interface",
            "minor.so": "version 1.1 of the plugin interface", "nameless.so": "no bty_plugin_descriptor",
            "writable.so": "may be written by others", "text.so": "not a shared object",
            "machine.so": "another kind of machine", "loop.so": "Too many levels of symbolic links"}


def test_broken_ones_cost_a_line_each():
    with House() as house:
        expected = refusals(house)
        for file, text in expected.items():
            plugin = house.wait_reason(file, text)
            assert plugin["state"] == "refused", plugin
        assert len(house.list()) == len({plugin["path"] for plugin in house.list()})
        log = house.read_log()
        for file in expected:
            assert sum(f"/{file}” was not opened" in line for line in log.splitlines()) == 1, (file, log)
        text = house.ctl("plugin", "list").stdout
        for file in expected:
            assert sum(line.startswith(os.path.join(house.plugins, file) + ":") for line in text.splitlines()) == 1, text
        assert house.get("/status").status == 200 and house.process.poll() is None


def test_broken_ones_at_the_start():
    """They are there before the daemon is: it starts, and remembers them the next time."""
    with House() as house:
        house.stop()
        expected = refusals(house)
        house.start()
        for file, text in expected.items():
            house.wait_reason(file, text)
        house.wait_cached("it did not come back")
        house.stop()
        house.extra["BOTERNITY_PLUGIN_SCANNER"] = "/nonexistent/scanner"
        house.start()
        assert "it crashed" in house.find("crash.so")["reason"] and "plugin scan" in house.find("crash.so")["remedy"]
        assert "it did not come back" in house.find("hang.so")["reason"]


def test_words_of_the_program():
    """What a plugin offers under the program's own words is not taken, also when the cache knows it before the program has said them."""
    with House() as house:
        house.put("thief")
        house.wait_reason("thief.so", "“bot.")
        house.wait_cached("bot.create")
        house.stop()
        house.start()
        house.wait_reason("thief.so", "“bot.")
        assert house.post("/bots", {"name": "Still ours"}).status == 201


def test_scan_tries_again():
    with House() as house:
        house.put("crash", "x.so")
        house.wait_reason("x.so", "it crashed")
        path = house.put("crash", "y.so")
        house.wait_reason("y.so", "it crashed")
        scanned = house.ctl("plugin", "scan", "y")
        assert scanned.returncode == 0 and "it crashed" in scanned.stdout, scanned
        assert house.ctl("plugin", "scan", "nobody").returncode != 0
        shutil.copy(os.path.join(BUILT, "provider-good.so"), path)
        answer = house.post("/plugins/scan")
        assert answer.status == 200
        house.wait_known("y.so")
        assert house.post("/good/hello").status == 204


def test_half_copied():
    """A file that is written piece by piece is not opened before it is whole."""
    with House() as house:
        with open(os.path.join(BUILT, "provider-good.so"), "rb") as file:
            contents = file.read()
        path = os.path.join(house.plugins, "slow.so")
        with open(path, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(contents[:len(contents) // 2])
            file.flush()
            plugin = house.wait_state("slow.so", "refused", "waiting")
            house.wait_reason("slow.so", "cut off")
            assert not house.is_open("slow-")
            file.write(contents[len(contents) // 2:])
        plugin = house.wait_known("slow.so")
        assert plugin["id"] == "good"
        assert house.post("/good/hello").status == 204


def test_removed_and_replaced_while_open():
    with House() as house:
        path = house.put("provider-good")
        house.wait_known("provider-good.so")
        assert house.post("/good/hello").status == 204
        house.put("newer", "provider-good.so")
        house.wait_reason("provider-good.so", "takes effect after a restart")
        assert house.post("/good/hello").status == 204
        os.unlink(path)
        house.wait_state("provider-good.so", "gone")
        assert house.post("/good/hello").status == 204
        house.stop()
        house.start()
        assert house.find("provider-good.so") is None


def test_removed_while_closed():
    with House() as house:
        path = house.put("provider-good")
        house.wait_known("provider-good.so")
        os.unlink(path)
        assert wait_for(lambda: house.find("provider-good.so") is None)
        assert wait_for(lambda: house.post("/good/hello").status == 404)


def test_folder_vanishes():
    with House() as house:
        house.put("provider-good")
        house.wait_known("provider-good.so")
        shutil.rmtree(house.plugins)
        assert wait_for(lambda: house.find("provider-good.so") is None)
        os.makedirs(house.plugins, mode=0o700)
        house.put("provider-good")
        house.post("/plugins/scan")
        house.wait_known("provider-good.so")


def test_folder_comes_late():
    """Most people have no such folder when the daemon starts: it makes one, so that their first plugin is noticed at once."""
    with House() as house:
        house.stop()
        os.rmdir(house.plugins)
        house.start()
        assert house.list()
        assert os.stat(house.plugins).st_mode & 0o777 == 0o700
        house.put("provider-good")
        house.wait_cached("good.hello")


def test_called_right_after_it_was_copied():
    """Nobody is told that there is no such operation while its plugin is being looked at."""
    with House(BOTERNITY_PLUGINS_SETTLE_MS="300") as house:
        house.list()
        house.put("provider-good")
        assert house.post("/good/hello").status == 204
    for ask in (lambda house: house.post("/call/good.hello").status == 204, lambda house: house.get("/operations/good.hello").status == 200,
                lambda house: house.get("/config/good.words").json["value"] == "3",
                lambda house: house.request("PUT", "/api/v1/config/good.words", {"value": "4"}).json["value"] == "4",
                lambda house: house.ctl("call", "good.hello").returncode == 0):
        with House(BOTERNITY_PLUGINS_SETTLE_MS="300") as house:
            house.list()
            house.put("provider-good")
            assert ask(house)


def test_there_first():
    """What is there before the daemon is usable by the first call, however new it is."""
    with House(BOTERNITY_PLUGINS_SETTLE_MS="60000") as house:
        house.stop()
        house.put("provider-good")
        house.start()
        assert house.post("/good/hello").status == 204


def test_nobody_waits_for_what_hangs():
    """While a file hangs in the scanner, only what may be of it waits."""
    with House(BOTERNITY_PLUGINS_SCAN_TIMEOUT_MS="4000") as house:
        house.list()
        for name in ("a.so", "b.so", "c.so"):
            house.put("hang", name)
        answers = {}

        def ask(name, path):
            answers[name] = house.get(path).status

        late = [threading.Thread(target=ask, args=pair) for pair in
                (("setting", "/config/no.such"), ("operation", "/operations/no.such"), ("path", "/no/such"))]
        for thread in late:
            thread.start()
        for _ in range(20):
            assert house.get("/status").status == 200
        assert not answers, answers
        for name in ("a.so", "b.so", "c.so"):
            os.unlink(os.path.join(house.plugins, name))
        for thread in late:
            thread.join()
        assert set(answers.values()) == {404}, answers


def test_names_of_the_program():
    """What came with the program wins over a file of the user's that has its name or its id; that one costs a line."""
    with House() as house:
        house.stop()
        for name in ("store-sqlite.so", "transport-http.so"):
            with open(os.path.join(house.plugins, name), "w", encoding="ascii") as file:
                file.write("hello\n")
        house.put("hang", "endpoint-rest.so")
        house.put("sqlite", "mine.so")
        house.start()
        for name in ("store-sqlite.so", "transport-http.so", "endpoint-rest.so"):
            plugin = next(plugin for plugin in house.list() if plugin["path"] == os.path.join(house.plugins, name))
            assert plugin["state"] == "refused" and "was found first" in plugin["reason"], plugin
        plugin = house.wait_reason("mine.so", "a plugin with the id “sqlite” is there already")
        assert plugin["state"] == "refused", plugin
        house.wait_cached("mine.so")
        house.stop()
        house.start()
        assert house.find("mine.so")["state"] == "refused"
        assert house.post("/bots", {"name": "Still here"}).status == 201


def test_liar():
    """A plugin that answers in the scanner's place installs nowhere else, and is nobody else."""
    with House() as house:
        for name in ("liar-path", "liar-name"):
            house.put(name)
        house.wait_reason("liar-path.so", "no lower-case word")
        answer = house.post("/plugins", {"path": os.path.join(BUILT, "liar-path.so")})
        assert answer.status != 201 and "no lower-case word" in answer.json["detail"], answer.body
        assert sorted(os.listdir(house.plugins)) == ["liar-name.so", "liar-path.so"]
        assert not [name for name in os.listdir(house.folder) if name.endswith(".so")]
        house.wait_known("liar-name.so")
        assert house.post("/quiet/hello").json["code"] == "FAILED_PRECONDITION"
        assert "it said that it is “quiet”" in house.find("liar-name.so")["reason"]


def test_large():
    """A plugin that is larger than the setting allows says so; one that is not takes no memory for its size."""
    with House(BOTERNITY_PLUGINS_MAX_SIZE="200") as house:
        house.list()
        before = house.get("/status").json["memory_kb"]
        for name, size in (("fits.so", 190), ("large.so", 201)):
            path = os.path.join(house.folder, name)
            shutil.copy(os.path.join(BUILT, "provider-good.so"), path)
            os.truncate(path, size * 1024 * 1024)
            os.chmod(path, 0o600)
            os.rename(path, os.path.join(house.plugins, name))
        plugin = house.wait_reason("large.so", "larger than 200 MiB")
        assert "plugins.max_size" in plugin["reason"], plugin
        assert wait_for(lambda: (house.find("fits.so") or {}).get("id") == "good", 60)
        assert house.post("/good/hello").status == 204
        with open(f"/proc/{house.process.pid}/status", encoding="ascii") as file:
            peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
        if "ASAN_OPTIONS" not in os.environ:
            assert peak < before + 100 * 1024, (before, peak)


def test_never_at_rest():
    """What changes again and again, plugin or not, keeps nobody else out."""
    with House(BOTERNITY_PLUGINS_SETTLE_MS="200") as house:
        house.list()
        stop = threading.Event()

        def scribble():
            with open(os.path.join(house.plugins, "busy.so"), "ab") as busy:
                while not stop.wait(0.05):
                    busy.write(b"x")
                    busy.flush()

        thread = threading.Thread(target=scribble)
        thread.start()
        try:
            house.put("provider-good")
            house.wait_cached("good.hello")
        finally:
            stop.set()
            thread.join()


def test_broken_op():
    """A promise that cannot be kept any more says why."""
    with House() as house:
        path = house.put("provider-good")
        house.wait_known("provider-good.so")
        os.chmod(path, 0o666)
        answer = house.post("/good/hello")
        assert answer.json["code"] == "FAILED_PRECONDITION" and "may be written by others" in answer.json["detail"], answer.body
        os.chmod(path, 0o600)
        house.post("/plugins/scan")
        assert wait_for(lambda: house.post("/good/hello").status == 204)


def test_ten_thousand_files():
    with House(BOTERNITY_PLUGINS_MAX_FILES="20") as house:
        house.stop()
        for number in range(10000):
            with open(os.path.join(house.plugins, f"z{number:05}.so"), "wb"):
                pass
        house.put("provider-good", "a.so")
        house.start()
        house.wait_known("a.so")
        problems = [text for text in house.get("/status").json["problems"] if "10001 plugins" in text]
        assert len(problems) == 1 and "only the first 20" in problems[0] and "plugins.max_files" in problems[0], problems
        assert len(house.list()) < 40


def test_folder_is_a_loop():
    with House() as house:
        house.stop()
        os.rmdir(house.plugins)
        os.symlink("plugins", house.plugins)
        house.start()
        problems = [text for text in house.get("/status").json["problems"] if "cannot be read" in text]
        assert len(problems) == 1 and "symbolic links" in problems[0], problems


def test_disable_and_enable():
    with House() as house:
        house.put("provider-good")
        house.wait_known("provider-good.so")
        disabled = house.ctl("plugin", "disable", "good", "--json")
        assert disabled.returncode == 0 and json.loads(disabled.stdout)["state"] == "disabled", disabled
        assert house.post("/good/hello").status == 404
        assert house.post("/call/good.hello").status == 404
        house.stop()
        house.start()
        assert house.find("provider-good.so")["state"] == "disabled" and not house.is_open("provider-good")
        assert house.post("/plugins/good/enable").json["state"] == "waiting"
        assert house.post("/good/hello").status == 204
        assert "after a restart" in house.post("/plugins/good/disable").json["reason"]
        assert house.post("/good/hello").status == 204
        refused = house.post("/plugins/sqlite/disable")
        assert refused.status == 412 or refused.json["code"] == "FAILED_PRECONDITION", refused.body
        assert house.post("/plugins/nobody/disable").status == 404


def test_install_where_the_daemon_sees_other_files():
    """As with a /tmp of its own: what the person names is copied to where both look, and the copy does not stay."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-Urm", "true"], capture_output=True, check=False).returncode != 0:
        raise tap.Skip("no mount namespace can be made here")
    house = House()
    private = os.path.join(house.folder, "private")
    os.mkdir(private, 0o700)
    wrapped, real = os.path.join(house.folder, "boternityd"), boternity_daemon.DAEMON
    with open(wrapped, "w", encoding="utf-8") as file:
        file.write(f"#!/bin/sh\nexec unshare -Urm sh -c 'mount -t tmpfs none {private} && exec \"$0\" \"$@\"' {real} \"$@\"\n")
    os.chmod(wrapped, 0o755)
    source = os.path.join(private, "good-1.so")
    shutil.copy(os.path.join(BUILT, "provider-good.so"), source)
    boternity_daemon.DAEMON = wrapped
    try:
        with house:
            assert house.post("/plugins", {"path": source}).status != 201, "it sees the same files"
            made = house.ctl("plugin", "install", source, "--json")
            assert made.returncode == 0 and json.loads(made.stdout)["id"] == "good", made
            newer = os.path.join(private, "good-2.so")
            shutil.copy(os.path.join(BUILT, "newer.so"), newer)
            updated = house.ctl("plugin", "update", "good", newer, "--json")
            assert updated.returncode == 0 and json.loads(updated.stdout)["version"] == "1.10", updated
            assert house.post("/good/hello").status == 204
            missing = house.ctl("plugin", "install", os.path.join(private, "nothing.so"))
            assert missing.returncode == 5 and "nothing.so" in missing.stderr, missing
            assert os.listdir(os.path.join(house.data, "incoming")) == []
    finally:
        boternity_daemon.DAEMON = real


def test_install_update_remove():
    with House() as house:
        source = os.path.join(house.folder, "good-1.so")
        newer = os.path.join(house.folder, "good-2.so")
        shutil.copy(os.path.join(BUILT, "provider-good.so"), source)
        shutil.copy(os.path.join(BUILT, "newer.so"), newer)
        made = house.ctl("plugin", "install", source, "--json")
        assert made.returncode == 0 and json.loads(made.stdout)["id"] == "good", made
        assert os.path.exists(os.path.join(house.plugins, "good.so"))
        assert house.post("/plugins", {"path": source}).json["code"] == "ALREADY_EXISTS"
        same = house.ctl("plugin", "update", "good", source)
        assert same.returncode != 0 and "version 1.2" in same.stderr, same
        updated = house.ctl("plugin", "update", "good", newer, "--json")
        assert updated.returncode == 0 and json.loads(updated.stdout)["version"] == "1.10", updated
        assert house.post("/good/hello").status == 204
        assert "older" in house.ctl("plugin", "update", "good", source).stderr
        older = house.ctl("plugin", "update", "good", source, "--older", "--json")
        assert "after a restart" in json.loads(older.stdout)["reason"], older
        assert house.ctl("plugin", "install", source, "--replace").returncode == 0
        removed = house.ctl("plugin", "remove", "good", "--json")
        assert json.loads(removed.stdout)["state"] == "gone", removed
        assert not os.path.exists(os.path.join(house.plugins, "good.so"))
        assert house.request("DELETE", "/api/v1/plugins/good").status == 404


def test_install_refuses():
    with House() as house:
        for name, text in (("crash", "it crashed"), ("exit", "exit code 3"), ("major", "version 2.0")):
            answer = house.post("/plugins", {"path": os.path.join(BUILT, name + ".so")})
            assert answer.json["code"] == "FAILED_PRECONDITION" and text in answer.json["detail"], answer.body
        assert house.post("/plugins", {"path": "relative.so"}).status == 400
        assert house.post("/plugins", {"path": "/nonexistent.so"}).json["code"] == "FAILED_PRECONDITION"
        assert house.post("/plugins", {"path": "/etc/passwd"}).json["code"] == "FAILED_PRECONDITION"
        assert house.post("/plugins", {}).status == 400
        assert os.listdir(house.plugins) == []
        good = os.path.join(BUILT, "provider-good.so")
        assert house.request("PUT", "/api/v1/plugins/good", {"path": good}).status == 404
        assert house.request("PUT", "/api/v1/plugins/other", {"path": good}).json["code"] == "FAILED_PRECONDITION"
        own = house.request("DELETE", "/api/v1/plugins/sqlite")
        assert own.json["code"] == "FAILED_PRECONDITION" and "came with the program" in own.json["detail"], own.body


def test_settings_of_a_closed_plugin():
    """A setting that only the cache knows is no mistyped one, and a plugin has no say in the groups of others."""
    with House() as house:
        house.put("provider-good")
        house.put("foreign-group")
        house.wait_known("provider-good.so")
        plugin = house.wait_reason("foreign-group.so", "its group must be “foreign”")
        assert plugin["settings"] == [], plugin
        house.wait_cached("good.words")
        house.stop()
        os.makedirs(os.path.join(house.folder, "config"), exist_ok=True)
        with open(os.path.join(house.folder, "config", "boternity.conf"), "w", encoding="ascii") as file:
            file.write("[good]\nwords = 5\n")
        house.start()
        assert not [text for text in house.get("/status").json["problems"] if "good.words" in text]
        assert house.get("/config/good.words").json["value"] == "5"


def inspect(*arguments, **options):
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "BOTERNITY_DATA_DIR": "/nonexistent", **options}
    return subprocess.run([CTL, "plugin", "inspect", *arguments], env=environment, capture_output=True, text=True, timeout=60,
                          check=False)


def test_inspect():
    shown = inspect(os.path.join(BUILT, "provider-good.so"))
    for text in ("good", "provider:good", "good.hello", "good.words", "POST /good/hello"):
        assert text in shown.stdout, shown
    told = json.loads(inspect(os.path.join(BUILT, "provider-good.so"), "--json").stdout)
    assert told["outcome"] == "fine" and told["operations"][0]["name"] == "good.hello"
    for name, text in (("crash.so", "it crashed"), ("exit.so", "exit code 3"), ("major.so", "version 2.0"),
                       ("nameless.so", "no bty_plugin_descriptor"), ("nothing.so", "cannot be found")):
        failed = inspect(os.path.join(BUILT, name))
        assert failed.returncode != 0 and text in failed.stderr and len(failed.stderr.splitlines()) == 1, failed
    hung = inspect(os.path.join(BUILT, "hang.so"), "--timeout", "300", "--json")
    assert json.loads(hung.stdout)["outcome"] == "hung", hung
    assert "not a shared object" in inspect(__file__).stderr


def test_installed_tree():
    """A tree that was staged has a scanner of its own, and says so when it has none."""
    meson = shutil.which("meson")
    if meson is None:
        raise tap.Skip("meson is not there")
    with tempfile.TemporaryDirectory() as stage:
        subprocess.run([meson, "install", "-C", BUILD, "--no-rebuild", "--destdir", stage], check=True, capture_output=True, timeout=60)
        found = {name: os.path.join(folder, name) for folder, _, names in os.walk(stage) for name in names
                 if os.access(os.path.join(folder, name), os.X_OK)}
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "BOTERNITY_DATA_DIR": stage}
        command = [found["boternity-ctl"], "plugin", "inspect", os.path.join(BUILT, "provider-good.so")]
        for name in ("ASAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                environment[name] = os.environ[name]
        shown = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert shown.returncode == 0 and "good.hello" in shown.stdout, shown
        os.unlink(found["boternity-plugin-scanner"])
        failed = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert failed.returncode != 0 and found["boternity-plugin-scanner"] in failed.stderr, failed


def test_no_secret_reaches_the_scanner():
    """A plugin that is looked at sees none of the environment that the daemon was started with."""
    shown = inspect(os.path.join(BUILT, "nosy.so"), "--json", OPENAI_API_KEY="sk-secret")
    assert json.loads(shown.stdout)["summary"] == "Saw nothing", shown


tap.main(globals())
