# SPDX-License-Identifier: LGPL-2.1-or-later
"""The helper for tests of plugins: a daemon that crashes or does not start is no test that passes."""
import os
import signal
import sys
import tempfile

SOURCE = os.environ["BOTERNITY_TEST_SOURCE"]
sys.path[:0] = [os.path.join(SOURCE, "tests", "system"), os.path.join(SOURCE, "data", "kit")]
import boternity_kit
import kit_stage
import tap

STAGE = kit_stage.Stage()
os.environ["BOTERNITY_BINDIR"] = STAGE.bin
NONE = os.path.join(STAGE.folder, "none")
os.mkdir(NONE)


def message_of(function):
    try:
        function()
    except RuntimeError as error:
        return str(error)
    raise AssertionError("it went well")


def test_a_crash_is_seen():
    daemon = boternity_kit.Daemon(plugins=NONE)
    daemon.process.send_signal(signal.SIGKILL)
    daemon.process.wait()
    assert "the daemon ended with -9" in message_of(daemon.close)
    assert not os.path.exists(daemon.folder)


def test_a_start_that_fails_is_seen():
    said = message_of(lambda: boternity_kit.Daemon({"BOTERNITY_STORE_KIND": "nothing"}, plugins=NONE))
    assert "the daemon did not start" in said and "nothing" in said, said


def test_a_failure_is_told_as_it_is():
    with boternity_kit.Daemon(plugins=NONE) as daemon:
        try:
            daemon.call("bot.get", slug="nobody")
            raise AssertionError("there is nobody")
        except boternity_kit.Failed as error:
            assert error.code == "NOT_FOUND" and "nobody" in str(error), (error.code, str(error))
        assert daemon.call("bot.list")["items"]
        daemon.restart()
        assert daemon.http("GET", "/api/v1/bots")[0] == 200


def test_no_program():
    with tempfile.TemporaryDirectory() as empty:
        os.environ["BOTERNITY_BINDIR"] = empty
        try:
            assert "install Boternity" in message_of(lambda: boternity_kit.Daemon(plugins=NONE))
        finally:
            os.environ["BOTERNITY_BINDIR"] = STAGE.bin


try:
    tap.main(globals())
finally:
    STAGE.close()
