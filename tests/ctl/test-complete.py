#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Completion: what the program offers, and what bash makes of it."""

import os
import shutil
import socket
import subprocess
import time

import harness
from harness import Place, tap

SCRIPTS = os.path.join(os.path.dirname(os.path.dirname(harness.HERE)), "data", "completion")
SCRIPT = os.path.join(SCRIPTS, "boternity-ctl.bash")
PROBE = r'''
source "$1"
COMP_LINE="$2" COMP_POINT=${#2}
read -r -a COMP_WORDS <<< "$2"
[[ $2 == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
compopt () { :; }
_boternity_ctl
printf '%s\n' "${COMPREPLY[@]}"
'''


def offered(place, *words):
    return place.run("__complete", *words).stdout.split()


def test_words():
    with Place(daemon=False) as place:
        assert offered(place, "st") == ["status", "stop"]
        assert "__complete" not in offered(place, "") and "chat" in offered(place, "")
        assert offered(place, "bot", "st") == ["start", "stop"]
        assert offered(place, "help", "ver") == ["version"] and offered(place, "help", "bot", "cr") == ["create"]
        assert offered(place, "bot", "create", "x", "--de") == ["--description"]
        assert offered(place, "chat", "--") == ["--session", "--new", "--reasoning", "--json", "--no-truncate", "--help"]
        assert offered(place, "plugin", "new", "x", "--kind", "s") == ["store", "secrets"]
        assert offered(place, "audit", "list", "--kind", "") == ["operation", "approval", "secret", "denial", "program"]
        assert offered(place, "soul", "edit", "ada", "S") == ["SOUL.md"] and offered(place, "vault", "") == ["password", "recovery", "lock", "unlock"]
        assert offered(place, "schema", "--format", "t") == ["typescript"]
        assert offered(place, "nonsense", "x") == [] and offered(place, "bot", "nonsense", "x") == []
        assert offered(place, "chat", "b") == [] and os.listdir(place.data) == []     # and no daemon is started


def test_names():
    with Place() as place:
        place.run("bot", "create", "Ada")
        assert offered(place, "chat", "a") == ["ada"]
        assert offered(place, "bot", "get", "") == ["boternity", "ada"]
        assert offered(place, "bot", "update", "--name", "x", "b") == ["boternity"]
        assert offered(place, "provider", "test", "b") == ["builtin"]
        assert offered(place, "bot", "create", "--model", "") == ["builtin/docs"]
        assert offered(place, "config", "set", "h") == ["http.port"]
        assert offered(place, "config", "set", "http.port", "") == ["0"]
        assert offered(place, "call", "bot.") == ["bot.create", "bot.list"]
        assert offered(place, "call", "echo", "te") == ["text="]
        assert "number=" in offered(place, "call", "echo", "text=x", "")


def test_bash():
    bash = shutil.which("bash")
    if bash is None:
        raise tap.Skip("no bash here")
    with Place() as place:
        for line, expected in (("st", ["status", "stop"]), ("bot cre", ["create"]), ("chat b", ["boternity"]),
                               ("call echo te", ["text="]), ("bot get ", ["boternity"])):
            result = subprocess.run([bash, "-c", PROBE, "probe", SCRIPT, f"{place.program} {line}"], env=place.environment,
                                    capture_output=True, text=True, timeout=60, check=False)
            assert result.stdout.split() == expected and result.stderr == "", (line, result)


