# SPDX-License-Identifier: LGPL-2.1-or-later
"""A session bus of a test's own."""

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile

PR_SET_PDEATHSIG = 1
BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir={folder}</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
"""


def end_with_us():
    """In a child: it ends with this process, however that ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Bus:
    """A session bus of its own, which starts nothing: what the machine has installed is none of the tests' business."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="boternity-bus-")
        config = os.path.join(self.folder, "bus.conf")
        with open(config, "w", encoding="ascii") as stream:
            stream.write(BUS_CONFIG.format(folder=self.folder))
        self.process = subprocess.Popen(["dbus-daemon", "--config-file", config, "--nofork", "--nosyslog", "--print-address=1"],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, preexec_fn=end_with_us)
        self.address = self.process.stdout.readline().strip()
        return {"DBUS_SESSION_BUS_ADDRESS": self.address, "BOTERNITY_DBUS_ENABLED": "yes"}

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate(timeout=10)
        shutil.rmtree(self.folder, ignore_errors=True)
