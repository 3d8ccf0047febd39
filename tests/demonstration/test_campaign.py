"""The demonstration campaign, in small: the same stages, the same operations."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.utils import timezone

from accelerator.calls.models import Application, Assignment, Commission, Decision, Promise, Review, Slot
from accelerator.calls.states import ApplicationState, CommissionState, DecisionOutcome
from accelerator.community.models import Organisation
from demonstration import campaign


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    sizes = {
        "FILES": 12,
        "ELIGIBLE": 8,
        "HEARD": 4,
        "JURIES": 2,
        "RETAINED": 2,
        "DEEPEN": 1,
        "REVIEWERS": 6,
        "READERS": 2,
    }
    for name, size in sizes.items():
        monkeypatch.setattr(campaign, name, size)
    return


def test_the_campaign_is_played_stage_by_stage(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("play_campaign", until="filed")
    files = Application.objects.filter(call__public_id=campaign.PUBLIC_ID)
    assert files.filter(state=ApplicationState.SUBMITTED).count() == 12
    failing = [one for one in files if any(finding["result"] == "fails" for finding in one.findings)]
    assert len(failing) == 4
    # Everyone is visibly fictitious, and nothing happened later than now.
    names = list(files.order_by("number").values_list("title", flat=True))
    assert len(set(names)) == 12
    assert all("(exemple)" in name for name in names)
    assert timezone.now() > files.earliest("submitted_at").submitted_at
    call_command("play_campaign", until="reviewed")
    assert Decision.objects.filter(outcome=DecisionOutcome.INADMISSIBLE, notified_at__isnull=False).count() == 4
    assert Review.objects.filter(mean__isnull=False).count() == Assignment.objects.done().count() > 0
    call_command("play_campaign")
    assert Slot.objects.filter(heard_at__isnull=False).count() == 4
    commission = Commission.objects.get()
    assert commission.state == CommissionState.CLOSED
    # The demonstration has decided elsewhere too: a label.
    decided = Decision.objects.filter(application__in=files, notified_at__isnull=False)
    told = {outcome: decided.filter(outcome=outcome).count() for outcome in DecisionOutcome.values}
    assert told == {"retained": 2, "deepen": 1, "rejected": 5, "inadmissible": 4}
    assert files.filter(state=ApplicationState.NOTIFIED).count() == 12
    assert Promise.objects.count() == 10
    assert "12 dossiers" in capsys.readouterr().out
    # The directory stays as it was: nobody of the campaign is published.
    assert not Organisation.objects.listed().filter(source="démonstration").exists()
    call_command("play_campaign")
    assert files.count() == 12
