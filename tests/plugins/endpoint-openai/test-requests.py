# SPDX-License-Identifier: LGPL-2.1-or-later
"""The door of the OpenAI API with bare requests: what is taken, what is refused and how, and what goes wrong in the middle."""

import http.client
import json
import os
import socket
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(os.path.dirname(HERE)), "system")]

import tap  # noqa: E402
from house import KEY, House  # noqa: E402

HOUSE = None
SAID = 'Grüße aus der Ferne: "quoted" and\nnew line 🎈.'
HELLO = [{"role": "user", "content": "Hello"}]


def refused(answer, status, code, param):
    assert answer[0] == status, answer
    assert answer[1]["Content-Type"] == "application/json" and answer[1]["x-request-id"].startswith("req_"), answer[1].items()
    error = json.loads(answer[2])["error"]
    assert list(error) == ["message", "type", "param", "code"] and error["message"], error
    assert (error["code"], error["param"]) == (code, param), error
    return error


def chunks(text):
    """The data of all events of a stream."""
    events = [event for event in text.split("\n\n") if event and not event.startswith(":")]
    return [event.split("data: ", 1)[1] for event in events]


def get(path, method="GET", token=None):
    connection = http.client.HTTPConnection("127.0.0.1", HOUSE.daemon.port, timeout=30)
    connection.request(method, path, headers={"Authorization": "Bearer " + (token or HOUSE.daemon.token)})
    response = connection.getresponse()
    answer = response.status, response.headers, response.read().decode()
    connection.close()
    return answer


def test_strangers():
    refused(HOUSE.post("/chat/completions", {"model": "up/text"}, {"Authorization": "Bearer sk-other"}), 401, "invalid_api_key", None)
    refused(HOUSE.post("/embeddings", {}, {"Authorization": None}), 401, "invalid_api_key", None)
    assert get("/v1/models", token="nobody")[0] == 401


def test_paths():
    refused(get("/v1/nothing"), 404, "unknown_url", None)
    refused(get("/v1/modelsx"), 404, "unknown_url", None)
    refused(get("/v1"), 404, "unknown_url", None)
    refused(get("/v1/chat/completions"), 405, "method_not_allowed", None)
    refused(get("/v1/models/a%ff"), 400, None, "model")
    assert get("/v1/models", "HEAD")[0] == 200
    for name in ("up/vendor/model-a", "up%2Fvendor%2Fmodel-a"):
        status, _, text = get("/v1/models/" + name)
        assert status == 200 and json.loads(text)["id"] == "up/vendor/model-a", text


def test_bodies():
    refused(HOUSE.post("/chat/completions", b""), 400, None, None)
    refused(HOUSE.post("/chat/completions", b"[]"), 400, None, None)
    refused(HOUSE.post("/chat/completions", b'{"model":"up/text"'), 400, None, None)
    refused(HOUSE.post("/chat/completions", b'{"model":"up/text","model":"up/text"}'), 400, None, None)
    refused(HOUSE.post("/chat/completions", b'{"model":"up/text","messages":[{"role":"user","content":"\xff"}]}'), 400, None, None)
    refused(HOUSE.post("/chat/completions", b"{}", {"Content-Type": "text/plain"}), 415, "unsupported_media_type", None)
    status, _, text = HOUSE.post("/chat/completions", json.dumps({"model": "up/text", "messages": HELLO}).encode(), {"Content-Type": None})
    assert status == 200, text


