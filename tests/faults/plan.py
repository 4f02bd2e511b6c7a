"""Every stage at which a box or a hub is killed; run as a program, it tells how often each is."""

from tests.faults.stages import AFTER, BEFORE, Stage, commit, stage

_RENAME, _FSYNC, _SIGNED = "pathlib:Path.rename", "os:fsync", "sync.wire:Wire._signed"
_PUT = "edge.store.blobs:Blobs.put"

FILING = [
    stage("page begun, file empty", "edge.store.blobs:Blobs._seal", BEFORE, times=(1, 2)),
    stage("page written, not hardened", _FSYNC, BEFORE, caller="Blobs._keep", times=(1, 3)),
    stage("page hardened, without a name", _RENAME, BEFORE, caller="Blobs._keep", times=(1, 2)),
    stage(
        "page named, folder not hardened",
        "edge.store.blobs:fsync_folder",
        BEFORE,
        caller="Blobs._keep",
        times=(1, 2, 3, 4),
    ),
    stage("page durable, nobody told", _PUT, AFTER, times=(1, 2)),
    stage("entries composed", "edge.store.entries:project", BEFORE, times=(1, 2, 3, 4)),
    *commit("draft of a page", "add_page", times=(1, 3)),
    *commit("reception", "receive", times=(1, 2)),
    *commit("batch closed", "close_batch", times=(1, 2)),
    *commit("material filed", "file_material", times=(1, 2)),
    *commit("material reclassified", "reclassify", times=(1, 2)),
]

_TAKING = [
    stage("segment verified", "sync.replica:open_segment", AFTER),
    stage("segment admitted", "sync.replica:admit", AFTER, times=(1, 2)),
    stage("segment kept, without a name", _RENAME, BEFORE, caller="Unfinished.keep"),
    stage("segment kept", "sync.unfinished:Unfinished.keep", AFTER),
    *commit("batch merged", "Replica._merge", times=(1, 2, 3, 4)),
    stage("batch stored, not projected", "edge.store.exchange:project", BEFORE, times=(1, 2)),
    stage("cursor written", "edge.store.exchange:_note_applied", AFTER, times=(1, 2)),
    stage("cursor durable, segment still kept", "sync.unfinished:Unfinished.drop", BEFORE),
]
_GIVING = [
    *commit("chain sealed", "Replica.seal"),
    stage("segment sealed", "sync.replica:seal_segment", AFTER, times=(1, 2)),
    *commit("export logged", "Replica.outgoing", times=(1, 2)),
    stage("mark written, without a name", _RENAME, BEFORE, caller="Watermark.write"),
    stage("mark raised", "sync.watermark:Watermark.raise_to", AFTER, times=(1, 2)),
]
_PIECES = [
    stage("piece written, not hardened", _FSYNC, BEFORE, caller="Spool.add", large=True),
    stage("piece kept", "sync.spool:Spool.add", AFTER, times=(1, 2), large=True),
    stage("file whole, not verified", "sync.spool:Spool._finish", BEFORE, large=True),
    stage(
        "file stored, pieces still there",
        "edge.store.blobs:Blobs.put_file",
        AFTER,
        caller="Spool._finish",
        large=True,
    ),
]