def test_bash_with_readline():
    """A person's bash: the words are broken as readline does it, and the line is read back with a key."""
    bash = shutil.which("bash")
    if bash is None:
        raise tap.Skip("no bash here")
    with Place() as place:
        place.environment.update({"HOME": place.folder, "PS1": "", "TERM": "dumb", "INPUTRC": "/dev/null",
                                  "PATH": os.path.dirname(place.program) + ":" + place.environment["PATH"]})
        os.makedirs(os.path.join(place.folder, "with space"))
        open(os.path.join(place.folder, "with space", "request.json"), "w", encoding="utf-8").close()
        terminal = harness.Terminal([bash, "--norc", "--noprofile", "-i"], place.environment, 400)
        try:
            terminal.type("bind 'set enable-bracketed-paste off'; bind 'set bell-style none'; PS1=; cd\n")
            terminal.type(f"source {SCRIPT}; show () {{ printf '<%s>\\n' \"$READLINE_LINE\"; READLINE_LINE=; }}\n")
            terminal.type("bind -x '\"\\C-o\": show'; echo ready''-now\n")
            terminal.until("ready-now")
            for typed, expected in (("statu", "status "), ("bot cre", "bot create "), ("chat b", "chat boternity "),
                                    ("call echo te", "call echo text="), ("call echo flag=t", "call echo flag=true "),
                                    ("log --level=cri", "log --level=critical "), ("log --from jo", "log --from journal "),
                                    ("call echo @with", "call echo @with\\ space/"),
                                    ("provider add x --enabled=f", "provider add x --enabled=false ")):
                terminal.type(f"boternity-ctl {typed}\t\x0f")
                shown = terminal.until(">").rpartition("<")[2]
                assert shown == f"boternity-ctl {expected}>", (typed, shown, expected)
        finally:
            terminal.close()


def described(place, *words):
    return dict((line.split("\t") + [""])[:2] for line in place.run("__describe", *words).stdout.splitlines())


def test_meanings():
    with Place() as place:
        place.run("bot", "create", "Ada")
        assert described(place, "sta") == {"status": "show the daemon at a glance"}
        assert described(place, "bot", "cr") == {"create": "Make a bot"}
        assert described(place, "chat", "--n")["--new"] != ""
        assert described(place, "chat", "a") == {"ada": "Ada"}
        assert described(place, "log", "--level", "w") == {"warning": ""}
        assert described(place, "log", "--level=w") == {"--level=warning": ""}
        assert described(place, "log", "--from", "") == {"journal": "", "file": ""}
        assert "ports" not in described(place, "doctor", "") and described(place, "doctor", "por")["port"] != ""
        assert described(place, "doctor", "port", "dis")["disk"] != ""


def test_values_of_fields():
    with Place() as place:
        assert offered(place, "call", "echo", "fl") == ["flag="]
        assert offered(place, "call", "echo", "flag=") == ["flag=true", "flag=false"]
        assert offered(place, "call", "echo", "text=") == []


def test_files():
    with Place() as place:
        folder = os.path.join(place.folder, "with space")
        os.makedirs(os.path.join(folder, "below"))
        for name in ("request.json", "requiem.txt", ".hidden"):
            open(os.path.join(folder, name), "w", encoding="utf-8").close()
        found = place.run("__complete", "call", "echo", f"@{folder}/req").stdout.splitlines()
        assert sorted(found) == [f"@{folder}/request.json", f"@{folder}/requiem.txt"]
        assert place.run("__complete", "call", "echo", f"@{folder}/b").stdout == f"@{folder}/below/\n"
        assert f"@{folder}/.hidden\n" in place.run("__complete", "call", "echo", f"@{folder}/.").stdout


def test_without_daemon():
    """What needs none is there all the same, at once and without a word on standard error."""
    with Place(daemon=False) as place:
        for words in (["bot", "get", ""], ["call", ""], ["call", "x", "y"], ["nonsense"], ["--"], []):
            result = place.run("__complete", *words)
            assert result.stderr == "", result
        assert "http.port" in offered(place, "config", "get", "http.p")
        assert offered(place, "config", "set", "http.port", "") == ["7717"]
        assert os.listdir(place.data) == []


def test_daemon_that_hangs():
    """A daemon that takes requests and does not answer holds nobody up."""
    with Place() as place:
        place.state.hangs = True
        begin = time.monotonic()
        result = place.run("__complete", "bot", "get", "")
        assert (result.stdout, result.stderr) == ("", "")
        assert time.monotonic() - begin < 8, "it waits for ever"
    with Place(daemon=False) as place:        # and one that is gone leaves its socket behind
        os.mkdir(os.path.join(place.data, "run"), 0o700)
        dead = socket.socket(socket.AF_UNIX)
        dead.bind(os.path.join(place.data, "run", "x.sock"))
        dead.close()
        assert place.run("__complete", "bot", "get", "").stderr == ""


