# SPDX-License-Identifier: LGPL-2.1-or-later
"""The doors of a daemon behind one face: call() gives {"response", "items"} or {"error": {"code", "message"}}."""

import json
import os
import re
import subprocess
import urllib.parse

import gi
import websockets.sync.client
from gi.repository import Gio, GLib

from boternity_daemon import CTL, Answer, wait_for
from bus import Bus  # noqa: F401 (for those who use doors)

gi.require_version("Gio", "2.0")


def error_of(problem):
    return {"error": {"code": problem["code"], "message": problem["detail"]}}


class Door:
    name = None

    def __init__(self, daemon):
        self.daemon = daemon

    def close(self):
        pass

    def refresh(self):
        """Forgets which operations there were."""

    def call(self, operation, request, take):
        raise NotImplementedError


class RestCall(Door):
    """POST /api/v1/call/{operation} with the whole request as its body."""

    name = "rest-call"

    def call(self, operation, request, take):
        return self.send("POST", "/api/v1/call/" + operation, request, take)

    def send(self, method, path, body, take):
        answer = self.daemon.request(method, path, body, stream=True)
        if not isinstance(answer, Answer):
            return self.read_whole(answer.response) if not self.is_stream(answer.response) else self.read_stream(answer, take)
        return self.read_answer(answer.status, answer.json)

    @staticmethod
    def is_stream(response):
        return response.headers.get("Content-Type", "").startswith("text/event-stream")

    def read_whole(self, response):
        body = response.read()
        return self.read_answer(response.status, json.loads(body) if body else None)

    @staticmethod
    def read_answer(status, value):
        if status >= 400:
            return error_of(value)
        if isinstance(value, dict) and isinstance(value.get("items"), list):
            rest = {key: member for key, member in value.items() if key != "items"}
            return {"response": rest or None, "items": value["items"]}
        return {"response": value, "items": None}

    @staticmethod
    def read_stream(stream, take):
        items = []
        for _, event, data in stream:
            if event == "item":
                items.append(data)
                if take is not None and len(items) == take:
                    stream.close()
                    return {"response": None, "items": items}
            else:
                stream.close()
                return {"response": data, "items": items} if event == "end" else error_of(data)
        raise AssertionError("the stream ended without saying so")


class Rest(RestCall):
    """The verb and path of the operation; what the path does not take goes into the query or the body."""

    name = "rest"

    def __init__(self, daemon):
        super().__init__(daemon)
        self.paths = {}

    def refresh(self):
        self.paths = {}

    def call(self, operation, request, take):
        if not self.paths:
            self.paths = {item["name"]: item["http"] for item in super().call("operation.list", {}, None)["items"]}
        if operation not in self.paths:
            return super().call(operation, request, take)
        method, template = self.paths[operation].split(" ")
        labels = re.findall(r"{(\w+)}", template)
        if not all(isinstance(request.get(label), str) and request[label] and "\0" not in request[label] for label in labels):
            return super().call(operation, request, take)     # no such path can be written
        rest = {key: value for key, value in request.items() if key not in labels}
        path = "/api/v1" + re.sub(r"{(\w+)}", lambda label: urllib.parse.quote(request[label.group(1)], safe=""), template)
        if method in ("GET", "DELETE"):
            if any(not isinstance(value, (str, int)) or "\0" in str(value) for value in rest.values()):
                return super().call(operation, request, take)
            query = urllib.parse.urlencode({key: json.dumps(value) if isinstance(value, bool) else value for key, value in rest.items()})
            return self.send(method, path + ("?" + query if query else ""), None, take)
        return self.send(method, path, rest, take)


