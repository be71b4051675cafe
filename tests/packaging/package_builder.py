# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian packages of copies of this tree, and roots that they are unpacked into."""

import glob
import os
import re
import shutil
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
TOOLS = ("dpkg-buildpackage", "dh", "dpkg-deb", "meson", "ninja")
LATER_STEP = '''static const char *const version_later[] = {
  "CREATE TABLE later (word TEXT NOT NULL)",
  "INSERT INTO later (word) SELECT name FROM bot",
  NULL,
};

'''


def missing():
    """Why no package can be built here, or None."""
    for tool in TOOLS:
        if shutil.which(tool) is None:
            return f"{tool} is not installed"
    done = subprocess.run(["dpkg-checkbuilddeps", "-Pnocheck"], cwd=SOURCE, capture_output=True, text=True, check=False)
    return (done.stderr or done.stdout).strip() or None if done.returncode != 0 else None


def sources():
    """What belongs to the tree: what git knows; without git everything but build folders."""
    done = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=SOURCE, capture_output=True, check=False)
    if done.returncode == 0 and done.stdout:
        return [name for name in done.stdout.decode().split("\0") if name and os.path.isfile(os.path.join(SOURCE, name))]
    names = []
    for folder, folders, files in os.walk(SOURCE):
        folders[:] = [name for name in folders if not name.startswith(("build", ".")) and name != "__pycache__"]
        names += [os.path.relpath(os.path.join(folder, name), SOURCE) for name in files]
    return names


def current_version():
    with open(os.path.join(SOURCE, "meson.build"), encoding="utf-8") as file:
        return re.search(r"version: '([^']*)'", file.read())[1]


class Builder:
    """All versions are built in the same folder one after another, so that a compiler cache is of use."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="bty-packages-")
        self.tree = os.path.join(self.folder, "tree")

    def path(self, name):
        return os.path.join(self.tree, name)

    def change(self, name, pattern, replacement):
        """A pattern that fits nowhere, or in several places, is an error of the test."""
        with open(self.path(name), encoding="utf-8") as file:
            text, count = re.subn(pattern, replacement, file.read(), flags=re.DOTALL)
        assert count == 1, f"{pattern!r} fits {count} times in {name}"
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def set_version(self, version, day):
        self.change("meson.build", r"(\A.*?version: ')[^']*'", rf"\g<1>{version}'")
        with open(self.path("debian/changelog"), encoding="utf-8") as file:
            before = file.read()
        with open(self.path("debian/changelog"), "w", encoding="utf-8") as file:
            file.write(f"boternity ({version}) unstable; urgency=medium\n\n  * A later version, for a test.\n\n"
                       f" -- Nobody <nobody@example.org>  {day} 12:00:00 +0000\n\n{before}")

    def add_schema(self):
        """One migration more than the tree has. Returns: the schema version before it"""
        with open(self.path("src/sql/bty-sql-migrations.c"), encoding="utf-8") as file:
            steps = re.search(r"bty_sql_migrations\[\] = \{(.*?)\n\};", file.read(), re.DOTALL)[1]
        newest = max(int(number) for number in re.findall(r"\{\s*(\d+),", steps))
        self.change("src/sql/bty-sql-migrations.c", r"(const BtySqlMigration bty_sql_migrations\[\] = \{.*?\n)(\};)",
                    lambda m: LATER_STEP + m[1] + f"  {{ {newest + 1}, version_later }},\n" + m[2])
        self.change("plugins/store-sqlite/bty-sqlite-migrate.c", r"(static const char \*const \*const extra\[\] = \{.*?\n)(\};)",
                    lambda m: "static const char *const nothing_more[] = { NULL };\n\n" + m[1] + "  nothing_more,\n" + m[2])
        return newest

    def fill(self):
        shutil.rmtree(self.tree, ignore_errors=True)
        for name in sources():
            os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
            shutil.copy2(os.path.join(SOURCE, name), self.path(name), follow_symlinks=False)

    def build(self, name):
        """Returns: the folder of the packages"""
        environment = dict(os.environ, DEB_BUILD_OPTIONS=f"nocheck noautodbgsym parallel={os.cpu_count()}", LC_ALL="C.UTF-8")
        if shutil.which("ccache") is not None:
            environment["CC"] = "ccache gcc"
        done = subprocess.run(["dpkg-buildpackage", "-us", "-uc", "-b", "-Pnocheck"], cwd=self.tree, env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        assert done.returncode == 0, done.stdout[-6000:]
        packages = os.path.join(self.folder, name)
        os.mkdir(packages)
        for file in glob.glob(os.path.join(self.folder, "*boternity*_*")):
            shutil.move(file, packages)
        return packages

    def close(self):
        shutil.rmtree(self.folder)


class Root:
    """A folder in place of /, with one version in it at a time. The programs run as whoever runs the test."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="bty-root-")
        self.programs = os.path.join(self.folder, "usr", "bin")

    def install(self, packages):
        shutil.rmtree(os.path.join(self.folder, "usr"), ignore_errors=True)
        for package in sorted(glob.glob(os.path.join(packages, "*.deb"))):
            subprocess.run(["dpkg-deb", "-x", package, self.folder], check=True, timeout=60)

    def environment(self):
        libraries = glob.glob(os.path.join(self.folder, "usr", "lib", "*", "libboternity-1.so.1"))
        assert len(libraries) == 1, libraries
        cache = os.path.join(self.folder, "cache")
        return {"LD_LIBRARY_PATH": os.path.dirname(libraries[0]), "HOME": self.folder, "XDG_CACHE_HOME": cache,
                "BOTERNITY_PLUGIN_SCANNER": os.path.join(self.folder, "usr", "libexec", "boternity-plugin-scanner"),
                "LANG": "C.UTF-8"}

    def close(self):
        shutil.rmtree(self.folder)
