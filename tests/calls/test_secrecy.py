"""What each side of a file must not read, page by page."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.calls.models import (
    Application,
    Commission,
    CommissionItem,
    CommissionMember,
    Decision,
    Jury,
    PiecesRequest,
    Recusal,
    Slot,
)
from accelerator.calls.operations import decisions, juries, reviewing, sittings
from accelerator.calls.queries.sittings import kept_from, minutes_of
from accelerator.calls.queries.standing import call_standing_of
from accelerator.calls.states import (
    ApplicationState,
    CallRoleName,
    CommissionState,
    DecisionKind,
    DecisionOutcome,
    JuryOpinion,
    MemberQuality,
)
from accelerator.community.states import RoleName
from accelerator.journal.operations import record
from accelerator.workflow import Refused
from tests import factories
from tests.calls.conftest import PDF
from tests.calls.judging import Campaign
from tests.client import HostileClient

Perform = Callable[..., Any]


@pytest.fixture
def campaign() -> Campaign:
    return Campaign()


def browser(person: Person) -> HostileClient:
    client = HostileClient()
    client.force_login(person)
    return client


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def representative_of(file: Application) -> Person:
    assert file.organisation is not None
    return factories.role(file.organisation, name=RoleName.REPRESENTATIVE).person


def page_of(file: Application, person: Person) -> str:
    return text(browser(person).get(reverse("calls:application", args=[file.public_id])))


def test_the_applicant_reads_nothing_of_who_judges_nor_of_what_they_think(
    campaign: Campaign, perform: Perform, at: datetime
) -> None:
    file = campaign.file()
    applicant = representative_of(file)
    reader = campaign.reviewer(factories.person(given_name="Zénaïde", family_name="Lectrice"))
    campaign.given(file, reader)
    perform(reviewing.declare_conflict, application=file, reason="Mon cousin y travaille.", by=reader.person, at=at)
    by = campaign.officer
    record("calls.slot_heard", file, by=by, at=at, opinion="Défavorable")
    record("calls.item_concluded", file, by=by, at=at, outcome="Non retenu à l’appel", tally="7 voix contre")
    record("calls.member_recused", file, reader.person, by=by, at=at, person="Zénaïde Lectrice", reason="Cousin.")
    record("calls.hint_dismissed", file, by=by, at=at, person="Zénaïde Lectrice", hints="a été salariée")
    shown = page_of(file, applicant)
    for word in ("Lectrice", "cousin", "Cousin", "Défavorable", "Non retenu", "voix contre", "salariée"):
        assert word not in shown
    assert "Zénaïde Lectrice" in text(browser(by).get(reverse("calls:file", args=[file.public_id])))


def drafted(file: Application, campaign: Campaign, **values: Any) -> Decision:
    given = {
        "outcome": DecisionOutcome.REJECTED,
        "reasons": "Le modèle n’est pas trouvé.",
        "drafted_at": timezone.now(),
        "drafted_by": campaign.officer,
        **values,
    }
    return Decision.objects.create(application=file, **given)


def test_silence_tells_nothing_of_the_reviews_that_go_on(campaign: Campaign) -> None:
    file = campaign.file()
    campaign.read(file, 1)
    drafted(
        file,
        campaign,
        kind=DecisionKind.IMPLICIT,
        reasons="Le silence vaut rejet.",
        drafted_by=None,
        notified_at=timezone.now(),
    )
    shown = text(browser(representative_of(file)).get(reverse("calls:decision", args=[file.public_id])))
    assert "Le silence vaut rejet." in shown
    for words in ("Pour le candidat 1.", "Commentaire 1", "33,3"):
        assert words not in shown


def test_pieces_asked_are_received_while_a_decision_is_signed_and_not_told(
    campaign: Campaign, perform: Perform, at: datetime, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    file = campaign.file(ApplicationState.INCOMPLETE)
    PiecesRequest.objects.create(
        application=file,
        asked_at=at - timedelta(days=1),
        asked_by=campaign.officer,
        pieces=[{"name": "Statuts", "basis": "Article 3"}],
        due_on=timezone.localdate(at) + timedelta(days=5),
    )
    decision = drafted(file, campaign)
    perform(decisions.sign_decisions, call=campaign.call, decisions=[decision], by=campaign.signatory, at=at)
    client = browser(representative_of(file))
    joined = client.post(
        reverse("calls:piece_asked_add", args=[file.public_id]), {"piece": SimpleUploadedFile("statuts.pdf", PDF)}
    )
    assert joined.status_code == 302
    assert client.post(reverse("calls:give_pieces", args=[file.public_id])).status_code == 302
    file.refresh_from_db()
    assert (file.state, file.told_state) == (ApplicationState.DECIDED, ApplicationState.SUBMITTED)
    shown = text(client.get(reverse("calls:application", args=[file.public_id])))
    assert "a donné les pièces demandées" in shown
    assert "Décidée" not in shown
    perform(decisions.notify_decisions, call=campaign.call, decisions=[decision], by=campaign.officer, at=at)
    assert not file.requests.filter(ended_at__isnull=True).exists()


def test_a_reviewer_is_not_told_that_a_file_is_decided(campaign: Campaign, perform: Perform, at: datetime) -> None:
    file = campaign.file()
    given = campaign.given(file)
    decision = drafted(file, campaign)
    perform(decisions.sign_decisions, call=campaign.call, decisions=[decision], by=campaign.signatory, at=at)
    shown = text(browser(given.reviewer.person).get(reverse("calls:review", args=[given.pk])))
    assert "votre avis n’est plus attendu" in shown
    assert "décidée" not in shown


@pytest.mark.parametrize("seen", ["²", "9" * 5000, "-1", "", "١"])
def test_a_revision_that_no_page_gave_is_refused_and_breaks_nothing(campaign: Campaign, seen: str) -> None:
    file = campaign.file(ApplicationState.DRAFT)
    client = browser(representative_of(file))
    sent = {"besoin": "Un besoin.", "structure": "", "seen": seen}
    answer = client.post(reverse("calls:section", args=[file.public_id, "projet"]), sent)
    assert answer.status_code == 422
    assert "Un besoin." in text(answer)


# The service, on its own side and on its own territory


def kept_files(campaign: Campaign) -> tuple[Application, Application]:
    """A file of which the officer is a mere member, and another's; both are read, and their letters signed."""
    own, other = campaign.file(title="Le nôtre"), campaign.file(title="Le leur")
    factories.role(own.organisation, name=RoleName.MEMBER, holder=campaign.officer)
    for file in (own, other):
        campaign.read(file, 2)
    return own, other


