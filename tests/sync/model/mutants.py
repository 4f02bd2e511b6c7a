"""The model with one rule broken each: exploring must find the way to a loss."""

from tests.sync.model.town import Cursor, Machine, Rules, Segment, Town


class KeepsItsEpoch(Rules):
    """Goes on as the same peer after it was set back."""

    def remembers(self, machine: Machine, receiver: str, shown: Cursor) -> bool:
        return True

    def boot(self, town: Town, place: int) -> Town:
        return town


class ComparesVersionsOnly(Rules):
    """Believes that it remembers whatever is not above its greatest version."""

    def remembers(self, machine: Machine, receiver: str, shown: Cursor) -> bool:
        return shown.upto <= len(machine.record)


class KeepsNoExportLog(Rules):
    """Has only the mark beside the database to tell it that it was set back."""

    def remembers(self, machine: Machine, receiver: str, shown: Cursor) -> bool:
        return True


class MovesTheCursorFirst(Rules):
    """Lets the cursor pass a segment with the first part of it."""

    def merged(self, machine: Machine, segment: Segment, part: int, *, moving: bool) -> Machine:
        return super().merged(machine, segment, part, moving=True)


class CountsAPart(Rules):
    """Takes what was merged of an unfinished segment for come from its sender: so it was once."""

    def merged(self, machine: Machine, segment: Segment, part: int, *, moving: bool) -> Machine:
        taken = super().merged(machine, segment, part, moving=moving)
        came = [(act, segment.sender) for act, _ in taken.record[len(machine.record) :]]
        return taken._replace(record=(*machine.record, *came))


class OffersOnceOnly(Rules):
    """Takes a new epoch, and still leaves out what it once had from its peers."""

    def renew(self, town: Town, place: int) -> Town:
        old = town.machines[place]
        later = super().renew(town, place)
        machines = list(later.machines)
        machines[place] = machines[place]._replace(record=old.record, cursors=old.cursors)
        return later._replace(machines=tuple(machines))


MUTANTS = (
    KeepsItsEpoch,
    ComparesVersionsOnly,
    KeepsNoExportLog,
    MovesTheCursorFirst,
    CountsAPart,
    OffersOnceOnly,
)
