"""Pictures and papers of the demonstration: abstract, no photograph, the same each time for the same words."""

import io
import random
from typing import Final

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw, ImageFont

from accelerator.design.uploads import Document, document_from

SIZE: Final = (1200, 750)
# Calm grounds, each with the colours that stand out on it.
_GROUNDS: Final = (
    ("#f3ede5", ("#3a7d6b", "#c9602f", "#e3b448", "#27496d")),
    ("#e8f0ee", ("#27496d", "#e3b448", "#b34f5c", "#3a7d6b")),
    ("#edeaf4", ("#5a4b8b", "#d98f3d", "#3a7d6b", "#b34f5c")),
    ("#eaf1f7", ("#c9602f", "#27496d", "#6aa187", "#e3b448")),
)
_COLUMNS: Final = 8
_ROWS: Final = 5


def picture(words: str) -> Document:
    """An abstract picture: circles, arcs and blocks on a grid, drawn from the words."""
    drawn = random.Random(words)  # noqa: S311  a picture, not a secret
    ground, colours = drawn.choice(_GROUNDS)
    image = Image.new("RGB", SIZE, ground)
    draw = ImageDraw.Draw(image)
    width, height = SIZE[0] / _COLUMNS, SIZE[1] / _ROWS
    for column in range(_COLUMNS):
        for row in range(_ROWS):
            if drawn.random() < 0.35:
                continue
            left, top = column * width, row * height
            box = (left, top, left + width, top + height)
            colour = drawn.choice(colours)
            shape = drawn.randrange(4)
            if shape == 0:
                draw.rectangle(box, fill=colour)
            elif shape == 1:
                draw.ellipse(box, fill=colour)
            else:
                # A quarter of a disc, whose centre is one of the corners.
                turn = drawn.randrange(4)
                x, y = left - (turn in (1, 2)) * width, top - (turn in (2, 3)) * height
                draw.pieslice((x, y, x + 2 * width, y + 2 * height), 180 + 90 * turn, 270 + 90 * turn, fill=colour)
    return _document(image, "PNG", f"{words}.png")


def paper(title: str) -> Document:
    """A page of PDF that says that it is fictitious."""
    image = Image.new("RGB", (1240, 1754), "white")
    draw = ImageDraw.Draw(image)
    draw.text((120, 140), title, font=ImageFont.load_default(44), fill="#161616")
    draw.text((120, 230), "Document fictif, pour la démonstration.", font=ImageFont.load_default(30), fill="#3a3a3a")
    return _document(image, "PDF", f"{title}.pdf")


def _document(image: Image.Image, form: str, name: str) -> Document:
    kept = io.BytesIO()
    image.save(kept, form)
    return document_from(ContentFile(kept.getvalue(), name=name), name)