def test_nobody_of_the_service_reads_how_their_own_file_is_judged(
    campaign: Campaign, perform: Perform, at: datetime
) -> None:
    own, other = kept_files(campaign)
    letters = {file: drafted(file, campaign) for file in (own, other)}
    perform(decisions.sign_decisions, call=campaign.call, decisions=[*letters.values()], by=campaign.signatory, at=at)
    client = browser(campaign.officer)
    key = campaign.call.key
    lists = [
        reverse("calls:desk"),
        reverse("calls:ranking", args=[key]),
        reverse("calls:letters", args=[key]),
        reverse("calls:notify_letters", args=[key]),
    ]
    for address in lists:
        shown = text(client.get(address))
        assert "Le leur" in shown, address
        assert "Le nôtre" not in shown, address
    for name, part in (
        ("reviews", own.public_id),
        ("draft_decision", own.public_id),
        ("letter", letters[own].pk),
        ("letter_pdf", letters[own].pk),
        ("undo_letter", letters[own].pk),
    ):
        assert client.get(reverse(f"calls:{name}", args=[key, part])).status_code in (403, 404), name
    for name in ("file", "ask_pieces", "inadmissible", "answer_message"):
        page = client.get(reverse(f"calls:{name}", args=[own.public_id]))
        assert page.status_code == 403
        assert "du côté de qui candidate" in text(page)
    for act, reason in ((decisions.notify_decisions, {}), (decisions.undo_decision, {"reason": "Erreur."})):
        which = {"decision": letters[own]} if reason else {"call": campaign.call, "decisions": [letters[own]]}
        with pytest.raises(Refused, match="du côté de qui candidate"):
            perform(act, **which, **reason, by=campaign.officer, at=at)


def test_nobody_chooses_who_judges_their_own_side(campaign: Campaign, perform: Perform, at: datetime) -> None:
    own, _ = kept_files(campaign)
    given = own.assignments.get()
    with pytest.raises(Refused, match="du côté de qui candidate"):
        perform(reviewing.take_back, assignment=given, reason="Trop sévère.", by=campaign.officer, at=at)
    friend = campaign.reviewer(factories.role(own.organisation, name=RoleName.MEMBER).person)
    with pytest.raises(Refused, match="du côté de qui candidate"):
        perform(
            reviewing.dismiss_hint, application=own, person=friend.person, reason="Rien.", by=campaign.officer, at=at
        )


def test_a_signatory_signs_on_their_territory_and_never_for_their_side(
    campaign: Campaign, perform: Perform, at: datetime
) -> None:
    elsewhere = ["departement-46"]
    far = factories.call_role(
        campaign.call, name=CallRoleName.SIGNATORY, perimeter=elsewhere, perimeter_cover=elsewhere
    ).person
    file = campaign.file(ApplicationState.REVIEW, title="Loin")
    letter = drafted(file, campaign)
    sign = {"call": campaign.call, "decisions": [letter], "at": at}
    with pytest.raises(Refused, match="ne s’étend pas au territoire"):
        perform(decisions.sign_decisions, **sign, by=far)
    client = browser(far)
    for address in ("ranking", "letters", "sign_letters"):
        assert "Loin" not in text(client.get(reverse(f"calls:{address}", args=[campaign.call.key]))), address
    assert client.get(reverse("calls:letter", args=[campaign.call.key, letter.pk])).status_code == 404
    factories.role(file.organisation, name=RoleName.MEMBER, holder=campaign.signatory)
    with pytest.raises(Refused, match="lien avec ce candidat"):
        perform(decisions.sign_decisions, **sign, by=campaign.signatory)


