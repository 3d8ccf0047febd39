"""The harness that measures suggestions: any labelled file, figures that can be checked by hand."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accelerator.community import measuring
from accelerator.community.models import Theme
from accelerator.community.suggestions import nomenclature

LABELLED = Path(settings.ROOT) / "data" / "labelled"


def written(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "textes.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def themes() -> list[Theme]:
    return list(Theme.objects.order_by("position"))


def test_the_figures_by_hand() -> None:
    lines = [
        ("a", frozenset({"AGR"})),
        ("b", frozenset({"AGR", "INS"})),
        ("c", frozenset({"SPO"})),
        ("d", frozenset[str]()),
    ]
    given = {"a": ["AGR"], "b": ["SPO", "INS"], "c": [], "d": ["CUL"]}
    report = measuring.measure("essai", given.__getitem__, lines)
    assert (report.micro.right, report.micro.proposed, report.micro.expected) == (2, 4, 4)
    assert report.micro.f1 == 0.5
    assert report.first == pytest.approx(1 / 3)
    assert report.first_three == pytest.approx(2 / 3)
    assert report.silent == 0
    assert report.themes["AGR"].precision == 1
    assert report.themes["AGR"].recall == 0.5
    assert report.themes["SPO"].f1 == 0
    assert report.macro == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert dict(report.confused) == {("AGR", "SPO"): 1, ("INS", "SPO"): 1, ("SPO", ""): 1}


@pytest.mark.parametrize(
    "content",
    [
        "text,theme\nUn verger,AGR\n",
        "Texte;Thème\nUn verger;Agriculture et terres nourricières\n",
        "theme\tdescription\nagriculture et terres nourricieres\tUn verger\n",
        "\ufefftext,theme\r\nUn verger,AGR\r\n",
    ],
)
def test_any_labelled_file_is_read(tmp_path: Path, content: str) -> None:
    assert measuring.read(written(tmp_path, content), themes()).lines == [("Un verger", frozenset({"AGR"}))]


def test_a_file_in_windows_1252(tmp_path: Path) -> None:
    file = measuring.read(written(tmp_path, "text;theme\nForêt d’été;BIO\n".encode("cp1252")), themes())
    assert file.lines == [("Forêt d’été", frozenset({"BIO"}))]


def test_what_cannot_be_read_is_left_out_with_its_line_and_its_reason(tmp_path: Path) -> None:
    content = 'text,theme\n"Deux\nlignes",AGR;INS\nUn verger,XYZ\n,AGR\nseul\nRien,\n'
    file = measuring.read(written(tmp_path, content), themes())
    assert file.lines == [("Deux\nlignes", frozenset({"AGR", "INS"})), ("Rien", frozenset())]
    assert list(file.rejects) == [(4, "thème inconnu : XYZ"), (5, "texte vide"), (6, "il manque une colonne")]


def test_a_file_without_its_columns_says_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(measuring.UnreadableError, match="le fichier a : nom, sujet"):
        measuring.read(written(tmp_path, "nom,sujet\na,b\n"), themes())
    with pytest.raises(measuring.UnreadableError, match="ne se lit pas"):
        measuring.read(tmp_path / "absent.csv", themes())


def test_what_learns_learns() -> None:
    lines = [("verger pommes", frozenset({"AGR"})), ("ballon rugby", frozenset({"SPO"}))]
    suggest = measuring.learnt(lines)
    assert suggest("des pommes")[0] == "AGR"
    assert suggest("un ballon")[0] == "SPO"
    assert suggest("inconnu") == []


def test_the_rules_beat_what_needs_no_thought() -> None:
    """On the lines kept for measuring: below this, a change of the rules made them worse."""
    known = themes()
    lines = measuring.read(LABELLED / "themes_mesure.csv", known).lines
    rules = measuring.measure("règles", measuring.ruled(nomenclature(known)), lines)
    words = measuring.measure("mots", measuring.plain_words(known), lines)
    frequent = measuring.measure("fréquent", measuring.most_frequent(lines), lines)
    assert len(lines) == 88
    assert rules.micro.f1 > 0.6
    assert rules.first_three > 0.8
    assert rules.micro.f1 > words.micro.f1 + 0.2 > frequent.micro.f1


def test_the_lines_for_measuring_are_not_those_for_tuning() -> None:
    read = [measuring.read(LABELLED / f"themes_{name}.csv", themes()) for name in ("reglage", "mesure")]
    texts = [{text for text, _ in file.lines} for file in read]
    assert not texts[0] & texts[1]
    assert not read[0].rejects
    assert not read[1].rejects


def test_the_command_prints_the_tables(tmp_path: Path) -> None:
    out, err = StringIO(), StringIO()
    path = written(tmp_path, "text,theme\nUn verger et une ferme,AGR\nRugby,CUL\nx,XYZ\n")
    call_command("evaluate_themes", str(path), "--learn", str(LABELLED / "themes_reglage.csv"), stdout=out, stderr=err)
    assert "2 textes, 2 thèmes attendus." in out.getvalue()
    assert "Bayes naïf, appris" in out.getvalue()
    assert "Culture pour tous" in out.getvalue()
    assert "Ligne 4 laissée : thème inconnu : XYZ." in err.getvalue()
    with pytest.raises(CommandError, match="Aucune ligne"):
        call_command("evaluate_themes", str(written(tmp_path, "text,theme\n")))
    with pytest.raises(CommandError, match="Il faut une colonne"):
        call_command("evaluate_themes", str(written(tmp_path, "a,b\n")))
