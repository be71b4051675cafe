# SPDX-License-Identifier: LGPL-2.1-or-later
"""GNOME Keyring's daemon, unlocked, on a bus of its own and in folders of its own."""

import os
import shutil
import signal
import subprocess
import tempfile

import gi
from gi.repository import Gio, GLib

from boternity_daemon import wait_for
from bus import Bus, end_with_us

gi.require_version("Gio", "2.0")

NAME = "org.freedesktop.secrets"
PATH = "/org/freedesktop/secrets"
COLLECTION = PATH + "/collection/login"
SERVICE = "org.freedesktop.Secret.Service"
PASSWORD = b"test password"
PROMPTER = "org.gnome.keyring.SystemPrompter"


def is_there():
    return all(shutil.which(program) for program in ("gnome-keyring-daemon", "secret-tool", "dbus-daemon"))


class Keyring:
    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="boternity-keyring-")
        self.process = None
        self.bus = Bus()      # which ends with us, and the keyring with its bus
        self.bus.__enter__()
        self.address = self.bus.address
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.connection = Gio.DBusConnection.new_for_address_sync(self.address, flags, None, None)
        self.connection.set_exit_on_close(False)
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()
        self.connection.close_sync(None)
        self.bus.__exit__()
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self):
        return {"DBUS_SESSION_BUS_ADDRESS": self.address}

    def own_environment(self):
        folders = ("HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
        return {"PATH": os.environ["PATH"], **self.environment(), **{name: self.folder for name in folders}}

    def start(self):
        self.process = subprocess.Popen(
            ["gnome-keyring-daemon", "--foreground", "--components=secrets", "--unlock", "--control-directory=" + self.folder],
            env=self.own_environment(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=end_with_us)
        self.process.stdin.write(PASSWORD)
        self.process.stdin.close()
        assert wait_for(lambda: self.is_owned(NAME), 20), "the keyring does not come up"

    def kill(self):
        if self.process is None:
            return
        self.process.kill()      # also when it is stopped
        self.process.wait()
        self.process = None
        assert wait_for(lambda: not self.is_owned(NAME), 20)

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def call(self, name, path, interface, method, arguments):
        return self.connection.call_sync(name, path, interface, method, arguments, None, Gio.DBusCallFlags.NONE, 20000, None)

    def is_owned(self, name):
        return self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner",
                         GLib.Variant("(s)", [name])).unpack()[0]

    def lock(self):
        self.call(NAME, PATH, SERVICE, "Lock", GLib.Variant("(ao)", [[COLLECTION]]))

    def unlock(self):
        session = self.call(NAME, PATH, SERVICE, "OpenSession", GLib.Variant("(sv)", ["plain", GLib.Variant("s", "")])).unpack()[1]
        self.call(NAME, PATH, "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface", "UnlockWithMasterPassword",
                  GLib.Variant("(o(oayays))", [COLLECTION, [session, b"", PASSWORD, "text/plain"]]))

    def count_prompts(self):
        """From now on: a list that gets an entry for each time the keyring begins to prompt."""
        prompts = []

        def look(_connection, message, incoming):
            if incoming and message.get_member() == "BeginPrompting":
                prompts.append(message.get_sender())
            return message

        self.connection.add_filter(look)
        self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName", GLib.Variant("(su)", [PROMPTER, 0]))
        return prompts

    def names(self):
        """What is kept for Boternity, by an attribute of each item that anybody may see."""
        done = subprocess.run(["secret-tool", "search", "--all", "xdg:schema", "org.boternity.Secret"], env=self.own_environment(),
                              capture_output=True, text=True, errors="replace", timeout=60, check=False)
        lines = (done.stdout + done.stderr).splitlines()
        return sorted(line.split(" = ", 1)[1] for line in lines if line.startswith("attribute.name = "))

    def look_up(self, name):
        return subprocess.run(["secret-tool", "lookup", "xdg:schema", "org.boternity.Secret", "name", name], env=self.own_environment(),
                              capture_output=True, text=True, timeout=60, check=False).stdout
