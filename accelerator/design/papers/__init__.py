"""Documents on paper: as PDF that screen readers read (PDF/UA-1), made by Typst from a template and data.

The letter is here, with what every document has (`house.typ`); a subject keeps its own templates in a folder of its
own. A template is given data as JSON and nothing else: what people wrote is shown as text, never run as markup, and no
template reaches a file or the network. The same data make the same bytes, whatever the fonts of the machine.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

import typst
from django.http import HttpResponse

TEMPLATES: Final = Path(__file__).resolve().parent
# What a template may import: `house.typ` beside its own (a template reaches nothing above).
_ROOT: Final = TEMPLATES.parent.parent
Standard = Literal["ua-1", "a-3a"]
# What XML and PDF refuse, and what nobody sees.
_UNSHOWN: Final = dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, 0xFEFF, 0xFFFE, 0xFFFF])
# What the fonts of the documents draw for certain: Latin, Greek, Cyrillic, the signs of French and of numbers.
_DRAWN: Final = (
    "\\t\\n\u0020-\u007e\u00a0-\u00ac\u00ae-\u017f\u0218-\u021b\u0391-\u03a1\u03a3-\u03ce\u0400-\u045f"
    "\u2010-\u2015\u2018-\u201e\u2020-\u2022\u2026\u202f\u2030\u2039\u203a\u20ac\u2116\u2122\u2190-\u2193\u2212\u2264\u2265"
)
_NOT_DRAWN: Final = re.compile(f"[^{_DRAWN}]")
_IN_ITS_PLACE: Final = "\ufffd"


def pdf(
    template: str,
    data: Mapping[str, Any],
    *,
    at: datetime,
    folder: Path = TEMPLATES,
    standards: Sequence[Standard] = ("ua-1",),
) -> bytes:
    """The document that a template makes of these data.

    template  "letter", or the file of that name in `folder`, that of a subject.
    data      texts, numbers, lists and dictionaries; dates already said in French.
    at        the date that the document carries.
    standards "ua-1": read by screen readers (PDF/UA-1); "a-3a": kept for long, with files attached (PDF/A-3).
    Raises `FileNotFoundError` for a template that does not exist.
    """
    source = folder / f"{template}.typ"
    if not source.is_file():
        raise FileNotFoundError(source)
    told = clean(data)
    try:
        made = _compiled(source, told, at, standards)
    except typst.TypstError:
        # A sign that no font draws (an emoji, Chinese) is refused by PDF/UA: a mark in its place, never no document.
        made = _compiled(source, _drawable(told), at, standards)
    if not isinstance(made, bytes):
        raise TypeError(f"{template} : un document tient en un seul fichier.")
    return made


def saved_pdf(made: bytes, name: str) -> HttpResponse:
    """A PDF to save; no cache keeps it."""
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def _compiled(source: Path, told: Any, at: datetime, standards: Sequence[Standard] = ("ua-1",)) -> Any:
    return typst.compile(
        source,
        root=_ROOT,
        sys_inputs={"data": json.dumps(told, ensure_ascii=False)},
        format="pdf",
        pdf_standards=list(standards),
        ignore_system_fonts=True,
        timestamp=int(at.timestamp()),
    )


def _drawable(value: Any) -> Any:
    if isinstance(value, str):
        composed = unicodedata.normalize("NFC", value)
        seen = (sign for sign in composed if unicodedata.category(sign) not in ("Cf", "Mn"))
        return _NOT_DRAWN.sub(_IN_ITS_PLACE, "".join(seen))
    if isinstance(value, Mapping):
        return {key: _drawable(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_drawable(one) for one in value]
    return value


def clean(value: Any) -> Any:
    """What people wrote, without the signs that XML and PDF refuse."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").translate(_UNSHOWN)
    if isinstance(value, Mapping):
        return {str(key): clean(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [clean(one) for one in value]
    return value