def test_places():
    wrong = {
        "model": [("model", ""), ("model", 3), ("model", "a b"), ("model", "x" * 600)],
        "messages": [("messages", "x"), ("messages", []), ("messages", None)],
        "messages[0]": [("messages", [3]), ("messages", [{"role": "nobody", "content": ""}]), ("messages", [{"role": "user"}]),
                        ("messages", [{"role": "tool", "content": "x"}]), ("messages", [{"role": "assistant"}])],
        "messages[0].content": [("messages", [{"role": "user", "content": 3}])],
        "messages[0].content[0]": [("messages", [{"role": "user", "content": [part]}]) for part in (
            {}, {"type": "text"}, {"type": "video"}, {"type": "image_url"}, {"type": "image_url", "image_url": {"url": "file:///etc/passwd"}},
            {"type": "image_url", "image_url": {"url": "data:image/png,x"}}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,*"}},
            {"type": "file", "file": {"file_id": "file-1"}}, {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "ogg"}})],
        "messages[0].content[0].text": [("messages", [{"role": "user", "content": [{"type": "text", "text": {}}]}]),
                                        ("messages", [{"role": "user", "content": [{"type": "text", "text": "a\0b"}]}])],
        "messages[0].tool_calls[0]": [("messages", [{"role": "assistant", "tool_calls": [call]}]) for call in (
            {}, {"id": "a", "type": "custom", "function": {"name": "x"}}, {"id": "a", "function": {}})],
        "tools[0]": [("tools", [{"type": "web_search"}]), ("tools", [{"type": "function", "function": {"name": "a b"}}])],
        "tools[0].function.parameters": [("tools", [{"type": "function", "function": {"name": "a", "parameters": []}}])],
        "tool_choice": [("tool_choice", "perhaps"), ("tool_choice", {"type": "allowed_tools"}), ("tool_choice", 1)],
        "response_format": [("response_format", {"type": "xml"}), ("response_format", {"type": "json_schema"})],
        "stop": [("stop", 3)],
        "stop[16]": [("stop", [str(n) for n in range(20)])],
        "stream": [("stream", "yes")],
        "n": [("n", 2), ("n", 0)],
        "max_tokens": [("max_tokens", 0), ("max_tokens", 1.5), ("max_tokens", "9")],
        "reasoning_effort": [("reasoning_effort", "extreme")],
        "functions": [("functions", [{"name": "x"}])],
    }
    for param, cases in wrong.items():
        for member, value in cases:
            body = {"model": "up/text", "messages": HELLO, member: value}
            refused(HOUSE.post("/chat/completions", body), 400, None, param)
    for body, param in (({"input": 3}, "input"), ({"input": []}, "input"), ({"input": [{"type": "item_reference"}]}, "input[0]"),
                        ({"input": "x", "background": True}, "background"), ({"input": "x", "conversation": "c"}, "conversation"),
                        ({"input": "x", "tools": [{"type": "web_search"}]}, "tools[0]"), ({"input": "x", "metadata": []}, "metadata"),
                        ({"input": [{"type": "function_call_output", "output": "x"}]}, "input[0]")):
        refused(HOUSE.post("/responses", {"model": "up/text", **body}), 400, None, param)
    for body, param in (({}, "input"), ({"input": ""}, "input"), ({"input": ["a", ""]}, "input[1]"), ({"input": [[1]]}, "input[0]"),
                        ({"input": "x", "dimensions": 0}, "dimensions"), ({"input": "x", "encoding_format": "hex"}, "encoding_format")):
        refused(HOUSE.post("/embeddings", {"model": "up/text", **body}), 400, None, param)


def test_what_is_passed_over():
    status, _, text = HOUSE.chat("up/text", user="me", seed=3, logit_bias={}, frequency_penalty=1, store=True, service_tier="auto",
                                 background=False, functions=None, n=None, stop=None, tools=None, temperature=None, stream=None, unknown={"a": [1]})
    assert status == 200, text


def test_no_place_of_a_model():
    for model, status, code in (("up/none", 404, "model_not_found"), ("bot:none", 404, "model_not_found"), ("up/rate-limit", 429, "rate_limit_exceeded"),
                                ("up/bad-request", 400, None), ("up/server-error", 503, "service_unavailable"), ("up/html-200", 502, "bad_gateway")):
        for stream in (False, True):
            answer = HOUSE.chat(model, stream=stream)
            refused(answer, status, code, "model" if status == 404 else None)


