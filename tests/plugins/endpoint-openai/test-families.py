# SPDX-License-Identifier: LGPL-2.1-or-later
"""The door of the OpenAI API before providers of the other wire families: tokens, cost, ends, thoughts and their marks."""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(os.path.dirname(HERE)), "system")]

import tap  # noqa: E402
from house import KEY, House, Upstream  # noqa: E402

HOUSE = None
UPSTREAMS = {}
HELLO = [{"role": "user", "content": "Hello"}]
FAMILIES = {"anthropic": ("upstream-messages.py", ""), "gemini": ("upstream-gemini.py", ""), "ollama": ("upstream-ollama.py", ""),
            "openai-responses": ("upstream-responses.py", "/v1")}

# family, shape, how Chat Completions say that it ended, and the tokens: in, cached, out, of them thought
ENDS = [
    ("anthropic", "text", "stop", None), ("anthropic", "thinking", "stop", (25, 16, 40, 37)), ("anthropic", "tools", "tool_calls", (25, 16, 30, 0)),
    ("anthropic", "length", "length", None), ("anthropic", "refusal", "content_filter", None),
    ("gemini", "text", "stop", (25, 16, 11, 7)), ("gemini", "thinking", "stop", (25, 16, 11, 7)), ("gemini", "tools", "tool_calls", (25, 16, 11, 7)),
    ("gemini", "length", "length", (25, 16, 11, 7)), ("gemini", "safety", "content_filter", (25, 16, 11, 7)),
    ("ollama", "text", "stop", (25, 0, 11, 0)), ("ollama", "thinking", "stop", (25, 0, 11, 0)), ("ollama", "tools", "tool_calls", (25, 0, 11, 0)),
    ("ollama", "length", "length", (25, 0, 11, 0)),
    ("openai-responses", "text", "stop", None), ("openai-responses", "reasoning", "stop", (25, 16, 40, 37)),
    ("openai-responses", "tools", "tool_calls", (25, 16, 30, 0)), ("openai-responses", "length", "length", (25, 16, 16, 0)),
    ("openai-responses", "filter", "content_filter", (25, 16, 1, 0)),
]


def events(text):
    return [json.loads(event.split("data: ", 1)[1]) for event in text.split("\n\n") if "data: {" in event]


def tokens_of(usage):
    inner = "prompt" if "prompt_tokens" in usage else "input"
    outer = "completion" if "prompt_tokens" in usage else "output"
    assert usage["total_tokens"] == usage[inner + "_tokens"] + usage[outer + "_tokens"], usage
    assert usage["cost"] >= 0, usage
    return (usage[inner + "_tokens"], usage[inner + "_tokens_details"]["cached_tokens"], usage[outer + "_tokens"],
            usage[outer + "_tokens_details"]["reasoning_tokens"])


def whole(model, **more):
    status, _, text = HOUSE.chat(model, **more)
    assert status == 200, (model, text)
    return json.loads(text)


def streamed(model, **more):
    """The message that a stream comes to, why it ended, what was used, and the pieces."""
    status, _, text = HOUSE.chat(model, stream=True, stream_options={"include_usage": True}, **more)
    assert status == 200 and text.endswith("data: [DONE]\n\n"), (model, text)
    message, reason, usage = {"content": "", "reasoning_content": "", "reasoning_details": [], "tool_calls": {}}, None, None
    for event in events(text):
        assert "error" not in event, text
        usage = event.get("usage") or usage
        for choice in event["choices"]:
            reason = choice["finish_reason"] or reason
            delta = choice["delta"]
            for name in ("content", "reasoning_content"):
                message[name] += delta.get(name) or ""
            message["reasoning_details"] += delta.get("reasoning_details", [])
            for call in delta.get("tool_calls", []):
                message["tool_calls"].setdefault(call["index"], []).append(call["function"]["arguments"])
    return message, reason, usage


def test_ends_and_tokens():
    for family, shape, reason, tokens in ENDS:
        model = f"{family}/{shape}"
        answer = whole(model)
        said, why, usage = streamed(model)
        message = answer["choices"][0]["message"]
        assert answer["choices"][0]["finish_reason"] == why == reason, (model, answer, why)
        assert (message["content"] or "") == said["content"], (model, message, said)
        assert (message.get("reasoning_content") or "") == said["reasoning_content"], (model, message, said)
        assert tokens_of(answer["usage"]) == tokens_of(usage), (model, answer["usage"], usage)
        assert tokens is None or tokens_of(usage) == tokens, (model, usage)
        calls = [json.loads(call["function"]["arguments"]) for call in message.get("tool_calls", [])]
        assert calls == [json.loads("".join(call)) for call in said["tool_calls"].values()], (model, message, said)
        assert (reason == "tool_calls") == bool(calls), (model, message)


def test_ends_of_responses():
    for family, shape, reason, tokens in ENDS:
        model = f"{family}/{shape}"
        status, _, text = HOUSE.post("/responses", {"model": model, "input": "Hello"})
        assert status == 200, (model, text)
        answer = json.loads(text)
        status, _, text = HOUSE.post("/responses", {"model": model, "input": "Hello", "stream": True})
        last = events(text)[-1]
        why = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(reason)
        for response in (answer, last["response"]):
            assert response["status"] == ("incomplete" if why else "completed"), (model, response)
            assert (response["incomplete_details"] or {}).get("reason") == why, (model, response)
            assert tokens is None or tokens_of(response["usage"]) == tokens, (model, response)
        assert last["type"] == ("response.incomplete" if why else "response.completed"), (model, last)
        assert [item["type"] for item in answer["output"]] == [item["type"] for item in last["response"]["output"]], (model, answer, last)


