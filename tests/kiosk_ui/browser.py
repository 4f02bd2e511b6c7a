"""A real browser at the counter: Debian's chromium, its complaints collected, screens kept."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.offices import PIN

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
SIZES = ((1280, 800), (1920, 1080))

SMALL_TARGETS = """() => [...document.querySelectorAll(
  'main a, main button, main input:not([type=hidden]):not([type=checkbox]):not([type=radio]),'
  + ' .foot a, .foot button, .bar a, .bar button, .bar input'
)].filter(e => {
  const r = e.getBoundingClientRect(), main = e.matches('.main, .seal');
  const least = main ? 60 : 43.9;
  return r.width > 0 && r.height > 0 && !e.closest('.unseen, p, dd')
    && (r.height < least || r.width < 43.9) && getComputedStyle(e).visibility !== 'hidden';
}).map(e => e.outerHTML.slice(0, 120))"""


@dataclass
class Counter:
    """One browser window, signed in or not, whose pages are looked at in the sizes `also` too."""

    page: Page
    url: str
    size: tuple[int, int]
    complaints: list[str] = field(default_factory=list)
    also: tuple[tuple[int, int], ...] = ()

    def open(self, path: str) -> None:
        """Open an address of the box and let it settle."""
        answer = self.page.goto(self.url + path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"
        self.page.wait_for_load_state("load")

    def sign_in(self, login: str = "101") -> None:
        """Sign in by the lock screen."""
        self.open("/lock")
        self.page.fill("#login", login)
        self.page.fill("#pin", PIN)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(self.url + "/")

    def listen(self) -> None:
        """Wait until the box's signals reach the open page."""
        self.page.locator("#live[data-line=open]").wait_for(state="attached")

    def keep(self, name: str) -> Path:
        """Keep a picture of the screen at each size among the run's artefacts; gives the first."""
        folder = Path(os.environ.get("DANGXIA_ARTEFACTS", "var")) / "screens"
        folder.mkdir(parents=True, exist_ok=True)
        for width in self._sizes():
            self.page.screenshot(path=folder / f"{name}-{width}.png")
        return folder / f"{name}-{self.size[0]}.png"

    def faults(self) -> list[str]:
        """What axe, the size of the targets and the console hold against the open page."""
        found = list[str]()
        for width in self._sizes():
            broken = Axe().run(self.page).response["violations"]
            axe = [f"{each['id']}: {[n['html'][:110] for n in each['nodes']]}" for each in broken]
            small = [f"small target: {each}" for each in self.page.evaluate(SMALL_TARGETS)]
            found += [f"at {width}: {each}" for each in axe + small]
        return found + self.complaints

    def _sizes(self) -> Iterator[int]:
        """Show the open page at this window's own size, then at the others; gives widths."""
        yield self.size[0]
        for width, height in self.also:
            self.page.set_viewport_size({"width": width, "height": height})
            yield width
        if self.also:
            width, height = self.size
            self.page.set_viewport_size({"width": width, "height": height})


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def counter_at(
    browser: Browser, url: str, size: tuple[int, int], *also: tuple[int, int]
) -> Iterator[Counter]:
    """A fresh window of the given size, in Chinese, at China's time, with a touch screen."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        has_touch=True,
    )
    counter = Counter(context.new_page(), url, size, also=also)

    def hear(message: ConsoleMessage) -> None:
        where = str(message.location.get("url", ""))
        if message.type in ("error", "warning"):
            counter.complaints.append(f"{message.type}: {message.text} ({where})")

    counter.page.on("console", hear)
    counter.page.on("pageerror", lambda error: counter.complaints.append(f"exception: {error}"))
    yield counter
    context.close()
