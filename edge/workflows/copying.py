"""Copies of a material's pages for whoever may have them; every copy is a look on record."""

from datetime import datetime

from edge.documents.scan_copy import CopiedPage, typeset_copy
from edge.domain.access import Clerk, Right
from edge.domain.errors import NotFound
from edge.domain.office_time import CHINA
from edge.imaging.derive import straightened
from edge.imaging.master import pixels_of
from edge.store.dossiers import Page, material_of, pages_of
from edge.store.texts import text_of
from edge.workflows import consultation
from edge.workflows.digitising import pose_of
from edge.workflows.office import Office

PURPOSE = "copy"


def copy_of(office: Office, clerk: Clerk, material: str) -> tuple[str, bytes]:
    """Give a material's title and its pages, straightened, as one PDF/A.

    Where a machine has read a page, its text lies unseen beneath the image. Raises Denied, NotFound
    (`material.unknown`, `dossier.no_pages`, `blob.awaiting`) and Conflict `blob.damaged`.
    """
    clerk.require(Right.PROVE)
    with office.space.read() as town:
        held = material_of(town, material)
        pages = pages_of(town, material)
    if not pages:
        raise NotFound("dossier.no_pages")
    consultation.view(office, clerk, held.dossier, material, PURPOSE)
    now = office.author.clock()
    copied = [_copied(office, page) for page in pages]
    return held.title, typeset_copy(
        held.title, copied, datetime.fromtimestamp(now / 1000, CHINA).date()
    )


def _copied(office: Office, page: Page) -> CopiedPage:
    jpeg = straightened(office.blobs.read(page.blob), pose_of(page))
    size = pixels_of(jpeg)
    with office.space.read() as town:
        read = text_of(town, page.blob)
    fits = read is not None and read.turn == page.turn and read.size == size
    return CopiedPage(jpeg, size, page.dpi, read.lines if read and fits else ())
