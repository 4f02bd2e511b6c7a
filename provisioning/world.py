"""The demonstration county: a hub, two towns' boxes and their simulated devices, on loopback."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
from cryptography import x509

from edge.box import Record
from edge.domain.access import Clerk
from edge.settings import read_settings
from provisioning.children import Children, wait_until
from provisioning.enrolment import enrol
from provisioning.far_ends import (
    CONTACT_MODULE,
    CONTACTS,
    RELAY_MODULE,
    SENSORS,
    SWITCHES,
    Addresses,
    FarEnds,
)
from provisioning.seed.county import COUNTY_NAME, TOWNS
from provisioning.seed.fill import fill_air, fill_office
from provisioning.seed.people import SeedPerson, make_people
from provisioning.seed.registers import fill_registers
from sync.enrolment import read_ticket
from sync.hub.county import County

PIN = "123456"
SEED = 20261121
ROOM = "1"


@dataclass(frozen=True, slots=True)
class Scale:
    """How much there is: persons a town, and how many of them with page images."""

    persons: int
    digitised: int


DEMO = Scale(persons=1_000, digitised=24)


@dataclass(frozen=True, slots=True)
class BoxPlan:
    """One box of the county; `letter` names its folder and its devices.

    The colleague is the second pair of eyes at the same counter.
    """

    letter: str
    town: str
    office: str
    clerk: str
    login: str
    colleague: str
    colleague_login: str
    port: int


@dataclass(frozen=True, slots=True)
class Ports:
    """The addresses on loopback: the hub's screens, its endpoint, and each box's screens."""

    hub: int = 8100
    endpoint: int = 8140
    boxes: tuple[int, ...] = (8101, 8102)


class World:
    """The county in one folder; `make` it once, then `start` and `stop` it."""

    def __init__(self, folder: Path, ports: Ports, scale: Scale = DEMO) -> None:
        self.folder, self.ports, self.scale = folder, ports, scale
        self.children = Children(folder / "logs")
        self.far_ends = FarEnds(folder / "far-ends", self.children)
        people = (("李秀英", "101", "赵国强", "102"), ("王建国", "201", "孙桂兰", "202"))
        self.boxes = tuple(
            BoxPlan(letter, town.code, f"{COUNTY_NAME}{town.name}人社所", *staff, port)
            for letter, town, staff, port in zip("ab", TOWNS, people, ports.boxes, strict=False)
        )

    @property
    def hub_url(self) -> str:
        """The county's screens."""
        return f"http://127.0.0.1:{self.ports.hub}"

    def box_url(self, plan: BoxPlan) -> str:
        """A box's screens."""
        return f"http://127.0.0.1:{plan.port}"

    def config(self, plan: BoxPlan) -> Path:
        """A box's settings file."""
        return self.folder / f"box-{plan.letter}" / "box.toml"

    @property
    def is_made(self) -> bool:
        """Say whether the county has been made whole."""
        return (self.folder / "made").exists()

    def make(self, say: Callable[[str], None] = lambda _: None) -> None:
        """Found the county, enrol both boxes at the running hub, and fill their offices."""
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True)
        say("建立县中心 …")
        tickets = self._found()
        self.spawn_hub()
        self._wait(self.hub_url)
        try:
            for plan in self.boxes:
                say(f"接入并填充 {plan.office} …")
                self._make_box(plan, tickets[plan.letter])
        finally:
            self.children.stop("hub")
        (self.folder / "made").touch()

    def start(self) -> None:
        """Start devices, hub and boxes; returns once every screen answers."""
        self.spawn_hub()
        self.far_ends.start_print_room()
        for plan in self.boxes:
            self.far_ends.start(plan.letter)
        for plan in self.boxes:
            self._write_settings(plan, self.far_ends.addresses(plan.letter))
            self.start_box(plan)
        for url in (self.hub_url, *map(self.box_url, self.boxes)):
            self._wait(url)

    def stop(self) -> None:
        """Stop everything."""
        self.children.stop_all()

    def spawn_hub(self) -> None:
        """Start the hub without waiting."""
        config = self.folder / "hub" / "hub.toml"
        self.children.start("hub", ["provisioning.cli", "hub", "run", "--config", str(config)])

    def start_box(self, plan: BoxPlan) -> None:
        """Start one box without waiting."""
        arguments = ["provisioning.cli", "box", "run", "--config", str(self.config(plan))]
        self.children.start(f"box-{plan.letter}", arguments)

    def wait_for_box(self, plan: BoxPlan) -> None:
        """Wait for a box's screens."""
        self._wait(self.box_url(plan))

    def cut(self, plan: BoxPlan) -> None:
        """Cut a box's link to the county."""
        (self.folder / f"box-{plan.letter}" / "data" / "link.cut").touch()

    def mend(self, plan: BoxPlan) -> None:
        """Restore a box's link."""
        (self.folder / f"box-{plan.letter}" / "data" / "link.cut").unlink(missing_ok=True)

    def people(self, plan: BoxPlan) -> list[SeedPerson]:
        """The persons that a town was filled with, in order."""
        return make_people(SEED, plan.town, self.scale.persons)

    def newcomer(self, plan: BoxPlan) -> SeedPerson:
        """Somebody of the town whose dossier has not been received yet."""
        return make_people(SEED, plan.town, self.scale.persons + 1)[-1]

    def seal_root(self) -> x509.Certificate:
        """The county's certificate, which vouches for every office seal."""
        pem = (self.folder / "hub" / "seal" / "authority.pem").read_bytes()
        return x509.load_pem_x509_certificate(pem)

    def verify_all(self) -> str:
        """Prove every record while it is in use; raises DeviceUnavailable where one fails."""
        said = self.children.run(["hub", "verify", "--folder", str(self.folder / "hub")])
        for plan in self.boxes:
            said += self.children.run(["box", "verify", "--config", str(self.config(plan))])
        return " ".join(said.split())

    def _found(self) -> dict[str, str]:
        hub = self.folder / "hub"
        county = County.open(hub)
        try:
            county.found(COUNTY_NAME)
            tickets = {}
            for plan in self.boxes:
                county.add_town(plan.town, plan.office)
                for name, login in _staff(plan):
                    county.enrol_user(name, login, plan.town, ["clerk"], PIN)
                url = f"https://127.0.0.1:{self.ports.endpoint}"
                tickets[plan.letter] = county.ticket(plan.town, url, automatic=True).code
            county.enrol_user("周敏", "901", "", ["supervisor"], PIN)
            county.enrol_user("陈刚", "902", "", ["administrator"], PIN)
        finally:
            county.close()
        (hub / "hub.toml").write_text(
            f"port = {self.ports.hub}\nendpoint_port = {self.ports.endpoint}\n"
            'interfaces = ["127.0.0.1"]\n'
        )
        return tickets

    def _make_box(self, plan: BoxPlan, code: str) -> None:
        folder = self.folder / f"box-{plan.letter}" / "data"
        record = enrol(folder, read_ticket(code), plan.town, f"{plan.office}一号盒", 30.0)
        self._fill(record, plan)
        record.close()
        self.far_ends.lay_pages(plan.letter, self.newcomer(plan))

    def _fill(self, record: Record, plan: BoxPlan) -> None:
        with record.county.read() as county:
            ids = dict(county.execute("select login, id from staff").fetchall())
        clerk, colleague = (
            Clerk(ids[login], name, plan.town, frozenset({"clerk"})) for name, login in _staff(plan)
        )
        fill_office(record.office, clerk, SEED, self.scale.persons, self.scale.digitised)
        fill_registers(record.office, clerk, colleague, make_people(SEED + 1, plan.town, 3))
        fill_air(record.office, ROOM, [name for name, _ in SENSORS], SEED)

    def _write_settings(self, plan: BoxPlan, at: Addresses) -> None:
        path = self.config(plan)
        quoted = {name: json.dumps(str(value)) for name, value in _plain(at).items()}
        path.write_text(
            f"""folder = "data"
port = {plan.port}
interfaces = ["127.0.0.1"]

[neighbours]
host = "127.0.0.1"
port = 0

[scanner]
url = {quoted["scanner"]}

[printer]
host = {quoted["printer_host"]}
port = {at.printer_port}
queue = {quoted["printer_queue"]}
uri = {quoted["printer_uri"]}

[label_printer]
model = "TSPL-203"
host = "127.0.0.1"
port = {at.label_port}

[camera]
path = {quoted["camera"]}

[card_reader]
path = {quoted["card_reader"]}

[barcode_gun]
path = {quoted["barcode_gun"]}

[climate]
path = {quoted["climate"]}
room = "{ROOM}"
interval = 2.0
watch = 1.0
minimum_on = 20.0
minimum_off = 20.0
sensors = [{_sensors()}]
switches = [{_switches()}]

[ups]
port = {at.ups_port}
interval = 1.0

[hot_folder]
inbox = "inbox"
quiet = 1.0
""",
            "utf-8",
        )
        read_settings(path)

    def _wait(self, url: str) -> None:
        def answers() -> bool:
            try:
                return httpx.get(url + "/healthz", trust_env=False, timeout=2).status_code == 200
            except httpx.TransportError:
                return False

        wait_until(answers, url)


