# SPDX-License-Identifier: LGPL-2.1-or-later
"""The official client of OpenAI, in Node, against a daemon whose models are those of a server for tests."""

import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(TESTS, "system")]

import tap  # noqa: E402
from house import House  # noqa: E402

MODULES = os.path.join(os.environ["BOTERNITY_TEST_NODE"], "node_modules")
NODE = shutil.which("node")
HOUSE = None


def missing():
    if NODE is None:
        return "node is not installed"
    if not os.path.exists(os.path.join(MODULES, "openai")):
        return f"the client is not in {MODULES}; ./test fetches it where npm is"
    return None


def run(scenario):
    HOUSE.upstream.forget()
    environment = {"PATH": os.environ["PATH"], "TEST_URL": f"http://127.0.0.1:{HOUSE.daemon.port}/v1",
                   "TEST_TOKEN": HOUSE.daemon.token, "TEST_BOT": "bot:" + HOUSE.bot}
    done = subprocess.run([NODE, os.path.join(HOUSE.daemon.folder, "client.mjs"), scenario], env=environment,
                          capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return [request["body"] for request in HOUSE.upstream.requests() if request["path"].endswith("/chat/completions")]


def test_models():
    run("models")


def test_chat():
    bodies = run("chat")
    assert bodies[0]["model"] == "text" and bodies[0]["messages"] == [{"role": "user", "content": "Hello"}], bodies[0]


def test_stream():
    run("stream")


def test_helper():
    bodies = run("helper")
    assert bodies[1]["reasoning_effort"] == "high", bodies[1]


def test_tools():
    bodies = run("tools")
    assert [tool["function"]["name"] for tool in bodies[0]["tools"]] == ["weather", "clock"], bodies[0]
    assert bodies[0]["tool_choice"] == "auto" and bodies[0]["tools"][0]["function"]["parameters"]["type"] == "object", bodies[0]
    assert [message["role"] for message in bodies[1]["messages"]] == ["user", "assistant", "tool", "tool"], bodies[1]
    assert bodies[-1]["parallel_tool_calls"] is False, bodies[-1]


def test_input():
    bodies = run("input")
    system, user = bodies[0]["messages"]
    assert system == {"role": "system", "content": "Be brief."}, system
    kinds = [part["type"] for part in user["content"]]
    assert kinds == ["text", "image_url", "image_url", "input_audio", "file"], user
    assert user["content"][1]["image_url"]["url"] == "data:image/png;base64,iVBORw0KGgo=", user
    assert user["content"][4]["file"] == {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0="}, user
    assert bodies[0]["response_format"]["json_schema"]["schema"] == {"type": "object", "properties": {}}, bodies[0]
    assert bodies[0]["stop"] == ["\n\n"] and bodies[0]["temperature"] == 0.5 and bodies[0]["top_p"] == 0.9, bodies[0]
    assert 77 in bodies[0].values(), bodies[0]
    assert bodies[1]["response_format"] == {"type": "json_object"}, bodies[1]


def test_bot():
    bodies = run("bot")
    for body in bodies:   # with its soul before everything
        assert body["messages"][0]["role"] == "system" and "Up" in json.dumps(body["messages"][0]), body
    assert len(bodies) == 3


def test_responses():
    bodies = run("responses")
    assert bodies[0]["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}], bodies[0]


def test_response_tools():
    bodies = run("responseTools")
    assert [message["role"] for message in bodies[1]["messages"]] == ["user", "assistant", "tool", "tool"], bodies[1]


def test_response_stream():
    run("responseStream")


def test_embeddings():
    run("embeddings")


def test_errors():
    run("errors")


def test_abort():
    run("abort")
    HOUSE.wait_until_gone("dripping")


if __name__ == "__main__":
    why = missing()
    if why is not None:
        print(f"1..0 # SKIP {why}")
        sys.exit(0)
    with House() as HOUSE:
        os.symlink(MODULES, os.path.join(HOUSE.daemon.folder, "node_modules"))
        shutil.copy(os.path.join(HERE, "client.mjs"), HOUSE.daemon.folder)
        tap.main(globals())
