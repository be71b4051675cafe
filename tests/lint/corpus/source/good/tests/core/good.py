#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""See https://example.org/work/with it, or ${top}/work/x."""