def test_a_bot_that_is_stopped():
    slug = HOUSE.daemon.post("/bots", {"name": "Still"}).json["slug"]
    assert HOUSE.daemon.post(f"/bots/{slug}/stop").status == 200
    error = refused(HOUSE.chat("bot:" + slug), 400, "failed_precondition", None)
    assert "bot start" in error["message"], error


def test_stream():
    status, headers, text = HOUSE.chat("up/text", stream=True)
    assert status == 200 and headers["Content-Type"] == "text/event-stream" and headers["Cache-Control"] == "no-store", headers.items()
    data = chunks(text)
    assert data[-1] == "[DONE]"
    deltas = [json.loads(event)["choices"][0] for event in data[:-1]]
    assert deltas[0]["delta"] == {"role": "assistant", "content": ""} and deltas[-1] == {"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}
    assert "".join(choice["delta"].get("content", "") for choice in deltas) == SAID


def test_the_middle():
    status, _, text = HOUSE.chat("up/error-in-band", stream=True)
    data = [json.loads(event) for event in chunks(text)]
    assert status == 200 and data[-1]["error"]["code"] == "service_unavailable", text
    status, _, text = HOUSE.post("/responses", {"model": "up/error-in-band", "input": "x", "stream": True})
    data = [json.loads(event) for event in chunks(text)]
    assert [event["type"] for event in data[-2:]] == ["error", "response.failed"], text
    assert list(data[-2]) == ["type", "sequence_number", "message", "param", "code"], data[-2]
    assert data[-1]["response"]["output"][0]["status"] == "incomplete", data[-1]
    assert data[-1]["response"]["status"] == "failed" and data[-1]["response"]["error"]["code"] == "service_unavailable", text


def test_keys_stay_secret():
    for stream in (False, True):
        for path, body in (("/chat/completions", {"messages": HELLO}), ("/responses", {"input": "x"})):
            for model in ("key-echo", "echo"):
                more = {"messages": [{"role": "user", "content": KEY}]} if "messages" in body else {"input": KEY}
                _, _, text = HOUSE.post(path, {"model": "up/" + model, "stream": stream, **more})
                assert KEY not in text, text


def test_whoever_goes_is_let_go():
    for path, body in (("/chat/completions", {"messages": HELLO}), ("/responses", {"input": "x"})):
        for stream in (True, False):
            HOUSE.upstream.forget()
            data = json.dumps({"model": "up/stalls" if stream else "up/never", "stream": stream, **body}).encode()
            with socket.create_connection(("127.0.0.1", HOUSE.daemon.port)) as connection:
                connection.sendall(b"POST /v1%b HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %b\r\nContent-Type: application/json\r\n"
                                   b"Content-Length: %d\r\n\r\n%b" % (path.encode(), HOUSE.daemon.token.encode(), len(data), data))
                if stream:
                    connection.recv(100)
                else:
                    wait_for_request()
            HOUSE.wait_until_gone("stalls" if stream else "never")


def wait_for_request():
    from boternity_daemon import wait_for
    assert wait_for(lambda: [r for r in HOUSE.upstream.requests() if r["path"].endswith("/chat/completions")])


def test_a_cap():
    slug = HOUSE.daemon.post("/bots", {"name": "Thrifty", "route": ["up/text"]}).json["slug"]
    cap = {"slug": slug, "period": "day", "unit": "calls"}
    assert HOUSE.daemon.request("PUT", "/api/v1/budget", {**cap, "amount": 1}).status == 200
    assert HOUSE.chat("bot:" + slug)[0] == 200
    for stream in (False, True):
        answer = HOUSE.chat("bot:" + slug, stream=stream)
        error = refused(answer, 429, "insufficient_quota", None)
        assert error["type"] == "insufficient_quota" and "budget set" in error["message"], error
        assert answer[1]["x-should-retry"] == "false", answer[1].items()
    assert HOUSE.daemon.request("PUT", "/api/v1/budget", {**cap, "amount": None}).status == 200
    assert HOUSE.chat("bot:" + slug)[0] == 200


def test_a_cap_on_vectors():
    cap = {"period": "day", "unit": "calls"}
    body = {"model": "up/text-embedding-3-small", "input": "x"}
    assert HOUSE.post("/embeddings", body)[0] == 200
    assert HOUSE.daemon.request("PUT", "/api/v1/budget", {**cap, "amount": 1}).status == 200
    try:
        answer = HOUSE.post("/embeddings", body)
        error = refused(answer, 429, "insufficient_quota", None)
        assert error["type"] == "insufficient_quota" and "budget set" in error["message"], error
        assert answer[1]["x-should-retry"] == "false", answer[1].items()
    finally:
        assert HOUSE.daemon.request("PUT", "/api/v1/budget", {**cap, "amount": None}).status == 200
    assert HOUSE.post("/embeddings", body)[0] == 200


def test_a_token_for_models_alone():
    done = HOUSE.daemon.ctl("token", "create", "webui", "--description", "Open WebUI")
    assert done.returncode == 0 and "token revoke webui" in done.stderr, done
    token = done.stdout.strip()
    assert token.startswith("bty_") and token not in HOUSE.daemon.read_log()
    mine = {"Authorization": "Bearer " + token}
    body = {"model": "up/text", "messages": HELLO}
    assert HOUSE.post("/chat/completions", body, mine)[0] == 200
    assert HOUSE.post("/embeddings", {"model": "up/text-embedding-3-small", "input": "x"}, mine)[0] == 200
    assert get("/v1/models", token=token)[0] == 200
    for method, path, sent in (("GET", "/bots", None), ("POST", "/bots", {"name": "x"}), ("GET", "/secrets", None), ("GET", "/tokens", None),
                               ("POST", "/tokens", {"name": "more", "scopes": ["*"]}), ("DELETE", "/tokens/webui", None),
                               ("POST", "/daemon/stop", None), ("GET", "/budget", None), ("GET", "/settings", None)):
        status = HOUSE.daemon.request(method, "/api/v1" + path, sent, mine).status
        assert status in (403, 404) and (status == 403 or HOUSE.daemon.request("OPTIONS", "/api/v1" + path).status == 404), (method, path, status)

    for made, says in (({"name": "A b", "scopes": ["models:use"]}, "/name"), ({"name": "x", "scopes": ["model:use"]}, "models:use"),
                       ({"name": "x", "scopes": []}, "/scopes"), ({"name": "x"}, "/scopes"), ({"name": "x", "scopes": ["models:use"], "token": "y"}, "/token"),
                       ({"name": "webui", "scopes": ["models:use"]}, "webui")):
        answer = HOUSE.daemon.post("/tokens", made)
        assert answer.status in (400, 409) and says in answer.json["detail"], answer.body
    assert HOUSE.daemon.post("/tokens", {"name": "x", "scopes": ["secrets:reveal"]}).status == 403
    keyed = HOUSE.daemon.request("POST", "/api/v1/tokens", {"name": "x", "scopes": ["models:use"]}, {"Idempotency-Key": "k"})
    assert keyed.status == 400 and "idempotency" in keyed.json["detail"], keyed.body

    listed = HOUSE.daemon.get("/tokens").json["items"]
    assert [(item["name"], item["scopes"], item.get("token")) for item in listed] == [("webui", ["models:use"], None)], listed
    assert token not in json.dumps(listed)
    actors = [entry["actor"] for entry in HOUSE.daemon.get("/audit?action=model.complete").json["items"]]
    assert "token:webui" in actors, actors

    HOUSE.upstream.forget()
    data = json.dumps({"model": "up/stalls", "stream": True, "messages": HELLO}).encode()
    with socket.create_connection(("127.0.0.1", HOUSE.daemon.port)) as connection:
        connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %b\r\nContent-Type: application/json\r\n"
                           b"Content-Length: %d\r\n\r\n%b" % (token.encode(), len(data), data))
        connection.recv(100)
        assert HOUSE.daemon.ctl("token", "revoke", "webui").returncode == 0
        HOUSE.wait_until_gone("stalls")
    refused(HOUSE.post("/chat/completions", body, mine), 401, "invalid_api_key", None)
    assert HOUSE.daemon.ctl("token", "revoke", "webui").returncode != 0


