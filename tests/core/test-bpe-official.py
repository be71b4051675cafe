#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tokens are counted as the official tokenizers count them: with the ranks that js-tiktoken carries."""

import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
MODULES = os.environ["BOTERNITY_TEST_REFERENCE"]

if not os.path.isdir(os.path.join(MODULES, "node_modules", "js-tiktoken")):
    print("1..0 # SKIP js-tiktoken is not there: ./test fetches it")
    sys.exit(0)
with tempfile.TemporaryDirectory() as folder:
    subprocess.run(["node", os.path.join(HERE, "ranks.mjs"), MODULES, folder], check=True, timeout=120)
    result = subprocess.run([os.environ["BOTERNITY_TEST_BPE"]], env={**os.environ, "BTY_TEST_TOKENIZERS": folder}, timeout=120)
sys.exit(result.returncode)
