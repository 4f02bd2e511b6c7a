import io
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest
from PIL import Image, ImageChops, ImageStat

from provisioning.seed.county import TOWNS
from provisioning.seed.materials import Layout, SeedMaterial, make_materials
from provisioning.seed.pages import render_page
from provisioning.seed.people import RARE_CHARACTERS, SeedPerson, make_people

DPI = 100


@pytest.fixture(scope="module")
def person() -> SeedPerson:
    return make_people(1, TOWNS[0].code, 1)[0]


def material(layout: Layout, pages: int = 2, blank_back: bool = False) -> SeedMaterial:
    return SeedMaterial("4-1", 2, "高等学校毕业生登记表", "199907", pages, layout, blank_back)


def opened(page: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(page))
    image.load()
    return image


def dark_share(image: Image.Image) -> float:
    histogram = image.convert("L").histogram()
    return sum(histogram[:120]) / sum(histogram)


@pytest.mark.parametrize("layout", Layout)
def test_every_layout_gives_an_inked_a4_page_of_the_asked_resolution(
    person: SeedPerson, layout: Layout
) -> None:
    for page_no in (1, 2):
        image = opened(render_page(person, material(layout), page_no, dpi=DPI))
        assert image.size == (827, 1169)
        assert image.info["dpi"] == (DPI, DPI)
        assert image.mode == "RGB"
        assert 0.003 < dark_share(image) < 0.2


def test_the_same_page_gives_the_same_bytes_and_other_pages_others(person: SeedPerson) -> None:
    form = material(Layout.FORM, pages=4)
    first = render_page(person, form, 1, dpi=DPI)
    assert render_page(person, form, 1, dpi=DPI) == first
    others = {render_page(person, form, page_no, dpi=DPI) for page_no in (2, 3, 4)}
    assert len(others | {first}) == 4


def test_a_blank_back_is_empty_but_for_traces(person: SeedPerson) -> None:
    letter = material(Layout.LETTER, blank_back=True)
    image = opened(render_page(person, letter, 2, dpi=DPI))
    assert dark_share(image) < 0.001
    middle = image.crop((150, 150, 650, 1000)).convert("L")
    assert ImageStat.Stat(middle).stddev[0] < 6


def test_older_paper_is_yellower(person: SeedPerson) -> None:
    form = material(Layout.LETTER)

    def blue_loss(formed_on: str) -> float:
        page = render_page(person, replace(form, formed_on=formed_on), 1, dpi=DPI)
        red, _, blue = ImageStat.Stat(opened(page)).median
        return float(red - blue)

    assert blue_loss("1983") > blue_loss("1999") > blue_loss("2015")


def test_grey_pages_and_scanner_resolution_are_given_when_asked(person: SeedPerson) -> None:
    image = opened(render_page(person, material(Layout.FORM), 1, dpi=300, colour=False))
    assert image.mode == "L"
    assert image.size == (2480, 3508)


def test_a_stamp_is_red_where_the_office_pressed_it(person: SeedPerson) -> None:
    image = opened(render_page(person, material(Layout.NOTICE, pages=1), 1, dpi=DPI))
    red, green, _ = image.crop((0, 400, 827, 900)).split()
    redness = ImageChops.subtract(red, green).histogram()
    assert sum(redness[60:]) > 400


def test_a_page_beyond_the_material_is_refused(person: SeedPerson) -> None:
    for page_no in (0, 3):
        with pytest.raises(ValueError, match=f"page {page_no} of 2"):
            render_page(person, material(Layout.FORM), page_no)


def test_each_rare_character_is_drawn_as_itself_not_as_an_empty_box(person: SeedPerson) -> None:
    certificate = material(Layout.CERTIFICATE, pages=1)
    pages = {
        render_page(replace(person, name="王" + char), certificate, 1, dpi=DPI)
        for char in RARE_CHARACTERS
    }
    assert len(pages) == len(RARE_CHARACTERS)


def one_of_each() -> Iterator[tuple[SeedPerson, SeedMaterial]]:
    seen: set[str] = set()
    for person in make_people(5, TOWNS[1].code, 600):
        for each in make_materials(Random(person.id_number), person):
            if each.title not in seen:
                seen.add(each.title)
                yield person, each


def test_every_material_of_the_county_can_be_rendered_at_a_modest_size() -> None:
    sizes = [
        len(render_page(person, each, page_no, dpi=DPI))
        for person, each in one_of_each()
        for page_no in range(1, each.pages + 1)
    ]
    assert len(sizes) > 60
    assert 25_000 < sum(sizes) / len(sizes) < 80_000
