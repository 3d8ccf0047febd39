import os
from datetime import datetime
from typing import Any

import httpx
import pytest

from accelerator.registers.clients import Unavailable, find_company
from accelerator.registers.identifiers import understand
from config.run import company_register
from demonstration import register


@pytest.fixture
def local(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The demonstration's register; the real one is out of reach."""
    monkeypatch.setattr(register, "REAL_REGISTER", "http://127.0.0.1:9")
    with register.running() as address:
        settings.COMPANY_REGISTER_URL = address
        yield address


@pytest.mark.parametrize("company", register.COMPANIES, ids=lambda company: company["siren"])
def test_each_fictitious_company_is_one_that_the_client_reads(
    local: str, at: datetime, company: dict[str, Any]
) -> None:
    siret = company["siege"]["siret"]
    found = find_company(understand(siret), at=at).company
    assert found is not None
    assert found.establishment(siret)
    assert siret.startswith("000000")


def test_a_fictitious_number_that_nobody_has_is_unknown(local: str, at: datetime) -> None:
    assert find_company(understand("000000059"), at=at).company is None


def test_nothing_is_invented_about_a_number_that_may_be_real(local: str, at: datetime) -> None:
    with pytest.raises(Unavailable):
        find_company(understand("732829320"), at=at)


def test_other_addresses_are_refused(local: str) -> None:
    assert httpx.get(f"{local}/near_point").status_code == 404


def test_the_launcher_leaves_an_address_that_was_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPANY_REGISTER_URL", "http://ailleurs.example")
    with company_register():
        assert os.environ["COMPANY_REGISTER_URL"] == "http://ailleurs.example"
