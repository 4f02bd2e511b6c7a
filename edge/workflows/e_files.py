"""Electronic files of a volume: taken as they are, once they are what they are said to be.

Only PDF is taken: an open format that the archive accepts and every box can show.
"""

import hashlib

from edge.domain.access import Clerk, Right
from edge.domain.errors import Conflict, InvalidInput
from edge.domain.four_properties import format_of
from edge.domain.kinds import Kind
from edge.domain.matters.registry import flow_of
from edge.store.entries import Pen
from edge.store.matters import matter_of
from edge.store.papers import Paper, paper_of, papers_of_matter
from edge.store.volumes import FLOW
from edge.workflows.archiving import E_FILE
from edge.workflows.office import Office

LARGEST = 200 * 1024 * 1024
LONGEST_NAME = 120


def collect(
    office: Office, clerk: Clerk, volume: str, name: str, content: bytes, digest: str = ""
) -> Paper:
    """Take a file into a volume; `digest` is the SHA-256 that its sender gave, if any.

    Raises NotFound `matter.unknown`, InvalidInput `e_file.format` or `e_file.large`, Conflict
    `e_file.differs` where the digest is another, `e_file.again`, `matter.not_now`.
    """
    clerk.require(Right.FILE)
    if len(content) > LARGEST:
        raise InvalidInput("e_file.large")
    if format_of(content[:16]) != "PDF":
        raise InvalidInput("e_file.format", name=name[:LONGEST_NAME])
    found = hashlib.sha256(content).hexdigest()
    if digest.strip() and digest.strip().lower() != found:
        raise Conflict("e_file.differs", name=name[:LONGEST_NAME])
    blob = office.blobs.put(content)

    def act(pen: Pen) -> Paper:
        held = matter_of(pen.connection, volume)
        if held.flow != FLOW or not held.open:
            raise Conflict("matter.not_now", state=flow_of(held.flow).state(held.state).name)
        if any(each.blob == blob for each in papers_of_matter(pen.connection, volume)):
            raise Conflict("e_file.again", name=name[:LONGEST_NAME])
        paper = pen.new_id()
        office.keep(pen.connection, blob)
        told = {"form": E_FILE, "number": found[:16].upper(), "title": name[:LONGEST_NAME]}
        pen.append(Kind.PAPER_ISSUED, paper, {**told, "blob": blob, "matter": volume})
        return paper_of(pen.connection, paper)

    return office.transact(clerk, act)
