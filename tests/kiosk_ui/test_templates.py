"""What every template and sentence keeps to, without a browser."""

import ast
import hashlib
import json
import re
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from devices.driver import Fault
from edge.web.assets import BUILT, KIOSK_UI, read_manifest
from edge.web.locale import MESSAGES, sentences, words_in
from edge.web.rendering import TEMPLATES, environment

ROOT = KIOSK_UI.parent
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
ERRORS = {
    "ArchiveError",
    "InvalidInput",
    "NotFound",
    "Conflict",
    "Denied",
    "StorageFull",
    "PeerUnreachable",
    "PeerRefused",
    "SchemaAhead",
    "SegmentRejected",
    "DeviceUnavailable",
    "DeviceFault",
    "BadFrame",
}
# Kinds of devices whose faults are told to a clerk by their own sentence.
KINDS = ("scanner", "printer", "label_printer", "card_reader", "climate", "camera")
# A fault that a kind cannot have.
IMPOSSIBLE = {
    ("card_reader", "jam"),
    ("card_reader", "cover_open"),
    ("card_reader", "paper_out"),
    ("card_reader", "multi_feed"),
    ("climate", "jam"),
    ("climate", "cover_open"),
    ("climate", "paper_out"),
    ("climate", "multi_feed"),
    ("climate", "paused"),
    ("camera", "jam"),
    ("camera", "cover_open"),
    ("camera", "paper_out"),
    ("camera", "multi_feed"),
    ("label_printer", "multi_feed"),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_template_loads_and_carries_no_inline_code_or_style(name: str) -> None:
    environment().get_template(name)
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    for forbidden in (r"\sstyle=", r"hx-on", r"\|\s*safe", r"javascript:", r"<style", r"js:"):
        assert not re.search(forbidden, text), f"{name} holds {forbidden}"
    assert not re.search(r"<script(?![^>]*src=)[^>]*>\s*\S", text)
    assert not re.search(r"https?://", text)


@pytest.mark.parametrize("name", NAMES)
def test_every_form_that_changes_something_carries_the_token(name: str) -> None:
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL)
    assert all("csrf_token" in form for form in forms)


def test_every_page_of_the_box_says_in_two_sentences_what_it_is_for() -> None:
    """`{% block help %}{{ _("…。…。") }}{% endblock %}`, opened by the question mark in the bar."""
    lacking = []
    for name in NAMES:
        text = (TEMPLATES / name).read_text(encoding="utf-8")
        if '{% extends "box.html" %}' not in text:
            continue
        help = re.search(r"{% block help %}(.*?){% endblock %}", text, re.DOTALL)
        if not help or len(re.findall("[。？！]", help.group(1))) != 2:
            lacking.append(name)
    assert lacking == []


def test_the_english_catalogue_is_complete(tmp_path: Path) -> None:
    found = tmp_path / "messages.pot"
    pybabel = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract"]
    config = MESSAGES / "babel.cfg"
    subprocess.run(
        [*pybabel, "-F", str(config), "-k", "_", "-o", str(found), "."], cwd=ROOT, check=True
    )
    with found.open("rb") as file:
        wanted = {_id(message) for message in read_po(file) if message.id}
    held = {_id(message): message for message in words_in("en") if message.id}
    empty = {key for key, m in held.items() if not all(_texts(m.string)) or m.fuzzy}
    assert wanted - held.keys() == set()
    assert empty == set()


def _id(message: Message) -> str:
    said = message.id
    return str(said[0] if isinstance(said, tuple) else said)


def _texts(said: object) -> list[str]:
    return [str(each) for each in said] if isinstance(said, tuple) else [str(said)]


def test_every_error_of_the_code_has_a_sentence_in_both_languages() -> None:
    missing = keys_in_code() - sentences().keys()
    assert missing == set()
    for key, said in sentences().items():
        assert {"zh", "en"} <= said.keys(), key
        places = [{p[1] for p in Formatter().parse(said[lang])} for lang in ("zh", "en")]
        assert places[0] == places[1], key


def test_every_fault_of_every_device_has_a_sentence() -> None:
    wanted = {
        f"device.{kind}.{fault}"
        for kind in KINDS
        for fault in Fault
        if (kind, str(fault)) not in IMPOSSIBLE
    }
    assert wanted - sentences().keys() == set()
    assert {f"fault.{fault}" for fault in Fault} - sentences().keys() == set()


def test_no_sentence_blames_or_is_left_without_an_end() -> None:
    for key, said in sentences().items():
        assert not re.search("您错|你错|非法|无效|失败|错误", said["zh"]), key


def keys_in_code() -> set[str]:
    """The literal first arguments of everything raised as one of our errors."""
    found = set()
    for folder in ("edge", "devices", "sync"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                first = node.args[0]
                if name in ERRORS and isinstance(first, ast.Constant):
                    found.add(str(first.value))
    return found


def test_built_files_are_what_their_names_and_digests_say() -> None:
    manifest = read_manifest()
    assert json.loads((BUILT / "manifest.json").read_text(encoding="utf-8")) == manifest
    for entry in manifest.values():
        content = (BUILT / entry["file"]).read_bytes()
        digest = hashlib.sha384(content).digest()
        assert entry["sri"] == f"sha384-{b64encode(digest).decode()}"
        assert digest.hex()[:12] in entry["file"]


def test_the_lock_file_names_no_registry() -> None:
    text = (KIOSK_UI / "package-lock.json").read_text(encoding="utf-8")
    assert "resolved" not in text
    assert "integrity" in text
