"""The simulated devices of the demonstration: real stacks here, simulated ends over there."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx
from PIL import Image

from devices.simulators.far_end import tell
from provisioning.children import Children
from provisioning.seed.materials import make_materials
from provisioning.seed.pages import render_page
from provisioning.seed.people import SeedPerson

SENSORS = (("东墙", 1), ("西墙", 2))
# Contacts wired to one module of inputs: (name, what it means, channel); then the relays.
CONTACT_MODULE, RELAY_MODULE = 4, 5
CONTACTS = (
    ("屋顶烟感", "smoke", 0),
    ("地面水浸", "leak", 1),
    ("库房门", "door", 2),
    ("列间红外", "presence", 3),
)
SWITCHES = (("除湿机", "dehumidifier", 0), ("报警灯", "lamp", 1), ("密集架一列", "aisle", 7))
STACK_DPI = 200
# A camera of eight megapixels over a brown desk; degrees.
CAMERA_SIZE, DESK, ASKEW = (3264, 2448), (92, 70, 52), 4.0


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where one box finds its devices."""

    scanner: str
    card_reader: Path
    barcode_gun: Path
    climate: Path
    ups_port: int
    printer_host: str
    printer_port: int
    printer_queue: str
    printer_uri: str
    label_port: int
    camera: Path


