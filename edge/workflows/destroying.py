"""Appraisal and destruction: a group, a list, an approval, two who watch. Nothing in the record
is deleted here; volumes are marked as destroyed, and the list is kept for ever.
"""

from collections.abc import Mapping

from edge.domain.errors import Conflict
from edge.store import lists, volumes
from edge.store.volumes import Volume
from edge.workflows.acting import Acting, step_another
from edge.workflows.composing import chinese_day

LIST, RECORD = "destruction_list", "destruction_record"
HEADINGS = ("案卷编号", "题名", "期", "保管期限", "件", "页", "架位")


def line_of(each: Volume) -> tuple[str, ...]:
    """A volume as a list shows it."""
    term = each.term if each.term == "永久" else f"{each.term}年"
    return (
        each.volume,
        each.title,
        chinese_day(each.period),
        term,
        each.pieces,
        each.pages,
        each.shelf,
    )


def listed(acting: Acting) -> Mapping[str, str]:
    """Freeze the list; only volumes whose term is over stand on it.

    Raises Conflict `volume.not_expired` (number), InvalidInput as `volumes.chosen`.
    """
    connection, fields = acting.pen.connection, acting.matter.fields
    found = volumes.chosen(connection, acting.fields["volumes"])
    over = {each.id for each in volumes.expired(connection, fields["until"])}
    for each in found:
        if each.id not in over:
            raise Conflict("volume.not_expired", number=each.volume)
    facts = [
        ("批次", fields["what"]),
        ("统计到", chinese_day(fields["until"])),
        ("鉴定小组", "、".join(fields[n] for n in ("lead", "business", "archivist", "authority"))),
        ("鉴定意见", acting.fields["opinion"]),
        ("共计", f"{len(found)} 卷"),
    ]
    lists.freeze(acting.pen, acting.matter.id, LIST, facts, HEADINGS, [line_of(e) for e in found])
    return {"volumes": "\n".join(each.volume for each in found)}


def destroyed(acting: Acting) -> None:
    """Mark every volume of the list; one that has left meanwhile stops it all.

    Raises Conflict `volume.moved_on` (number).
    """
    on = acting.matter.fields.get("carried_on", "")
    for each in volumes.chosen(acting.pen.connection, acting.matter.fields.get("volumes", "")):
        if each.state != "kept":
            raise Conflict("volume.moved_on", number=each.volume)
        step_another(acting.pen, each.id, "destroy", {"on": on, "letter": acting.matter.number})


EFFECTS = {("destruction", "list"): listed, ("destruction", "watch_too"): destroyed}
