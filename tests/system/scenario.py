# SPDX-License-Identifier: LGPL-2.1-or-later
"""One story that touches every operation, told through a door of its own each time, and the transcript that comes of it."""

import json
import re

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?Z| \d\d:\d\d UTC)")
BACKUP = re.compile(r"boternity-\d{8}T\d{6}\.\d{3}Z")
TOOK = re.compile(r',\d+,\d+,("\w+"\r\n)')   # the end of a line of a CSV export
TOKEN = re.compile(r"\bbty_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")
BYTES = re.compile(r"[A-Za-z0-9+/]{400,}={0,2}")
NOWHERE = "01890000-0000-7000-8000-000000000000"

# What differs from one run to the next, whichever door is used.
VOLATILE = {"started_at", "milliseconds", "uptime", "pid", "http_url", "doors", "addresses", "store", "running", "memory_kb",
            "socket", "first_token_ms", "total_ms", "next_cursor", "position",
            "cursor", "config_dir", "data_dir", "calls", "hash", "previous", "door", "chain", "seconds", "bytes",
            "rows", "kept", "head", "time_ms", "content"}

# How often a long piece of work tells how far it is depends on the clock.
PROGRESS = {"bytes", "files", "rows", "total"}


class Step:
    """One call: what is asked, what is kept of the answer for later ones, and how many items of an endless stream are awaited."""

    def __init__(self, operation, request=None, keep=None, take=None, fails=False, own_words=False):
        self.operation = operation
        self.request = request or {}
        self.keep = keep or {}
        self.take = take
        self.fails = fails
        self.own_words = own_words   # a door may name the fault in its own words (a query has parameters, JSON members)


def fill(value, known):
    """@value with every "$name" put in."""
    if isinstance(value, str) and value.startswith("$"):
        return known[value[1:]]
    if isinstance(value, dict):
        return {key: fill(member, known) for key, member in value.items()}
    if isinstance(value, list):
        return [fill(member, known) for member in value]
    return value


def find(value, path):
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def join_texts(items):
    """How a text is cut into items depends on who reads when; what it says does not."""
    joined = []
    for item in items:
        if set(item) == PROGRESS:
            continue
        is_text = item.get("type") == "text" or set(item) == {"text"}
        if joined and is_text and set(joined[-1]) == set(item) and joined[-1].get("type") == item.get("type"):
            joined[-1] = dict(joined[-1], text=joined[-1]["text"] + item["text"])
        else:
            joined.append(dict(item))
    return joined


class Normaliser:
    """Puts stable words in the place of identifiers, times and places."""

    def __init__(self, folder):
        self.folder = folder
        self.ids = {}

    def text(self, text):
        text = UUID.sub(lambda found: self.ids.setdefault(found.group(0), f"<id {len(self.ids)}>"), text)
        text = BYTES.sub("<bytes>", BACKUP.sub("<backup>", TOKEN.sub("<token>", text)))
        text = TOOK.sub(r",<ms>,<ms>,\1", text)
        return TIME.sub("<time>", text).replace(self.folder, "<folder>")

    def value(self, value):
        if isinstance(value, dict):
            return {key: "<any>" if key in VOLATILE else self.value(member) for key, member in sorted(value.items())}
        if isinstance(value, list):
            return [self.value(member) for member in value]
        if isinstance(value, str):
            return self.text(value)
        return value


def outcome_of(result, normaliser, own_words):
    """result: {"error": {"code", "message"}} or {"response", "items"}; an empty answer and none are one."""
    if "error" in result:
        return {"error": result["error"]["code"], "message": "" if own_words else normaliser.text(result["error"]["message"])}
    return {"response": normaliser.value(result.get("response") or None), "items": normaliser.value(join_texts(result.get("items") or []))}


def tell(door, steps, folder):
    """Every step through @door; Returns: the transcript."""
    normaliser = Normaliser(folder)
    known = {}
    transcript = []
    for step in steps:
        result = door.call(step.operation, fill(step.request, known), step.take)
        if step.fails != ("error" in result):
            raise AssertionError(f"{door.name}: {step.operation} {step.request}: {json.dumps(result)[:2000]}")
        for name, path in step.keep.items():
            known[name] = find(result, path)
        transcript.append((step.operation, step.request, outcome_of(result, normaliser, step.own_words)))
    return transcript
