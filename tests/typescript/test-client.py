# SPDX-License-Identifier: LGPL-2.1-or-later
"""The TypeScript client: made from a daemon that runs, checked by the compiler, and used in Node against that daemon."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(SOURCE, "tests", "ctl"), os.path.join(SOURCE, "tests", "system")]

import tap  # noqa: E402
from cutter import Cutter, Silent  # noqa: E402

MODULES = os.path.join(os.environ["BOTERNITY_TEST_NODE"], "node_modules")
NODE = shutil.which("node")


def missing():
    """Why nothing can be tried here, or None."""
    if NODE is None:
        return "node is not installed"
    version = subprocess.run([NODE, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.lstrip("v").split(".")[0]) < 20:
        return f"node is {version.strip()}; the client needs 20 or later"
    if not os.path.exists(os.path.join(MODULES, "typescript")):
        return f"there is no TypeScript compiler in {MODULES}; ./test fetches it where npm is"
    return None


class Workshop:
    """A folder with the client and the scenarios in it, compiled."""

    def __init__(self):
        from boternity_daemon import Daemon
        self.folder = tempfile.mkdtemp(prefix="bty-typescript-")
        os.symlink(MODULES, os.path.join(self.folder, "node_modules"))
        plugins = os.path.join(self.folder, "plugins")
        os.mkdir(plugins, 0o755)
        shutil.copy(os.environ["BOTERNITY_TEST_PLUGIN"], plugins)
        self.daemon = Daemon({"BOTERNITY_PLUGIN_PATH": plugins}).start()
        self.built = False

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def compile(self, *files):
        """Returns: what the compiler finds wrong with these, strictly."""
        with open(os.path.join(HERE, "tsconfig.json"), encoding="utf-8") as file:
            options = json.load(file)
        self.write("tsconfig.json", json.dumps({**options, "files": list(files)}))
        self.write("package.json", '{"type": "module"}')
        return subprocess.run([NODE, os.path.join(MODULES, "typescript", "bin", "tsc"), "-p", self.folder],
                              capture_output=True, text=True, timeout=240, check=False).stdout

    def build(self):
        if self.built:
            return
        self.write("boternity.ts", self.generate())
        shutil.copy(os.path.join(HERE, "client.ts"), self.folder)
        wrong = self.compile("boternity.ts", "client.ts")
        assert wrong == "", wrong
        self.built = True

    def generate(self):
        made = self.daemon.ctl("schema", "--format", "typescript")
        assert made.returncode == 0, made.stderr
        return made.stdout

    def run(self, scenario, port=None):
        self.build()
        environment = {"PATH": os.environ["PATH"], "TEST_URL": f"http://127.0.0.1:{port or self.daemon.port}",
                       "TEST_TOKEN": self.daemon.token}
        done = subprocess.run([NODE, os.path.join(self.folder, "out", "client.js"), scenario], env=environment,
                              capture_output=True, text=True, timeout=240, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def close(self):
        self.daemon.__exit__()
        shutil.rmtree(self.folder)


SHOP = None


def test_runtime_alone():
    folder = os.path.join(SOURCE, "data", "typescript")
    wrong = SHOP.compile(os.path.join(folder, "runtime.ts"), os.path.join(folder, "ambient.d.ts"))
    assert wrong == "", wrong


def test_types_are_strict():
    SHOP.build()


def test_same_text_each_time():
    assert SHOP.generate() == SHOP.generate()


def test_operations_of_plugins():
    text = SHOP.generate()
    assert '"good.hello": { kind: "call"; request: BoternityNothing;' in text and "readonly good = {" in text
    answer = SHOP.daemon.get("/operations/chat.send").json
    assert answer["item_type"] == "ChatItem" and list(answer["schemas"]) == ["Usage"], answer["item_type"]


def test_bots():
    SHOP.run("bots")


def test_errors():
    SHOP.run("errors")


def test_conflict():
    SHOP.run("conflict")


def test_paging():
    SHOP.run("paging")


def test_chat():
    SHOP.run("chat")


def test_resume():
    # Within an event, before anything came, between two events, within a number, and within the end.
    with Cutter(SHOP.daemon.port, ["event: item\ndata: {", "HTTP/", "event: item\ndata: {", "}\n\n", "}\n\nid: ",
                                   "event: en"]) as way:
        SHOP.run("resume", way.port)
        assert way.cuts == [], way.cuts


def test_same_key_goes_on():
    slug = SHOP.daemon.get("/bots").json["items"][0]["slug"]
    path, body = f"/api/v1/bots/{slug}/chat", {"message": "What is a bot?"}
    whole = SHOP.daemon.collect(SHOP.daemon.request("POST", path, body, {"Idempotency-Key": "once"}, stream=True))
    last = whole[1][1][0]
    rest = SHOP.daemon.collect(SHOP.daemon.request("POST", path, body, {"Idempotency-Key": "once", "Last-Event-ID": str(last)},
                                                   stream=True))
    assert rest[0] == whole[0] and rest[2] == whole[2] and min(number for number, _ in rest[1]) > last, rest
    refused = SHOP.daemon.request("POST", path, body, {"Idempotency-Key": "once", "Last-Event-ID": "x"})
    assert refused.status == 400 and "Last-Event-ID" in refused.json["detail"], refused.body


def test_retry():
    with Cutter(SHOP.daemon.port, ["HTTP/1.", "HTTP/1.1 20"]) as way:
        SHOP.run("retry", way.port)
        assert way.cuts == [], way.cuts


def test_silence():
    with Silent() as way:
        SHOP.run("silence", way.port)


def test_frames():
    SHOP.run("frames")


def test_retries():
    SHOP.run("retries")


def test_stopping():
    SHOP.run("stopping")


def test_restart():
    """Two restarts under a loop that listens: what happened meanwhile is heard, once."""
    SHOP.build()
    with Cutter(SHOP.daemon.port) as way:
        node = subprocess.Popen([NODE, os.path.join(SHOP.folder, "out", "client.js"), "restart"], stdout=subprocess.PIPE, text=True,
                                env={"PATH": os.environ["PATH"], "TEST_URL": f"http://127.0.0.1:{way.port}", "TEST_TOKEN": SHOP.daemon.token})
        try:
            assert node.stdout.readline().strip() == "org.boternity.events.subscribed"
            SHOP.daemon.post("/bots", {"name": "First"})
            for name in ("second", "third"):
                assert node.stdout.readline().strip() == ("first" if name == "second" else "second")
                raw = SHOP.daemon.request("GET", "/api/v1/events", stream=True)
                SHOP.daemon.stop()
                assert [event for _, event, _ in raw][-2:] == ["stopping", "end"]
                raw.close()
                way.target = SHOP.daemon.start().port
                SHOP.daemon.post("/bots", {"name": name})
            assert node.stdout.readline().strip() == "third"
            assert node.wait(60) == 0
        finally:
            node.kill()
            node.wait()
            node.stdout.close()


def test_leaving():
    SHOP.run("leaving")


NASTY = "*/ process.exit(7); /* \n\u2028 ${1} `x` \"q\" \\"


def nasty_operations():
    """Names and texts as no friend would choose them."""
    member = {"type": ["string", "null"], "description": NASTY, "enum": ["a\"b", "*/", "\u2028", None]}
    schema = {"type": "object", "description": NASTY, "required": ["__proto__"], "properties": {
        "__proto__": {"type": "string"}, "constructor": member, "a-b": member, "1": {"$ref": "#/$defs/Promise"},
        "list": {"type": "array", "items": {"anyOf": [{"$ref": "#/$defs/No;thing"}, {"type": "null"}]}}, "any": {}}}
    inner = {"Promise": {"type": "object", "properties": {"x": {"type": "integer"}}},
             "No;thing": {"type": "object", "description": "*/"}}
    other = {"Promise": {"type": "object", "properties": {"y": {"type": "boolean"}}}}
    common = {"summary": NASTY, "http": "POST /x/{a-b}", "scope": NASTY, "effects": ["write"], "errors": ["*/"]}
    named = [("constructor.constructor", inner), ("call.list", other), ("a.b_c", inner), ("a.b-c", inner), ("a_b.then", inner),
             ("a-b.__proto__", inner), ("alone", inner), ("1.2", inner), ("*/ \"x\".y\n", inner)]
    return [{**common, "name": name, "request": schema, "request_type": "Error", "item": schema, "item_type": "Promise",
             "response": schema, "response_type": "1*/", "schemas": schemas} for name, schemas in named]


def test_nothing_becomes_code():
    import fake_daemon
    from harness import Place
    with Place() as place:
        before = fake_daemon.CALLS["operation.list"]
        fake_daemon.CALLS["operation.list"] = lambda state, request: fake_daemon.page(nasty_operations())
        try:
            text = place.run("schema", "--format", "typescript").stdout
        finally:
            fake_daemon.CALLS["operation.list"] = before
    SHOP.write("nasty.ts", text)
    SHOP.write("use.ts", "import { Boternity, operations } from './nasty.js';\n"
               "const client = new Boternity({ baseUrl: 'http://127.0.0.1:1' });\n"
               "if (Object.keys(operations).length !== 9 || typeof client.alone.run !== 'function') throw new Error('lost');\n"
               "console.log('whole');\n")
    wrong = SHOP.compile("nasty.ts", "use.ts")
    assert wrong == "", wrong
    done = subprocess.run([NODE, os.path.join(SHOP.folder, "out", "use.js")], capture_output=True, text=True, timeout=60,
                          check=False)
    assert done.stdout == "whole\n" and done.returncode == 0, done


def test_other_formats():
    schema = json.loads(SHOP.daemon.ctl("schema").stdout)
    for operation in schema["x-operations"].values():
        for side in ("request", "item", "response"):
            assert side not in operation or operation[side]["$ref"].removeprefix("#/$defs/") in schema["$defs"], operation
    assert schema["x-operations"]["good.hello"]["http"] == "POST /good/hello"
    openapi = json.loads(SHOP.daemon.ctl("schema", "--format", "openapi").stdout)
    assert openapi == SHOP.daemon.get("/openapi.json").json
    refused = SHOP.daemon.ctl("schema", "--format", "yaml")
    assert refused.returncode != 0 and "“yaml”" in refused.stderr, refused


def test_lock_file_names_no_place():
    with open(os.path.join(HERE, "package-lock.json"), encoding="utf-8") as file:
        text = file.read()
    assert "resolved" not in text and "http" not in text


def run():
    global SHOP
    reason = missing()
    if reason is not None:
        print(f"1..0 # SKIP {reason}")
        return
    SHOP = Workshop()
    try:
        tap.main(globals())
    finally:
        SHOP.close()


run()
