import ast
import html
import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from openpyxl import load_workbook

from accelerator.design import lists
from accelerator.design.lists import Column
from accelerator.workflow.dates import DAY
from tests.client import HostileClient
from tests.design.conftest import Make

URL = "/essai/envois"


def shown(page: str) -> list[str]:
    return re.findall(r'<a href="/e/[^"]+">([^<]+)</a>', page)


def text_of(response: Any) -> str:
    return b"".join(response.streaming_content).decode()


def test_an_empty_list_says_so(client: HostileClient) -> None:
    page = client.get(URL).content.decode()
    assert "Rien à montrer pour le moment" in page
    assert "<strong>0</strong>" not in page  # said once
    assert "fi-filters" not in page  # and there is nothing to filter
    assert "Télécharger" not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_costs_the_same_whatever_its_rows(
    rows: int, client: HostileClient, submission: Make, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        submission(f"S{number}")
    with django_assert_num_queries(5):  # savepoint, read only, count, rows, release
        client.get(URL)


def test_it_sorts_by_its_headings_both_ways(client: HostileClient, submission: Make) -> None:
    for sender, answer in (("B", "2"), ("A", "3"), ("C", "1")):
        submission(sender, answer)
    page = client.get(URL).content.decode()
    assert shown(page) == ["A", "B"]
    assert 'aria-sort="ascending"' in page
    assert 'href="/essai/envois?tri=-expediteur"' in page
    page = client.get(f"{URL}?tri=-expediteur").content.decode()
    assert shown(page) == ["C", "B"]
    assert 'aria-sort="descending"' in page
    assert shown(client.get(f"{URL}?tri=reponse").content.decode()) == ["C", "B"]
    assert shown(client.get(f"{URL}?tri=; DROP TABLE").content.decode()) == ["A", "B"]


def test_words_are_sorted_as_a_dictionary_does(
    client: HostileClient, submission: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.design.addresses.Submissions.page_size", 5)
    for sender in ("Zoé", "Jury 10", "agir", "Évaluer", "Jury 2"):
        submission(sender)
    assert shown(client.get(URL).content.decode()) == ["agir", "Évaluer", "Jury 2", "Jury 10", "Zoé"]
    assert shown(client.get(f"{URL}?tri=-expediteur").content.decode())[0] == "Zoé"


def test_rows_that_tie_keep_one_order_from_page_to_page(client: HostileClient, submission: Make) -> None:
    made = [submission("same", str(number)).pk for number in range(6)]
    links = [
        link
        for page in (1, 2, 3)
        for link in re.findall(r'href="/e/([^"]+)"', client.get(f"{URL}?page={page}").content.decode())
    ]
    assert sorted(links) == sorted(str(pk) for pk in made)


def test_pages_keep_the_other_parameters(client: HostileClient, submission: Make) -> None:
    for number in range(5):
        submission(f"S{number}")
    page = client.get(f"{URL}?sender=S&tri=-expediteur&page=2").content.decode()
    assert shown(page) == ["S2", "S1"]
    assert 'href="/essai/envois?sender=S&amp;tri=-expediteur&amp;page=3" rel="next"' in page
    assert 'href="/essai/envois?sender=S&amp;tri=-expediteur" rel="prev"' in page
    assert "<title>Envois, page 2 sur 3 — French IMPACT</title>" in page
    # Another sorting starts again from the first page; the filters keep the sorting.
    assert 'href="/essai/envois?sender=S&amp;tri=reponse"' in page
    assert '<input type="hidden" name="tri" value="-expediteur">' in page


def test_a_page_beyond_the_last_is_the_last(client: HostileClient, submission: Make) -> None:
    for number in range(3):
        submission(f"S{number}")
    assert shown(client.get(f"{URL}?page=999").content.decode()) == ["S2"]


@pytest.mark.parametrize("page", ["0", "-1", "abc", "²", "1e3", "9" * 30, "1.5"])
def test_what_is_not_a_page_is_not_found(page: str, client: HostileClient) -> None:
    assert client.get(URL, {"page": page}).status_code == 404


def test_filters_say_what_they_do_and_can_be_removed(client: HostileClient, submission: Make) -> None:
    submission("Alpha", "a")
    submission("Beta", "b")
    page = client.get(f"{URL}?sender=alp&kinds=a&kinds=b&tri=reponse&page=1").content.decode()
    assert shown(page) == ["Alpha"]
    assert "Expéditeur : alp" in page
    assert 'href="/essai/envois?kinds=a&amp;kinds=b&amp;tri=reponse"' in page
    assert 'href="/essai/envois?sender=alp&amp;tri=reponse&amp;kinds=b"' in page
    nothing = client.get(f"{URL}?sender=zzz").content.decode()
    assert "Rien ne correspond à ces filtres" in nothing


def test_a_wrong_filter_says_why_keeps_what_was_typed_and_filters_nothing(
    client: HostileClient, submission: Make
) -> None:
    submission("Alpha")
    page = client.get(f"{URL}?year=mille").content.decode()
    assert "Saisissez un nombre entier." in page
    assert 'value="mille"' in page
    assert shown(page) == ["Alpha"]
    assert "(facultatif)" not in page


def test_it_exports_everything_that_is_kept_in_the_order_shown(client: HostileClient, submission: Make) -> None:
    for number in range(5):
        submission(f"S{number}", "=1+1" if number == 4 else "")
    response = client.get(f"{URL}?tri=-expediteur&format=csv")
    assert response["Content-Disposition"] == 'attachment; filename="envois.csv"'
    lines = text_of(response).split("\r\n")
    assert lines[0] == "\ufeffExpéditeur;Réponse;Jour;Jeton"
    assert [line.split(";")[0] for line in lines[1:-1]] == ["S4", "S3", "S2", "S1", "S0"]
    assert lines[1].split(";")[1] == "'=1+1"
    workbook = load_workbook(io.BytesIO(b"".join(client.get(f"{URL}?tri=-expediteur&format=xlsx").streaming_content)))
    rows = list(workbook.active.values)
    assert rows[0][:2] == ("Expéditeur", "Réponse")
    assert rows[1][:2] == ("S4", "'=1+1")
    assert len(rows) == 6


def test_an_export_too_long_is_refused_with_the_reason(
    client: HostileClient, submission: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(lists.EXPORT_LIMITS, "xlsx", 2)
    for number in range(3):
        submission(f"S{number}")
    page = client.get(URL).content.decode()
    assert "Télécharger en CSV" in page
    assert "Télécharger en XLSX" not in page
    assert "Un export XLSX compte au plus 2 lignes" in html.unescape(page)
    assert "téléchargez en CSV" in page
    refused = client.get(f"{URL}?format=xlsx")
    assert refused.status_code == 403
    assert "au plus 2 lignes" in refused.content.decode()
    assert client.get(f"{URL}?format=pdf").status_code == 404


@pytest.mark.parametrize(
    ("kind", "said"),
    [({"number": True}, "fi-number"), ({"dated": DAY}, "fi-date"), ({"long": True}, "fr-cell--multiline")],
)
def test_a_cell_says_how_it_is_laid_out(kind: dict[str, Any], said: str) -> None:
    column = Column("nom", "Nom", str, **kind)
    assert column.attributes == f' class="{said}" data-label="Nom"'


def test_a_date_is_never_shown_as_a_machine_writes_it() -> None:
    with pytest.raises(ValueError, match="« Le » a des dates"):
        Column("le", "Le", lambda day: day).shown(date(2026, 11, 12))


def test_no_column_says_its_dates_itself() -> None:
    """`dated` says them on one line, and leaves dates in files; a text would fold, and be sorted as a text."""
    subjects = Path(settings.ROOT) / "accelerator"
    folded = [
        ast.unparse(node)
        for path in subjects.rglob("*.py")
        if "views" in (path.stem, path.parent.name)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "Column"
        and re.search(r"\bsaid\(", ast.unparse(node.args[2]))
        and not {"long", "screen"} & {given.arg for given in node.keywords}
    ]
    assert folded == []
