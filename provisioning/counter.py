"""A clerk at a box's screens, without a browser: the same pages, the same forms."""

import re
import time
from collections.abc import Generator, Iterator
from typing import Any

import httpx

from edge.domain.errors import Conflict

_THUMB = re.compile(r'name="page"\s+value="(\d+)"|value="(\d+)"[^>]*name="page"')


class Refused(Conflict):
    """The screens answered with a sentence instead of doing it: `status`, `said`."""


class Counter:
    """One signed-in person at one box; forms travel with the page's token, as in a browser."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._web = httpx.Client(base_url=url, timeout=60, trust_env=False)

    def close(self) -> None:
        """Leave."""
        self._web.close()

    def sign_in(self, login: str, pin: str) -> None:
        """Unlock the screen; raises Refused for a wrong PIN."""
        self.look("/lock")
        self.send("/sign-in", login=login, pin=pin)

    def look(self, path: str, **query: str) -> str:
        """Open a page and give its text; raises Refused."""
        return self._checked(self._web.get(path, params=query, follow_redirects=True)).text

    def picture(self, path: str) -> bytes:
        """Open an image or a paper."""
        return self._checked(self._web.get(path)).content

    def ask(self, path: str) -> Any:
        """Ask the JSON API."""
        return self._checked(self._web.get("/api/v1" + path)).json()

    def look_for(self, text: str) -> str:
        """Type into the search box and give what the screen shows."""
        answer = self._web.post("/search/hits", data={"q": text}, headers=self._token())
        return self._checked(answer).text

    def find(self, text: str) -> list[dict[str, Any]]:
        """Search by what is typed in the box."""
        answer = self._web.post("/api/v1/persons/search", json={"q": text}, headers=self._token())
        found: list[dict[str, Any]] = self._checked(answer).json()
        return found

    def send(self, path: str, **form: str | list[str]) -> str:
        """Send a form and give the address that it leads to; raises Refused."""
        answer = self._checked(self._web.post(path, data=form, headers=self._token()))
        return str(answer.headers.get("location", ""))

    def receive(self, **form: str) -> str:
        """Receive a dossier and give the person's id."""
        return self.send("/receive/register", **form).rsplit("/", 1)[1]

    def scan(self, dossier: str) -> str:
        """Start the feeder for a dossier and give the batch's id."""
        return self.send(f"/dossiers/{dossier}/scan").rsplit("/", 1)[1]

    def wait_for_scan(self, capture: str, seconds: float = 60) -> list[int]:
        """Wait until the scanner rests and give the numbers of the pages on the screen."""
        for _ in _until(seconds):
            state = self.look(f"/captures/{capture}/state")
            if "正在扫描" not in state:
                break
        numbers = [a or b for a, b in _THUMB.findall(self.look(f"/captures/{capture}"))]
        return sorted({int(number) for number in numbers})

    def file(
        self,
        capture: str,
        dossier: str,
        category: str,
        title: str,
        formed_on: str,
        pages: list[int],
    ) -> str:
        """File pages of a batch."""
        return self.send(
            f"/captures/{capture}/file",
            dossier=dossier,
            category=category,
            title=title,
            formed_on=formed_on,
            page=[str(number) for number in pages],
        )

    def prove(self, dossier: str, kind: str, purpose: str) -> str:
        """Issue a proof, send it to the printer, and give the address of its job."""
        return self.send(f"/dossiers/{dossier}/proofs/{kind}/issue", purpose=purpose)

    def wait_for_job(self, address: str, words: str, seconds: float = 60) -> str:
        """Wait until the screen says these words of a print job; give all that it said."""
        said = ""
        for _ in _until(seconds):
            said = self.look(f"{address}/state")
            notice = said.partition('class="notice')[2]
            if words in notice:
                return notice
        raise Refused("counter.waited", words=words, said=said)

    def listen(self) -> Generator[tuple[str, str], None, None]:
        """Begin to hear the station's signals; returns once the line stands."""
        signals = self._signals()
        next(signals)
        return signals

    def arrivals(self) -> list[str]:
        """The transfers that wait to be received."""
        return re.findall(r'action="/transfers/(\w+)/receive"', self.look("/transfers"))

    def alarms(self) -> list[str]:
        """The alerts of the storage room that nobody has seen to."""
        return re.findall(r"/room/alerts/(\w+)/acknowledge", self.look("/room"))

    def has_receipt(self, person: str) -> bool:
        """Say whether the other town has taken a person's dossier in."""
        return "对方已收到" in self.look("/transfers")

    def has_every_page(self, dossier: str) -> bool:
        """Say whether every page of a dossier is here."""
        shown = self.look(f"/dossiers/{dossier}/view")
        leaves = set(re.findall(rf"/dossiers/{dossier}/view/\w+/\d+", shown))
        images = set(re.findall(r"/pages/\w+/\w+", "".join(map(self.look, sorted(leaves)))))
        return bool(images) and all(self._web.get(each).status_code == 200 for each in images)

    def _signals(self) -> Generator[tuple[str, str], None, None]:
        with self._web.stream("GET", "/events") as stream:
            event = ""
            for line in stream.iter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    event = value
                elif name == "data":
                    yield event, value

    def _token(self) -> dict[str, str]:
        tokens = (each.value for each in self._web.cookies.jar if each.name.startswith("csrf-"))
        return {"x-csrftoken": next(tokens, None) or ""}

    def _checked(self, answer: httpx.Response) -> httpx.Response:
        if answer.status_code >= 400:
            said = re.sub(r"<[^>]+>|\s+", " ", answer.text)
            raise Refused("counter.refused", status=answer.status_code, said=said.strip()[:400])
        return answer


def _until(seconds: float) -> Iterator[None]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        yield
        time.sleep(0.2)  # what is waited for happens in another program
