"""Every page of the box in one walk: axe, targets, keys, long words, large letters, both sizes.

The addresses are the application's own, filled with what the lived-in office holds; a page that is
new is walked as soon as it has an address.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest
from litestar.routes import HTTPRoute
from playwright.sync_api import Browser

from edge.documents.proof import ProofKind
from edge.domain.errors import DangxiaError
from edge.domain.matters.flow import FieldKind, Flow, Subject
from edge.domain.matters.registry import FLOWS
from edge.store.dossiers import catalogue
from edge.workflows.digitising import take_document
from edge.workflows.matters import Opening, open_matter
from edge.workflows.proofs import ProofRequest, issue_proof
from tests.kiosk_ui.browser import Counter, counter_at
from tests.kiosk_ui.newcomers import dossier_with
from tests.kiosk_ui.world import World
from tests.offices import CLERK, page_image, real_day

pytestmark = pytest.mark.xdist_group("browser")

NOT_PAGES = re.compile(r"^/(api|static|healthz|metrics|events|citizen|self|lock)|/(events|state)$")
FILLED = {
    FieldKind.TEXT: "照实填写", FieldKind.LINES: "照实填写", FieldKind.DAY: real_day(),
    FieldKind.DATE: "199807", FieldKind.NUMBER: "3", FieldKind.CHECK: "是",
}  # fmt: skip
MOST_MATTERS = 2
FIRST = "!doctype html"

# By 40 in the hundred longer, as other languages are: every text in the page, not what is typed.
LENGTHEN = """() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walk.nextNode()) texts.push(walk.currentNode);
  for (const text of texts) {
    const said = text.data.trim();
    if (said && !text.parentElement.closest('script, style, [data-clock], [data-date]'))
      text.data = text.data.replace(said, said + said.slice(0, Math.ceil(said.length * 0.4)));
  }
}"""
SPILT = """() => {
  const wide = document.documentElement.scrollWidth - innerWidth;
  const spilt = [...document.querySelectorAll('.button, .tile, .key, .row, .choice span, .tag')]
    .filter((each) => each.checkVisibility() && !each.closest('.unseen, [hidden], .keypad')
      && (each.scrollWidth > each.clientWidth + 2 || each.scrollHeight > each.clientHeight + 4)
      && getComputedStyle(each).display !== 'inline')
    .map((each) => each.outerHTML.slice(0, 120));
  return [...(wide > 0 ? [`page wider by ${wide}`] : []), ...spilt];
}"""
# What a keyboard must reach: everything in sight that can be acted on.
REACHABLE = """() => {
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
    .filter((each) => !each.disabled && each.type !== 'hidden' && each.tabIndex >= 0
      && each.checkVisibility({ visibilityProperty: true }));
  const radios = new Set();
  return all.filter((each) => {
    if (each.type !== 'radio') return true;
    const group = `${each.form?.id} ${each.name}`;
    return !radios.has(group) && radios.add(group);
  }).length;
}"""
# Notes what the focus comes to, and what of it does not show that; a fault when it leaves the page.
WATCH = """() => {
  document.activeElement?.blur();
  window.walk = { reached: new Set(), unseen: [], wanted: (%s)() };
  document.addEventListener('focusin', ({ target: at }) => {
    walk.reached.add(at);
    if (at.matches('.openseadragon-canvas')) return;  // the picture, which keys turn and enlarge
    const shown = at.type === 'radio' || at.type === 'checkbox' ? at.nextElementSibling ?? at : at;
    const outlined = (each) => each.outlineStyle !== 'none' && each.outlineWidth !== '0px';
    if (![shown, at].some((each) => outlined(getComputedStyle(each))))
      walk.unseen.push(`focus unseen: ${at.outerHTML.slice(0, 120)}`);
  });
}"""
WALKED = "() => [walk.reached.size, walk.unseen]"
# So many steps are taken between two looks at how far they led.
STRIDE = 10


def opening_of(flow: Flow, person: str, dossier: str) -> Opening:
    """What a clerk would fill in at the least."""
    told = {
        each.name: each.choices[0] if each.choices else FILLED.get(each.kind, "照实填写")
        for each in flow.opening
        if each.required
    }
    return Opening(
        flow.code,
        dossier if flow.subject is Subject.DOSSIER else "",
        person if flow.subject is Subject.PERSON else "",
        told,
    )


def held_in(world: World) -> dict[str, list[str]]:
    """What stands for each place of an address; what the office has not got is left out.

    It is a newcomer's: so much business under way would stand in other tests' way.
    """
    one = dossier_with(world, "庹走遍", (1280, 800), ("1", "履历表", "198708", 2))
    person, dossier = one.person, one.dossier
    with world.office.space.read() as town:
        material = next(each.id for each in catalogue(town, dossier) if each.pages)
    capture = take_document(world.office, CLERK, "hot_folder", "walk", [page_image("一页")])
    proof = issue_proof(world.office, CLERK, ProofRequest(dossier, ProofKind.STORAGE, "本人办事"))
    matters = []
    for flow in FLOWS.values():
        try:
            matters.append(open_matter(world.office, CLERK, opening_of(flow, person, dossier)).id)
        except DangxiaError:  # a flow whose beginning wants more than its own form
            continue
    assert len(matters) > len(FLOWS) // 2
    assert capture is not None
    return {
        "person": [person], "dossier": [dossier], "material": [material], "owner": [material],
        "capture": [capture.id], "proof": [proof.id], "code": [proof.code], "number": ["1"],
        "kind": ["storage"], "task": ["proofs"], "month": ["2026-11"], "matter": matters,
        "flow": list(FLOWS)[:MOST_MATTERS],
    }  # fmt: skip


def pages_of(world: World, window: Counter) -> Iterator[str]:
    """The addresses that answer with a whole page."""
    # The browser's loop runs in this thread, and signing a proof wants one of its own.
    with ThreadPoolExecutor(1) as aside:
        held = aside.submit(held_in, world).result()
    for route in world.app[-1].routes:
        if not isinstance(route, HTTPRoute) or "GET" not in route.methods:
            continue
        path = re.sub(r":\w+\}", "}", route.path_format)
        places = re.findall(r"\{(\w+)\}", path)
        if NOT_PAGES.search(path) or not all(place in held for place in places):
            continue
        found = 0
        for values in product(*(held[place] for place in places)):
            address = path.format(**dict(zip(places, values, strict=True)))
            answer = window.page.context.request.get(world.url + address)
            if answer.ok and FIRST in answer.text()[:40]:
                yield address
                found += 1
            if found == MOST_MATTERS:
                break


def walked(window: Counter) -> list[str]:
    """Go through the page by the tab key alone: what is not reached, or shows no focus."""
    page = window.page
    page.evaluate(WATCH % REACHABLE)
    wanted, reached, unseen = int(page.evaluate("() => walk.wanted")), 0, list[str]()
    # A part that is refreshed meanwhile loses its focus, and the walk begins there again.
    for _ in range(2 * wanted // STRIDE + 1):
        for _ in range(STRIDE):
            page.keyboard.press("Tab")
        reached, unseen = page.evaluate(WALKED)
        if reached >= wanted:
            break
    return unseen + ([f"reached {reached} of {wanted} by keys"] if reached < wanted else [])


def test_every_page_is_sound_for_everybody(browser: Browser, world: World) -> None:
    faults: dict[str, list[str]] = {}
    with counter_at(browser, world.url, (1280, 800)) as window:
        window.sign_in()
        addresses = list(pages_of(world, window))
        assert len(addresses) > 40
        for address in addresses:
            window.complaints.clear()
            window.open(address)
            name = re.sub(r"[0-9a-f]{32}", "x", address).strip("/").replace("/", "-") or "home"
            found = window.faults()
            kept = window.keep(f"walk-{name}")
            found += walked(window)
            for size in ("24", "30"):
                window.page.evaluate("(s) => { document.documentElement.dataset.size = s }", size)
                found += [f"at {size}: {each}" for each in window.page.evaluate(SPILT)]
            large = kept.with_name(f"walk-{name}-1920.png")
            window.page.evaluate("() => { document.documentElement.dataset.size = '20' }")
            window.page.set_viewport_size({"width": 1920, "height": 1080})
            window.page.screenshot(path=large)
            window.page.set_viewport_size({"width": 1280, "height": 800})
            window.page.evaluate(LENGTHEN)
            found += [f"lengthened: {each}" for each in window.page.evaluate(SPILT)]
            if found:
                faults[address] = found
    assert faults == {}
