"""Documents on paper."""

import re
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
import typst

from accelerator.calls.documents import PAPERS, calendar
from accelerator.design import papers

AT = datetime(2026, 11, 26, 9, tzinfo=UTC)


def letter(**values: Any) -> dict[str, Any]:
    return {
        "title": "Décision sur votre candidature",
        "running": "Appel fictif",
        "issuer": "Émetteur fictif",
        "service": "Service fictif",
        "contact": "",
        "recipient": "Les Jardins fictifs\n1 rue de l’Exemple",
        "dated": "Le 26 novembre 2026",
        "facts": [["Candidature", "2026-000001"]],
        "opening": "Madame, Monsieur,",
        "parts": [{"title": "Motifs", "words": "Le projet répond au besoin.\n\nSecond paragraphe."}],
        "scores": [["Impact", "2", "66,7", "Établi."]],
        "remedies": ["Recours gracieux dans les deux mois."],
        "signature": "Camille Exemple\nSignataire",
        **values,
    }


def test_a_letter_is_tagged_titled_and_in_french() -> None:
    made = papers.pdf("letter", letter(), at=AT)
    assert made.startswith(b"%PDF-")
    # PDF/UA-1 (ISO 14289-1): a structure tree, marked content, a language, a title that readers announce.
    for sign in (b"/StructTreeRoot", b"/MarkInfo", b"/Lang", b"/DisplayDocTitle true", b"pdfuaid"):
        assert sign in made, sign


def test_the_same_data_make_the_same_document() -> None:
    assert papers.pdf("letter", letter(), at=AT) == papers.pdf("letter", letter(), at=AT)


@pytest.mark.parametrize(
    "words",
    [
        '#read("/etc/passwd")',
        '#import "house.typ": *',
        '#{panic("ran")}',
        "$x$ *a* _b_ `c` <d> @e \\ // ]]]",
        "\x00\x07 fini",
        "",
    ],
)
def test_what_people_write_is_shown_and_never_run(words: str) -> None:
    made = papers.pdf("letter", letter(opening=words, title=words or "Titre"), at=AT)
    assert made.startswith(b"%PDF-")


def test_what_is_written_is_read_back() -> None:
    """The text of the PDF's own table of characters: what was written is there, as text."""
    data = letter(title="Zyqx #emph[oui]")
    made = papers.pdf("letter", data, at=AT)
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", made, re.DOTALL)
    text = b" ".join(_inflated(stream) for stream in streams)
    assert b"#emph[oui]" in made or b"emph" in text


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


def test_no_template_reaches_outside_its_folder() -> None:
    with pytest.raises(typst.TypstError):
        typst.compile(b'#read("../models/calls.py")', root=papers.TEMPLATES)


def test_an_unknown_template_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        papers.pdf("rien", {}, at=AT)


def test_a_long_text_takes_the_pages_that_it_needs() -> None:
    made = papers.pdf("letter", letter(opening="Une phrase. " * 2000), at=AT)
    pages = re.search(rb"/Count (\d+)", made)
    assert pages
    assert int(pages[1]) > 1


def test_minutes_say_who_left() -> None:
    made = papers.pdf(
        "minutes",
        {
            "title": "Procès-verbal",
            "running": "Appel fictif",
            "facts": [["Séance", "26 novembre 2026"]],
            "members": [["Camille Exemple", "Présidente", "oui", "présente"]],
            "quorum": "Quorum atteint.",
            "recusals": [["Dominique Exemple", "2026-000001", "Ancien membre"]],
            "items": [{"title": "1. Les Jardins", "facts": [["Vote", "3 pour"]], "words": ""}],
            "outcomes": [["1", "Les Jardins", "Retenu à l’appel"]],
            "closing": "",
        },
        at=AT,
        folder=PAPERS,
    )
    assert b"/StructTreeRoot" in made


def test_a_pack_has_one_page_per_file_after_its_contents() -> None:
    one = {"title": "Les Jardins", "facts": [], "scores": [], "parts": [{"title": "Besoin", "words": "Court."}]}
    made = papers.pdf(
        "pack",
        {"title": "Dossiers", "running": "", "introduction": "", "contents": [], "files": [one, one, one]},
        at=AT,
        folder=PAPERS,
    )
    assert re.search(rb"/Count 4\b", made)


def test_a_calendar_is_taken_in_and_taken_in_again() -> None:
    event = {
        "id": "slot-12",
        "title": "Audition ; dossier, 2026-000001",
        "starts_at": AT,
        "ends_at": AT + timedelta(minutes=30),
        "where": "Salle 2",
        "text": "Venez dix minutes avant.",
        "url": "https://french-impact.example/candidatures/1/",
        "revision": 3,
    }
    read = icalendar.Calendar.from_ical(calendar("Jury 1", [event], at=AT))
    (slot,) = read.walk("VEVENT")
    assert slot.decoded("dtstart") == AT
    assert slot.decoded("dtend") == AT + timedelta(minutes=30)
    assert str(slot["summary"]) == event["title"]
    assert str(slot["uid"]).startswith("slot-12@")
    assert slot["sequence"] == 3


@pytest.mark.parametrize(
    "words",
    [
        "Un jardin 😀 🇫🇷 👩‍🌾",
        "漢字 かな 한국어",
        "a\ufeffb",
        "\U0001fffe",
        "مرحبا 😀",
        "e\u0301te\u0301 ✕ \u05c7 ꜯ",
        "\U000e0041😀",
    ],
)
@pytest.mark.parametrize("template", ["letter", "pack"])
def test_a_sign_that_no_font_draws_keeps_nobody_from_their_document(template: str, words: str) -> None:
    data = letter(title=words, opening=words, parts=[{"title": words, "words": words}])
    if template == "pack":
        file = {"title": words, "facts": [[words, words]], "scores": [], "parts": [{"title": words, "words": words}]}
        data = {
            "title": "Dossiers",
            "running": "",
            "introduction": "",
            "contents": [["1", words, "—"]],
            "files": [file],
        }
    folder = PAPERS if template == "pack" else papers.TEMPLATES
    made = papers.pdf(template, data, at=AT, folder=folder)
    assert b"pdfuaid" in made
    assert made == papers.pdf(template, data, at=AT, folder=folder)


def test_what_is_drawn_for_certain_is() -> None:
    signs = "".join(chr(code) for code in range(0x20, 0x2300) if not papers._NOT_DRAWN.match(chr(code)))
    kept = papers._drawable(signs)
    assert "É" in kept
    assert "ж" in kept
    assert papers._compiled(papers.TEMPLATES / "letter.typ", letter(opening=kept, title=kept), AT)
