"""`dangxia demo` and `dangxia story`: the county on loopback, to hold in hand or to run through."""

import argparse
import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from edge.domain.errors import InvalidInput
from edge.store.folder import hold
from provisioning.story import tell_story
from provisioning.world import PIN, BoxPlan, Ports, World

DEMO_FOLDER = Path("var/demo")
STORY_FOLDER = Path("var/story")


SCANNER_FAULTS = ("well", "jam", "cover", "multi_feed", "offline", "online")
PRINTER_FAULTS = ("well", "paper_out", "jam", "cover_open", "absent")
_TYPES: dict[str, Callable[[str], Any]] = {
    "number": int,
    "sheets": int,
    "page": int,
    "temperature": float,
    "humidity": float,
    "charge": float,
}


def add_to(nouns: "argparse._SubParsersAction[Any]") -> None:
    """Add `demo` with its switches, and `story`."""
    parser = nouns.add_parser("demo", help="the demonstration county; without a word, run it")
    parser.set_defaults(act=run)
    switches = parser.add_subparsers(dest="switch")
    for name, act, arguments, help in (
        ("swipe", swipe, ("number",), "lay the card of person NUMBER on the reader (default 1)"),
        ("code", code, ("code",), "read CODE with the gun (default: the first dossier's number)"),
        ("feed", feed, ("sheets",), "put sheets into the scanner's feeder (default 6)"),
        ("scanner", scanner, ("fault", "page"), " ".join(SCANNER_FAULTS)),
        ("printer", printer, ("fault",), " ".join(PRINTER_FAULTS)),
        ("air", air, ("temperature", "humidity"), "set the air of the storage room"),
        ("smoke", smoke, ("state",), "smoke in the storage room: on, off"),
        ("leak", leak, ("state",), "water on its floor: on, off"),
        ("door", door, ("state",), "its door: on (open), off"),
        ("inside", inside, ("state",), "somebody between its shelves: on, off"),
        ("line", line, ("state",), "the line to its sensors and switches: off, on"),
        ("relays", relays, (), "say which switches of the storage room are on"),
        ("mains", mains, ("state",), "the electric power: off, on"),
        ("battery", battery, ("charge",), "the charge of the UPS in percent"),
        ("cut", cut, (), "cut the link to the county"),
        ("mend", mend, (), "restore the link"),
        ("drop", drop, ("file",), "drop a document into the hot folder"),
    ):
        switch = switches.add_parser(name, help=help)
        for argument in arguments:
            switch.add_argument(argument, nargs="?", type=_TYPES.get(argument, str))
        switch.add_argument("--box", choices=("a", "b"), default="a")
        switch.set_defaults(act=_at_demo(act))
    story = nouns.add_parser("story", help="a scripted day, checked step by step")
    story.set_defaults(act=lambda _: tell_story(STORY_FOLDER))


def run(_: argparse.Namespace) -> int:
    """Make the county if there is none yet, run it, and say where to look."""
    world = World(DEMO_FOLDER, Ports())
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    begun = time.monotonic()
    DEMO_FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with hold(DEMO_FOLDER.with_suffix(".lock")):
        try:
            if not world.is_made:
                world.make(say=lambda line: print(line, flush=True))
            world.start()
            print(_welcome(world, time.monotonic() - begun), flush=True)
            stopping.wait()
        finally:
            print("正在停止 …", flush=True)
            world.stop()
    return 0


def _welcome(world: World, seconds: float) -> str:
    offices = "\n".join(
        f"  {plan.office}  {world.box_url(plan)}   {plan.clerk}，工号 {plan.login}；"
        f"{plan.colleague}，工号 {plan.colleague_login}"
        for plan in world.boxes
    )
    return f"""
档匣已就绪（{seconds:.1f} 秒）。按 Ctrl-C 停止。所有 PIN：{PIN}

  县中心 county hub    {world.hub_url}   周敏（督导）工号 901、陈刚（管理员）工号 902
{offices}

  在另一个终端 in another terminal, .venv/bin/dangxia demo …
    swipe 刷卡 · code 扫码 · feed 6 加纸 · scanner jam 3 卡纸 · scanner well · drop 复印机存来文件
    printer paper_out 缺纸 · printer well · air 29 75 库房升温 · cut 断网 · mend 联网
    smoke on 冒烟 · leak on 漏水 · door on 开门 · inside on 有人 · line off 拔线 · mains off 停电
"""


def _at_demo(
    act: Callable[[World, BoxPlan, argparse.Namespace], None],
) -> Callable[[argparse.Namespace], int]:
    def switched(chosen: argparse.Namespace) -> int:
        world = World(DEMO_FOLDER, Ports())
        if not world.is_made:
            raise InvalidInput("demo.not_running")
        plan = next(each for each in world.boxes if each.letter == chosen.box)
        try:
            act(world, plan, chosen)
        except OSError as error:
            raise InvalidInput("demo.not_running") from error
        return 0

    return switched


