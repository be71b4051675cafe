# SPDX-License-Identifier: LGPL-2.1-or-later
"""What plugins were built against stays as it was, or the version says that it does not.

A change that breaks them needs a new abi_major, an addition a new abi_minor (meson.build and bty-plugin.h); then tests/kit/freeze.py
BUILD takes the new interface as the one to keep to.
"""
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE = os.environ["BOTERNITY_TEST_SOURCE"]
BUILD = os.environ["BOTERNITY_TEST_BUILD"]
sys.path[:0] = [os.path.join(SOURCE, "tests", "system"), os.path.join(SOURCE, "tests", "kit")]
import freeze
import tap

CHANGED, BROKEN = 4, 8
REMEDY = "raise abi_major (a break) or abi_minor (an addition) in meson.build and bty-plugin.h, then run tests/kit/freeze.py BUILD"


def growing_types():
    """Structs that may grow at their end: records, which the library alone allocates, and tables of functions, which it alone reads."""
    names = {"BtyPluginClass"}
    for folder in freeze.LIBRARIES.values():
        for header in os.listdir(os.path.join(SOURCE, folder)):
            if header.endswith(".h") and not header.endswith("-private.h"):
                with open(os.path.join(SOURCE, folder, header), encoding="utf-8") as file:
                    text = file.read()
                names |= set(re.findall(r"BTY_DECLARE_RECORD \((\w+),", text)) | set(re.findall(r"struct _(Bty\w+Interface)", text))
    return names


def diff(old, new, *options):
    done = subprocess.run(["abidiff", "--no-architecture", "--no-corpus-path", *options, old, new], capture_output=True, text=True, check=False)
    assert done.returncode & 3 == 0, done.stderr
    return done


def only_grows(report):
    """Whether what is inserted into structs stands at their end, and nothing that was there has moved."""
    if re.search(r"offset changed|data member deletion|data member change|data members change", report):
        return False
    size = 0
    for line in report.splitlines():
        changed = re.search(r"type size changed from (\d+) to", line)
        inserted = re.search(r"at offset (\d+) \(in bits\)", line)
        size = int(changed.group(1)) if changed else size
        if inserted and int(inserted.group(1)) < size:
            return False
        size = 0 if inserted is None and changed is None and not re.search("insertion|size changed", line) else size
    return True


def compare(old, new, growing):
    """What abidiff says of two, and whether anything has changed, and whether plugins break of it."""
    first = diff(old, new)
    with tempfile.NamedTemporaryFile("w", suffix=".abignore") as rules:
        rules.write(f"[suppress_type]\nname_regexp = ^_?({'|'.join(sorted(growing))})$\n")
        rules.flush()
        second = diff(old, new, "--suppressions", rules.name)
    changed = first.returncode & CHANGED != 0
    broken = (first.returncode | second.returncode) & BROKEN != 0 or is_break(second.stdout, second.returncode & CHANGED != 0)
    return first.stdout, changed, broken or not only_grows(first.stdout)


def is_allowed(changed, broken, kept, now):
    """By the rule above; kept and now are versions, such as (1, 0)."""
    if now[0] > kept[0]:
        return True
    return now[0] == kept[0] and not broken and (not changed or now[1] > kept[1])


def is_break(report, changed):
    """abidiff calls a change of a type's inside no break by itself; for what is only added there is a line of its own."""
    summary = [line for line in report.splitlines() if "summary:" in line]
    return changed and any(not piece.strip().startswith("0 ") for line in summary for piece in line.split(":", 1)[1].split(",")
                           if "Removed" in piece or "Changed" in piece)


def kept_version():
    with open(os.path.join(SOURCE, "tests", "kit", "abi", "version"), encoding="ascii") as file:
        return tuple(int(number) for number in file.read().strip().split("."))


def check(name):
    if shutil.which("abidiff") is None:
        raise tap.Skip("abidiff is not installed")
    with tempfile.TemporaryDirectory() as scratch:
        old, new = os.path.join(scratch, "old.abi"), os.path.join(scratch, "new.abi")
        with gzip.open(os.path.join(SOURCE, "tests", "kit", "abi", name + ".abi.gz")) as source, open(old, "wb") as target:
            target.write(source.read())
        freeze.read_abi(BUILD, name, new)
        report, changed, broken = compare(old, new, growing_types())
    assert is_allowed(changed, broken, kept_version(), freeze.version()), f"{report}\n{REMEDY}"


def test_library():
    check("boternity-1")


def test_http_library():
    check("boternity-http-1")


def test_the_rule():
    for changed, broken, kept, now, expected in (
            (False, False, (1, 0), (1, 0), True), (True, False, (1, 0), (1, 0), False), (True, False, (1, 0), (1, 1), True),
            (True, True, (1, 0), (1, 1), False), (True, True, (1, 0), (2, 0), True), (False, False, (1, 1), (1, 0), True),
            (True, False, (1, 1), (1, 0), False)):
        assert is_allowed(changed, broken, kept, now) == expected, (changed, broken, kept, now)


def build_small(folder, name, code):
    path = os.path.join(folder, name)
    with open(path + ".c", "w", encoding="ascii") as file:
        file.write(code)
    subprocess.run(["gcc", "-g", "-shared", "-fPIC", "-o", path + ".so", path + ".c"], check=True)
    return path + ".so"


def test_a_break_is_seen():
    """On small libraries, so that the test above is known to be able to fail."""
    if shutil.which("abidiff") is None:
        raise tap.Skip("abidiff is not installed")
    one = ("struct s { int a; }; int f (struct s *s) { return s->a; } int g (void) { return 1; }\n"
           "typedef struct { int a; } r; int k (r *s) { return s->a; }\n")
    cases = {"same": (one, False, False), "more": (one + "int h (void) { return 2; }\n", True, False),
             "less": (one.replace("int g (void) { return 1; }", ""), True, True),
             "wider": (one.replace("int a;", "long b; int a;"), True, True),
             "longer record": (one.replace("{ int a; } r", "{ int a; long b; } r"), True, False),
             "other record": (one.replace("{ int a; } r", "{ long b; int a; } r"), True, True), "other": (one.replace("int g (void)", "int g (int x)"), True, True)}
    with tempfile.TemporaryDirectory() as folder:
        first = build_small(folder, "first", one)
        for name, (code, wants_change, wants_break) in cases.items():
            report, changed, broken = compare(first, build_small(folder, name, code), {"r"})
            assert (changed, broken) == (wants_change, wants_break), (name, report)


tap.main(globals())
