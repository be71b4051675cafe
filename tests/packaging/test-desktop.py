# SPDX-License-Identifier: LGPL-2.1-or-later
"""What desktops are given: the desktop file, the AppStream metadata and the icons."""

import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "system"))
import tap  # noqa: E402

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DATA = os.path.join(SOURCE, "data")
DESKTOP = os.environ["BOTERNITY_TEST_DESKTOP"]
METAINFO = os.path.join(DATA, "org.boternity.Boternity.metainfo.xml")
ICONS = {"scalable": "org.boternity.Boternity.svg", "symbolic": "org.boternity.Boternity-symbolic.svg"}


def need(program):
    if shutil.which(program) is None:
        raise tap.Skip(f"{program} is not installed")


def check(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def read_desktop():
    with open(DESKTOP, encoding="utf-8") as file:
        return dict(line.strip().split("=", 1) for line in file if "=" in line)


def test_desktop_file():
    need("desktop-file-validate")
    assert check("desktop-file-validate", DESKTOP).strip() == ""


def test_metainfo():
    need("appstreamcli")
    check("appstreamcli", "validate", "--no-net", METAINFO)


def test_they_agree():
    desktop, meta = read_desktop(), ElementTree.parse(METAINFO).getroot()
    assert meta.findtext("id") == "org.boternity.Boternity" == desktop["Icon"]
    assert meta.findtext("launchable") == os.path.basename(DESKTOP)
    assert meta.findtext("name") == desktop["Name"]
    assert desktop["Exec"].split()[0] in [e.text for e in meta.findall("provides/binary")]
    with open(os.path.join(SOURCE, "meson.build"), encoding="utf-8") as file:
        version = re.search(r"version: '([^']*)'", file.read())[1]
    assert meta.find("releases/release").get("version") == version, "the newest release is that of meson.build"


def test_icons_are_plain():
    for folder, name in ICONS.items():
        tree = ElementTree.parse(os.path.join(DATA, "icons", "hicolor", folder, "apps", name))
        names = {element.tag.rpartition("}")[2] for element in tree.iter()}
        assert names <= {"svg", "defs", "linearGradient", "stop", "rect", "path", "circle"}, names
        assert tree.getroot().get("width") == tree.getroot().get("height")
    with open(os.path.join(DATA, "icons", "hicolor", "symbolic", "apps", ICONS["symbolic"]), encoding="utf-8") as file:
        assert set(re.findall(r"#[0-9a-f]{6}", file.read())) == {"#2e3436"}, "a symbolic icon has one colour, which themes replace"


def test_icons_render():
    need("rsvg-convert")
    with tempfile.TemporaryDirectory() as folder:
        for where, name in ICONS.items():
            for size in (256, 48, 16):
                png = os.path.join(folder, f"{name}-{size}.png")
                check("rsvg-convert", "-w", str(size), "-h", str(size), "-o", png,
                      os.path.join(DATA, "icons", "hicolor", where, "apps", name))
                with open(png, "rb") as file:
                    head = file.read(24)
                assert struct.unpack(">II", head[16:24]) == (size, size), (name, size)
                assert os.path.getsize(png) > 150, "an empty picture"


tap.main(globals())
