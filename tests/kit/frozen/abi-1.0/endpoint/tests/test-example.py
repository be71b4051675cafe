# SPDX-License-Identifier: LGPL-2.1-or-later
import unittest

import boternity_kit as kit


class Test(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = kit.Daemon()
        cls.addClassCleanup(cls.daemon.close)

    def test_loaded(self):
        plugin = self.daemon.plugin("example")
        self.assertIsNone(plugin.get("reason"))
        self.assertEqual(plugin["features"], ["endpoint:example"])

    def test_bots(self):
        self.daemon.call("bot.create", name="Ada")
        status, text = self.daemon.http("GET", "/example/bots")
        self.assertEqual(status, 200)
        self.assertIn("ada\tAda\n", text.decode())

    def test_refused(self):
        self.assertEqual(self.daemon.http("POST", "/example/bots")[0], 405)
        self.assertEqual(self.daemon.http("GET", "/example/nothing")[0], 404)
        self.assertEqual(self.daemon.http("GET", "/example/bots", headers={"Authorization": "Bearer wrong"})[0], 401)


if __name__ == "__main__":
    unittest.main()
