"""Pictures that a camera reads (QR codes), drawn as SVG without any script."""

import base64

import qrcode
from qrcode.image.svg import SvgPathImage


def drawn(text: str) -> str:
    """The picture of a text, as SVG."""
    svg: str = qrcode.make(text, image_factory=SvgPathImage, border=2).to_string(encoding="unicode")
    return svg


def picture(text: str) -> str:
    """The picture of a text, as the source of an image."""
    return f"data:image/svg+xml;base64,{base64.b64encode(drawn(text).encode()).decode()}"
