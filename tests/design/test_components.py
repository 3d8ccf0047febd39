"""What each component looks like: `UPDATE_SNAPSHOTS=1` writes the pictures again, to be read before they are kept."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Engine, Template, TemplateSyntaxError
from django.utils.safestring import mark_safe

from accelerator.design.boxes import Card
from accelerator.design.components import COMPONENTS
from accelerator.design.paging import Chip, Pages
from tests.client import faults_of

SNAPSHOTS = Path(__file__).parent / "snapshots"
VALUES: dict[str, Any] = {
    "pages": Pages(current=5, total=12, url_of=lambda number: f"/liste?page={number}"),
    "chips": [Chip("Type : Réseau", "/liste"), Chip("Lot", "/liste?type=reseau")],
    "lines": [
        {"label": "Nature", "text": "Commune", "url": "", "note": ""},
        {"label": "Région", "text": "<Occitanie>", "url": "/r", "note": "COG 2026"},
    ],
    "events": [],
    "cards": [Card("<b>x", "/o", "Répare.", "Figeac", ["Porteur"]), Card("Seule", "/s")],
    "hostile": "<b>x",
    "header": ["Lieu", "Nombre"],
    "rows": [["Lot", 3]],
    "downloads": [("CSV", "/c.csv")],
}
SAMPLES = {
    "accordion": '{% accordion title="Plus" opened=True %}<p>Texte</p>{% endaccordion %}',
    "alert": '{% alert title="Attention" level="warning" %}<p>Texte</p>{% endalert %}',
    "badge": '{% badge label="Nouveau" level="new" %}',
    "button": '{% button label="Chercher" icon="search-line" look="secondary" name="a" value=hostile %}',
    "callout": '{% callout title="À retenir" icon="information-line" %}<p>Texte</p>{% endcallout %}',
    "card": '{% card title=hostile url="/o" text="Répare." detail="Figeac" badges=header %}',
    "cards": '{% cards cards=cards level="h2" %}',
    "chart": '{% chart url="/c.svg" described=hostile version="2026-11-26" %}',
    "chips": '{% chips chips=chips reset_url="/liste" %}',
    "facts": "{% facts lines=lines %}",
    "figure": (
        '{% figure title="Par lieu" header=header rows=rows note="Au siège." downloads=downloads source="Nous" %}'
        "<p>dessin</p>{% endfigure %}"
    ),
    "keyfigure": '{% keyfigure value=45 label="organisations" note="à l’instant" %}',
    "link": '{% link label="Voir" url="/v" icon="eye-line" look="tertiary" %}',
    "nothing": '{% nothing title="Rien" %}<p>Revenez.</p>{% endnothing %}',
    "pagination": "{% pagination pages=pages %}",
    "post": '{% post label="Envoyer" action="/a" look="secondary" inline=True files=True %}<p>champs</p>{% endpost %}',
    "proconnect": '{% proconnect url="/compte/proconnect" %}',
    "progress": '{% progress label="Dossier" value=40 text="2 étapes sur 5" %}',
    "provenance": '{% provenance source="chorum.fr" url="https://chorum.fr/" on="juin 2018" note="Lu en 2026" %}',
    "stepper": '{% stepper title="L’identité" current=1 total=3 following="Le projet" %}',
    "tabular": (
        '{% tabular caption=hostile look="wrap" region="Sources" %}'
        '<thead><tr><th scope="col">Quoi</th></tr></thead><tbody><tr><td>Lot</td></tr></tbody>{% endtabular %}'
    ),
    "tag": '{% tag label="Mobilité" url="/t" %}',
    "tile": '{% tile title="La carte" url="/c" text="Où ?" detail="101 départements" %}',
    "timeline": "{% timeline lines=events %}",
}


def rendered(source: str) -> str:
    engine = Template("").engine
    assert isinstance(engine, Engine)
    context = Context({**VALUES, "csrf_token": "jeton", "once": "une-fois", "request": None})
    page = Template(source).render(context)
    return re.sub(r"\n\s*\n+", "\n", page).strip() + "\n"


def test_every_component_has_a_sample() -> None:
    # Subjects may declare their own beside these.
    assert {component.name for component in COMPONENTS} - SAMPLES.keys() <= {"themes", "places"}


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_component_keeps_its_look(name: str) -> None:
    picture, page = SNAPSHOTS / f"{name}.html", rendered(SAMPLES[name])
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        SNAPSHOTS.mkdir(exist_ok=True)
        picture.write_text(page, encoding="utf-8")
    assert page == picture.read_text(encoding="utf-8")
    assert faults_of(page, fragment=True) == []


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_an_unknown_attribute_is_an_error_that_lists_the_known_ones(name: str) -> None:
    component = next(component for component in COMPONENTS if component.name == name)
    with pytest.raises(TemplateSyntaxError) as error:
        Template(f'{{% {name} colour="red" %}}')
    assert "attribut inconnu colour" in str(error.value)
    for attribute in component.attributes:
        assert attribute in str(error.value)


def test_more_steps_than_the_design_system_draws_are_drawn_all_the_same() -> None:
    many = rendered('{% stepper title="Site et liens" current=9 total=10 following="" %}')
    assert re.search(r'<progress class="fi-steps"\s+value="9"\s+max="10"\s+aria-hidden="true">', many)
    assert "fr-stepper__steps" not in many


def test_a_missing_attribute_is_named() -> None:
    with pytest.raises(TemplateSyntaxError, match="il manque url"):
        Template('{% link label="Voir" %}')


def test_an_attribute_without_its_name_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="tout attribut est nommé"):
        Template('{% badge "Nouveau" %}')


def test_a_value_outside_the_choices_is_refused() -> None:
    with pytest.raises(ValueError, match="valeurs possibles"):
        rendered('{% badge label="x" level="rouge" %}')


def test_what_is_given_is_escaped_unless_it_is_markup() -> None:
    assert "&lt;b&gt;x" in rendered("{% badge label=hostile %}")
    context = Context({"markup": mark_safe("<b>x</b>"), "csrf_token": "", "once": "", "request": None})
    assert "<b>x</b>" in Template("{% badge label=markup %}").render(context)


@pytest.mark.parametrize(
    ("current", "total", "shown"),
    [
        (1, 1, [1]),
        (1, 3, [1, 2, 3]),
        (1, 9, [1, 2, 0, 9]),
        (4, 9, [1, 2, 3, 4, 5, 0, 9]),
        (5, 9, [1, 0, 4, 5, 6, 0, 9]),
        (9, 9, [1, 0, 8, 9]),
    ],
)
def test_the_pages_shown_around_the_current_one(current: int, total: int, shown: list[int]) -> None:
    pages = Pages(current=current, total=total, url_of=str)
    assert [link.number for link in pages.links] == shown
    assert bool(pages.previous_url) == (current > 1)
    assert bool(pages.next_url) == (current < total)