def test_an_answer_that_is_given_anew():
    """It breaks off in its middle, and the next model begins again: what was sent cannot be taken back, what was not sent can."""
    slug = HOUSE.daemon.post("/bots", {"name": "Patient", "route": ["up/truncated", "up/text"]}).json["slug"]
    status, _, text = HOUSE.chat("bot:" + slug)
    assert status == 200 and json.loads(text)["choices"][0]["message"]["content"] == SAID, text
    status, _, text = HOUSE.post("/responses", {"model": "bot:" + slug, "input": "x"})
    assert status == 200 and [part["text"] for item in json.loads(text)["output"] for part in item["content"]] == [SAID], text
    status, _, text = HOUSE.chat("bot:" + slug, stream=True)
    last = json.loads(chunks(text)[-1])
    assert status == 200 and last["error"]["code"] == "service_unavailable" and "broke off" in last["error"]["message"], text


def test_same_key_same_answer():
    headers = {"Idempotency-Key": "twice"}
    HOUSE.upstream.forget()
    body = {"model": "up/text", "messages": HELLO}
    first, second = (json.loads(HOUSE.post("/chat/completions", body, headers)[2]) for _ in range(2))
    assert first["choices"] == second["choices"]
    assert len([r for r in HOUSE.upstream.requests() if r["path"].endswith("/chat/completions")]) == 1


