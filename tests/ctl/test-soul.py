#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""boternity-ctl soul with the daemon of the same build tree: what a person does with a soul, in the order of a story."""

import os
import stat

from harness import Place, tap, wait_until

ONE = "# Ada\n\n## Values\n\nHonest and calm.\n\n## Tone\n\nWarm words.\n"
TWO = ONE.replace("Warm words", "Warm and short words")
GENTLE = ONE.replace("Warm words", "Gentle words")


class House(Place):
    """A data folder with one bot more than a fresh one has."""

    def __init__(self, **environment):
        super().__init__(daemon=False, BOTERNITY_HTTP_PORT="0", **environment)
        self.environment["BOTERNITY_CONFIG_DIR"] = os.path.join(self.folder, "config")
        self.environment["BOTERNITY_STATE_DIR"] = os.path.join(self.folder, "state")
        self.run("bot", "create", "Ada")

    def __exit__(self, *unused):
        try:
            self.run("stop")
        finally:
            super().__exit__()

    def soul_path(self, name="SOUL.md"):
        return os.path.join(self.data, "bots", "ada", name)

    def write(self, text, *words, **options):
        return self.run("soul", "edit", "ada", "--from", "-", *words, input=text, **options)

    def editor(self, script):
        """An editor that does what a shell script says to the file $1."""
        path = os.path.join(self.folder, "editor")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(f"#!/bin/sh\n{script}\n")
        os.chmod(path, stat.S_IRWXU)
        self.environment["EDITOR"] = path

    def read(self):
        with open(self.soul_path(), encoding="utf-8") as stream:
            return stream.read()


def test_versions():
    with House() as house:
        assert "version 2 on main" in house.write(ONE, "--note", "first").stderr
        assert house.read() == ONE
        house.write(TWO, "--note", "second")
        assert "nothing was changed" in house.write(TWO).stderr
        history = house.json("soul", "history", "ada")["items"]
        assert [x["number"] for x in history] == [3, 2, 1] and history[0]["note"] == "second", history
        assert "second" in house.run("soul", "history", "ada").stdout
        assert house.run("soul", "show", "ada", "2", "--file", "soul").stdout == ONE
        assert "Warm and short" in house.run("soul", "show", "ada").stdout
        assert "Honest and calm" in house.run("soul", "show", "ada", "--prompt").stdout
        lines = house.run("soul", "blame", "ada").stdout.splitlines()
        assert lines[-1].startswith("   3  owner") and "short" in lines[-1], lines
        assert "as in version 2" in house.run("soul", "rollback", "ada", "2").stderr + house.run("soul", "history", "ada").stdout
        assert house.read() == ONE
        assert "no version “77”" in house.run("soul", "show", "ada", "77", code=5).stderr
        assert "SOUL.md, IDENTITY.md and USER.md" in house.run("soul", "blame", "ada", "MEMORY.md", code=2).stderr
        assert house.json("soul", "verify", "ada")["ok"] is True


def test_diff_where_nobody_looks_is_unified():
    with House() as house:
        house.write(ONE)
        house.write(TWO)
        diff = house.run("soul", "diff", "ada").stdout
        assert diff.startswith("--- a/SOUL.md\n+++ b/SOUL.md\n@@ ") and "\n-Warm words.\n+Warm and short words.\n" in diff, diff
        assert "same" in house.run("soul", "diff", "ada", "3", "head").stderr
        assert house.json("soul", "diff", "ada", "2", "3")["added"] == 1


def test_diff_on_terminal_shows_words():
    with House() as house:
        house.write(ONE)
        house.write(TWO.replace("short", "short \x1b]0;title\x07"))
        with house.terminal("soul", "diff", "ada") as terminal:
            assert terminal.wait() == 0
            shown = terminal.all
        assert "\x1b[32m+" in shown and "\x1b[31m-" in shown, repr(shown)
        assert "\x1b[7m" in shown, "no word stands out"
        assert "\x1b]0;" not in shown, "a soul's text reached the terminal"
        with house.terminal("soul", "diff", "ada", NO_COLOR="1") as terminal:
            assert terminal.wait() == 0
            assert "--- a/SOUL.md" in terminal.all and "\x1b[" not in terminal.all, repr(terminal.all)


def test_branches():
    with House() as house:
        house.write(ONE)
        house.run("soul", "branch", "ada", "gentle")
        house.run("soul", "tag", "ada", "good", "2")
        assert "gentle" in house.run("soul", "branch", "ada").stdout and "good" in house.run("soul", "tag", "ada").stdout
        house.run("soul", "checkout", "ada", "gentle")
        house.write(GENTLE)
        assert house.json("soul", "get", "ada")["branch"] == "gentle"
        house.run("soul", "checkout", "ada", "main")
        assert house.read() == ONE
        house.write(TWO)
        torn = house.run("soul", "merge", "ada", "gentle", code=7)
        assert "Warm words." in torn.stdout and "Gentle words." in torn.stdout and "--edit" in torn.stderr, torn
        assert house.read() == TWO
        house.editor("true")
        assert "marks of a conflict" in house.run("soul", "merge", "ada", "gentle", "--edit", code=7).stderr
        house.editor("sed -i -e '/^<<<<<<</d' -e '/^=======/,/^>>>>>>>/d' \"$1\"")
        assert "merged: version" in house.run("soul", "merge", "ada", "gentle", "--edit").stderr
        assert house.read() == TWO
        assert house.json("soul", "history", "ada")["items"][0]["merged"] is not None
        assert "in use" in house.run("soul", "branch", "ada", "--delete", "main", code=7).stderr
        house.run("soul", "branch", "ada", "--delete", "gentle")
        house.run("soul", "checkout", "ada", "gentle", code=5)


