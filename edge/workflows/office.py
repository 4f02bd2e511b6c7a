"""The township office at work: its record, its files, its seal, and who writes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from edge.documents.authority import SealProvider
from edge.domain.access import Clerk
from edge.domain.errors import Denied
from edge.domain.kinds import Kind
from edge.store.blobs import Blobs
from edge.store.database import Connection, Space
from edge.store.entries import Author, Pen
from edge.store.staff import ordinal_of_box

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Office:
    """One box's office; `code` is the town's division code, `county` the space of the hub."""

    code: str
    name: str
    space: Space
    county: Space
    blobs: Blobs
    author: Author
    seal: SealProvider
    verify_url: str

    def transact(self, clerk: Clerk, act: Callable[[Pen], T]) -> T:
        """Run one act in one transaction, ahead of any merging.

        Who is refused a graded dossier leaves that on record, though the act is undone.
        """
        try:
            return self._write(clerk, act)
        except Denied as denied:
            self.note_refusal(clerk, denied)
            raise

    def note_refusal(self, clerk: Clerk, denied: Denied) -> None:
        """Put on record that a dossier's grade of secrecy shut a clerk out; not other refusals."""
        if denied.key == "dossier.secret":
            dossier, told = str(denied.fields["dossier"]), {"grade": denied.fields["grade"]}
            self._write(clerk, lambda pen: pen.append(Kind.DOSSIER_REFUSED, dossier, told))

    def _write(self, clerk: Clerk, act: Callable[[Pen], T]) -> T:
        return self.space.write(lambda connection: act(Pen(connection, self.author, clerk.id)))

    def keep(self, connection: Connection, digest: str) -> None:
        """Note in the transaction that names a file that it is held here."""
        connection.execute(
            "insert or ignore into held values (?, ?)",
            (bytes.fromhex(digest), self.blobs.size(digest)),
        )

    @property
    def of_county(self) -> bool:
        """Never: what the county decides is written at the hub."""
        return False

    @property
    def ordinal(self) -> int:
        """This box's number within its town; it stands in every number that the box gives."""
        with self.county.read() as county:
            return ordinal_of_box(county, self.author.box)

    @property
    def itself(self) -> Clerk:
        """The box, for what nobody's hand did: a sensor's alarm, a file dropped."""
        return Clerk(self.author.box, "", self.code, frozenset({"clerk"}))
