"""Calls written beforehand: the real one, the permanent one."""

from collections.abc import Callable
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from accelerator.calls.criteria import Grid
from accelerator.calls.eligibility import Eligibility
from accelerator.calls.models import Call
from accelerator.calls.operations.founding import WRITTEN, load_call
from accelerator.calls.queries.versions import faults_of, published_version
from accelerator.calls.questions import Questionnaire
from accelerator.journal import System
from accelerator.journal.models import Event


@pytest.mark.parametrize("code", sorted(path.stem for path in WRITTEN.glob("*.json")))
def test_a_call_written_beforehand_is_whole(code: str, perform: Callable[..., Any], at: datetime) -> None:
    call = perform(load_call, code=code, by=System("founding-facts"), at=at)
    version = published_version(call)
    assert version is not None
    assert faults_of(version, at.date()) == []
    assert Questionnaire.from_json(version.form).to_json() is not None
    assert Grid.from_json(version.criteria).criteria
    assert all(rule.source for rule in Eligibility.from_json(version.eligibility).rules)
    assert call.sources


def test_the_pioneers_of_2018_are_loaded_once_and_closed(at: datetime) -> None:
    call_command("load_calls", stdout=StringIO())
    call_command("load_calls", stdout=StringIO())
    call = Call.objects.get()
    assert not call.is_open(at)
    assert Event.objects.filter(code="calls.call_loaded").count() == 1
    version = published_version(call)
    assert version is not None
    rules = {rule.code: rule.value for rule in Eligibility.from_json(version.eligibility).rules}
    assert rules == {"anciennete": 3, "budget": 50_000_000, "perenne": True, "preuve": True}
