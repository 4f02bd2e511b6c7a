"""Scans of invented pages: paper, print, handwriting, stamps, pencil marks and wear."""

import io
from collections.abc import Mapping
from functools import lru_cache
from random import Random
from types import MappingProxyType

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from provisioning.seed.ink import PENCIL, Colour, Hand, Sheet
from provisioning.seed.layouts import (
    Fill,
    Subject,
    fill_approval,
    fill_certificate,
    fill_form,
    fill_letter,
    fill_notice,
    fill_transcript,
)
from provisioning.seed.materials import Layout, SeedMaterial
from provisioning.seed.people import SeedPerson

A4_MM = (210.0, 297.0)
TILE = (420, 594)
WHITE: Colour = (250, 249, 246)
IVORY: Colour = (246, 240, 224)
YELLOWED: Colour = (236, 220, 186)
SCANNER_BED: Colour = (226, 226, 224)

FILLS: Mapping[Layout, Fill] = MappingProxyType(
    {
        Layout.FORM: fill_form,
        Layout.LETTER: fill_letter,
        Layout.TRANSCRIPT: fill_transcript,
        Layout.APPROVAL: fill_approval,
        Layout.CERTIFICATE: fill_certificate,
        Layout.NOTICE: fill_notice,
    }
)


def render_page(
    person: SeedPerson,
    material: SeedMaterial,
    page_no: int,
    dpi: int = 150,
    colour: bool = True,
    quality: int = 65,
) -> bytes:
    """A4 JPEG of one page as a scanner would give it; the same bytes for the same arguments.

    `page_no` counts from 1; raises ValueError where the material has no such page.
    """
    if not 1 <= page_no <= material.pages:
        raise ValueError(f"page {page_no} of {material.pages}")
    key = f"page/{person.id_number}/{material.category}/{material.sequence}/{page_no}"
    rng = Random(key)
    sheet = Sheet(_paper(material, dpi, rng), dpi)
    if material.blank_back and page_no == material.pages:
        _shine_through(sheet, rng)
    else:
        FILLS[material.layout](sheet, Subject(person, material, page_no, rng))
    _pencil(sheet, material, page_no)
    _holes(sheet, page_no)
    image = _laid_on_glass(sheet.image, rng)
    if not colour:
        image = image.convert("L")
    return _jpeg(image, dpi, quality)


def _paper(material: SeedMaterial, dpi: int, rng: Random) -> Image.Image:
    year = int(material.formed_on[:4])
    if material.layout == Layout.CERTIFICATE or year > 2008:
        tone = WHITE
    else:
        tone = IVORY if year > 1992 else YELLOWED
    tile = _texture(tone, rng.randrange(2))
    if rng.random() < 0.5:
        tile = ImageOps.mirror(tile)
    if rng.random() < 0.5:
        tile = ImageOps.flip(tile)
    width, height = (round(side / 25.4 * dpi) for side in A4_MM)
    image = tile.resize((width, height), Image.Resampling.BILINEAR)
    if tone != WHITE and rng.random() < 0.5:
        _fold(image, rng)
    return image


@lru_cache(maxsize=8)
def _texture(tone: Colour, variant: int) -> Image.Image:
    """Mottled paper, darker towards its edges the older it is."""
    grain = np.random.default_rng(variant)
    width, height = TILE
    coarse = Image.fromarray(grain.integers(0, 256, (9, 7), dtype=np.uint8))
    fine = Image.fromarray(grain.integers(0, 256, (height // 3, width // 3), dtype=np.uint8))
    clouds = np.asarray(coarse.resize(TILE, Image.Resampling.BICUBIC), dtype=np.float32) / 255
    fibres = np.asarray(fine.resize(TILE, Image.Resampling.BICUBIC), dtype=np.float32) / 255
    across = np.abs(np.linspace(-1, 1, width, dtype=np.float32)) ** 6
    down = np.abs(np.linspace(-1, 1, height, dtype=np.float32)) ** 8
    edge = np.maximum(across[None, :], down[:, None])
    age = {WHITE: 0.2, IVORY: 0.7, YELLOWED: 1.6}[tone]
    loss = age * (7 * (clouds - 0.5) + 13 * edge) + 1.6 * (fibres - 0.5)
    # Old paper loses blue first.
    shade = np.stack([loss * 0.9, loss, loss * 1.7], axis=-1)
    return Image.fromarray((np.array(tone, dtype=np.float32) - shade).clip(0, 255).astype(np.uint8))


def _fold(image: Image.Image, rng: Random) -> None:
    """A crease across the middle, where the page once lay folded in an envelope."""
    y = round(image.height * (0.5 + rng.uniform(-0.01, 0.01)))
    strip = image.crop((0, y - 1, image.width, y + 2))
    image.paste(strip.point(lambda value: int(value * 0.955)), (0, y - 1))


def _shine_through(sheet: Sheet, rng: Random) -> None:
    """An empty back on which the front's lines show faintly, mirrored."""
    ghost = Image.new("L", sheet.image.size)
    lines = Sheet(ghost, sheet.dpi)
    for row in range(rng.randint(12, 20)):
        y = 40 + row * 11.5
        lines.line((18, y), (190, y), width=0.3)
        for word in range(rng.randint(1, 4)):
            x = 24 + word * 42 + rng.uniform(0, 8)
            lines.line((x, y - 5), (x + rng.uniform(12, 30), y - 5), width=2.2)
    soft = ghost.filter(ImageFilter.GaussianBlur(sheet.px(0.7)))
    sheet.put(soft.point(lambda coverage: coverage // 16), 0, 0, (90, 88, 84))


def _pencil(sheet: Sheet, material: SeedMaterial, page_no: int) -> None:
    """The archivist's marks: category and number top right, page bottom right."""
    hand = Hand(sheet, "archivist", PENCIL)
    if page_no == 1:
        hand.write(f"{material.category}-{material.sequence}", (182, 12), 5.0)
    hand.write(str(page_no), (192, 280), 5.0)


def _holes(sheet: Sheet, page_no: int) -> None:
    """Three binding holes, on the right of a back."""
    x = 9.0 if page_no % 2 else A4_MM[0] - 9.0
    draw = ImageDraw.Draw(sheet.image)
    for y in (65.0, 148.5, 232.0):
        radius = 2.4
        box = [sheet.px(edge) for edge in (x - radius, y - radius, x + radius, y + radius)]
        draw.ellipse(box, fill=SCANNER_BED, outline=(188, 184, 176))


def _laid_on_glass(image: Image.Image, rng: Random) -> Image.Image:
    """Turned by a fraction of a degree, as a feeder or a hand leaves it."""
    angle = rng.gauss(0, 0.35)
    return image.rotate(angle, Image.Resampling.BILINEAR, fillcolor=SCANNER_BED)


def _jpeg(image: Image.Image, dpi: int, quality: int) -> bytes:
    written = io.BytesIO()
    image.save(written, "JPEG", quality=quality, dpi=(dpi, dpi))
    return written.getvalue()
