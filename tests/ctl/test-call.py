#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""boternity-ctl call: words become a request as the operation's schema says."""

import json
import os
import subprocess

from harness import Place, tap


def echo(place, *words, **options):
    return json.loads(place.run("call", "echo", *words, **options).stdout)


def test_conversion():
    with Place() as place:
        assert echo(place) == {}
        assert echo(place, "text=a=b") == {"text": "a=b"}
        assert echo(place, "text=") == {"text": ""}
        assert echo(place, "text=12", "number=-12", "ratio=1e3", "flag=false") == {"text": "12", "number": -12, "ratio": 1000.0,
                                                                                   "flag": False}
        assert echo(place, "text=zwölf \"Zeichen\"\n") == {"text": "zwölf \"Zeichen\"\n"}
        assert echo(place, "words=a, b", "words=c") == {"words": ["a", "b", "c"]}
        assert echo(place, 'shape={"a":[1]}') == {"shape": {"a": [1]}}
        assert echo(place, "text:=null", 'words:=["a,b"]') == {"text": None, "words": ["a,b"]}
        assert echo(place, "text=a", "text=b") == {"text": "b"}


def test_files():
    with Place() as place:
        path = os.path.join(place.folder, "request.json")
        with open(path, "w", encoding="utf-8") as stream:
            json.dump({"text": "file", "number": 1}, stream)
        assert echo(place, "@" + path, "number=2") == {"text": "file", "number": 2}
        assert echo(place, "-", "flag=true", input=' {"text": "stdin"}\n') == {"text": "stdin", "flag": True}
        assert "no such" in place.run("call", "echo", "@/nonexistent/x", code=5).stderr.lower()


def test_refusals():
    with Place() as place:
        for word, reason in (("number=1.5", "a whole number"), ("number=", "a whole number"), ("number=0x10", "a whole number"),
                             ("ratio=much", "a number"), ("flag=yes", "true or false"), ("shape={", "JSON"),
                             ("numbr=1", "did you mean “number”?"), ("zzzzzz=1", "there are: text, number"),
                             ("text:={", "text"), ("word", "is none of"), ("=x", "is none of"), ("number=99999999999999999999",
                                                                                                 "a whole number")):
            assert reason in place.run("call", "echo", word, code=2).stderr, word
        for document in ("[1]", "1", "{} {}", '{"a":1,"a":2}', "[" * 100000):
            assert place.run("call", "echo", "-", input=document, code=2).stderr
        assert place.fake.calls("echo") == []


def test_unknown_operation():
    with Place() as place:
        assert "did you mean “bot.create”?" in place.run("call", "bot.crete", code=5).stderr
        assert "boternity-ctl call lists them" in place.run("call", "zzzzzzzzzz", code=5).stderr


def test_listing():
    with Place() as place:
        assert "chat.send" in place.run("call").stdout
        assert [x["name"] for x in place.json("call")["items"]][0] == "bot.create"


def test_stream():
    with Place() as place:
        lines = [json.loads(line) for line in place.run("call", "chat.send", "slug=boternity", "message=hi").stdout.splitlines()]
        assert [line["id"] for line in lines[:-1]] == [1, 2, 3, 4, 5, 6]
        assert lines[0]["data"]["type"] == "start" and lines[-1]["event"] == "end" and lines[-1]["data"]["state"] == "done"
        place.run("call", "chat.send", "slug=nobody", "message=hi", code=5)


def test_write_errors():
    with Place() as place:
        with open("/dev/full", "w", encoding="utf-8") as full:
            result = subprocess.run([place.program, "call", "echo", "text=x"], env=place.environment, stdout=full,
                                    stderr=subprocess.PIPE, check=False)
        assert result.returncode == 13 and b"standard output" in result.stderr


if __name__ == "__main__":
    tap.main(globals())
