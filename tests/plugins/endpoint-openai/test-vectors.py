# SPDX-License-Identifier: LGPL-2.1-or-later
"""Embeddings whose provider fails: its keys, what the client is told, and what it costs."""

import json
import os
import socket
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(os.path.dirname(HERE)), "system")]

import tap  # noqa: E402
from boternity_daemon import wait_for  # noqa: E402
from house import House  # noqa: E402

HOUSE = None
KEYS = {"TEST_VECTORS_ONE": "sk-vectors-one", "TEST_VECTORS_TWO": "sk-vectors-two"}
DAY = 24 * 60 * 60


def add_pool(name):
    first, *more = ("env:" + variable for variable in KEYS)
    made = HOUSE.daemon.post("/providers", {"name": name, "url": f"http://127.0.0.1:{HOUSE.upstream.port}/v1", "key_ref": first,
                                            "more_keys": more})
    assert made.status == 201, made.body


def embed(model):
    return HOUSE.post("/embeddings", {"model": model, "input": "some words of a text"})


def error_of(answer, status, code):
    error = json.loads(answer[2])["error"]
    assert (answer[0], error["code"]) == (status, code), answer
    return error


def keys_asked():
    return [request["headers"]["authorization"].removeprefix("Bearer ") for request in HOUSE.upstream.requests()
            if request["path"].endswith("/embeddings")]


def entries_of(model):
    """Of the ledger, which is written a moment later."""
    return [entry for entry in HOUSE.daemon.get("/usage").json["items"] if entry["model"] == model]


def test_keys_take_turns():
    add_pool("turns")
    HOUSE.upstream.forget()
    for _ in range(2):
        assert embed("turns/text-embedding-3-small")[0] == 200
    assert keys_asked() == list(KEYS.values())


def test_keys_used_too_fast():
    """Each is tried once; then all rest, and the client hears for how long."""
    add_pool("fast")
    HOUSE.upstream.forget()
    error_of(embed("fast/rate-limit-date"), 429, "rate_limit_exceeded")
    assert keys_asked() == list(KEYS.values())
    answer = embed("fast/text-embedding-3-small")
    error = error_of(answer, 429, "rate_limit_exceeded")
    assert error["type"] == "rate_limit_error" and "all 2 keys" in error["message"], error
    assert 0 < int(answer[1]["Retry-After"]) <= DAY and 0 < int(answer[1]["retry-after-ms"]) <= DAY * 1000, answer[1].items()
    assert answer[1]["x-should-retry"] is None, answer[1].items()
    assert keys_asked() == list(KEYS.values())


def test_keys_that_are_refused():
    add_pool("closed")
    HOUSE.upstream.forget()
    error_of(embed("closed/forbidden"), 502, "provider_refused")
    assert keys_asked() == list(KEYS.values())
    error_of(embed("closed/text-embedding-3-small"), 429, "rate_limit_exceeded")


def test_a_client_that_goes_away():
    """The service has the request, and may ask for money."""
    HOUSE.upstream.forget()
    data = json.dumps({"model": "up/never", "input": "some words of a text"}).encode()
    with socket.create_connection(("127.0.0.1", HOUSE.daemon.port)) as connection:
        connection.sendall(b"POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %b\r\nContent-Type: application/json\r\n"
                           b"Content-Length: %d\r\n\r\n%b" % (HOUSE.daemon.token.encode(), len(data), data))
        assert wait_for(keys_asked, 20)
    HOUSE.wait_until_gone("never")
    assert wait_for(lambda: entries_of("never"), 20), HOUSE.daemon.get("/usage").body
    entry = entries_of("never")[0]
    assert (entry["purpose"], entry["outcome"]) == ("embed", "CANCELLED"), entry
    assert entry["input_tokens"] > 0 and entry["is_estimate"], entry


if __name__ == "__main__":
    with House(KEYS) as HOUSE:
        tap.main(globals())
