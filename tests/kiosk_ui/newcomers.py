"""People and dossiers that a story brings into the shared world, and what its clerks do alike."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect

from edge.domain.kinds import Kind
from edge.store.entries import Author, Pen, now_ms
from edge.workflows.accession import Received
from edge.workflows.supplement import Filing, file_material
from tests.edge.workflows.test_matters import COLLEAGUE
from tests.kiosk_ui.browser import Counter, counter_at
from tests.kiosk_ui.world import World
from tests.offices import CLERK, id_number, pin_verifier, receive_person, scan


def dossier_with(
    world: World, name: str, size: tuple[int, int], *filed: tuple[str, str, str, int]
) -> Received:
    """A newcomer's dossier with materials: category, title, when it was formed, pages."""
    number = id_number(sum(map(ord, name)) + size[0], "19660315")
    one = receive_person(world.office, name, number, shelf="3库1列1节1层")
    for category, title, formed, pages in filed:
        capture = scan(world.office, *(f"{title}{n}" for n in range(1, pages + 1)))
        leaves = tuple(range(1, pages + 1))
        filing = Filing(one.dossier, category, title, formed, capture, leaves)
        file_material(world.office, CLERK, filing)
    return one


def begin(counter: Counter, person: str, flow: str) -> None:
    """Open a person and begin some business from the menu."""
    counter.open(f"/persons/{person}")
    counter.page.locator("summary", has_text="更多").tap()
    counter.page.get_by_role("link", name=flow, exact=True).tap()
    counter.page.wait_for_url("**/matters/new/**")


def press(page: Page, name: str) -> None:
    """Tap the button with just these words."""
    page.get_by_role("button", name=name, exact=True).tap()


@contextmanager
def seconded(browser: Browser, world: World, size: tuple[int, int]) -> Iterator[Counter]:
    """A colleague's own window, the colleague enrolled by the county."""
    told = {"name": COLLEAGUE.name, "login": "102", "town": COLLEAGUE.town}
    enrolled = {**told, "roles": sorted(COLLEAGUE.roles), "pin": pin_verifier()}

    def enrol(pen: Pen) -> None:
        pen.append(Kind.USER_ENROLLED, COLLEAGUE.id, enrolled)

    world.office.county.write(lambda c: enrol(Pen(c, Author("f" * 32, now_ms), "hub")))
    with counter_at(browser, world.url, size) as window:
        window.sign_in("102")
        yield window


def leave_paper(page: Page) -> None:
    """Seal a paper if it is one to be sealed, and go back from it to its matter."""
    page.wait_for_url("**/papers/**")
    if page.locator(".button.seal").count():
        press(page, "盖章打印")
        page.wait_for_url(re.compile("/papers/[0-9a-f]{32}"))
    page.get_by_role("link", name=re.compile("返回，|，返回")).tap()
    page.wait_for_url("**/matters/*")


def refused(counter: Counter, words: str) -> None:
    """The open page says why something was not done; of that the browser's console tells too."""
    expect(counter.page.locator("#notices")).to_contain_text(words)
    counter.complaints[:] = [each for each in counter.complaints if "status of 4" not in each]
