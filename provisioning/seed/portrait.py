"""A drawn portrait photograph: a silhouette that shows nobody."""

from functools import lru_cache
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from provisioning.seed.ink import Sheet
from provisioning.seed.people import SeedPerson

COLOUR_FROM = 1996
SKIN = ((228, 190, 160), (216, 174, 142), (236, 202, 176))
COAT = ((46, 52, 66), (70, 84, 110), (92, 60, 58), (64, 72, 64))
BACKDROP = ((92, 140, 196), (206, 60, 56), (226, 228, 232))


def portrait(
    sheet: Sheet, box: tuple[float, float, float, float], person: SeedPerson, year: int
) -> None:
    """Paste a passport photograph a little askew into x, y, width, height."""
    x, y, wide, high = box
    rng = Random(f"portrait/{person.id_number}")
    looks = rng.randrange(12)
    photo = _photo(person.sex, looks, year >= COLOUR_FROM, sheet.px(wide - 3), sheet.px(high - 4))
    photo = photo.rotate(rng.uniform(-1.6, 1.6), Image.Resampling.BILINEAR, expand=True)
    sheet.image.paste(photo.convert("RGB"), (sheet.px(x + 1.5), sheet.px(y + 2)), photo.split()[3])


@lru_cache(maxsize=32)
def _photo(sex: str, looks: int, in_colour: bool, width: int, height: int) -> Image.Image:
    """RGBA of the given pixel size with a white margin."""
    wide, high = 280, round(280 * height / width)
    backdrop, skin, coat = BACKDROP[looks % 3], SKIN[looks % 3], COAT[looks % 4]
    image = Image.new("RGB", (wide, high), backdrop)
    draw = ImageDraw.Draw(image)
    hair = (38, 34, 34)
    middle, eyes = wide / 2, high * 0.40
    if sex == "女":
        draw.ellipse((middle - 76, eyes - 108, middle + 76, eyes + 96), fill=hair)
    draw.ellipse((middle - 132, high * 0.72, middle + 132, high * 1.5), fill=coat)
    draw.polygon(
        [(middle - 30, high * 0.70), (middle + 30, high * 0.70), (middle, high * 0.86)],
        fill=(236, 236, 232),
    )
    draw.rectangle((middle - 24, eyes + 50, middle + 24, high * 0.74), fill=_darker(skin))
    draw.ellipse((middle - 66, eyes - 104, middle + 66, eyes + 46), fill=hair)
    draw.ellipse((middle - 57, eyes - 62, middle + 57, eyes + 84), fill=skin)
    parting = -16 if looks % 2 else 14
    draw.ellipse((middle + parting - 46, eyes - 88, middle + parting + 46, eyes - 36), fill=hair)
    for side in (-1, 1):
        x = middle + side * 24
        draw.ellipse((x - 9, eyes - 5, x + 9, eyes + 5), fill=(58, 44, 40))
        draw.line((x - 13, eyes - 17, x + 13, eyes - 18), fill=hair, width=5)
        if looks % 4 == 3:
            draw.ellipse((x - 19, eyes - 15, x + 19, eyes + 17), outline=(40, 40, 44), width=3)
    draw.line((middle, eyes + 6, middle - 4, eyes + 30), fill=_darker(skin), width=5)
    draw.line((middle - 17, eyes + 52, middle + 17, eyes + 52), fill=(168, 92, 86), width=6)
    image = image.filter(ImageFilter.GaussianBlur(3.2))
    if not in_colour:
        image = image.convert("L").convert("RGB")
    framed = Image.new("RGB", (wide + 20, high + 20), (246, 244, 238))
    framed.paste(image, (10, 10))
    return framed.resize((width, height), Image.Resampling.LANCZOS).convert("RGBA")


def _darker(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    red, green, blue = colour
    return (red * 7 // 8, green * 7 // 8, blue * 7 // 8)
