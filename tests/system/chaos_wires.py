# SPDX-License-Identifier: LGPL-2.1-or-later
"""How each family of wires writes what the services of the chaos run say."""

import json


class OpenAI:
    """Chat completions, and what the families share."""

    kind, stream_type, base = "openai", "text/event-stream", "/v1"
    comment = b"\xef\xbb\xbf: OPENROUTER PROCESSING\n\n: still at it\n\n"
    error = {"error": {"message": "overloaded", "type": "server_error", "code": 503}}

    @staticmethod
    def most(request):
        return request.get("max_completion_tokens") or request.get("max_tokens")

    @staticmethod
    def frame(data, end, event=None):
        return (f"event: {event}{end}" if event else "").encode() + ("data: " + json.dumps(data) + 2 * end).encode()

    def chunk(self, delta, reason, end):
        return self.frame({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
                           "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}, end)

    def start(self, ask, end):
        return self.chunk({"role": "assistant"}, None, end)

    def word(self, text, end):
        return self.chunk({"content": text}, None, end)

    @staticmethod
    def count(ask, sign=1):
        return {"prompt_tokens": sign * ask.input, "completion_tokens": sign * ask.output, "total_tokens": sign * (ask.input + ask.output)}

    def finish(self, ask, is_all, usage, end):
        """Its last pieces; `usage` is 1, 0 (it does not say) or -1 (less than nothing)."""
        yield self.chunk({}, "stop" if is_all else "length", end)
        if usage:
            yield self.frame({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [],
                              "usage": self.count(ask, usage)}, end)
        yield ("data: [DONE]" + 2 * end).encode()

    def fail(self, end):
        return self.frame(self.error, end)

    def whole(self, ask):
        return {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "usage": self.count(ask),
                "choices": [{"index": 0, "message": {"role": "assistant", "content": ask.said}, "finish_reason": "stop"}]}


class Anthropic(OpenAI):
    kind, base = "anthropic", ""
    comment = b": still at it\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\n"
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "overloaded"}}

    def typed(self, data, end):
        return self.frame(data, end, data["type"])

    def start(self, ask, end):
        message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None,
                   "stop_sequence": None, "usage": {"input_tokens": ask.input, "output_tokens": 1}}
        if ask.kind == "no-usage":
            del message["usage"]
        return self.typed({"type": "message_start", "message": message}, end) + self.typed(
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}, end)

    def word(self, text, end):
        return self.typed({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}, end)

    def finish(self, ask, is_all, usage, end):
        yield self.typed({"type": "content_block_stop", "index": 0}, end)
        last = {"type": "message_delta", "delta": {"stop_reason": "end_turn" if is_all else "max_tokens", "stop_sequence": None}}
        if usage:
            last["usage"] = {"output_tokens": usage * ask.output}
        yield self.typed(last, end)
        yield self.typed({"type": "message_stop"}, end)

    def fail(self, end):
        return self.typed(self.error, end)

    def whole(self, ask):
        return {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [{"type": "text", "text": ask.said}],
                "stop_reason": "end_turn", "stop_sequence": None, "usage": {"input_tokens": ask.input, "output_tokens": ask.output}}


class Ollama(OpenAI):
    kind, stream_type, base = "ollama", "application/x-ndjson", ""
    comment = b"\n\n"
    error = {"error": "overloaded"}

    @staticmethod
    def most(request):
        return request.get("options", {}).get("num_predict")

    @staticmethod
    def line(data, end):
        return json.dumps({"model": "m", "created_at": "2026-01-01T00:00:00Z", **data}).encode() + end.encode()

    def start(self, ask, end):
        return self.word("", end)

    def word(self, text, end):
        return self.line({"message": {"role": "assistant", "content": text}, "done": False}, end)

    def last(self, ask, is_all, usage):
        counts = {"prompt_eval_count": usage * ask.input, "eval_count": usage * ask.output} if usage else {}
        return {"done": True, "done_reason": "stop" if is_all else "length", "total_duration": 1, **counts}

    def finish(self, ask, is_all, usage, end):
        yield self.line({"message": {"role": "assistant", "content": ""}, **self.last(ask, is_all, usage)}, end)

    def fail(self, end):
        return json.dumps(self.error).encode() + end.encode()

    def whole(self, ask):
        return {"model": "m", "created_at": "2026-01-01T00:00:00Z", "message": {"role": "assistant", "content": ask.said},
                **self.last(ask, True, 1)}
