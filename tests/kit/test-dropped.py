# SPDX-License-Identifier: LGPL-2.1-or-later
"""A plugin that somebody wrote from the template is copied in while the daemon runs: it answers on every door, without a restart."""
import os
import sys

sys.path[:0] = [os.path.join(os.environ["BOTERNITY_TEST_SOURCE"], "tests", "system")]
import doors
import kit_stage
import tap
from boternity_daemon import Daemon, wait_for

STAGE = kit_stage.Stage()
DOORS = (doors.CommandLine, doors.Rest, doors.WebSocket, doors.DBus)


def build():
    folder = os.path.join(STAGE.folder, "dropped")
    kit_stage.run(STAGE.ctl, "plugin", "new", "zebra", "--folder", folder, folder=STAGE.folder, environment=STAGE.environment())
    return os.path.join(STAGE.build(folder, "dropped"), "zebra.so")


def drop(module, daemon):
    """Byte by byte, as a slow copy would: what is half there is not opened."""
    target = os.path.join(daemon.data, "plugins")
    os.makedirs(target, mode=0o700, exist_ok=True)
    with open(module, "rb") as source, open(os.path.join(target, "zebra.so"), "wb") as copy:
        whole = source.read()
        copy.write(whole[:len(whole) // 2])
        copy.flush()
        copy.write(whole[len(whole) // 2:])


def names(door):
    return {item["name"] for item in door.call("operation.list", {}, None)["items"]}


def check_door(door):
    note = door.call("zebra.add", {"title": door.name, "text": "roses are red"}, None)["response"]
    assert note["title"] == door.name and note["revision"] == 1, note
    assert door.call("zebra.get", {"id": note["id"]}, None)["response"] == note
    listed = door.call("zebra.list", {"title": door.name}, None)["items"]
    assert [item["id"] for item in listed] == [note["id"]], listed
    words = door.call("zebra.read", {"id": note["id"]}, None)["items"]
    assert "".join(item["text"] for item in words) == "rosesarered", words
    wrong = door.call("zebra.add", {"title": "", "text": "nothing"}, None)
    assert wrong["error"]["code"] == "INVALID_ARGUMENT" and "title" in wrong["error"]["message"], wrong


def test_dropped_in():
    module = build()
    with doors.Bus() as bus, Daemon({**bus, "BOTERNITY_ZEBRA_PAUSE_MS": "1"}) as daemon:
        opened = [kind(daemon) for kind in DOORS]   # before the plugin is there
        try:
            assert not any(name.startswith("zebra.") for name in names(opened[0]))
            drop(module, daemon)
            assert wait_for(lambda: "zebra.add" in names(opened[0]), 30), daemon.read_log()
            for door in opened:
                assert {"zebra.add", "zebra.get", "zebra.list", "zebra.read"} <= names(door), door.name
                door.refresh()
                check_door(door)
            paths = daemon.get("/openapi.json").json["paths"]
            assert any(path.endswith("/zebra/notes/{id}") for path in paths), sorted(paths)
            assert "zebra.add" in daemon.ctl("call").stdout
            events = doors.RestCall(daemon).call("event.replay", {"topics": ["zebra.*"]}, None)["items"]
            assert len(events) == len(DOORS), events
        finally:
            for door in opened:
                door.close()


if __name__ == "__main__":
    tap.main(globals())
