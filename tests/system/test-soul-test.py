# SPDX-License-Identifier: LGPL-2.1-or-later
"""Golden questions from the doors that users use, offline, with the built-in provider."""

import json
import os

import tap
from boternity_daemon import Daemon

DAEMON = Daemon().start()

GOOD = """questions:
  - name: knows itself
    input: What can you do?
    weight: 3
    expect:
      - contains: boternity
        ignore_case: true
      - not_matches: '(?i)as an ai'
      - max_length: 4000
  - name: remembers
    input:
      - My cat is called Muffin.
      - What is my cat called?
    expect:
      - contains: Muffin
  - name: speaks JSON
    input: Give me JSON.
    expect:
      - json_schema: {type: object, required: [name]}
"""


def make(name, evals):
    bot = DAEMON.post("/bots", {"name": name}).json
    if evals is not None:
        with open(os.path.join(DAEMON.data, "bots", bot["slug"], "evals.yaml"), "w", encoding="utf-8") as file:
            file.write(evals)
    return bot["slug"]


def test_rest():
    slug = make("Rest", GOOD)
    stream = DAEMON.request("POST", f"/api/v1/souls/{slug}/tests", {}, stream=True)
    events = list(stream)
    stream.close()
    items = [data for _, event, data in events if event == "item"]
    assert [item["done"] for item in items] == [1, 2, 3] and items[0]["total"] == 3, items
    assert events[-1][1] == "end", events
    report = events[-1][2]
    assert report["test"]["score"] == 80.0, report
    assert report["test"]["passed"] == 2 and report["test"]["total"] == 3
    assert report["test"]["cost_micros"] == 0 and report["priced"] is True
    outcomes = {item["question"]: item["outcome"] for item in report["test"]["results"]}
    assert outcomes == {"knows itself": "passed", "remembers": "passed", "speaks JSON": "failed"}, report
    listed = DAEMON.get(f"/souls/{slug}/tests").json
    assert len(listed["items"]) == 1 and listed["items"][0]["number"] == 1, listed
    assert DAEMON.get("/sessions?slug=" + slug).json["items"] == []


def test_command():
    slug = make("Command", GOOD)
    run = DAEMON.ctl("soul", "test", slug)
    assert run.returncode != 0, run
    assert "Version 1: 80 %, 2 of 3 passed" in run.stdout, run.stdout
    assert "cost $0.0000" in run.stdout, run.stdout
    assert "speaks JSON" in run.stdout and "is not JSON" in run.stdout, run.stdout
    assert "did not pass" in run.stderr, run.stderr
    run = DAEMON.ctl("soul", "test", slug, "--question", "knows itself", "--json")
    assert run.returncode == 0, run
    assert json.loads(run.stdout)["test"]["score"] == 100.0, run.stdout
    run = DAEMON.ctl("soul", "tests", slug)
    assert run.returncode == 0 and "VERSION" in run.stdout and len(run.stdout.splitlines()) == 3, run


def test_side_by_side():
    slug = make("Side", GOOD)
    assert DAEMON.post(f"/souls/{slug}/versions", {"soul": "# Another\n"}).status in (200, 201)
    run = DAEMON.ctl("soul", "test", slug, "head", "--compare", "1", "--json")
    report = json.loads(run.stdout)
    assert report["test"]["number"] == 2 and report["compare"]["number"] == 1, report
    assert report["difference"] == 0, report


def test_bad_file():
    slug = make("Bad", GOOD.replace("max_length", "max_lenght"))
    run = DAEMON.ctl("soul", "test", slug)
    assert run.returncode != 0
    assert "evals.yaml" in run.stderr and "line 9" in run.stderr and "knows itself" in run.stderr, run.stderr
    none = make("None", None)
    run = DAEMON.ctl("soul", "test", none)
    assert run.returncode != 0 and "evals.yaml" in run.stderr, run.stderr


def test_shipped_bots():
    """Each can be asked its questions offline: they may fail, since the built-in provider is no great talker, but not be in error."""
    for template in DAEMON.get("/templates").json["items"]:
        slug = "shipped-" + template["name"]
        made = DAEMON.ctl("bot", "create", slug, "--from", template["name"])
        assert made.returncode == 0, made
        run = DAEMON.ctl("soul", "test", slug, "--json")
        results = json.loads(run.stdout)["test"]["results"]
        outcomes = {item["question"]: item["outcome"] for item in results}
        assert len(results) >= 3 and set(outcomes.values()) <= {"passed", "failed"}, (slug, results)


def test_gate():
    slug = make("Gate", GOOD)
    assert DAEMON.request("PATCH", f"/api/v1/souls/{slug}", {"gate": 80}).status == 200
    passed = DAEMON.post(f"/souls/{slug}/versions", {"soul": "# One\n"})
    assert passed.status in (200, 201), passed.body
    assert DAEMON.request("PATCH", f"/api/v1/souls/{slug}", {"gate": 81}).status == 200
    refused = DAEMON.post(f"/souls/{slug}/versions", {"soul": "# Two\n"})
    assert refused.status == 400 or refused.json["code"] == "FAILED_PRECONDITION", refused.body
    assert "80 percent" in refused.json["detail"], refused.json
    assert DAEMON.get(f"/souls/{slug}").json["number"] == 2


try:
    tap.main(globals())
finally:
    DAEMON.__exit__()