def sitting(campaign: Campaign, *files: Application) -> Commission:
    commission = Commission.objects.create(
        call=campaign.call,
        name="Commission",
        held_at=timezone.now(),
        where="Salle 1",
        made_at=timezone.now(),
        convened_at=timezone.now(),
        opened_at=timezone.now(),
        state=CommissionState.HELD,
    )
    for position, file in enumerate(files, 1):
        CommissionItem.objects.create(
            commission=commission,
            application=file,
            position=position,
            proposal=DecisionOutcome.RETAINED,
            outcome=DecisionOutcome.RETAINED,
            words="Des mots de la commission.",
            concluded_at=timezone.now(),
        )
    return commission


def test_a_member_who_left_a_file_learns_its_conclusion_with_everyone(campaign: Campaign) -> None:
    own, other = campaign.file(title="Le mien"), campaign.file(title="Un autre")
    for file in (own, other):
        campaign.read(file, 2)
    commission = sitting(campaign, own, other)
    members = [
        CommissionMember.objects.create(
            commission=commission, person=factories.person(), quality=MemberQuality.MEMBER, title="", voting=True
        )
        for _ in range(2)
    ]
    gone, stays = members
    Recusal.objects.create(
        item=commission.items.get(application=own), member=gone, reason="Cousin.", left_at=timezone.now()
    )
    for member, seen in ((gone, 1), (stays, 2)):
        page = text(browser(member.person).get(reverse("calls:commission", args=[commission.public_id])))
        assert page.count('data-label="Conclusion"> Retenu à l’appel') == seen
        kept = kept_from(commission, call_standing_of(member.person, commission.call), runs=False, serves=False)
        told = minutes_of(commission, kept=kept)
        assert len(told["outcomes"]) == seen
        assert [item["words"] for item in told["items"]].count("") == 2 - seen
    own.state = ApplicationState.NOTIFIED
    own.save(update_fields=["state"])
    assert not kept_from(commission, call_standing_of(gone.person, commission.call), runs=False, serves=False)


def test_nobody_writes_what_a_jury_or_a_commission_says_of_their_own_side(
    campaign: Campaign, perform: Perform, at: datetime
) -> None:
    own, other = kept_files(campaign)
    jury = Jury.objects.create(call=campaign.call, name="Jury A", made_at=at)
    for hours, file in ((2, own), (1, other)):
        starts_at = at - timedelta(hours=hours)
        Slot.objects.create(
            jury=jury, application=file, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30), where="Salle 1"
        )
    client = browser(campaign.officer)
    shown = text(client.get(reverse("calls:juries", args=[campaign.call.key])))
    assert "Le leur" in shown
    assert "Le nôtre" not in shown
    slot = Slot.objects.get(application=own)
    page = client.get(reverse("calls:slot_opinion", args=[campaign.call.key, slot.public_id]))
    assert page.status_code == 403
    with pytest.raises(Refused, match="lien avec ce candidat"):
        perform(
            juries.keep_opinion,
            slot=slot,
            opinion=JuryOpinion.FAVOURABLE,
            words="Très bien.",
            by=campaign.officer,
            at=at,
        )
    commission = sitting(campaign, own, other)
    item = commission.items.get(application=own)
    assert client.get(reverse("calls:item", args=[commission.public_id, item.pk])).status_code == 404
    with pytest.raises(Refused, match="lien avec ce candidat"):
        perform(
            sittings.conclude,
            item=item,
            ballots={},
            outcome=DecisionOutcome.RETAINED,
            words="Bien.",
            by=campaign.officer,
            at=at,
        )


def test_decisions_are_offered_to_an_officer_for_the_files_that_they_examine_alone(campaign: Campaign) -> None:
    """Whoever presides everywhere and examines in one place reads every file, and drafts those of that place."""
    here, elsewhere = campaign.file(), campaign.file()
    for file in (here, elsewhere):
        campaign.read(file, 3)
    organisation = here.organisation
    assert organisation is not None
    organisation.territories, organisation.territories_cover = ["departement-46"], ["departement-46", "region-76"]
    organisation.save()
    holder = campaign.chair
    place = {"perimeter": ["departement-46"], "perimeter_cover": ["departement-46", "region-76"]}
    factories.call_role(campaign.call, holder=holder, **place)
    client = browser(holder)
    shown = text(client.get(reverse("calls:draft_decisions", args=[campaign.call.key])))
    assert str(here.number) in shown
    assert str(elsewhere.number) not in shown
    drafting = [
        client.get(reverse("calls:draft_decision", args=[campaign.call.key, one.public_id])).status_code
        for one in (here, elsewhere)
    ]
    assert drafting == [200, 403]
    assert str(elsewhere.number) in text(client.get(reverse("calls:ranking", args=[campaign.call.key])))
