"""Documents are known by their content."""

import io
import struct
import zipfile
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accelerator.design import uploads
from accelerator.design.forms import Form
from accelerator.design.uploads import Document, DocumentField, NotADocument, attachment, document_from

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def picture(form: str = "PNG", size: tuple[int, int] = (40, 20), **saved: Any) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", size, "navy").save(kept, form, **saved)
    return kept.getvalue()


def archive(**entries: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(name.replace("__", "/").replace("_TYPES", "[Content_Types].xml"), content)
    return kept.getvalue()


def docx(**more: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as file:
        for name, content in {"[Content_Types].xml": b"<t/>", "word/document.xml": b"<d/>", **more}.items():
            file.writestr(name, content)
    return kept.getvalue()


def read(content: bytes, name: str = "pièce.pdf") -> Document:
    return document_from(SimpleUploadedFile(name, content), name)


_MACRO_TYPES = b'<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'


def spoilt(name: str) -> bytes:
    """An archive of which one entry does not unpack."""
    content = bytearray(archive(_TYPES=b"<t/>" * 500, **{"word__document.xml": b"<d/>"}))
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        start = file.getinfo(name).header_offset
    start += 30 + len(name)
    content[start : start + 4] = b"\xff\xff\xff\xff"
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "kind", "name"),
    [
        (PDF, "application/pdf", "pièce.pdf"),
        (picture(), "image/png", "pièce.png"),
        (picture("JPEG"), "image/jpeg", "pièce.jpg"),
        (docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "pièce.docx"),
        (
            archive(mimetype=b"application/vnd.oasis.opendocument.text", **{"content.xml": b"<x/>"}),
            "application/vnd.oasis.opendocument.text",
            "pièce.odt",
        ),
    ],
    ids=["pdf", "png", "jpeg", "docx", "odt"],  # an archive bears the hour: its bytes name no test
)
def test_a_document_is_what_it_holds_whatever_its_name(content: bytes, kind: str, name: str) -> None:
    document = read(content, "pièce.exe")
    assert (document.kind, document.name) == (kind, name)
    assert document.size == len(document.file.read())
    assert len(document.digest) == 64


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"MZ\x90\x00", "format accepté"),
        (b"<html><script>alert(1)</script></html>", "format accepté"),
        (b"%PDF-1.7\n1 0 obj", "incomplet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ancien format"),
        (picture()[:60], "abîmée"),
        (archive(**{"un.txt": b"x"}), "archive"),
        (docx(**{"word/vbaProject.bin": b"x"}), "macros"),
        (docx(**{"word/renamed.bin": b"x", "[Content_Types].xml": _MACRO_TYPES}), "macros"),
        (docx(**{"xl/macrosheets/sheet1.xml": b"x"}), "macros"),
        (docx(**{"Scripts/python/evil.py": b"x"}), "macros"),
        (docx(**{"[Content_Types].xml": b" " * (1024 * 1024 + 1)}), "démesuré"),
        (spoilt("[Content_Types].xml"), "abîmé"),
        (docx()[:40], "abîmé"),
        (docx(**{f"word/{number}.xml": b"" for number in range(5001)}), "démesuré"),
    ],
    ids=[
        *("program", "page", "cut pdf", "old format", "cut picture", "archive"),
        *(
            "macros",
            "renamed macros",
            "macro sheets",
            "scripts",
            "endless types",
            "spoilt",
            "cut docx",
            "too many parts",
        ),
    ],
)
def test_what_is_not_a_document_is_refused_with_a_sentence(content: bytes, words: str) -> None:
    with pytest.raises(NotADocument, match=words):
        read(content)


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_MOST_UNPACKED", 10_000)
    with pytest.raises(NotADocument, match="démesuré"):
        read(archive(**{"word__document.xml": b"0" * 20_000, "_TYPES": b"<t/>"}))


def test_a_picture_that_says_it_is_huge_is_refused_by_what_it_says() -> None:
    content = bytearray(picture())
    content[16:24] = struct.pack(">II", 60_000, 60_000)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    with pytest.raises(NotADocument, match=r"trop grande|abîmée"):
        read(bytes(content))


def test_a_password_is_refused() -> None:
    content = bytearray(docx())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(mark)
        content[start + offset] |= 1
    with pytest.raises(NotADocument, match="mot de passe"):
        read(bytes(content))


def test_a_picture_is_drawn_again_without_its_metadata() -> None:
    exif = Image.Exif()
    exif[0x010E] = "Lieu secret"
    document = read(picture("JPEG", exif=exif))
    kept = document.file.read()
    assert b"Lieu secret" not in kept
    with Image.open(io.BytesIO(kept)) as drawn:
        assert drawn.size == (40, 20)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Mes documents\\Bilan 2025.pdf", "Bilan 2025.pdf"),
        ("a\nb<c>.pdf", "a b c.pdf"),
        ("", "document.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_a_name_is_fit_to_be_saved_anywhere(given: str, kept: str) -> None:
    assert document_from(SimpleUploadedFile("f", PDF), given).name == kept


class Sending(Form):
    piece = DocumentField(label="Le budget", accepted=("application/pdf",))


def test_the_field_says_what_is_expected() -> None:
    form = Sending({}, {"piece": SimpleUploadedFile("budget.pdf", picture())})
    assert form.errors["piece"] == ["Ce fichier est un PNG ; ce qui est attendu ici : PDF."]
    assert Sending({}, {}).errors["piece"] == ["Choisissez un fichier pour « Le budget »."]
    assert Sending({}, {"piece": SimpleUploadedFile("vide.pdf", b"")}).errors["piece"] == ["Ce fichier est vide."]
    assert 'accept=".pdf"' in str(Sending()["piece"])
    assert isinstance(Sending({}, {"piece": SimpleUploadedFile("a.pdf", PDF)}).fields["piece"], DocumentField)


def test_a_file_too_large_is_refused(settings: Any) -> None:
    settings.UPLOAD_LIMIT = 10
    with pytest.raises(NotADocument, match="dépasse"):
        read(PDF)


def test_what_is_given_back_is_saved_and_never_run() -> None:
    document = read(PDF)
    response = attachment(document.file, name="l’été.pdf", kind=document.kind)
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert b"".join(response) == PDF
