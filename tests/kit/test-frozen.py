# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plugins that were built against the headers of each version of the interface load and answer, as their own tests say."""
import os
import shutil
import sys

SOURCE = os.environ["BOTERNITY_TEST_SOURCE"]
sys.path[:0] = [os.path.join(SOURCE, "tests", "system")]
import kit_stage
import tap

MODULES = sys.argv[1]
STAGE = kit_stage.Stage()
FROZEN = os.path.join(SOURCE, "tests", "kit", "frozen")


def check(kind, name):
    versions = [folder for folder in sorted(os.listdir(FROZEN)) if folder.startswith("abi-")]
    assert versions
    for version in versions:
        plugins = os.path.join(STAGE.folder, f"{version}-{kind}")
        os.mkdir(plugins)
        shutil.copyfile(os.path.join(MODULES, f"{version}-{kind}.so"), os.path.join(plugins, name))
        kit_stage.run(sys.executable, "-B", os.path.join(FROZEN, version, kind, "tests", "test-example.py"),
                      environment=STAGE.environment(PYTHONPATH=STAGE.variable("boternity-1", "kitdir"), BOTERNITY_BINDIR=STAGE.bin,
                                                    BOTERNITY_TEST_PLUGINS=plugins))


def test_operations():
    check("operations", "example.so")


def test_endpoint():
    check("endpoint", "endpoint-example.so")


def test_store():
    check("store", "store-example.so")


try:
    tap.main(globals())
finally:
    STAGE.close()
