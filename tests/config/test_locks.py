"""The locks hold what pyproject.toml asks: seen without network."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from config import embedded

PROJECT = tomllib.loads((embedded.ROOT / "pyproject.toml").read_text())


def _locked(name: str) -> dict[str, str]:
    pins = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", (embedded.ROOT / name).read_text(), re.MULTILINE)
    return {canonicalize_name(package): version for package, version in pins}


@pytest.mark.parametrize(
    ("lock", "asked"),
    [
        ("requirements.txt", PROJECT["project"]["dependencies"]),
        ("requirements-dev.txt", PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]),
    ],
)
def test_each_dependency_is_locked_at_a_version_that_suits(lock: str, asked: list[str]) -> None:
    locked = _locked(lock)
    for line in asked:
        wanted = Requirement(line)
        version = locked.get(canonicalize_name(wanted.name))
        assert version, f"{wanted.name} n'est pas dans {lock} : make lock"
        assert wanted.specifier.contains(version, prereleases=True), f"{line} : {lock} dit {version} ; make lock"


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_each_line_of_a_lock_has_its_hashes_and_no_address(lock: str) -> None:
    text = (embedded.ROOT / lock).read_text()
    assert "://" not in text
    assert "index-url" not in text
    for block in re.split(r"\n(?=[A-Za-z0-9])", text.strip()):
        assert block.startswith("#") or "--hash=sha256:" in block, block


def test_the_two_locks_agree() -> None:
    run, dev = _locked("requirements.txt"), _locked("requirements-dev.txt")
    assert {name: dev.get(name) for name in run} == run
