# SPDX-License-Identifier: LGPL-2.1-or-later
import json
import os
import socket
import unittest

import boternity_kit as kit


class Test(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = kit.Daemon()
        cls.addClassCleanup(cls.daemon.close)

    def ask(self, *lines):
        """The answers of each line, on one connection."""
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(60)
            door.connect(os.path.join(self.daemon.data, "example.sock"))
            door.sendall("".join(line + "\n" for line in lines).encode())
            file = door.makefile("r", encoding="utf-8")
            answers = []
            for _ in lines:
                answers.append([json.loads(file.readline())])
                while "item" in answers[-1][-1]:
                    answers[-1].append(json.loads(file.readline()))
            return answers

    def test_loaded(self):
        plugin = self.daemon.plugin("example")
        self.assertIsNone(plugin.get("reason"))
        self.assertEqual(plugin["features"], ["transport:example"])

    def test_calls(self):
        made, listed = self.ask('bot.create {"name": "Ada"}', "bot.list")
        self.assertEqual(made[0]["answer"]["slug"], "ada")
        self.assertIn("ada", [line["item"]["slug"] for line in listed[:-1]])
        self.assertIn("answer", listed[-1])

    def test_refused(self):
        (unknown,), (broken,) = self.ask("no.such", 'bot.create {"name"')
        self.assertEqual(unknown["error"]["code"], "NOT_FOUND")
        self.assertEqual(broken["error"]["code"], "INVALID_ARGUMENT")

    def test_too_long(self):
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(60)
            door.connect(os.path.join(self.daemon.data, "example.sock"))
            try:
                door.sendall(b"x" * 1000000)
                self.assertEqual(door.recv(1), b"")
            except (BrokenPipeError, ConnectionResetError):
                pass
        self.assertIsNotNone(self.daemon.call("bot.list"))


if __name__ == "__main__":
    unittest.main()
