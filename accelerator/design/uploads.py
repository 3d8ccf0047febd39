"""Documents that are uploaded: known by their content, never by their name; and how they are given back.

A PDF, a picture (PNG, JPEG) or an office document (ODT, ODS, ODP, DOCX, XLSX, PPTX). Pictures are drawn again, so that
no byte of what was sent is kept. Archives are looked at before anything is unpacked: no bomb, no macro, no password.
What is kept is served by a view that asked the rule first (`attachment`): as a file to save, never as a page of ours.
"""

from __future__ import annotations  # django-stubs: File is generic for mypy only

import hashlib
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import IO, Any, Final, NoReturn

from django import forms
from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.http import FileResponse
from PIL import Image, ImageOps, UnidentifiedImageError

_OPEN_XML: Final = "application/vnd.openxmlformats-officedocument."
_OPEN_DOCUMENT: Final = "application/vnd.oasis.opendocument."
# Media type -> extension, and what people call it.
KINDS: Final[dict[str, tuple[str, str]]] = {
    "application/pdf": ("pdf", "PDF"),
    "image/png": ("png", "PNG"),
    "image/jpeg": ("jpg", "JPEG"),
    f"{_OPEN_DOCUMENT}text": ("odt", "ODT"),
    f"{_OPEN_DOCUMENT}spreadsheet": ("ods", "ODS"),
    f"{_OPEN_DOCUMENT}presentation": ("odp", "ODP"),
    f"{_OPEN_XML}wordprocessingml.document": ("docx", "DOCX"),
    f"{_OPEN_XML}spreadsheetml.sheet": ("xlsx", "XLSX"),
    f"{_OPEN_XML}presentationml.presentation": ("pptx", "PPTX"),
}
# What an Office Open XML archive holds at its heart.
_HEARTS: Final = {
    "word/document.xml": f"{_OPEN_XML}wordprocessingml.document",
    "xl/workbook.xml": f"{_OPEN_XML}spreadsheetml.sheet",
    "ppt/presentation.xml": f"{_OPEN_XML}presentationml.presentation",
}
PICTURES: Final = ("image/png", "image/jpeg")
MOST_PIXELS: Final = 60_000_000
LARGEST_SIDE: Final = 4000
_MOST_ENTRIES: Final = 5_000
_MOST_UNPACKED: Final = 400 * 1024 * 1024
_LONGEST_NAME: Final = 100
# Where macros are kept: VBA and the old macro sheets of Excel; Basic and the other scripts of OpenDocument.
_MACRO: Final = re.compile(r"vbaproject\.bin$|^xl/macrosheets/|^(basic|scripts)/", re.IGNORECASE)
_LONGEST_TYPES: Final = 1024 * 1024
# The signature of a PDF stands in its first kilobyte, the mark of its end in the last (ISO 32000-1, annex H).
_PDF_EDGE: Final = 1024


@dataclass(frozen=True)
class Document:
    """A document that may be kept.

    name    as its sender called it, with the extension of what it really is.
    kind    its media type.
    digest  SHA-256 of what is kept.
    """

    file: File[Any]
    name: str
    kind: str
    size: int
    digest: str


class NotADocument(ValueError):
    """The file cannot be kept; the message is the French sentence to show."""


class DocumentField(forms.FileField):
    """One file, its content checked; clean gives a `Document`, or None when none was sent.

    accepted  the media types allowed; all those of `KINDS` by default.
    """

    def __init__(self, *, accepted: Collection[str] = tuple(KINDS), help_text: str = "", **kwargs: Any) -> None:
        self.accepted = tuple(kind for kind in KINDS if kind in accepted)
        names = ", ".join(KINDS[kind][1] for kind in self.accepted)
        said = f"Formats : {names}. {settings.UPLOAD_LIMIT // 1024 // 1024} Mo au plus."
        kwargs.setdefault("widget", forms.FileInput)
        super().__init__(help_text=f"{help_text} {said}".strip(), **kwargs)
        self.error_messages["empty"] = "Ce fichier est vide."

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "accept": ",".join(f".{KINDS[kind][0]}" for kind in self.accepted)}

    def to_python(self, data: Any) -> Document | None:  # type: ignore[override]  # a document, not the file sent
        sent = super().to_python(data)
        if sent is None:
            return None
        try:
            return document_from(sent, sent.name or "", accepted=self.accepted)
        except NotADocument as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