def test_switched_off():
    try:
        assert HOUSE.daemon.ctl("config", "set", "openai.enabled", "false").returncode == 0
        from boternity_daemon import wait_for
        assert wait_for(lambda: get("/v1/models")[0] == 404)
    finally:
        HOUSE.daemon.ctl("config", "set", "openai.enabled", "true")
    from boternity_daemon import wait_for
    assert wait_for(lambda: get("/v1/models")[0] == 200)


def test_the_operations_themselves():
    answer = HOUSE.daemon.request("POST", "/api/v1/completions", {"model": "up/tools", "messages": [{"role": "user", "parts": [{"kind": "text", "text": "x"}]}]},
                                  {"Accept": "application/json"})
    kinds = [(part["kind"], part.get("name")) for part in answer.json["parts"]]
    assert kinds == [("text", None), ("tool_call", "weather"), ("tool_call", "clock")], answer.json
    assert answer.json["items"][0]["type"] == "model" and answer.json["items"][0]["name"] == "up/tools", answer.json
    assert answer.json["parts"][1]["arguments"] == {"city": "Köln"}, answer.json
    answer = HOUSE.daemon.post("/completions", {"model": "up/text", "messages": [], "bot": "x"})
    assert answer.status == 400 and "/bot" in answer.json["detail"], answer.body
    answer = HOUSE.daemon.post("/embeddings", {"model": "up/text-embedding-3-small", "inputs": [{"kind": "text", "text": "a\nb"}]})
    assert answer.status == 200 and answer.json["n_inputs"] == 1 and answer.json["usage"]["input_tokens"] == 2, answer.body
    names = [item["name"] for item in HOUSE.daemon.get("/completions/targets").json["items"]]
    assert "bot:" + HOUSE.bot in names and "up/gpt-5.5" in names, names


if __name__ == "__main__":
    with House() as HOUSE:
        tap.main(globals())