EXCHANGE = [
    stage("handshake not begun", "sync.session:Session._handshake", BEFORE),
    stage("handshake done", "sync.session:Session._handshake", AFTER),
    stage("segment not asked for", _SIGNED, BEFORE, about=("GET", "/segments"), times=(1, 2)),
    stage("segment received", _SIGNED, AFTER, about=("GET", "/segments"), times=(1, 2)),
    *_TAKING,
    *_GIVING,
    stage("segment not sent", _SIGNED, BEFORE, about=("POST", "/segments"), times=(1, 2)),
    stage("answer received", _SIGNED, AFTER, about=("POST", "/segments"), times=(1, 2)),
    *commit("stock taken", "Parcels._take_stock"),
    stage("files offered", _SIGNED, AFTER, about=("POST", "/missing")),
    stage("pack not sent", _SIGNED, BEFORE, about=("POST", "/pack")),
    stage("pack sent", _SIGNED, AFTER, about=("POST", "/pack")),
    *commit("delivery noted", "Parcels._delivered"),
    stage("piece not sent", _SIGNED, BEFORE, about=("PATCH",), times=(1, 2), large=True),
    stage("piece sent", _SIGNED, AFTER, about=("PATCH",), times=(1, 2, 3), large=True),
    stage("files given", _SIGNED, AFTER, about=("POST", "/wanted")),
    stage("file of a pack stored", _PUT, AFTER, caller="Parcels._fetch", times=(1, 2)),
    *commit("arrival noted", "Parcels._arrived"),
    *_PIECES,
    stage("exchange not confirmed", _SIGNED, BEFORE, about=("POST", "/confirm")),
    stage("exchange confirmed", _SIGNED, AFTER, about=("POST", "/confirm")),
    *commit("contact noted", "Session._confirmed"),
]

HUB = [
    stage("handshake not answered", "sync.host:Host.handshake", AFTER),
    stage("segment not read", "sync.host:Host.take", BEFORE, times=(1, 2)),
    *_TAKING,
    stage("signed for, not routed", "sync.hub.routing:Router.run", BEFORE),
    *commit("arrival written", "Router._arrive"),
    stage("file copied, not noted", _PUT, AFTER, caller="Router._copy"),
    *commit("copy noted", "Router._copy"),
    *commit("confirmation written", "Router._close"),
    stage("routed, nobody told", "sync.hub.routing:Router.run", AFTER),
    *commit("receipts given", "Replica.sign_for"),
    stage("segment taken, not answered", "sync.host:Host.take", AFTER, times=(1, 2)),
    stage("segment asked for", "sync.host:Host.segment", BEFORE, times=(1, 3)),
    *_GIVING,
    stage("files compared, not answered", "sync.host:Host.missing", AFTER),
    stage("pack not read", "sync.host:Host.add_pack", BEFORE),
    stage("file of a pack stored", _PUT, AFTER, caller="Host.add_pack", times=(1, 2)),
    *commit("pack noted", "Host.add_pack"),
    *_PIECES,
    *commit("file noted", "Host.add_piece", large=True),
    stage("piece taken, not answered", "sync.host:Host.add_piece", AFTER, times=(1, 3), large=True),
    stage("files packed, not answered", "sync.host:Host.wanted", AFTER),
    *commit("contact noted", "Host.confirm"),
]

RENEWAL = [
    stage("set back, not renewed", "edge.store.exchange:renew_identity", BEFORE),
    *commit("identity renewed", "Replica.renew"),
    stage("mark written, without a name", _RENAME, BEFORE, caller="Watermark.write"),
    stage("mark written", "sync.watermark:Watermark.write", AFTER, caller="Replica.renew"),
    *commit("batch pulled again", "Replica._merge", times=(1, 2)),
    *commit("offered again", "Replica.outgoing"),
]

SNAPSHOT_BOX = [
    stage("snapshot offered", "sync.bootstrap:Bootstrap._ask", AFTER),
    stage("offer kept", "pathlib:Path.write_text", AFTER, caller="Bootstrap._fetch"),
    stage("piece received", _SIGNED, AFTER, about=("GET", "/snapshot")),
    stage("snapshot whole", "sync.bootstrap:Bootstrap._install", BEFORE),
    stage("copy not hardened", _FSYNC, BEFORE, caller="copy_record"),
    stage("copied, not adopted", "sync.bootstrap:adopt", BEFORE),
    stage("identity in the making", "edge.store.adoption:renew_identity", AFTER),
    stage("adopted, without a name", _RENAME, BEFORE, caller="Bootstrap._install"),
    stage("named, pieces still there", "sync.bootstrap:fsync_folder", AFTER),
    stage("hub not told", _SIGNED, BEFORE, about=("POST", "/snapshot/done")),
]
SNAPSHOT_HUB = [
    stage("snapshot begun", "sync.hub.bootstrap:copy_record", BEFORE),
    stage("snapshot copied", "sync.hub.bootstrap:copy_record", AFTER),
    *commit("snapshot logged", "Snapshots._write"),
    stage("snapshot without a name", _RENAME, BEFORE, caller="Snapshots._write"),
    stage("snapshot without its offer", _RENAME, AFTER, caller="Snapshots._write"),
    stage("piece given", "sync.hub.bootstrap:Snapshots.piece", AFTER),
    stage("snapshot dropped", "sync.hub.bootstrap:Snapshots.done", AFTER),
]

