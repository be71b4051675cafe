# SPDX-License-Identifier: LGPL-2.1-or-later
"""The installed headers and pkg-config files, as somebody else's compiler sees them."""
import os
import re
import shlex
import shutil
import subprocess
import sys

sys.path[:0] = [os.path.join(os.environ["BOTERNITY_TEST_SOURCE"], "tests", "system")]
import kit_stage
import tap

STAGE = kit_stage.Stage()
HEADERS = {"boternity-1": "boternity.h", "boternity-http-1": "boternity-http.h"}
LIBRARIES = {"boternity-1": "libboternity", "boternity-http-1": "http"}


def compile_alone(compiler, language, standard, package, include):
    if shutil.which(compiler) is None:
        raise tap.Skip(f"{compiler} is not installed")
    flags = shlex.split(STAGE.pkg_config("--cflags", package))
    done = subprocess.run([compiler, "-x", language, "-std=" + standard, "-Wall", "-Wextra", "-Wpedantic", "-Wundef", "-Werror",
                           "-fsyntax-only", *flags, "-"], input=f"#include <{include}>\n", capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_c():
    for package, header in HEADERS.items():
        code, said = compile_alone("gcc", "c", "c17", package, header)
        assert code == 0, said


def test_cpp():
    for package, header in HEADERS.items():
        code, said = compile_alone("g++", "c++", "c++17", package, header)
        assert code == 0, said


def test_clang():
    for package, header in HEADERS.items():
        code, said = compile_alone("clang", "c", "c17", package, header)
        assert code == 0, said


def test_only_the_one_header():
    code, said = compile_alone("gcc", "c", "c17", "boternity-1", "bty-record.h")
    assert code != 0 and "Only <boternity.h> can be included directly" in said, said
    code, said = compile_alone("gcc", "c", "c17", "boternity-http-1", "bty-http-client.h")
    assert code != 0 and "can be included directly" in said, said


def test_all_are_installed_and_none_that_is_private():
    for package, folder in LIBRARIES.items():
        installed = set(os.listdir(os.path.join(STAGE.variable(package, "includedir"), package)))
        public = {name for name in os.listdir(os.path.join(kit_stage.SOURCE, "src", folder))
                  if name.endswith(".h") and not name.endswith("-private.h")}
        assert installed == public, installed ^ public


def test_the_one_header_has_them_all():
    for package, header in HEADERS.items():
        folder = os.path.join(STAGE.variable(package, "includedir"), package)
        with open(os.path.join(folder, header), encoding="utf-8") as file:
            text = file.read()
        for name in set(os.listdir(folder)) - {header, "bty-macros.h"}:
            assert f'#include "{name}"' in text, f"{name} is not behind <{header}>"


def test_variables():
    with open(os.path.join(kit_stage.SOURCE, "meson.build"), encoding="utf-8") as file:
        numbers = dict(re.findall(r"^(abi_\w+) = (\d+)$", file.read(), re.MULTILINE))
    for package in HEADERS:
        assert STAGE.pkg_config("--variable=abi", package) == f"{numbers['abi_major']}.{numbers['abi_minor']}"
        assert "store-sqlite.so" in os.listdir(STAGE.variable(package, "pluginsdir"))
        assert os.path.exists(os.path.join(STAGE.variable(package, "kitdir"), "boternity_kit.py"))
        assert os.path.exists(os.path.join(STAGE.variable(package, "bindir"), "boternityd"))


def test_the_header_says_the_same_version():
    with open(os.path.join(kit_stage.SOURCE, "meson.build"), encoding="utf-8") as file:
        numbers = dict(re.findall(r"^(abi_\w+) = (\d+)$", file.read(), re.MULTILINE))
    with open(os.path.join(kit_stage.SOURCE, "src", "libboternity", "bty-plugin.h"), encoding="utf-8") as file:
        text = file.read()
    for name, number in numbers.items():
        assert re.search(rf"^#define BTY_{name.upper()} {number}$", text, re.MULTILINE), (name, number)


def test_moved():
    """A tree that is moved after it was installed still compiles and links."""
    moved = os.path.join(STAGE.folder, "elsewhere")
    shutil.copytree(os.path.join(STAGE.folder, "root"), moved, symlinks=True)
    pkgconfig = STAGE.pkgconfig.replace(os.path.join(STAGE.folder, "root"), moved)
    environment = STAGE.environment(PKG_CONFIG_PATH=pkgconfig)
    for package, header in HEADERS.items():
        flags = shlex.split(kit_stage.run("pkg-config", "--cflags", "--libs", package, environment=environment).stdout)
        paths = [os.path.realpath(flag[2:]) for flag in flags if flag.startswith(("-I", "-L")) and "boternity" in flag]
        assert paths and all(path.startswith(os.path.realpath(moved)) for path in paths), flags
        program = os.path.join(STAGE.folder, "linked")
        source = program + ".c"
        with open(source, "w", encoding="utf-8") as file:
            file.write(f"#include <{header}>\nint main (void) {{ return bty_error_info (BTY_ERROR_NOT_FOUND)->http_status != 404; }}\n")
        kit_stage.run("gcc", source, "-o", program, *flags, environment=environment)
        library = kit_stage.run("pkg-config", "--variable=libdir", package, environment=environment).stdout.strip()
        kit_stage.run(program, environment={**environment, "LD_LIBRARY_PATH": library})


try:
    tap.main(globals())
finally:
    STAGE.close()