def document_from(sent: File[Any], name: str, *, accepted: Collection[str] = tuple(KINDS)) -> Document:
    """The document that a file is, by its content. Raises `NotADocument`."""
    size = sent.size or 0
    if size > settings.UPLOAD_LIMIT:
        raise NotADocument(f"Ce fichier dépasse {settings.UPLOAD_LIMIT // 1024 // 1024} Mo : réduisez-le.")
    sent.seek(0)
    kind = _kind(sent, size)
    if kind not in accepted:
        names = ", ".join(KINDS[one][1] for one in accepted)
        raise NotADocument(f"Ce fichier est un {KINDS[kind][1]} ; ce qui est attendu ici : {names}.")
    kept: File[Any] = ContentFile(_drawn_again(sent, kind)) if kind in PICTURES else sent
    kept.seek(0)
    digest = hashlib.sha256()
    for chunk in kept.chunks():
        digest.update(chunk)
    kept.seek(0)
    return Document(kept, _called(name, KINDS[kind][0]), kind, kept.size or 0, digest.hexdigest())


def attachment(file: File[Any], *, name: str, kind: str) -> FileResponse:
    """The answer that gives a file to save; the view has asked the rule.

    Whatever the file holds, a browser runs nothing of it: saved and not opened, its type not guessed, in a sandbox.
    """
    response = FileResponse(file.open("rb"), as_attachment=True, filename=name, content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def _refuse(sentence: str) -> NoReturn:
    raise NotADocument(sentence)


def _kind(file: IO[bytes], size: int) -> str:
    start = file.read(_PDF_EDGE)
    if b"%PDF-" in start:
        file.seek(max(0, size - _PDF_EDGE))
        if b"%%EOF" not in file.read():
            _refuse("Ce PDF est incomplet : sa fin manque. Enregistrez-le à nouveau, puis renvoyez-le.")
        return "application/pdf"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if start.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if start.startswith(b"PK\x03\x04"):
        return _kind_of_archive(file)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        _refuse("Ce fichier a un ancien format (.doc, .xls), ou un mot de passe : enregistrez-le en PDF ou en DOCX.")
    return _refuse(
        "Ce fichier n’a pas un format accepté : envoyez un PDF, une image PNG ou JPEG, ou un document bureautique."
    )


def _kind_of_archive(file: IO[bytes]) -> str:
    damaged = "Ce document est abîmé : enregistrez-le à nouveau, puis renvoyez-le."
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
                _refuse("Ce document se déplie en un contenu démesuré : il n’est pas accepté.")
            if any(entry.flag_bits & 0x1 for entry in entries):
                _refuse("Ce document a un mot de passe : retirez-le, puis renvoyez le document.")
            names = {entry.filename for entry in entries}
            if any(_MACRO.search(name) for name in names) or _declares_macros(archive, names):
                _refuse("Ce document contient des macros : enregistrez-le sans elles, ou en PDF.")
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                kind = archive.read("mimetype").decode("ascii", "replace").strip()
                if kind in KINDS and "content.xml" in names:
                    return kind
            for heart, kind in _HEARTS.items():
                if heart in names and "[Content_Types].xml" in names:
                    return kind
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError) as error:
        if isinstance(error, NotADocument):
            raise
        raise NotADocument(damaged) from error
    return _refuse("Cette archive n’est pas un document : envoyez chaque fichier séparément.")


def _declares_macros(archive: zipfile.ZipFile, names: Collection[str]) -> bool:
    """Whether an Office document says that it holds macros, under whatever name it keeps them."""
    types = "[Content_Types].xml"
    if types not in names:
        return False
    if archive.getinfo(types).file_size > _LONGEST_TYPES:
        _refuse("Ce document se déplie en un contenu démesuré : il n’est pas accepté.")
    return re.search(rb"macroEnabled|vbaProject|macrosheet", archive.read(types), re.IGNORECASE) is not None


def _drawn_again(file: IO[bytes], kind: str) -> bytes:
    form = "PNG" if kind == "image/png" else "JPEG"
    file.seek(0)
    try:
        with Image.open(file, formats=(form,)) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                raise NotADocument(f"Cette image est trop grande ({width} × {height} pixels) : réduisez-la.")
            # As it is to be seen: the turn that a camera notes goes with the rest of the metadata.
            upright = ImageOps.exif_transpose(picture)
            drawn = upright.convert("RGBA" if form == "PNG" else "RGB")
    except UnidentifiedImageError as error:
        raise NotADocument("Cette image ne se lit pas : enregistrez-la à nouveau, puis renvoyez-la.") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        if isinstance(error, NotADocument):
            raise
        raise NotADocument("Cette image est abîmée ou incomplète : enregistrez-la à nouveau.") from error
    drawn.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    kept = io.BytesIO()
    drawn.save(kept, form, **({"quality": 88} if form == "JPEG" else {"optimize": False}))
    return kept.getvalue()


def _called(name: str, extension: str) -> str:
    """The sender's name for it, fit to be shown and saved anywhere."""
    last = re.split(r"[/\\]", name)[-1]
    stem = last.rpartition(".")[0] or last
    stem = re.sub(r'[\x00-\x1f\x7f<>:"|?*/\\]+', " ", stem).strip(" .")
    return f"{stem[:_LONGEST_NAME] or 'document'}.{extension}"
