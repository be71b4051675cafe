# SPDX-License-Identifier: LGPL-2.1-or-later
"""The libraries from another language, by their introspection data."""
import importlib
import os
import sys
import xml.etree.ElementTree

sys.path[:0] = [os.path.join(os.environ["BOTERNITY_TEST_SOURCE"], "tests", "system")]
import tap

FOLDER = os.path.join(os.environ["BOTERNITY_TEST_BUILD"], "data", "introspection")
CORE = "{http://www.gtk.org/introspection/core/1.0}"
ENUMS = {"BtyErrorCode", "BtyFeatureKind", "BtyFieldType", "BtyView", "BtyMatch", "BtyCallState", "BtyStopReason"}


def load(name):
    try:
        import gi
    except ImportError as error:
        raise tap.Skip("python3-gi is not installed") from error
    gi.require_version(name, "1")
    return importlib.import_module("gi.repository." + name)


def test_enums():
    bty = load("Boternity")
    assert int(bty.ErrorCode.NOT_FOUND) == 3
    assert bty.error_info(bty.ErrorCode.NOT_FOUND).http_status == 404
    assert bty.error_info_by_name("ABORTED").code == bty.ErrorCode.ABORTED
    assert bty.error_info_by_name("NO_SUCH") is None


def test_catalogue_and_query():
    bty = load("Boternity")
    catalogue = bty.Catalogue.new()
    schema = catalogue.find_record("bot")
    assert schema.name == "bot" and catalogue.find_record("nothing") is None
    assert [record.name for record in catalogue.list_records()] == sorted(record.name for record in catalogue.list_records())
    query = bty.Query.new(schema)
    query.where("slug", bty.Match.EQUAL, "ada")
    query.limit(7)
    query.after("cursor")
    assert query.get_limit() == 7 and query.get_after() == "cursor"
    assert [(f.field.name, f.value) for f in query.get_filters()] == [("slug", "ada")]


def test_batch():
    bty = load("Boternity")
    batch = bty.Batch.new()
    batch.publish("zoo.opened", None)
    assert batch.get_n_changes() == 0
    assert len(batch.get_events()) == 1


def test_secret():
    bty = load("Boternity")
    secret = bty.Secret.new(b"sesame")
    assert secret.get_length() == 6


def test_an_interface_in_python():
    """A secret store written in Python, called through the library; what it leaves out is UNIMPLEMENTED."""
    bty = load("Boternity")
    from gi.repository import GLib, GObject

    class Store(GObject.Object, bty.SecretStore):
        def do_describe(self):
            return "a snake's"

    store = Store()
    assert bty.SecretStore.describe(store) == "a snake's"
    answers = []
    bty.SecretStore.list_async(store, None, lambda source, result: answers.append(result))
    context = GLib.MainContext.default()
    while not answers:
        context.iteration(True)
    try:
        bty.SecretStore.list_finish(store, answers[0])
        raise AssertionError("it has no list")
    except GLib.Error as error:
        assert error.domain == "bty-error-quark" and error.code == int(bty.ErrorCode.UNIMPLEMENTED), error


def test_http():
    bty = load("BoternityHttp")
    assert bty.HttpFraming.NDJSON == 1
    assert bty.HttpProvider.__gtype__.name == "BtyHttpProvider"


def test_enums_are_all_there():
    root = xml.etree.ElementTree.parse(os.path.join(FOLDER, "Boternity-1.gir")).getroot()
    names = {node.get("{http://www.gtk.org/introspection/c/1.0}type")
             for kind in ("enumeration", "bitfield") for node in root.iter(CORE + kind)}
    assert ENUMS <= names, ENUMS - names


def test_documented():
    """Every class, interface and record of the public headers says what it is."""
    for name in ("Boternity-1.gir", "BoternityHttp-1.gir"):
        root = xml.etree.ElementTree.parse(os.path.join(FOLDER, name)).getroot()
        bare = [node.get("name") for kind in ("class", "interface") for node in root.iter(CORE + kind) if node.find(CORE + "doc") is None]
        assert not bare, f"{name}: without a word: {bare}"


tap.main(globals())
