# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a plugin brings bears its name; what does not, or is taken, is refused with a clear line, and the rest of it works."""
import json
import os
import shlex
import sys

SOURCE = os.environ["BOTERNITY_TEST_SOURCE"]
sys.path[:0] = [os.path.join(SOURCE, "tests", "system"), os.path.join(SOURCE, "data", "kit")]
import boternity_kit
import kit_stage
import tap

STAGE = kit_stage.Stage()
os.environ["BOTERNITY_BINDIR"] = STAGE.bin
PLUGINS = os.path.join(STAGE.folder, "plugins")
IDS = ("greedy", "session")


def build():
    os.mkdir(PLUGINS)
    flags = shlex.split(STAGE.pkg_config("--cflags", "boternity-1"))
    for plugin in IDS:
        kit_stage.run("gcc", "-std=gnu17", "-shared", "-fPIC", "-fvisibility=hidden", "-Wall", "-Werror", f'-DPLUGIN_ID="{plugin}"', *flags,
                      "-o", os.path.join(PLUGINS, plugin + ".so"), os.path.join(SOURCE, "tests", "kit", "greedy.c"))


build()
DAEMON = boternity_kit.Daemon(plugins=PLUGINS)


def test_what_is_refused_is_said():
    reason = DAEMON.plugin("greedy")["reason"]
    for line in ("the setting calls.mine was not taken: its group must be “greedy”", "the setting store.kind was not taken: there is one already",
                 "record type “session_note”: its name must be “greedy” or begin with “greedy_”",
                 "operation “greedy.list”: “GET /bots” is taken by “bot.list”", "operation “other.list”: its name must begin with “greedy.”",
                 "the feature runtime:wrong was not taken"):
        assert line in reason, (line, reason)


def test_the_rest_works():
    assert DAEMON.call("greedy.keep", name="one") in (None, {})
    try:
        DAEMON.call("greedy.keep", name="one")
        raise AssertionError("the name is unique")
    except boternity_kit.Failed as error:
        assert error.code == "ALREADY_EXISTS" and "one" in str(error), (error.code, str(error))
    names = [setting["name"] for setting in DAEMON.call("config.list")["items"]]
    assert "greedy.words" in names and "calls.mine" not in names, names
    status, document = DAEMON.http("GET", "/api/v1/openapi.json")
    assert status == 200 and "/greedy" in document["paths"] and "GreedyThingCreate" in document["components"]["schemas"], json.dumps(document)[:2000]


def test_words_of_our_own():
    reason = DAEMON.plugin("session")["reason"]
    assert "operations that begin with “session.” are the program's own" in reason, reason
    assert DAEMON.call("session.list") is not None


try:
    tap.main(globals())
finally:
    DAEMON.close()
    STAGE.close()
