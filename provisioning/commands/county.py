"""`dangxia county` and `dangxia hub`: set a county up, and run its hub."""

import argparse
import getpass
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import crsqlite

from edge.domain.access import ROLES
from edge.domain.errors import ArchiveError, InvalidInput
from edge.settings import CarrySettings
from edge.store import verification
from edge.store.keys import Keys
from edge.store.rules import rules_of
from edge.web.locale import gettext
from provisioning.announcing import announced
from provisioning.commands.box import tell_damaged, tell_report, telling_damage
from provisioning.serving import Listener, log_to_stderr, serve
from sync.hub.app import endpoint_app, screens_app
from sync.hub.county import County, hold_hub
from sync.hub.lost import account_of, in_words
from sync.roster import COUNTY, space_of

PIN_DIGITS = 6


def add_to(nouns: "argparse._SubParsersAction[Any]") -> None:
    """Add `county` and `hub`."""
    acts = nouns.add_parser("county", help="set a county up").add_subparsers(required=True)
    found_parser = _act(acts, "found", found, "name a new county")
    found_parser.add_argument("--name", required=True)
    town_parser = _act(acts, "town", town, "name a town's office")
    town_parser.add_argument("--code", required=True)
    town_parser.add_argument("--name", required=True)
    user_parser = _act(acts, "user", user, "enrol a person; the PIN is asked for")
    user_parser.add_argument("--login", required=True)
    user_parser.add_argument("--name", required=True)
    user_parser.add_argument("--town", default="", help="empty for people of the county itself")
    user_parser.add_argument("--role", action="append", choices=sorted(ROLES), required=True)
    withdraw_parser = _act(acts, "withdraw", withdraw, "let a person sign in nowhere any more")
    withdraw_parser.add_argument("--login", required=True)
    rule_parser = _act(acts, "rule", rule, "lay down a rule that every office goes by")
    rule_parser.add_argument("--name", required=True)
    rule_parser.add_argument("--value", required=True, help="empty for the usual")
    _act(acts, "rules", rules, "list the rules laid down")
    ticket_parser = _act(acts, "ticket", ticket, "issue a one-off enrolment ticket")
    ticket_parser.add_argument("--town", required=True)
    ticket_parser.add_argument("--url", required=True, help="https://host:port of the endpoint")
    ticket_parser.add_argument("--automatic", action="store_true", help="accept without asking")
    _act(acts, "boxes", boxes, "list the boxes that wait")
    accept_parser = _act(acts, "accept", accept, "accept a box that waits")
    accept_parser.add_argument("--box", required=True)
    revoke_parser = _act(acts, "revoke", revoke, "refuse a box from now on; its history stays")
    revoke_parser.add_argument("--box", required=True)
    revoke_parser.add_argument("--reason", required=True)
    lost_parser = _act(acts, "lost", lost, "what a silent box may not have delivered")
    lost_parser.add_argument("--box", required=True)
    scheme_parser = _act(acts, "scheme", scheme, "publish a classification scheme from TOML")
    scheme_parser.add_argument("file", type=Path)
    hub_acts = nouns.add_parser("hub", help="run or verify the hub").add_subparsers(required=True)
    run_parser = hub_acts.add_parser("run", help="run the hub in the foreground")
    run_parser.add_argument("--config", type=Path, required=True)
    run_parser.set_defaults(act=run)
    verify_parser = _act(
        hub_acts, "verify", verify, "walk every town's chains, seals, receipts and files"
    )
    verify_parser.set_defaults(act=verify_hub)


