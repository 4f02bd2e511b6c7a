"""What the simulated scanner promises on the wire and at its control address."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from devices.escl import EsclClient, EsclError, Source, browse
from devices.simulators.escl import Trouble
from devices.simulators.scanner import SimulatedScanner


@pytest.fixture
def far_end(tmp_path: Path) -> Iterator[SimulatedScanner]:
    for name in ("a", "b", "c"):
        Image.new("RGB", (83, 117), "white").save(tmp_path / f"{name}.jpg")
    with SimulatedScanner(tmp_path) as scanner:
        yield scanner


def order(far_end: SimulatedScanner, verb: str, **body: object) -> httpx.Response:
    return httpx.post(f"{far_end.control}/sim/{verb}", json=body, trust_env=False)


def test_it_tells_its_model_sources_and_resolutions(far_end: SimulatedScanner) -> None:
    told = EsclClient(far_end.url).capabilities()
    assert (told.model, told.serial, told.uuid) == (far_end.model, far_end.serial, far_end.uuid)
    assert told.sources == {Source.FLATBED, Source.FEEDER, Source.DUPLEX}
    assert 300 in told.resolutions


def test_the_control_address_sets_every_scene(far_end: SimulatedScanner) -> None:
    client = EsclClient(far_end.url)
    assert client.status().paper is False
    assert order(far_end, "load", pages=2).json()["tray"] == ["a.jpg", "b.jpg"]
    assert client.status().paper is True
    assert order(far_end, "load", pages=["c.jpg"]).json()["tray"] == ["a.jpg", "b.jpg", "c.jpg"]
    assert order(far_end, "busy", busy=True).status_code == 200
    assert client.status().busy
    assert order(far_end, "busy", busy=False).json()["busy"] is False
    for trouble in Trouble:
        order(far_end, "fault", fault=trouble.name.lower())
        assert client.status().feeder == trouble
        assert client.status().fault is not None
    order(far_end, "clear")
    assert client.status().fault is None
    assert order(far_end, "empty").json()["tray"] == []
    assert order(far_end, "pace", seconds=0.5).json()["pace"] == 0.5


def test_offline_drops_the_scanner_but_not_the_control_address(far_end: SimulatedScanner) -> None:
    order(far_end, "offline")
    with pytest.raises(EsclError):
        EsclClient(far_end.url).status()
    order(far_end, "online")
    assert EsclClient(far_end.url).status().state == "Idle"


@pytest.mark.parametrize(
    ("verb", "body", "code"),
    [
        ("load", {"pages": ["nowhere.jpg"]}, 400),
        ("load", {"pages": "many"}, 400),
        ("fault", {"fault": "earthquake"}, 400),
        ("dance", {}, 404),
    ],
)
def test_a_wrong_order_is_refused_and_changes_nothing(
    far_end: SimulatedScanner, verb: str, body: dict[str, object], code: int
) -> None:
    before = far_end.state()
    assert order(far_end, verb, **body).status_code == code
    assert far_end.state() == before


def test_the_sheet_that_jammed_is_still_in_the_tray(far_end: SimulatedScanner) -> None:
    far_end.load(2)
    far_end.trouble(Trouble.JAM, page=2)
    settings = (
        '<scan:ScanSettings xmlns:scan="s" xmlns:pwg="p"><pwg:InputSource>Feeder</pwg:InputSource>'
        "<scan:XResolution>75</scan:XResolution></scan:ScanSettings>"
    )
    with httpx.Client(trust_env=False) as client:
        job = client.post(f"{far_end.url}/ScanJobs", content=settings).headers["Location"]
        assert client.post(f"{far_end.url}/ScanJobs", content=settings).status_code == 503
        page = client.get(f"{job}/NextDocument")
        assert page.content.startswith(b"\xff\xd8\xff")
        assert client.get(f"{job}/NextDocument").status_code == 409
    assert far_end.state()["tray"] == ["b.jpg"]


def test_its_announcement_is_heard_and_leads_to_it(far_end: SimulatedScanner) -> None:
    far_end.announce(["127.0.0.1"])
    assert far_end.url in browse(1.5, ["127.0.0.1"])


def test_it_runs_as_a_program_and_ends_when_told(far_end: SimulatedScanner) -> None:
    command = [sys.executable, "-m", "devices.simulators.scanner", "--pages", str(far_end.pages)]
    with subprocess.Popen([*command, "--load", "2"], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        url = program.stdout.readline().strip()
        assert EsclClient(url).status().paper is True
        program.terminate()
        assert program.wait(10) == 0
