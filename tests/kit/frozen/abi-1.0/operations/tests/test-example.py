# SPDX-License-Identifier: LGPL-2.1-or-later
import unittest

import boternity_kit as kit


class Test(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = kit.Daemon({"BOTERNITY_EXAMPLE_PAUSE_MS": "1"})
        cls.addClassCleanup(cls.daemon.close)

    def test_loaded(self):
        self.assertIsNone(self.daemon.plugin("example").get("reason"))

    def test_notes(self):
        note = self.daemon.call("example.add", title="Milk", text="Buy two bottles")
        self.assertEqual(note["revision"], 1)
        self.assertEqual(self.daemon.call("example.get", id=note["id"]), note)
        self.daemon.call("example.add", title="Bread", text="One loaf")
        page = self.daemon.call("example.list", title="Milk")
        self.assertEqual([item["id"] for item in page["items"]], [note["id"]])

    def test_stays(self):
        note = self.daemon.call("example.add", title="Tea", text="Green")
        self.daemon.restart()
        self.assertEqual(self.daemon.call("example.get", id=note["id"])["text"], "Green")

    def test_stream(self):
        note = self.daemon.call("example.add", title="Poem", text="roses are red")
        items, end = self.daemon.stream("example.read", id=note["id"])
        self.assertEqual("".join(item["text"] for item in items), "rosesarered")
        self.assertEqual(end, {})

    def test_refused(self):
        with self.assertRaisesRegex(kit.Failed, "title") as caught:
            self.daemon.call("example.add", title="", text="nothing")
        self.assertEqual(caught.exception.code, "INVALID_ARGUMENT")
        with self.assertRaises(kit.Failed) as caught:
            self.daemon.call("example.get", id="01900000-0000-7000-8000-000000000000")
        self.assertEqual(caught.exception.code, "NOT_FOUND")

    def test_web(self):
        note = self.daemon.call("example.add", title="Web", text="By HTTP")
        status, answer = self.daemon.http("GET", "/api/v1/example/notes/" + note["id"])
        self.assertEqual((status, answer["title"]), (200, "Web"))


if __name__ == "__main__":
    unittest.main()