def _act(
    acts: "argparse._SubParsersAction[Any]", name: str, act: Callable[..., int], help: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = acts.add_parser(name, help=help)
    parser.add_argument("--folder", type=Path, required=True)
    parser.set_defaults(act=lambda chosen: _with_county(chosen, act))
    return parser


def _with_county(chosen: argparse.Namespace, act: Callable[..., int]) -> int:
    if act is not found and not (chosen.folder / "hub.key").exists():
        raise InvalidInput("carry.no_hub", folder=str(chosen.folder))
    county = County.open(chosen.folder)
    try:
        return act(county, chosen)
    finally:
        county.close()


def found(county: County, chosen: argparse.Namespace) -> int:
    """Name the county."""
    county.found(chosen.name)
    print(f"{chosen.name}：{county.keys.id[:8]}")
    return 0


def town(county: County, chosen: argparse.Namespace) -> int:
    """Name a town's office."""
    county.add_town(chosen.code, chosen.name)
    return 0


def user(county: County, chosen: argparse.Namespace) -> int:
    """Enrol a person; the PIN comes from the terminal, or from standard input."""
    pin = getpass.getpass("PIN: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    if len(pin) != PIN_DIGITS or not pin.isdigit():
        raise InvalidInput("pin.shape", digits=PIN_DIGITS)
    county.enrol_user(chosen.name, chosen.login, chosen.town, chosen.role, pin)
    return 0


def withdraw(county: County, chosen: argparse.Namespace) -> int:
    """Withdraw a person."""
    county.withdraw_user(chosen.login)
    print(gettext("已停用 %(who)s") % {"who": chosen.login})
    return 0


def rule(county: County, chosen: argparse.Namespace) -> int:
    """Lay down a rule."""
    county.set_rule(chosen.name.strip(), chosen.value.strip())
    return 0


def rules(county: County, _: argparse.Namespace) -> int:
    """List the rules."""
    with county.spaces.county.read() as town:
        for name, value in rules_of(town).items():
            print(f"{name} = {value}")
    return 0


def ticket(county: County, chosen: argparse.Namespace) -> int:
    """Print a ticket's code."""
    print(county.ticket(chosen.town, chosen.url, automatic=chosen.automatic).code)
    return 0


def boxes(county: County, _: argparse.Namespace) -> int:
    """List the boxes that wait."""
    for applicant in county.applicants():
        replaced = gettext("替换 %(box)s") % {"box": applicant.replaces}
        old = f"  {replaced}" if applicant.replaces else ""
        print(f"{applicant.box}  {applicant.town}  {applicant.name}{old}")
    return 0


def accept(county: County, chosen: argparse.Namespace) -> int:
    """Accept a box."""
    county.admit(chosen.box)
    return 0


def revoke(county: County, chosen: argparse.Namespace) -> int:
    """Revoke a box, and say what may be missing of it."""
    county.revoke(chosen.box, chosen.reason)
    print(gettext("已停用 %(who)s") % {"who": chosen.box})
    return lost(county, chosen)


def lost(county: County, chosen: argparse.Namespace) -> int:
    """Say what a box may not have delivered; 1 when something known is missing."""
    account = account_of(county, chosen.box)
    print("\n".join(in_words(account)))
    return 0 if account.complete else 1


def scheme(county: County, chosen: argparse.Namespace) -> int:
    """Publish a scheme: `code`, `name` and `[[categories]]` of a TOML file."""
    try:
        told = tomllib.loads(chosen.file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput("scheme.file", file=str(chosen.file)) from error
    categories = told.get("categories", [])
    if not isinstance(categories, list) or not all(isinstance(each, dict) for each in categories):
        raise InvalidInput("scheme.file", file=str(chosen.file))
    code, name = str(told.get("code", "")), str(told.get("name", ""))
    count = county.publish_scheme(code, name, categories)
    print(gettext("%(code)s %(name)s：%(count)s 类") % {"code": code, "name": name, "count": count})
    return 0


def verify_hub(chosen: argparse.Namespace) -> int:
    """Verify the pages of every database before any is opened, then every sound space."""
    damaged = tell_damaged(chosen.folder / "spaces", Keys.load(chosen.folder / "hub.key"))
    if f"{COUNTY}.db" in damaged:
        return 1
    return max(_with_county(chosen, verify), int(bool(damaged)))


def verify(county: County, _: argparse.Namespace) -> int:
    """Verify every space; 1 when something does not hold."""
    members = county.peers.roster.members.values()
    keys = {county.keys.id: county.keys.public_key}
    keys |= {member.id: member.public_key for member in members}
    sound = True
    for space in (county.spaces.county, *county.spaces.towns.values()):
        try:
            with space.read() as connection:
                report = verification.verify(connection, county.spaces.blobs(space.name), keys)
        except ArchiveError:
            if not space.damaged:
                raise
            continue
        sound = sound and not report.findings
        tell_report(space.name, report)
    for code in county.spaces.damaged:
        print(f"{space_of(code)}: {gettext('资料库损坏，没有核对')}")
    return 0 if sound and not county.spaces.damaged else 1


def run(chosen: argparse.Namespace) -> int:
    """Serve screens and endpoint until asked to stop."""
    table = tomllib.loads(chosen.config.read_text("utf-8"))
    folder = chosen.config.resolve().parent / table.get("folder", ".")
    log_to_stderr()
    crsqlite.check()
    with hold_hub(folder):
        with telling_damage(folder / "spaces", lambda: Keys.load(folder / "hub.key")):
            county = County.open(folder)
        _serve(county, table)
    return 0


def _sticks(table: Mapping[str, Any]) -> tuple[list[Path], list[Path]]:
    carry = {**asdict(CarrySettings()), **table.get("carry", {})}
    return [Path(each) for each in carry["mounts"]], [Path(each) for each in carry["folders"]]


def _serve(county: County, table: Mapping[str, Any]) -> None:
    for code in county.spaces.towns:
        county.spaces.blobs(space_of(code)).discard_unfinished()
    host = table.get("host", "127.0.0.1")
    endpoint_host = table.get("endpoint_host", host)
    endpoint_port = int(table.get("endpoint_port", 8440))
    try:
        with announced(county.keys.id, endpoint_host, endpoint_port, table):
            serve(
                [
                    Listener(
                        screens_app(county, *_sticks(table)), host, int(table.get("port", 8100))
                    ),
                    Listener(
                        endpoint_app(county),
                        endpoint_host,
                        endpoint_port,
                        county.certificate,
                        county.certificate_key,
                    ),
                ]
            )
    finally:
        county.close()