class CommandLine(Door):
    """boternity-ctl call, with the request on its standard input."""

    name = "command line"

    def call(self, operation, request, take):
        if take is not None:
            return self.take(operation, request, take)
        done = self.daemon.ctl("call", operation, "-", "--json", input=json.dumps(request))
        if done.returncode != 0:
            return error_of(json.loads(done.stderr or done.stdout))
        lines = [json.loads(line) for line in done.stdout.splitlines() if line]
        if lines and isinstance(lines[0], dict) and "event" in lines[0]:
            items = [line["data"] for line in lines if line["event"] == "item"]
            return {"response": lines[-1]["data"], "items": items}
        return RestCall.read_answer(200, lines[0] if lines else None)


    def take(self, operation, request, take):
        with subprocess.Popen([CTL, "call", operation, "-", "--json"], env=self.daemon.environment(), stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as process:
            process.stdin.write(json.dumps(request))
            process.stdin.close()
            items = [json.loads(process.stdout.readline())["data"] for _ in range(take)]
            process.terminate()
        return {"response": None, "items": items}


class WebSocket(Door):
    """JSON-RPC over /api/v1/ws, one socket for the whole story."""

    name = "websocket"

    def __init__(self, daemon):
        super().__init__(daemon)
        self.socket = websockets.sync.client.connect(f"ws://127.0.0.1:{daemon.port}/api/v1/ws", compression=None, max_size=None,
                                                     additional_headers={"Authorization": "Bearer " + daemon.token})
        self.last_id = 0

    def close(self):
        self.socket.close()

    def send(self, method, params, **members):
        self.last_id += 1
        self.socket.send(json.dumps({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params, **members}))
        return self.last_id

    def call(self, operation, request, take):
        number = self.send(operation, request)
        items = []
        while True:
            frame = json.loads(self.socket.recv(timeout=60))
            if frame.get("method") == "item" and frame["params"]["call"] == number:
                items.append(frame["params"]["item"])
                if len(items) == take:
                    self.socket.send(json.dumps({"jsonrpc": "2.0", "method": "$/cancel", "params": {"id": number}}))
            elif frame.get("id") == number:
                return self.outcome(frame, items, take)

    @staticmethod
    def outcome(frame, items, take):
        if take is not None and len(items) >= take:
            return {"response": None, "items": items[:take]}
        if "error" in frame:
            return {"error": {"code": frame["error"]["data"]["code"], "message": frame["error"]["message"]}}
        result = RestCall.read_answer(200, frame["result"])
        return {"response": result["response"], "items": items or result["items"]}


class DBus(Door):
    """org.boternity.Boternity1 on a bus of its own: CallJson, and OpenJson with its descriptor for streams."""

    name = "dbus"
    streams = ()

    def __init__(self, daemon):
        super().__init__(daemon)
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.connection = Gio.DBusConnection.new_for_address_sync(daemon.extra["DBUS_SESSION_BUS_ADDRESS"], flags, None, None)
        if not wait_for(self.has_name):
            raise AssertionError("the name org.boternity.Boternity1 is not on the bus: " + daemon.read_log())
        self.refresh()

    def refresh(self):
        self.streams = {item["name"] for item in self.call("operation.list", {}, None)["items"] if "streaming" in item["effects"]}

    def has_name(self):
        answer = self.connection.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner",
                                           GLib.Variant("(s)", ["org.boternity.Boternity1"]), None, 0, -1, None)
        return answer.unpack()[0]

    def close(self):
        self.connection.close_sync(None)

    def ask(self, method, operation, request):
        parameters = GLib.Variant("(ssa{sv})", [operation, json.dumps(request), {}])
        return self.connection.call_with_unix_fd_list_sync("org.boternity.Boternity1", "/org/boternity/Boternity1", "org.boternity.Boternity1",
                                                           method, parameters, None, Gio.DBusCallFlags.NONE, 60000, None, None)

    def call(self, operation, request, take):
        is_stream = operation in self.streams
        try:
            answer, descriptors = self.ask("OpenJson" if is_stream else "CallJson", operation, request)
        except GLib.Error as error:
            return self.error_of(error)
        if is_stream:
            return self.read_stream(descriptors.get(answer.unpack()[0]), take)
        text = answer.unpack()[0]
        return RestCall.read_answer(200, json.loads(text) if text else None)

    @staticmethod
    def error_of(error):
        name = Gio.DBusError.get_remote_error(error)
        code = re.sub(r"(?<!^)(?=[A-Z])", "_", name.rsplit(".", 1)[1]).upper()
        return {"error": {"code": code, "message": error.message.removeprefix(f"GDBus.Error:{name}: ")}}

    @staticmethod
    def read_stream(descriptor, take):
        items = []
        with os.fdopen(descriptor, "r", encoding="utf-8") as lines:
            for line in lines:
                frame = json.loads(line)
                if "item" in frame:
                    items.append(frame["item"])
                    if len(items) == take:
                        return {"response": None, "items": items}
                else:
                    return {"response": frame["end"], "items": items} if "end" in frame else {"error": frame["error"]}
        raise AssertionError("the stream ended without saying so")
