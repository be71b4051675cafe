# SPDX-License-Identifier: LGPL-2.1-or-later
"""What stands in the memory of another process, and in what sort of pages."""

import re

HEAD = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ *(.*)$")


class Region:
    def __init__(self, match):
        self.start, self.end = int(match[1], 16), int(match[2], 16)
        self.access, self.name, self.flags = match[3], match[4], set()

    @property
    def is_secret(self):
        """As BtySecret has its pages: left out of core dumps and wiped in children."""
        return {"dd", "wf"} <= self.flags and self.name == ""

    @property
    def is_locked(self):
        return "lo" in self.flags


def regions(pid):
    found = []
    with open(f"/proc/{pid}/smaps", encoding="utf-8", errors="replace") as smaps:
        for line in smaps:
            match = HEAD.match(line)
            if match:
                found.append(Region(match))
            elif line.startswith("VmFlags:"):
                found[-1].flags = set(line.split()[1:])
    return found


def find(pid, needle):
    """Every place of @needle: (region, address, bytes around it). Pages that go away meanwhile hold nothing any more."""
    hits = []
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for region in regions(pid):
            if "r" not in region.access or region.name in ("[vvar]", "[vsyscall]"):
                continue
            try:
                memory.seek(region.start)
                content = memory.read(region.end - region.start)
            except (OSError, ValueError, OverflowError):
                continue
            at = content.find(needle)
            while at >= 0:
                hits.append((region, region.start + at, content[max(0, at - 96):at + len(needle) + 32]))
                at = content.find(needle, at + 1)
    return hits