def _sensors() -> str:
    air = [f'{{ name = "{name}", address = {address} }}' for name, address in SENSORS]
    contacts = [
        f'{{ name = "{name}", address = {CONTACT_MODULE}, model = "DI-8", channel = {channel}, '
        f'kind = "{kind}" }}'
        for name, kind, channel in CONTACTS
    ]
    return ", ".join([*air, *contacts])


def _switches() -> str:
    guards = [name for name, kind, _ in CONTACTS if kind == "presence"]
    return ", ".join(
        f'{{ name = "{name}", kind = "{kind}", address = {RELAY_MODULE}, channel = {channel}, '
        f"guards = {json.dumps(guards if kind == 'aisle' else [], ensure_ascii=False)} }}"
        for name, kind, channel in SWITCHES
    )


def _staff(plan: BoxPlan) -> tuple[tuple[str, str], ...]:
    return (plan.clerk, plan.login), (plan.colleague, plan.colleague_login)


def _plain(at: Addresses) -> dict[str, object]:
    return {
        "scanner": at.scanner,
        "printer_host": at.printer_host,
        "printer_queue": at.printer_queue,
        "printer_uri": at.printer_uri,
        "card_reader": at.card_reader.absolute(),
        "barcode_gun": at.barcode_gun.absolute(),
        "climate": at.climate.absolute(),
        "camera": at.camera.absolute(),
    }
