# SPDX-License-Identifier: LGPL-2.1-or-later
"""What third parties begin with builds against the installed tree, and passes its tests at once."""
import os
import re
import shutil
import sys

sys.path[:0] = [os.path.join(os.environ["BOTERNITY_TEST_SOURCE"], "tests", "system")]
import kit_stage
import tap

STAGE = kit_stage.Stage()
KINDS = ("operations", "provider", "store", "endpoint", "transport", "runtime", "secrets")


def texts(folder):
    """Each file below folder: its path from there, and what is in it."""
    for path, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "__pycache__"))]
        for name in files:
            with open(os.path.join(path, name), encoding="utf-8") as file:
                yield os.path.relpath(os.path.join(path, name), folder), file.read()


def new(*words, check=True):
    return kit_stage.run(STAGE.ctl, "plugin", "new", *words, folder=STAGE.folder, environment=STAGE.environment(), check=check)


def check_kind(kind):
    folder = os.path.join(STAGE.folder, "new-" + kind)
    new("zebra", "--kind", kind, "--folder", folder)
    found = dict(texts(folder))
    assert {"meson.build", "README.md", "zebra.c", os.path.join("tests", "test-zebra.py")} <= set(found), sorted(found)
    for path, text in found.items():
        assert not re.search("example", path + text, re.IGNORECASE), f"{path} still names the example"
        assert "SPDX-License-Identifier" in text or path == "README.md", path
    assert STAGE.test(STAGE.build(folder, kind)) > 0


def test_the_example_itself():
    assert STAGE.test(STAGE.build(os.path.join(kit_stage.SOURCE, "plugins", "example"), "example")) > 0


def test_operations():
    check_kind("operations")


def test_provider():
    check_kind("provider")


def test_store():
    check_kind("store")


def test_endpoint():
    check_kind("endpoint")


def test_transport():
    check_kind("transport")


def test_runtime():
    check_kind("runtime")


def test_secrets():
    check_kind("secrets")


def test_every_kind_is_tried():
    installed = os.path.join(STAGE.bin, "..", "share", "boternity", "templates")
    assert sorted(os.listdir(installed)) == sorted(KINDS), os.listdir(installed)


def test_default_kind_and_folder():
    folder = os.path.join(STAGE.folder, "lion")
    said = new("lion").stdout
    assert folder in said, said
    assert "lion_note" in open(os.path.join(folder, "lion-note.c"), encoding="utf-8").read()
    assert open(os.path.join(folder, "lion.c"), encoding="utf-8").read().count("BTY_PLUGIN_DEFINE") == 1


def test_the_word_in_the_templates_is_the_name():
    """So that replacing it makes no nonsense: it never stands in a sentence as an English word."""
    folders = [os.path.join(kit_stage.SOURCE, "data", "templates"), os.path.join(kit_stage.SOURCE, "plugins", "example")]
    for folder in folders:
        for path, text in texts(folder):
            assert not re.search(r"\bfor example\b|\bexamples\b", text, re.IGNORECASE), path


def test_refused_names():
    for name in ("Zebra", "zebra-two", "z", "2zebra", "zébra", "../zebra", "zebra two", "a" * 33, ""):
        done = new("--", name, check=False)
        assert done.returncode == 2 and "cannot be a plugin's name" in done.stdout, (name, done.returncode, done.stdout)
    for name in ("bot", "session", "plugin", "store", "system", "bty", "sqlite", "http", "ws", "rest", "dbus", "builtin", "openai",
                 "events", "secret", "plugins"):
        done = new(name, check=False)
        assert done.returncode == 2 and "a word of Boternity's own" in done.stdout, (name, done.returncode, done.stdout)


def test_refused_kind():
    done = new("zebra", "--kind", "opera", check=False)
    assert done.returncode == 2 and "operations, store, provider" in done.stdout, done.stdout


def test_refused_folder():
    folder = os.path.join(STAGE.folder, "there")
    os.mkdir(folder)
    with open(os.path.join(folder, "mine"), "w", encoding="utf-8") as file:
        file.write("kept")
    done = new("zebra", "--folder", folder, check=False)
    assert done.returncode != 0 and "is there already" in done.stdout, done.stdout
    assert os.listdir(folder) == ["mine"]
    os.symlink("nowhere", os.path.join(STAGE.folder, "link"))
    assert new("zebra", "--folder", os.path.join(STAGE.folder, "link"), check=False).returncode != 0


def test_nothing_is_left_of_a_failure():
    done = new("zebra", "--folder", os.path.join(STAGE.folder, "no", "such", "place"), check=False)
    assert done.returncode != 0 and "cannot make the folder" in done.stdout, done.stdout
    assert not os.path.exists(os.path.join(STAGE.folder, "no"))
    damaged = os.path.join(STAGE.bin, "..", "share", "boternity", "templates", "secrets", "zzz")
    with open(damaged, "wb") as file:
        file.write(b"\xff\xfe")
    try:
        done = new("zebra", "--kind", "secrets", "--folder", os.path.join(STAGE.folder, "half"), check=False)
        assert done.returncode != 0 and "is damaged" in done.stdout, done.stdout
        assert not [name for name in os.listdir(STAGE.folder) if name.startswith("half")], os.listdir(STAGE.folder)
    finally:
        os.unlink(damaged)


def test_no_templates():
    templates = os.path.join(STAGE.bin, "..", "share", "boternity", "templates")
    shutil.move(templates, templates + "-away")
    try:
        done = new("zebra", "--folder", os.path.join(STAGE.folder, "none"), check=False)
        assert done.returncode != 0 and "install Boternity's development files" in done.stdout, done.stdout
    finally:
        shutil.move(templates + "-away", templates)


try:
    tap.main(globals())
finally:
    STAGE.close()