def swipe(world: World, plan: BoxPlan, chosen: argparse.Namespace) -> None:
    """Lay a card on the reader, and lift it after a moment."""
    people, number = world.people(plan), chosen.number or 1
    if not 1 <= number <= len(people):
        raise InvalidInput("demo.no_such_person", last=len(people))
    person = people[number - 1]
    world.far_ends.swipe(plan.letter, {"name": person.name, "id_number": person.id_number})
    time.sleep(2)  # as long as a hand holds a card on the reader
    world.far_ends.lift(plan.letter)
    print(person.name)


def code(world: World, plan: BoxPlan, chosen: argparse.Namespace) -> None:
    """Read a code."""
    read = chosen.code or f"{plan.town}-01-00001"
    world.far_ends.read_code(plan.letter, read)
    print(read)


def feed(world: World, plan: BoxPlan, chosen: argparse.Namespace) -> None:
    """Put sheets into the feeder."""
    world.far_ends.feed(plan.letter, max(chosen.sheets or 6, 0))


def scanner(world: World, plan: BoxPlan, chosen: argparse.Namespace) -> None:
    """Trouble the scanner, or mend it."""
    fault = _known(chosen.fault, SCANNER_FAULTS)
    if fault in ("offline", "online"):
        world.far_ends.scanner(plan.letter, fault)
    elif fault == "well":
        world.far_ends.scanner(plan.letter, "clear")
    else:
        world.far_ends.scanner(plan.letter, "fault", fault=fault, page=chosen.page or 3)


def printer(world: World, _: BoxPlan, chosen: argparse.Namespace) -> None:
    """Trouble the printer, or mend it."""
    fault = _known(chosen.fault, PRINTER_FAULTS)
    world.far_ends.printer("" if fault == "well" else fault)


def air(world: World, plan: BoxPlan, chosen: argparse.Namespace) -> None:
    """Set the air of the storage room."""
    temperature, humidity = chosen.temperature or 19.5, chosen.humidity or 52.0
    world.far_ends.air(plan.letter, temperature, humidity)


def _state(chosen: argparse.Namespace) -> bool:
    state = chosen.state or "on"
    if state not in ("on", "off"):
        raise InvalidInput("demo.no_such_fault", faults="on off")
    return state == "on"


def smoke(world: World, plan: BoxPlan, chosen: argparse.Namespace) -> None:
    """Let there be smoke, or let it clear."""
    world.far_ends.contact(plan.letter, "smoke", _state(chosen))


def leak(world: World, plan: BoxPlan, chosen: argparse.Namespace) -> None:
    """Let there be water on the floor, or let it dry."""
    world.far_ends.contact(plan.letter, "leak", _state(chosen))


def door(world: World, plan: BoxPlan, chosen: argparse.Namespace) -> None:
    """Open the door of the storage room, or shut it."""
    world.far_ends.contact(plan.letter, "door", _state(chosen))


def inside(world: World, plan: BoxPlan, chosen: argparse.Namespace) -> None:
    """Let somebody step between the shelves, or out again."""
    world.far_ends.contact(plan.letter, "presence", _state(chosen))


def line(world: World, plan: BoxPlan, chosen: argparse.Namespace) -> None:
    """Put the room's line in, or pull it out."""
    world.far_ends.line(plan.letter, _state(chosen))


def relays(world: World, plan: BoxPlan, _: argparse.Namespace) -> None:
    """Say which switches are on."""
    for name, on in world.far_ends.relays(plan.letter).items():
        print(f"{name} {'开' if on else '关'}")


def mains(world: World, plan: BoxPlan, chosen: argparse.Namespace) -> None:
    """Cut the power, or restore it."""
    world.far_ends.power(plan.letter, f"mains {'on' if _state(chosen) else 'off'}")


def battery(world: World, plan: BoxPlan, chosen: argparse.Namespace) -> None:
    """Set the charge of the UPS."""
    charge = 100.0 if chosen.charge is None else max(0.0, min(chosen.charge, 100.0))
    world.far_ends.power(plan.letter, f"battery {charge:g} {charge * 18:g}")


def cut(world: World, plan: BoxPlan, _: argparse.Namespace) -> None:
    """Cut the link."""
    world.cut(plan)


def mend(world: World, plan: BoxPlan, _: argparse.Namespace) -> None:
    """Restore the link."""
    world.mend(plan)


def drop(world: World, plan: BoxPlan, chosen: argparse.Namespace) -> None:
    """Drop a document into the hot folder: the file named, or one made for it."""
    inbox = world.config(plan).parent / "inbox"
    source = Path(chosen.file) if chosen.file else world.far_ends.document(plan.letter)
    (inbox / source.name).write_bytes(source.read_bytes())


def _known(fault: str | None, faults: Sequence[str]) -> str:
    chosen = fault or "well"
    if chosen not in faults:
        raise InvalidInput("demo.no_such_fault", faults=" ".join(faults))
    return chosen
