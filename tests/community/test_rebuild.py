"""The index of the directory, written again whole."""

import pytest
from django.core.management import call_command

from accelerator.community.models import OrganisationDocument
from accelerator.community.search import every_entry, prominence_of
from tests import factories


def test_the_entries_say_how_prominent_each_is_and_leave_out_what_is_not_listed() -> None:
    plain = factories.organisation()
    sure = factories.organisation(identity="verified", siren="732829320", summary="Ce qu’elle fait.")
    told = factories.organisation(identity="declared", themes=["ALI"])
    factories.organisation(publishable=False)
    entries = list(every_entry())
    assert [entry.id for entry in entries] == [plain.pk, sure.pk, told.pk]
    assert [entry.prominence for entry in entries] == [0.0, 0.45, 0.2]


def test_prominence_is_halved_when_the_activity_ceased() -> None:
    alive = factories.organisation(summary="Ce qu’elle fait.", themes=["ALI"], website="https://site.example")
    ceased = factories.organisation(
        summary="Ce qu’elle fait.", themes=["ALI"], website="https://site.example", state="ceased"
    )
    assert (prominence_of(alive), prominence_of(ceased)) == (0.3, 0.15)


@pytest.mark.server
def test_the_command_writes_the_whole_index() -> None:
    one = factories.organisation()
    call_command("rebuild_search", verbosity=0)
    assert list(OrganisationDocument.objects.values_list("pk", flat=True)) == [one.pk]