def test_editor():
    with House() as house:
        house.write(ONE)
        house.editor("echo More. >> \"$1\"")
        house.run("soul", "edit", "ada", "--note", "by hand")
        assert house.read() == ONE + "More.\n"
        assert house.json("soul", "history", "ada")["items"][0]["note"] == "by hand"
        house.editor("exit 3")
        assert "did not end well" in house.run("soul", "edit", "ada", code=7).stderr
        del house.environment["EDITOR"]
        assert "--from" in house.run("soul", "edit", "ada", code=7).stderr


def test_two_people_edit_at_once():
    with House() as house:
        house.write(ONE)
        other = "'" + house.program + "' soul rollback ada 1"
        house.editor(f"echo Mine. >> \"$1\"; {other}")
        error = house.run("soul", "edit", "ada", code=8).stderr
        assert "nothing was changed; your text is in " in error, error
        kept = error.split("your text is in ")[1].split(": ")[0]
        with open(kept, encoding="utf-8") as stream:
            assert stream.read() == ONE + "Mine.\n"
        os.remove(kept)
        os.rmdir(os.path.dirname(kept))


def test_proposals_and_locks():
    with House() as house:
        house.write(ONE)
        assert "locked: SOUL.md#Values" in house.run("soul", "lock", "ada", "Values").stderr
        assert "it has: Ada, Values, Tone" in house.run("soul", "lock", "ada", "Valeus", code=2).stderr
        assert house.json("soul", "policy", "ada", "apply")["policy"] == "apply"
        assert "locked: nothing" in house.run("soul", "unlock", "ada", "Values").stderr
        assert "not locked" in house.run("soul", "unlock", "ada", "Values", code=5).stderr
        proposal = house.json("soul", "propose", "ada", "--from", "-", "--note", "shorter", input=TWO)
        assert house.read() == ONE
        assert "shorter" in house.run("soul", "proposals", "--state", "open").stdout
        shown = house.run("soul", "proposals", proposal["id"]).stdout
        assert "+Warm and short words." in shown and "shorter" in shown, shown
        house.run("soul", "approve", proposal["id"], "--note", "gladly")
        assert house.read() == TWO
        assert "accepted already" in house.run("soul", "refuse", proposal["id"], code=7).stderr
        second = house.json("soul", "propose", "ada", "--from", "-", input=GENTLE)
        assert house.json("soul", "refuse", second["id"], "--note", "no")["answer"] == "no"
        assert house.read() == TWO
        assert [x["state"] for x in house.json("soul", "proposals", "ada")["items"]] == ["refused", "accepted"]


def test_held():
    with House() as house:
        house.write(ONE)
        house.run("stop")
        with open(house.soul_path(), "a", encoding="utf-8") as stream:
            stream.write("tampered\n")
        assert "ada is held" in house.run("bot", "list").stderr
        assert "+tampered" in house.run("soul", "diff", "ada").stdout
        assert "ada is held" in house.run("status").stderr
        assert "held" in house.run("soul", "list").stdout
        assert "held" in house.write(TWO, code=7).stderr
        house.run("soul", "restore", "ada")
        assert house.read() == ONE
        assert "held" not in house.run("bot", "list").stderr
        house.run("stop")
        with open(house.soul_path(), "a", encoding="utf-8") as stream:
            stream.write("mine\n")
        house.run("soul", "accept", "ada", "--note", "my own edit")
        assert house.read() == ONE + "mine\n"
        assert house.json("soul", "history", "ada")["items"][0]["cause"] == "accepted"
        house.run("stop")
        os.unlink(house.soul_path("USER.md"))
        os.symlink("/etc/hostname", house.soul_path("USER.md"))
        assert "USER.md is a symbolic link" in house.run("soul", "diff", "ada").stderr
        assert "USER.md is a symbolic link" in house.run("soul", "accept", "ada", code=7).stderr
        house.run("soul", "restore", "ada")
        assert not os.path.islink(house.soul_path("USER.md"))


def test_files_that_cannot_be_written():
    """The version is kept and in use; the person is told, and the files follow once they can be written."""
    with House() as house:
        os.mkdir(house.soul_path(".SOUL.md.new"))
        assert "version 2 is kept, but its files cannot be written" in house.write(ONE).stderr
        assert house.read() != ONE
        os.rmdir(house.soul_path(".SOUL.md.new"))
        assert house.json("soul", "get", "ada")["state"] == "ok"
        assert house.read() == ONE


def test_saved_while_the_daemon_runs():
    with House() as house:
        house.write(ONE)
        with open(house.soul_path(), "w", encoding="utf-8") as stream:
            stream.write(TWO)
        wait_until(lambda: house.json("soul", "get", "ada")["number"] == 3, "the version")
        assert house.json("soul", "get", "ada")["state"] == "ok"


def test_completion():
    with House() as house:
        house.write(ONE, "--note", "first")
        house.run("soul", "branch", "ada", "gentle")

        def words(*typed):
            return house.run("__complete", "soul", *typed).stdout.splitlines()

        assert {"history", "diff", "lock"} <= set(words(""))
        assert words("diff", "a") == ["ada"]
        assert {"head", "1", "2", "gentle", "main"} <= set(words("diff", "ada", ""))
        assert words("checkout", "ada", "g") == ["gentle"]
        assert words("lock", "ada", "SOUL.md#V") == ["SOUL.md#Values"]
        assert words("policy", "ada", "c") == ["closed"]
        assert words("blame", "ada", "I") == ["IDENTITY.md"]


if __name__ == "__main__":
    tap.main(globals())
