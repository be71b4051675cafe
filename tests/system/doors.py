# SPDX-License-Identifier: LGPL-2.1-or-later
"""The doors of a daemon behind one face: call() gives {"response", "items"} or {"error": {"code", "message"}}."""

import json
import re
import urllib.parse

from boternity_daemon import Answer


def error_of(problem):
    return {"error": {"code": problem["code"], "message": problem["detail"]}}


class Door:
    name = None

    def __init__(self, daemon):
        self.daemon = daemon

    @staticmethod
    def environment():
        """What the daemon needs for this door to be open."""
        return {}

    def close(self):
        pass

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
        done = self.daemon.ctl("call", operation, "-", "--json", input=json.dumps(request))
        if done.returncode != 0:
            return error_of(json.loads(done.stderr or done.stdout))
        lines = [json.loads(line) for line in done.stdout.splitlines() if line]
        if lines and isinstance(lines[0], dict) and "event" in lines[0]:
            items = [line["data"] for line in lines if line["event"] == "item"]
            return {"response": lines[-1]["data"], "items": items}
        return RestCall.read_answer(200, lines[0] if lines else None)
