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
        self.assertEqual(plugin["features"], ["runtime:example"])


if __name__ == "__main__":
    unittest.main()
