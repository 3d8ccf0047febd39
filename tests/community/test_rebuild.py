"""The index of the directory, written again whole."""

import pytest
from django.core.management import call_command

from accelerator.community.models import Organisation, OrganisationDocument
from accelerator.community.search import DIRECTORY, Entries, refresh, refresh_ids, the_most_prominent_first
from accelerator.search.types import Question
from tests import factories


def test_the_entries_say_how_prominent_each_is_and_leave_out_what_is_not_listed() -> None:
    plain = factories.organisation()
    sure = factories.organisation(identity="verified", siren="732829320", summary="Ce qu’elle fait.")
    told = factories.organisation(identity="declared", themes=["ALI"])
    factories.organisation(publishable=False)
    entries = Entries()(the_most_prominent_first())
    assert [entry.id for entry in entries] == [sure.pk, told.pk, plain.pk]
    assert [entry.prominence for entry in entries] == [0.45, 0.2, 0.0]


def test_prominence_is_halved_when_the_activity_ceased() -> None:
    alive = factories.organisation(summary="Ce qu’elle fait.", themes=["ALI"], website="https://site.example")
    ceased = factories.organisation(
        summary="Ce qu’elle fait.", themes=["ALI"], website="https://site.example", state="ceased"
    )
    assert [entry.prominence for entry in Entries()([alive.pk, ceased.pk])] == [0.3, 0.15]


@pytest.mark.server
def test_the_command_writes_the_whole_index() -> None:
    one = factories.organisation()
    call_command("rebuild_search", verbosity=0)
    assert list(OrganisationDocument.objects.values_list("pk", flat=True)) == [one.pk]


def test_refreshing_by_identifier_writes_what_changed_and_removes_what_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accelerator.search.index._CHUNK", 2)
    names = ("Une", "Deux", "Trois", "Quatre")
    renamed, hidden, gone, untouched = (factories.organisation(name=name) for name in names)
    refresh([renamed, hidden, gone, untouched])
    Organisation.objects.filter(pk=renamed.pk).update(name="Ressourcerie")
    Organisation.objects.filter(pk=hidden.pk).update(publishable=False)
    OrganisationDocument.objects.filter(pk=gone.pk).delete()
    Organisation.objects.filter(pk=gone.pk).delete()
    refresh_ids([gone.pk, hidden.pk, renamed.pk, renamed.pk])
    assert set(DIRECTORY.search(Question()).ids) == {renamed.pk, untouched.pk}
    assert DIRECTORY.search(Question("ressourcerie")).ids == [renamed.pk]
    refresh_ids([])
