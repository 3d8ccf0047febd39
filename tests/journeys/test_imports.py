"""An administrator reads what the import of INSEE's files did, and takes the rejects away."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from config import embedded
from tests.databases import url_of
from tests.journeys.conftest import Window
from tests.registers.files import site, sites_file, unit, units_file


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (390, True), (390, False)])
def test_an_import_is_read_and_its_rejects_are_taken_away(
    browse: Callable[..., Window], width: int, javascript: bool, worker_id: str, tmp_path: Path
) -> None:
    window = browse(width=width, javascript=javascript)
    window.become("ange")
    files = (
        units_file(tmp_path, unit(1), unit(2), {**unit(3), "siren": "12"}, name="StockUniteLegale_2026-11-01.csv"),
        sites_file(tmp_path, site(1), site(2)),
    )
    environment = {**os.environ, "DATABASE_URL": url_of(f"journeys_{worker_id}_{os.getpid()}")}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings.dev"
    command = [sys.executable, "manage.py", "import_sirene", *map(str, files)]
    subprocess.run(command, cwd=embedded.ROOT, env=environment, check=True, capture_output=True)
    window.open("/registres/imports")
    window.page.locator("main tbody a").first.click()
    window.look()
    assert "Économie sociale et solidaire ou sociétés à mission" in window.text()
    with window.page.expect_download() as taken:
        window.page.get_by_role("link", name="Télécharger les rejets").click()
    assert "La clé de contrôle de ce SIREN est fausse" in Path(taken.value.path()).read_text(encoding="utf-8-sig")
    window.open("/annuaire?q=jardins+fictifs")
    assert "LES JARDINS FICTIFS 1" in window.text()