SHELL_CASES = (("st", {"status", "stop"}), ("bot cre", {"create"}), ("chat b", {"boternity"}), ("call echo te", {"text="}),
               ("call echo flag=", {"flag=true", "flag=false"}), ("bot get ", {"boternity"}),
               ("log --level=cri", {"--level=critical"}), ("config set ht", {"http.port"}))


def test_fish():
    fish = shutil.which("fish")
    if fish is None:
        raise tap.Skip("no fish here")
    with Place(daemon=True) as place:
        place.environment["HOME"] = place.folder
        place.environment["PATH"] = os.path.dirname(place.program) + ":" + place.environment["PATH"]
        for line, expected in SHELL_CASES:
            result = subprocess.run([fish, "--no-config", "-c", f"source {SCRIPTS}/boternity-ctl.fish; complete -C 'boternity-ctl {line}'"],
                                    env=place.environment, capture_output=True, text=True, timeout=60, check=False)
            assert {entry.split("\t")[0] for entry in result.stdout.splitlines()} == expected, (line, result)
            assert result.stderr == "", (line, result)
        assert "status\tshow the daemon" in subprocess.run(
            [fish, "--no-config", "-c", f"source {SCRIPTS}/boternity-ctl.fish; complete -C 'boternity-ctl stat'"],
            env=place.environment, capture_output=True, text=True, timeout=60, check=False).stdout


# A real zsh on a pseudo-terminal of zpty: Tab twice lists, and what the line has become is read back with a widget.
ZSH = r"""
zmodload zsh/zpty
zpty -b shell "$ZSH_PATH -f -i"
out=""
drain () { local piece; while zpty -rt shell piece 2> /dev/null; do out+=$piece; done }
await () { local n=0; while [[ $out != *$1* ]]; do drain; sleep 0.02; (( ++n > 500 )) && { print -r -- "TIMEOUT waiting for $1: $out"; exit 1; }; done }
zpty -w shell "PS1= PROMPT= RPROMPT= ; unsetopt zle_bracketed_paste 2> /dev/null; stty -echo columns 200; fpath=($SCRIPTS \$fpath)"
zpty -w shell "autoload -U compinit; compinit -u -D; source $SCRIPTS/boternity-ctl.zsh; zstyle ':completion:*' list-prompt ''; LISTMAX=0"
zpty -w shell "show-line () { print -r -- \"<\${BUFFER}>\"; zle -I; zle kill-whole-line }; zle -N show-line; bindkey '^X' show-line; print -r -- ready''-now"
await ready-now
out=""
zpty -wn shell "boternity-ctl $LINE"$'\t'$'\x18'
await '<boternity-ctl'
out=${out##*<boternity-ctl}
await '>'
print -r -- "$out"
zpty -d shell
"""


def test_zsh():
    zsh = shutil.which("zsh")
    if zsh is None:
        raise tap.Skip("no zsh here")
    with Place() as place:
        place.environment.update({"HOME": place.folder, "ZSH_PATH": zsh, "SCRIPTS": SCRIPTS, "TERM": "xterm",
                                  "PATH": os.path.dirname(place.program) + ":" + place.environment["PATH"]})
        for line, expected in (("statu", " status >"), ("bot cre", " bot create >"),
                               ("chat b", " chat boternity >"), ("call echo te", " call echo text=>"),
                               ("log --level=cri", " log --level=critical >")):
            result = subprocess.run([zsh, "-f", "-c", ZSH], env={**place.environment, "LINE": line}, capture_output=True, text=True,
                                    timeout=60, check=False)
            assert result.stdout.startswith(expected), (line, result)


if __name__ == "__main__":
    tap.main(globals())
