#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The first connection: adding a provider with its test, what is found on this machine, models and their prices."""

import http.server
import json
import os
import threading

from harness import Place, tap

KEY = "sk-canary-0123456789"


class Handler(http.server.BaseHTTPRequestHandler):
    """A server of models: tells what it is, lists one model, says hello; with the key `wrong` it refuses."""

    def answer(self, status, kind, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.server.seen.append(self.path)
        if self.path == "/api/version" and self.server.is_ollama:
            self.answer(200, "application/json", json.dumps({"version": "0.9.1"}))
        elif self.path == "/v1/models":
            self.answer(200, "application/json", json.dumps({"object": "list", "data": [{"id": "gpt-4o-mini"}]}))
        else:
            self.answer(404, "text/html", "<html>nothing here</html>")

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        if "wrong" in self.headers.get("Authorization", ""):
            self.answer(401, "application/json", json.dumps({"error": {"message": "bad key", "type": "invalid_request_error"}}))
            return
        chunk = {"id": "1", "object": "chat.completion.chunk", "model": "gpt-4o-mini", "choices": [
            {"index": 0, "delta": {"content": "Hello there"}, "finish_reason": "stop"}]}
        usage = {"id": "1", "object": "chat.completion.chunk", "choices": [],
                 "usage": {"prompt_tokens": 40, "completion_tokens": 2, "total_tokens": 42}}
        self.answer(200, "text/event-stream", "".join(f"data: {json.dumps(x)}\n\n" for x in (chunk, usage)) + "data: [DONE]\n\n")

    def log_message(self, *unused):
        pass


class Server:
    def __init__(self, is_ollama=True):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.is_ollama, self.server.seen = is_ollama, []
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class House(Place):
    """With a daemon of its own, to which the service `ollama` runs at the port of @server, and no other runs at all."""

    def __init__(self, server=None, **environment):
        super().__init__(daemon=False, BOTERNITY_HTTP_PORT="0", NO_COLOR="1", **environment)
        config = os.path.join(self.folder, "config")
        self.environment["BOTERNITY_CONFIG_DIR"] = config
        self.environment["BOTERNITY_PROVIDERS_DISCOVER_MS"] = "20000" if server is not None else "0"
        os.makedirs(config, exist_ok=True)
        local = [{"name": name, "title": name, "kind": "openai", "url": "http://127.0.0.1:1/v1", "is_local": True}
                 for name in ("llamacpp", "lmstudio", "vllm")]
        local.append({"name": "ollama", "title": "Ollama", "kind": "openai", "is_local": True,
                      "url": server.url if server is not None else "http://127.0.0.1:1/v1"})
        with open(os.path.join(config, "providers.json"), "w", encoding="utf-8") as stream:
            json.dump({"presets": local}, stream)

    def __exit__(self, *unused):
        try:
            self.run("stop")
        finally:
            super().__exit__()


def test_add_asks():
    with Server() as server, House() as house:
        said = house.run("provider", "add", "here", "--url", server.url).stdout
        assert "here/gpt-4o-mini answers" in said and "counts as free" in said, said
        assert house.run("config", "get", "chat.route").stdout == "here,builtin\n"
        house.run("provider", "add", "second", "--url", server.url)
        assert house.run("config", "get", "chat.route").stdout == "here,builtin\n"
        assert house.json("provider", "get", "here")["name"] == "here"


def test_add_tells_price():
    with Server() as server, House() as house:
        house.run("model", "set", "here/*", "--input", "1000", "--output", "500")
        said = house.run("provider", "add", "here", "--url", server.url).stdout
        assert "This call cost $0.041; a million tokens cost $1000.00 in and $500.00 out" in said, said


def test_add_keeps_nothing_half():
    with Server() as server, House() as house:
        refused = house.run("provider", "add", "here", "--url", server.url, "--key-stdin", input="wrong\n", code=3).stderr
        assert "Nothing was kept" in refused and "--key-stdin" in refused, refused
        assert "wrong" not in refused
        gone = house.run("provider", "add", "gone", "--url", "http://127.0.0.1:1/v1", "--default-model", "m", code=13).stderr
        assert "Nothing was kept" in gone and "Check the URL" in gone, gone
        assert [p["name"] for p in house.json("provider", "list")["items"]] == ["builtin"]
        assert house.json("secret", "list")["items"] == []
        assert house.run("config", "get", "chat.route").stdout == "builtin\n"
        house.run("provider", "add", "gone", "--url", "http://127.0.0.1:1/v1", "--no-test")


def test_a_slip_leads_no_key_elsewhere():
    """A misspelt service is refused before anything is asked or kept; the kind that was said counts for a name of one's own."""
    with House() as house:
        refused = house.run("provider", "add", "mistrall", "--key-stdin", input=KEY + "\n", code=2).stderr
        assert "“mistrall”" in refused and "provider presets" in refused and KEY not in refused, refused
        assert house.json("secret", "list")["items"] == []
        house.run("provider", "add", "mine", "--kind", "openai", "--no-test")


def test_the_test_speaks_of_dollars():
    with Server() as server, House() as house:
        house.run("model", "set", "here/*", "--input", "3", "--output", "15")
        house.run("provider", "add", "here", "--url", server.url, "--no-test")
        said = house.run("provider", "test", "here").stdout
        assert "$3.00 in and $15.00 out" in said and "000000" not in said, said
        assert house.json("provider", "test", "here")["input_price"] == 3000000
        house.run("model", "unset", "here/*")
        assert house.run("model", "list", "--provider", "here").stdout.split("\n")[1].split()[2:5] == ["-", "-", "-"]


def test_an_unusable_list_is_told():
    with House() as house:
        with open(os.path.join(house.environment["BOTERNITY_CONFIG_DIR"], "providers.json"), "w", encoding="utf-8") as stream:
            stream.write('{"presets": [{"name": "x", "colour": 1}]}')
        assert "providers.json" in house.run("provider", "add", "openai", "--no-test").stderr


def test_discover():
    with Server() as server, House(server) as house:
        found = house.json("call", "provider.discover")["items"]
        assert [x["name"] for x in found] == ["ollama"] and found[0]["url"] == server.url, found
    with Server(is_ollama=False) as server, House(server) as house:
        assert house.json("call", "provider.discover")["items"] == []
        assert server.server.seen == ["/api/version"]


def test_offer():
    with Server() as server, House(server) as house:
        with house.terminal("chat") as terminal:
            terminal.until("y connects Ollama")
            terminal.type("y")
            terminal.until("counts as free")
            terminal.until("\n> ")
            terminal.type("hello\n")
            terminal.until("Hello there")
            terminal.until("\n> ")
            terminal.type("\x04")
            assert terminal.wait() == 0
        with house.terminal("chat") as terminal:
            terminal.until("\n> ")
            assert "connects" not in terminal.all
            terminal.type("\x04")
            assert terminal.wait() == 0


def test_offer_of_several():
    with Server() as server, House(server, ANTHROPIC_API_KEY=KEY) as house:
        with house.terminal("chat") as terminal:
            terminal.until("1 Ollama, which runs here, 2 Anthropic by ANTHROPIC_API_KEY")
            terminal.type("n")
            terminal.until("\n> ")
            assert KEY not in terminal.all
            terminal.type("\x04")
            assert terminal.wait() == 0
        assert [p["name"] for p in house.json("provider", "list")["items"]] == ["builtin"]
        assert "connects" not in house.run("status").stderr  # no terminal: silent


def test_models():
    with Server() as server, House() as house:
        house.run("provider", "add", "here", "--url", server.url)
        assert "free" in house.run("model", "list").stdout
        house.run("model", "set", "here/gpt-4o-mini", "--input", "0.15", "--cached", "0.075", "--output", "0.6", "--window", "4096")
        shown = house.run("model", "show", "here/gpt-4o-mini").stdout
        assert "$0.15 in, $0.075 from a cache" in shown and "4096 tokens" in shown and "wrong by" in shown, shown
        model = house.json("model", "show", "here/gpt-4o-mini")
        assert model["pricing"] == "user" and model["input_price"] == 150000 and model["estimates"] == 1, model
        assert "0.15" in house.run("model", "list").stdout
        house.run("model", "unset", "here/gpt-4o-mini")
        assert house.json("model", "show", "here/gpt-4o-mini")["pricing"] == "free"
        assert "not a price" in house.run("model", "set", "here/x", "--input", "cheap", "--output", "1", code=2).stderr
        house.run("model", "show", "nobody/x", code=5)
        house.run("model", "show", "x", code=2)


def test_update():
    with House() as house:
        path = os.path.join(house.folder, "acme.json")
        with open(path, "w", encoding="utf-8") as stream:
            json.dump({"vendor": "acme", "date": "2026-01-01", "hosts": ["api.acme.test"],
                       "models": [{"match": ["big"], "input": "1", "output": "2"}]}, stream)
        assert "big" in house.run("model", "update", path, "--dry-run").stdout
        assert house.json("model", "update", path)["items"][0]["model"] == "big"
        assert house.json("model", "update", path)["items"] == []
        house.run("provider", "add", "acme", "--url", "https://api.acme.test/v1", "--no-test", "--enabled", "false")
        assert house.json("model", "show", "acme/big")["output_price"] == 2000000
        with open(path, "w", encoding="utf-8") as stream:
            stream.write('{"vendor": "acme", "models": [{"match": ["big"], "input": "1"}]}')
        assert "/models/0" in house.run("model", "update", path, code=2).stderr
        assert house.json("model", "show", "acme/big")["output_price"] == 2000000


if __name__ == "__main__":
    tap.main(globals())
