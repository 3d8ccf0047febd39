"""Pictures that are uploaded: looked at, then drawn again. What is kept never holds a byte of what was sent."""

import io
from typing import BinaryIO, Final

from PIL import Image, UnidentifiedImageError

LARGEST_FILE: Final = 5 * 1024 * 1024
LARGEST_SIDE: Final = 512
SMALLEST_SIDE: Final = 32
MOST_PIXELS: Final = 40_000_000
_FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF")


class NotAPicture(ValueError):
    """The file cannot be a logo; the message is the French sentence to show."""


def logo_from(file: BinaryIO, size: int) -> bytes:
    """The picture drawn again as WebP, 512 pixels at most, without metadata or animation.

    Raises `NotAPicture`. A bomb (few bytes, billions of pixels) is seen by its announced size, before it is unpacked.
    """
    if size > LARGEST_FILE:
        raise NotAPicture("Cette image dépasse 5 Mo : réduisez-la, un côté de 512 pixels suffit.")
    try:
        with Image.open(file, formats=_FORMATS) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                raise NotAPicture(f"Cette image est trop grande ({width} × {height} pixels) : 512 pixels suffisent.")
            if min(width, height) < SMALLEST_SIDE:
                raise NotAPicture(f"Cette image est trop petite ({width} × {height} pixels) : il en faut au moins 32.")
            picture.draft("RGB", (2 * LARGEST_SIDE, 2 * LARGEST_SIDE))
            drawn = picture.convert("RGBA")
    except UnidentifiedImageError as error:
        raise NotAPicture(
            "Ce fichier n’est pas une image que l’on sait lire : envoyez un PNG, un JPEG, un WebP ou un GIF"
            " (pas un SVG)."
        ) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        if isinstance(error, NotAPicture):
            raise
        raise NotAPicture(
            "Cette image est abîmée ou incomplète : enregistrez-la à nouveau, puis renvoyez-la."
        ) from error
    drawn.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    kept = io.BytesIO()
    drawn.save(kept, "WEBP", quality=88, method=4)
    return kept.getvalue()
