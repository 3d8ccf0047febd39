"""The table of states, as a jurist would read it."""

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from accelerator.calls.models import CallVersion
from accelerator.calls.purposes import Purpose, purpose_of, purposes, register
from accelerator.calls.states import DECIDABLE, TRANSITIONS, UNDO, WITHDRAW, ApplicationState
from tests import factories


def test_every_state_but_the_withdrawn_has_a_way_out() -> None:
    leaving = {source for transition in TRANSITIONS for source in transition.sources}
    assert set(ApplicationState.values) - leaving == {ApplicationState.WITHDRAWN}


def test_every_state_is_reached() -> None:
    reached = {transition.target for transition in TRANSITIONS}
    assert set(ApplicationState.values) - reached == {ApplicationState.DRAFT}


def test_a_decision_is_undone_to_where_it_was_taken_from() -> None:
    assert {source: transition.target for source, transition in UNDO.items()} == {str(s): str(s) for s in DECIDABLE}


def test_what_is_told_is_no_longer_withdrawn() -> None:
    assert WITHDRAW.sources.isdisjoint({ApplicationState.NOTIFIED, ApplicationState.APPEALED})


def test_the_purposes() -> None:
    assert [purpose.code for purpose in purposes()] == ["calls.open", "projects.qualification", "labels.award"]


def test_a_purpose_is_registered_once() -> None:
    with pytest.raises(ValueError, match="deux fois"):
        register(purpose_of("calls.open"))
    with pytest.raises(LookupError, match="aucun sujet"):
        purpose_of("calls.unknown")
    assert isinstance(purpose_of("calls.open"), Purpose)


def test_a_published_version_never_changes(at: datetime) -> None:
    version = factories.call_version(published_at=at)
    for change in (lambda: version.delete(), lambda: CallVersion.objects.filter(pk=version.pk).update(why="Autre.")):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            change()