def blocks_of_anthropic():
    """The message of the assistant in the last request."""
    body = [request["body"] for request in UPSTREAMS["anthropic"].requests() if request["path"].endswith("/messages")][-1]
    return next(message["content"] for message in body["messages"] if message["role"] == "assistant")


def test_thoughts_go_back_with_their_marks():
    """A thought that can be read and one that cannot: each comes back with its own mark, the way it came and as a stream came together."""
    expected = [("thinking", "Let me think…", "EqQBCgIYAhIM"), ("redacted_thinking", "EmwKAhgB", None), ("text", "42.", None)]

    def came_back():
        found = []
        for block in blocks_of_anthropic():
            text = block.get("thinking") or block.get("data") or block.get("text")
            found.append((block["type"], text, block.get("signature")))
        return found

    answer = whole("anthropic/thinking")["choices"][0]["message"]
    said, _, _ = streamed("anthropic/thinking")
    assert [detail["index"] for detail in said["reasoning_details"]] == [0, 1], said
    only_marks = dict(said, reasoning_details=[{"type": "reasoning.text", "signature": detail["signature"]} for detail in said["reasoning_details"]])
    for message in (answer, said, only_marks):
        back = {"role": "assistant", **{name: message[name] for name in ("content", "reasoning_content", "reasoning_details")}}
        whole("anthropic/text", messages=HELLO + [back] + HELLO)
        assert came_back() == expected, (message, blocks_of_anthropic())

    for stream in (False, True):
        _, _, text = HOUSE.post("/responses", {"model": "anthropic/thinking", "input": "Hello", "stream": stream})
        output = (events(text)[-1]["response"] if stream else json.loads(text))["output"]
        assert [item["type"] for item in output] == ["reasoning", "reasoning", "message"], output
        status, _, text = HOUSE.post("/responses", {"model": "anthropic/text", "input": [{"role": "user", "content": "Hello"}, *output,
                                                                                          {"role": "user", "content": "Go on"}]})
        assert status == 200 and came_back() == expected, (text, blocks_of_anthropic())


def joined(text):
    """The message that a stream with calls comes to."""
    message, calls = {"content": "", "reasoning_details": []}, {}
    for delta in (event["choices"][0]["delta"] for event in events(text)):
        message["content"] += delta.get("content") or ""
        message["reasoning_details"] += delta.get("reasoning_details", [])
        for call in delta.get("tool_calls", []):
            known = calls.setdefault(call["index"], {**call, "function": {**call["function"], "arguments": ""}})
            known["function"]["arguments"] += call["function"]["arguments"]
    message["tool_calls"] = list(calls.values())
    return message


def test_a_mark_goes_back_to_its_call():
    """Gemini marks the call, not what was said before it: that is where the mark has to be when it comes back."""
    for message in (whole("gemini/tools")["choices"][0]["message"], joined(HOUSE.chat("gemini/tools", stream=True)[2])):
        results = [{"role": "tool", "tool_call_id": call["id"], "content": "fine"} for call in message["tool_calls"]]
        whole("gemini/text", messages=[*HELLO, {"role": "assistant", **{name: message[name] for name in ("content", "reasoning_details", "tool_calls")}},
                                       *results])
        body = [request["body"] for request in UPSTREAMS["gemini"].requests() if "enerateContent" in request["path"]][-1]
        parts = next(content["parts"] for content in body["contents"] if content["role"] == "model")
        marked = [(list(part)[0], part.get("functionCall", {}).get("name"), part["thoughtSignature"]) for part in parts if "thoughtSignature" in part]
        assert marked == [("functionCall", "weather", "c2lnQQ==")], (message, parts)


def test_the_ledger_knows_what_it_cost():
    """5 tokens in, 16 from the cache, 4 into it, 40 out: each at its own price."""
    prices = {"input_price": 100_000_000, "cached_price": 10_000_000, "cache_write_price": 125_000_000, "output_price": 200_000_000}
    set_so = HOUSE.daemon.request("PUT", "/api/v1/models/anthropic%2Fthinking", prices)
    assert set_so.status == 200, set_so.body
    from boternity_daemon import wait_for

    def priced():
        return [entry for entry in HOUSE.daemon.get("/usage?limit=100").json["items"] if entry["cost"] == 9160]
    for n, stream in enumerate((False, True)):
        cost = (streamed if stream else whole)("anthropic/thinking", max_tokens=100)
        cost = (cost[2] if stream else cost["usage"])["cost"]
        assert wait_for(lambda n=n: len(priced()) == n + 1), priced()   # the ledger is written a moment after the answer
        entry = priced()[0]
        assert abs(cost - 0.00916) < 1e-9, (cost, entry)
        assert (entry["model"], entry["purpose"], entry["input_tokens"], entry["cached_tokens"], entry["reasoning_tokens"]) == (
            "thinking", "gateway", 25, 16, 37), entry


if __name__ == "__main__":
    with House() as HOUSE:
        for name, (script, path) in FAMILIES.items():
            UPSTREAMS[name] = Upstream(script)
            made = HOUSE.daemon.post("/providers", {"name": name, "kind": name, "url": f"http://127.0.0.1:{UPSTREAMS[name].port}{path}", "key": KEY,
                                                    "default_model": "text"})
            assert made.status == 201, made.body
        tap.main(globals())
