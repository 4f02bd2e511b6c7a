"""Having pages read by a machine, one at a time, for search and suggestions alone."""

from edge.domain.errors import Conflict, InvalidInput, NotFound
from edge.domain.suggestion import Suggestion, suggest
from edge.imaging.reader import Reader, ReaderLost
from edge.store import texts
from edge.store.database import Connection
from edge.workflows.acting import day_of
from edge.workflows.office import Office


def read_next(office: Office, reader: Reader) -> bool:
    """Read the page that has waited least; False when none waits, or the reader ended.

    A page that cannot be read, or whose reader is lost, is tried again, three times in all. Raises
    ArchiveError `imaging.tool_missing`: no page can be read then.
    """
    with office.space.read() as town:
        digest = texts.next_unread(town)
    if digest is None:
        return False
    try:
        read = reader.read(office.blobs.read(digest))
    except (InvalidInput, NotFound, Conflict, ReaderLost):
        office.space.write(lambda c: texts.note_unreadable(c, digest), urgent=False)
        return True
    if read is None:
        return False
    lines = tuple((each.left, each.top, each.width, each.height, each.text) for each in read.lines)
    found = texts.PageText(read.text, read.turn, read.size, lines)
    at = office.author.clock()

    def act(connection: Connection) -> None:
        texts.note_text(connection, digest, found, at)

    office.space.write(act, urgent=False)
    return True


def suggestion_for(office: Office, blobs: list[str]) -> Suggestion | None:
    """Say what the pages of one material may be, by what was read on them; None without a guess."""
    with office.space.read() as town:
        read = [texts.text_of(town, blob) for blob in blobs]
    today = day_of(office.author.clock())
    return suggest([each.text for each in read if each is not None], today)
