"""The look: contrast of our own colours, no typeface of the State outside its sites, what is sent."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.client import HostileClient

CSS = (Path(settings.ROOT) / "accelerator/design/static/design/site.css").read_text(encoding="utf-8")


def colours(selector: str) -> dict[str, str]:
    block = re.search(re.escape(selector) + r"\s*\{(.*?)\}", CSS, re.DOTALL)
    assert block, selector
    return dict(re.findall(r"(--[\w-]+):\s*(#[0-9a-f]{6})", block[1]))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("selector", "ground"),
    [(':root[data-marque="neutre"]', "#ffffff"), (':root[data-marque="neutre"][data-fr-theme="dark"]', "#161616")],
)
def test_our_colours_are_legible_in_light_and_in_dark(selector: str, ground: str) -> None:
    given = colours(selector)
    action = given["--blue-france-sun-113-625"]
    tints = [given[f"--blue-france-{name}"] for name in ("975-75", "950-100", "925-125")]
    for tint in (ground, *tints, given["--blue-france-925-125-hover"]):
        assert contrast(action, tint) >= 4.5, f"{action} sur {tint}"
    for shade in ("", "-hover", "-active"):
        text_on_button = contrast(given["--blue-france-975-sun-113"], given[f"--blue-france-sun-113-625{shade}"])
        # A button pressed is seen for an instant: the threshold of large text.
        assert text_on_button >= (3 if shade == "-active" else 4.5), shade
    assert contrast(given["--fi-accent"], ground) >= 3


def test_outside_the_state_nothing_of_its_identity_is_shown(client: HostileClient) -> None:
    page = client.get("/").content.decode()
    assert 'data-marque="neutre"' in page
    assert "fr-logo" not in page
    assert "République" not in page
    assert "Marianne" not in page
    assert "design/icon.svg" in page
    # Without JavaScript, the menu of small screens is opened by a sheet of its own.
    assert re.search(r'<noscript>\s*<link rel="stylesheet" href="/static/design/noscript.css">\s*</noscript>', page)


def test_the_state_switches_its_identity_on(client: HostileClient, settings: Any) -> None:
    settings.MARQUE = "etat"
    page = client.get("/").content.decode()
    assert 'data-marque="etat"' in page
    assert page.count('class="fr-logo"') == 2
    assert "Marianne-Regular.woff2" in page
    assert "fi-mark" not in page


def test_the_stylesheets_sent_exist() -> None:
    from django.contrib.staticfiles import finders
    from django.template.loader import render_to_string

    for marque in ("neutre", "etat"):
        page = render_to_string("design/styles.html", {"marque": marque})
        for path in re.findall(r'href="/static/([^"]+)"', page):
            assert finders.find(path), path


def test_braces_of_the_stylesheet_match() -> None:
    assert CSS.count("{") == CSS.count("}")
    assert "<<<<" not in CSS
