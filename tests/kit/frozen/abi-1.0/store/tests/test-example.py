# SPDX-License-Identifier: LGPL-2.1-or-later
import unittest

import boternity_kit as kit


class Test(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = kit.Daemon({"BOTERNITY_STORE_KIND": "example"})
        cls.addClassCleanup(cls.daemon.close)

    def test_loaded(self):
        plugin = self.daemon.plugin("example")
        self.assertIsNone(plugin.get("reason"))
        self.assertEqual(plugin["features"], ["store:example"])

    def test_in_use(self):
        self.assertIn("in memory", self.daemon.call("daemon.status")["store"])

    def test_records(self):
        bot = self.daemon.call("bot.create", name="Ada")
        self.assertEqual(self.daemon.call("bot.get", slug="ada"), bot)
        changed = self.daemon.call("bot.update", slug="ada", name="Ada L.", revision=bot["revision"])
        self.assertEqual(changed["revision"], bot["revision"] + 1)
        with self.assertRaises(kit.Failed) as caught:
            self.daemon.call("bot.update", slug="ada", name="Late", revision=bot["revision"])
        self.assertEqual(caught.exception.code, "ABORTED")
        self.daemon.call("bot.delete", slug="ada")
        with self.assertRaises(kit.Failed) as caught:
            self.daemon.call("bot.get", slug="ada")
        self.assertEqual(caught.exception.code, "NOT_FOUND")

    def test_pages(self):
        for name in ("Cara", "Dora", "Elsa"):
            self.daemon.call("bot.create", name=name)
        names, cursor = [], {}
        while cursor is not None:
            page = self.daemon.call("bot.list", limit=2, **cursor)
            self.assertLessEqual(len(page["items"]), 2)
            names += [bot["name"] for bot in page["items"]]
            cursor = {"cursor": page["next_cursor"]} if page.get("next_cursor") else None
        self.assertEqual(sorted(set(names)), sorted(names))
        self.assertTrue({"Cara", "Dora", "Elsa"} <= set(names))


if __name__ == "__main__":
    unittest.main()