_EXPORT = "sync.carry_export"
CARRY_EXPORT = [
    *commit("parcel begun, part numbered or noted", "_Export._write", times=(1, 4, 7, 10)),
    stage("part in the making", "sync.carry_part:PartWriter._seal", AFTER, times=(1, 4)),
    stage("part written, not hardened", _FSYNC, BEFORE, caller="PartWriter.finish", times=(1, 3)),
    stage("part without a name", _RENAME, BEFORE, caller="PartWriter.finish", times=(1, 3)),
    stage(
        "part named, folder not hardened", _RENAME, AFTER, caller="PartWriter.finish", times=(1, 3)
    ),
    stage("part named, not noted", f"{_EXPORT}:_Export._add", AFTER, times=(1, 2)),
    stage("manifest not written", f"{_EXPORT}:write_manifest", BEFORE, times=(1, 2)),
    stage("manifest without a name", _RENAME, BEFORE, caller="write_manifest", times=(1, 2)),
    stage(
        "manifest named, folder not hardened", _RENAME, AFTER, caller="write_manifest", times=(1, 2)
    ),
    stage(
        "parts dropped, not removed",
        "pathlib:Path.unlink",
        BEFORE,
        caller="_Export._drop",
    ),
    stage("manifest written", f"{_EXPORT}:write_manifest", AFTER, times=(1, 2)),
    *commit("export logged", "Replica.outgoing"),
]
CARRY_IMPORT = [
    stage("manifest opened", "sync.carry_import:open_manifest", AFTER),
    *commit("acknowledgment noted", "Replica.note_standing"),
    *commit("batch merged", "Replica._merge", times=(1, 2)),
    stage("receipts not given", "sync.replica:Replica.sign_for", BEFORE),
    stage("file written, not hardened", _FSYNC, BEFORE, caller="Blobs._keep", times=(1, 2)),
    stage("file named, folder not hardened", _RENAME, AFTER, caller="Blobs._keep", times=(1, 2)),
    stage("file stored, not noted", _PUT, AFTER, caller="_Import._take_file", times=(1, 2)),
    *_PIECES,
    *commit("files noted", "_Import._note_held"),
    stage("answer not written", "sync.carry_import:acknowledge", BEFORE),
    stage("answer written", "sync.carry_import:acknowledge", AFTER),
]
CARRY_ANSWER = [
    *commit("acknowledgment noted", "Replica.note_standing"),
    *commit("batch merged", "Replica._merge"),
    *commit("delivery noted", "_Import._note_list"),
    stage("answer not written", "sync.carry_import:acknowledge", BEFORE),
]

PLAN: dict[str, list[Stage]] = {
    "box, at the counter": FILING,
    "box, in an exchange": EXCHANGE,
    "box, set back": RENEWAL,
    "box, beginning with a snapshot": SNAPSHOT_BOX,
    "box, filling a stick": CARRY_EXPORT,
    "box, reading the answer": CARRY_ANSWER,
    "hub, in exchanges": HUB,
    "hub, making a snapshot": SNAPSHOT_HUB,
    "hub, emptying a stick": CARRY_IMPORT,
}


def kills(stages: list[Stage]) -> list[tuple[Stage, int]]:
    """Every blow of a list of stages: the stage, and at which meeting."""
    return [(each, time) for each in stages for time in each.times]


def main() -> None:
    """Tell the plan."""
    for place, stages in PLAN.items():
        print(f"{place}: {len(kills(stages))}")
        for each in stages:
            print(f"  {len(each.times)}  {each.name}")
    print(sum(len(kills(stages)) for stages in PLAN.values()))


if __name__ == "__main__":
    main()
