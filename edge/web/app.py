"""The box's application: its screens, its API, and what they are given to work with."""

import time
from collections.abc import Callable

from litestar import Litestar
from litestar.di import Provide

from edge.web import (
    arranging,
    briefing,
    camera,
    captures,
    cases,
    codes,
    conflicts,
    copies,
    counting,
    dividers,
    drafts,
    gaps,
    health,
    home,
    keypad,
    labels,
    lending,
    line,
    lock,
    matters,
    own_card,
    papers,
    persons,
    placing,
    proofs,
    reading_room,
    receiving,
    reclassifying,
    records,
    room_parts,
    room_sheet,
    screen_session,
    screens,
    search,
    second_screen,
    session,
    signing,
    texts,
    transfers,
    undo,
    verify,
    viewer,
)
from edge.web.api import ApiController
from edge.web.frame import frame
from edge.web.locale import gettext
from edge.web.parts import Parts
from edge.web.registers import figures, rounds, stock, storage, volumes
from edge.web.room import RoomController
from edge.web.sync import SyncController

# No two share a path: litestar 2.25 registers the first of two twice, and a handler that runs in a
# thread is then wrapped twice and answers with a coroutine.
HANDLERS = [
    lock.locked,
    lock.locked_state,
    lock.sign_in,
    lock.lock,
    lock.choose_language,
    home.home,
    home.todo,
    home.events,
    keypad.words,
    keypad.card,
    drafts.keep,
    drafts.kept,
    undo.show,
    undo.undo,
    search.ask,
    search.show,
    search.for_task,
    search.card,
    search.hits,
    codes.read,
    codes.seen,
    codes.typed,
    persons.show,
    placing.place,
    viewer.first_page,
    viewer.leaf,
    viewer.image,
    viewer.straight,
    captures.supplement_screen,
    captures.start,
    captures.read_on,
    captures.show,
    captures.sheets,
    captures.state,
    captures.owners,
    captures.for_person,
    captures.put_aside,
    captures.file,
    captures.file_as_guessed,
    arranging.arrange,
    arranging.interleave,
    arranging.divide,
    arranging.guess,
    arranging.take_guess,
    texts.find,
    camera.preview,
    camera.begin,
    camera.shoot,
    *reclassifying.HANDLERS,
    copies.copy,
    copies.print_copy,
    *proofs.HANDLERS,
    *records.HANDLERS,
    *cases.HANDLERS,
    *signing.HANDLERS,
    *reading_room.HANDLERS,
    *verify.HANDLERS,
    receiving.form,
    receiving.receive,
    lending.loans,
    lending.loan,
    lending.lend,
    lending.give_back,
    lending.renew,
    lending.slip,
    transfers.show,
    transfers.receive,
    transfers.begin,
    conflicts.listed,
    conflicts.show,
    conflicts.settle,
    *dividers.HANDLERS,
    *labels.HANDLERS,
    *counting.HANDLERS,
    *gaps.HANDLERS,
    *line.HANDLERS,
    *matters.HANDLERS,
    *briefing.HANDLERS,
    *screens.HANDLERS,
    *second_screen.HANDLERS,
    *own_card.HANDLERS,
    *papers.HANDLERS,
    *storage.HANDLERS,
    *stock.HANDLERS,
    *rounds.HANDLERS,
    *volumes.HANDLERS,
    *figures.HANDLERS,
    RoomController,
    room_parts.switch,
    room_sheet.show,
    room_sheet.show_month,
    room_sheet.show_job,
    room_sheet.see,
    room_sheet.put_on_paper,
    SyncController,
    ApiController,
    health.healthz,
    health.metrics,
]


def create_app(parts: Parts, secret: str, steady: Callable[[], float] = time.monotonic) -> Litestar:
    """Make the box's application; `secret` signs the forms, 32 characters or more.

    `steady` counts the seconds that nobody was at a browser.
    """

    def provide_parts() -> Parts:
        parts.activity.note()
        return parts

    return frame(
        title=parts.office.name,
        handlers=HANDLERS,
        dependencies={
            "parts": Provide(provide_parts, sync_to_thread=False),
            "clerk": Provide(session.provide_clerk, sync_to_thread=True),
            "second": Provide(screen_session.provide_second, sync_to_thread=True),
            "alone": Provide(screen_session.provide_self, sync_to_thread=True),
        },
        names={"office": parts.office.name, "role_name": lambda: gettext("人社档案")},
        secret=secret,
        before_send=[drafts.forget_accepted(parts)],
        steady=steady,
    )