class FarEnds:
    """The far ends of some boxes' devices, by the box's letter; one print room for all."""

    def __init__(self, folder: Path, children: Children) -> None:
        self.folder, self._children = folder, children
        self._room: dict[str, str] = {}

    def start_print_room(self) -> None:
        """Start CUPS and the printer behind it, without waiting."""
        self.print_room.mkdir(parents=True, exist_ok=True)
        arguments = ["devices.simulators.printer", "--folder", _short(self.print_room)]
        self._children.start("print-room", arguments, tells=True)

    def start(self, box: str) -> None:
        """Start the far ends of a box's devices, without waiting."""
        stack = str(self.stack(box))
        scanner = ["devices.simulators.scanner", "--pages", stack, "--load", "6"]
        card = ["devices.simulators.card_reader", "--link", _short(self._link(box, "card"))]
        sensors = [f"--sensor={address}:XY-MD02" for _, address in SENSORS]
        sensors += [f"--sensor={CONTACT_MODULE}:DI-8", f"--sensor={RELAY_MODULE}:WAVESHARE-8"]
        ups = ["devices.simulators.ups", "--link", _short(self._link(box, "ups"))]
        climate = ["devices.simulators.modbus", "--link", _short(self._link(box, "climate"))]
        labels = ["devices.simulators.label_printer", "--folder", str(self.labels(box))]
        self._children.start(f"scanner-{box}", scanner, tells=True)
        gun = ["devices.simulators.barcode_gun", "--link", _short(self._link(box, "gun"))]
        self._children.start(f"labels-{box}", labels, tells=True)
        camera = ["devices.simulators.camera", "--picture", str(self._desk(box))]
        camera += ["--socket", _short(self._link(box, "camera"))]
        self._link(box, "camera").unlink(missing_ok=True)
        self._children.start(f"camera-{box}", camera, tells=True)
        self._children.start(f"card-{box}", card, tells=True)
        self._children.start(f"gun-{box}", gun, tells=True)
        self._children.start(f"climate-{box}", [*climate, *sensors], tells=True)
        self._children.start(f"ups-{box}", ups, tells=True)

    def addresses(self, box: str) -> Addresses:
        """Wait for a box's far ends and say where they are."""
        if not self._room:
            self._room = json.loads(self._children.first_line("print-room"))
        scanner = self._children.first_line(f"scanner-{box}")
        self._children.first_line(f"card-{box}")
        self._children.first_line(f"gun-{box}")
        self._children.first_line(f"climate-{box}")
        self._children.first_line(f"ups-{box}")
        self.air(box, 19.5, 52.0)
        (self.folder / f"{box}.json").write_text(json.dumps({"scanner": scanner}))
        return Addresses(
            scanner=scanner,
            card_reader=self._link(box, "card"),
            barcode_gun=self._link(box, "gun"),
            climate=self._link(box, "climate"),
            ups_port=int(self._link(box, "ups").read_text("ascii")),
            printer_host=self._room["host"],
            printer_port=int(self._room["port"]),
            printer_queue=self._room["queue"],
            printer_uri=self._room["printer_uri"],
            label_port=int(self._children.first_line(f"labels-{box}")),
            camera=Path(self._children.first_line(f"camera-{box}")),
        )

    @property
    def print_room(self) -> Path:
        """The printer's folder; `printed` in it holds what came out."""
        return self.folder / "print-room"

    def labels(self, box: str) -> Path:
        """The folder of a box's label printer; what came out lies in it as pictures."""
        return self.folder / f"{box}-labels"

    def stack(self, box: str) -> Path:
        """The folder of page images in the scanner's tray."""
        return self.folder / f"{box}-pages"

    def lay_pages(self, box: str, person: SeedPerson) -> int:
        """Render a stack of a person's papers for the scanner; says how many sheets."""
        stack = self.stack(box)
        stack.mkdir(parents=True, exist_ok=True)
        number = 0
        for material in make_materials(Random(person.id_number), person)[:4]:
            for page in range(1, material.pages + 1):
                number += 1
                path = stack / f"{number:03d}.jpg"
                path.write_bytes(render_page(person, material, page, STACK_DPI))
        return number

    def _desk(self, box: str) -> Path:
        """A photograph of the stack's first sheet, lying a little askew on a desk."""
        path = self.folder / f"{box}-desk.jpg"
        first = next(iter(sorted(self.stack(box).glob("*.jpg"))))
        with Image.open(first) as page:
            sheet = page.convert("RGB").resize((1500, 2121))
        desk = Image.new("RGB", CAMERA_SIZE, DESK)
        askew = sheet.convert("RGBA").rotate(ASKEW, expand=True)
        middle = ((desk.width - askew.width) // 2, (desk.height - askew.height) // 2)
        desk.paste(askew, middle, askew)
        desk.save(path, quality=92)
        return path

    def document(self, box: str) -> Path:
        """A PDF of two pages, as a copying machine would drop it."""
        path = self.folder / f"{box}-drop.pdf"
        pages = [Image.open(each) for each in sorted(self.stack(box).glob("*.jpg"))[:2]]
        pages[0].save(path, save_all=True, append_images=pages[1:], resolution=STACK_DPI)
        return path

    def scanner(self, box: str, command: str, **fields: object) -> None:
        """Tell a scanner: load, fault, clear, empty, busy, offline, online."""
        known = json.loads((self.folder / f"{box}.json").read_text())
        url = known["scanner"].rsplit("/", 1)[0] + f"/sim/{command}"
        httpx.post(url, json=fields, trust_env=False, timeout=5).raise_for_status()

    def feed(self, box: str, sheets: int) -> None:
        """Lay so many sheets into the feeder, in place of what is there."""
        self.scanner(box, "empty")
        self.scanner(box, "load", pages=sheets)

    def printer(self, fault: str) -> None:
        """Give the printer a fault: paper_out, jam, cover_open, absent; empty mends it."""
        (self.print_room / "fault").write_text(fault)

    def air(self, box: str, temperature: float, humidity: float) -> None:
        """Set what every sensor of a box measures."""
        for _, address in SENSORS:
            tell(self._link(box, "climate", short=True), f"set {address} {temperature} {humidity}")

    def contact(self, box: str, kind: str, on: bool) -> None:
        """Let a contact of a kind say on or off."""
        (channel,) = [at for _, each, at in CONTACTS if each == kind]
        command = f"contact {CONTACT_MODULE} {int(on)} {channel}"
        tell(self._link(box, "climate", short=True), command)

    def relays(self, box: str) -> dict[str, bool]:
        """Which of a box's relays are closed, by the name of what they drive."""
        said = tell(self._link(box, "climate", short=True), f"relays {RELAY_MODULE}")
        return {name: said.removeprefix("ok ")[at] == "1" for name, _, at in SWITCHES}

    def line(self, box: str, plugged: bool) -> None:
        """Pull the room's line out, or put it in again."""
        tell(self._link(box, "climate", short=True), "replug" if plugged else "unplug")

    def power(self, box: str, command: str) -> None:
        """Tell the UPS: mains on, mains off, battery CHARGE."""
        tell(self._link(box, "ups", short=True), command)

    def swipe(self, box: str, card: dict[str, str]) -> None:
        """Lay a card on a box's reader, and lift it again."""
        link = self._link(box, "card", short=True)
        tell(link, "lift")
        tell(link, "present " + json.dumps(card, ensure_ascii=False))

    def lift(self, box: str) -> None:
        """Take the card off the reader."""
        tell(self._link(box, "card", short=True), "lift")

    def read_code(self, box: str, code: str) -> None:
        """Read a code with a box's gun."""
        tell(self._link(box, "gun", short=True), f"read {code}")

    def _link(self, box: str, name: str, short: bool = False) -> Path:
        path = self.folder / f"{box}-{name}"
        return Path(_short(path)) if short else path


def _short(path: Path) -> str:
    # A socket's path may have 107 bytes at most; a checkout may lie deep.
    return os.path.relpath(path)
