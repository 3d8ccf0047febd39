"""Decisions: drafted, signed, undone, told; what the letter says."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accelerator.calls import purposes
from accelerator.calls.criteria import said_score
from accelerator.calls.letters import plain
from accelerator.calls.models import Application, Call, CallRole, Decision, Tally
from accelerator.calls.operations import decisions as operations
from accelerator.calls.operations.appeals import file_appeal
from accelerator.calls.operations.examining import write_message
from accelerator.calls.operations.opinions import ask_opinion
from accelerator.calls.queries.desk import files_of, to_take_up
from accelerator.calls.queries.letters import drafted_letter
from accelerator.calls.states import (
    WITHDRAW,
    AppealKind,
    ApplicationState,
    CallRoleName,
    DecisionKind,
    DecisionOutcome,
    DecisionState,
)
from accelerator.community.states import RoleName
from accelerator.design.papers import pdf
from accelerator.journal.models import Event
from accelerator.journal.queries import history_of
from accelerator.notices.models import Notice
from accelerator.workflow import Refused
from accelerator.workflow.transitions import move
from tests import factories
from tests.calls.judging import Campaign
from tests.client import HostileClient, questions_of

Perform = Callable[..., Any]


@pytest.fixture
def campaign() -> Campaign:
    return Campaign()


def drafts(campaign: Campaign, files: list[Application], **values: Any) -> dict[str, Any]:
    return {
        "call": campaign.call,
        "applications": files,
        "outcome": DecisionOutcome.REJECTED,
        "reasons": "Le modèle n’est pas trouvé.",
        "advice": "Voyez un DLA.",
        "by": campaign.officer,
        "at": timezone.now(),
        **values,
    }


def drafted(campaign: Campaign, count: int = 1, **values: Any) -> list[Decision]:
    return [
        Decision.objects.create(
            application=campaign.file(ApplicationState.REVIEW),
            **{
                "outcome": DecisionOutcome.RETAINED,
                "reasons": "Retenu.",
                "drafted_at": timezone.now(),
                "drafted_by": campaign.officer,
                **values,
            },
        )
        for _ in range(count)
    ]


def test_a_lot_is_drafted_whole_or_not_at_all(campaign: Campaign, perform: Perform) -> None:
    files = [campaign.file(ApplicationState.REVIEW) for _ in range(3)]
    assert len(perform(operations.draft_decisions, **drafts(campaign, files))) == 3
    assert {one.state for one in Decision.objects.all()} == {DecisionState.DRAFTED}
    over = campaign.file(ApplicationState.NOTIFIED)
    fresh = campaign.file(ApplicationState.REVIEW)
    with pytest.raises(Refused, match=str(over.number)):
        perform(operations.draft_decisions, **drafts(campaign, [fresh, over]))
    assert Decision.objects.count() == 3
    # Again: the draft is changed, there is one.
    perform(operations.draft_decisions, **drafts(campaign, files[:1], outcome=DecisionOutcome.DEEPEN))
    assert Decision.objects.get(application=files[0]).outcome == DecisionOutcome.DEEPEN


def test_a_draft_has_reasons_and_an_officer_who_is_not_the_applicant(campaign: Campaign, perform: Perform) -> None:
    file = campaign.file(ApplicationState.REVIEW)
    with pytest.raises(Refused, match="motivée"):
        perform(operations.draft_decisions, **drafts(campaign, [file], reasons=" "))
    with pytest.raises(Refused):
        perform(operations.draft_decisions, **drafts(campaign, [file], by=factories.person()))
    with pytest.raises(Refused, match="au moins un"):
        perform(operations.draft_decisions, **drafts(campaign, []))
    with pytest.raises(Refused, match="pas de cet appel"):
        perform(operations.draft_decisions, **drafts(campaign, [Campaign().file(ApplicationState.REVIEW)]))
    factories.role(file.organisation, name=RoleName.MEMBER, holder=campaign.officer)
    with pytest.raises(Refused, match="autre instructeur"):
        perform(operations.draft_decisions, **drafts(campaign, [file]))


def test_letters_are_signed_undone_then_told(campaign: Campaign, perform: Perform, at: datetime) -> None:
    files = [campaign.file(ApplicationState.REVIEW), campaign.file(ApplicationState.HEARING)]
    for file in files:
        campaign.read(file, 2)
        Application.objects.filter(pk=file.pk).update(state=file.state)
    made = perform(operations.draft_decisions, **drafts(campaign, files))
    signed = perform(operations.sign_decisions, call=campaign.call, decisions=made, by=campaign.signatory, at=at)
    assert {one.state for one in signed} == {DecisionState.SIGNED}
    assert {one.state for one in Application.objects.all()} == {ApplicationState.DECIDED}
    assert {one.told_state for one in Application.objects.all()} == {ApplicationState.REVIEW, ApplicationState.HEARING}
    assert Notice.objects.filter(template="calls/decision_notified").count() == 0
    perform(operations.undo_decision, decision=signed[1], reason="Une erreur de plume.", by=campaign.officer, at=at)
    assert Application.objects.get(pk=files[1].pk).state == ApplicationState.HEARING
    assert Decision.objects.get(pk=made[1].pk).letter == {}
    perform(operations.sign_decisions, call=campaign.call, decisions=made[1:], by=campaign.signatory, at=at)
    told = perform(operations.notify_decisions, call=campaign.call, decisions=made, by=campaign.officer, at=at)
    assert {one.state for one in told.told} == {DecisionState.NOTIFIED}
    assert {one.state for one in Application.objects.all()} == {ApplicationState.NOTIFIED}
    bodies = list(Notice.objects.filter(template="calls/decision_notified").values_list("body", flat=True))
    assert len(bodies) == 2
    for words in (
        "Le modèle n’est pas trouvé.",
        "Pour le candidat 2.",
        "Impact social (poids 2) : 66,7",
        "recours gracieux",
    ):
        assert words in bodies[0]
    assert "Pour le service" not in bodies[0]
    with pytest.raises(Refused, match="ne se défait plus"):
        perform(operations.undo_decision, decision=made[0], reason="Trop tard.", by=campaign.officer, at=at)
    with pytest.raises(Refused, match="déjà notifiée"):
        perform(operations.notify_decisions, call=campaign.call, decisions=made, by=campaign.officer, at=at)


def test_a_decision_is_told_to_the_paper_and_to_those_who_are_still_of_the_organisation(
    campaign: Campaign, perform: Perform, at: datetime
) -> None:
    stays, left, steers = (factories.person() for _ in range(3))
    file = campaign.file(ApplicationState.REVIEW, person=left, submitted_by=stays)
    factories.role(file.organisation, name=RoleName.MEMBER, holder=stays)
    factories.role(file.organisation, name=RoleName.MEMBER, holder=left, ended_at=at)
    factories.role(file.organisation, name=RoleName.MANAGER, holder=steers)
    address = "papier@personnes.example"
    paper = campaign.file(
        ApplicationState.REVIEW, person=None, organisation=None, origin="paper", paper={"name": "X", "email": address}
    )
    made = perform(operations.draft_decisions, **drafts(campaign, [file, paper]))
    perform(operations.sign_decisions, call=campaign.call, decisions=made, by=campaign.signatory, at=at)
    perform(operations.notify_decisions, call=campaign.call, decisions=made, by=campaign.officer, at=at)
    told = set(Notice.objects.filter(template="calls/decision_notified").values_list("email", flat=True))
    assert told == {stays.email, steers.email, address}


def test_the_letter_stays_as_it_was_signed(campaign: Campaign, perform: Perform, at: datetime) -> None:
    (decision,) = drafted(campaign)
    (signed,) = perform(
        operations.sign_decisions, call=campaign.call, decisions=[decision], by=campaign.signatory, at=at
    )
    Call.objects.filter(pk=campaign.call.pk).update(service="Un autre bureau")
    assert Decision.objects.get(pk=signed.pk).letter["service"] == "Bureau fictif des appels"
    assert campaign.signatory.name in signed.letter["signature"]
    assert "Arrêté fictif" in signed.letter["signature"]
    assert pdf("letter", signed.letter, at=at).startswith(b"%PDF-")


@pytest.mark.parametrize("who", ["officer", "stranger", "ended", "not_yet", "no_more", "amount"])
def test_only_a_delegation_that_covers_the_letter_signs_it(
    campaign: Campaign, perform: Perform, at: datetime, who: str
) -> None:
    decisions = drafted(campaign, 2)
    by: Any = campaign.signatory
    role = CallRole.objects.filter(call=campaign.call, person=campaign.signatory)
    today = timezone.localdate()
    if who == "officer":
        by = campaign.officer
    elif who == "stranger":
        by = factories.person()
    elif who == "ended":
        role.update(ended_at=at)
    elif who == "not_yet":
        role.update(acts_from=today + timedelta(days=1))
    elif who == "no_more":
        role.update(acts_until=today - timedelta(days=1))
    else:
        role.update(most_cents=100_00)
        Decision.objects.filter(pk=decisions[1].pk).update(cents=100_01)
    with pytest.raises(Refused):
        perform(operations.sign_decisions, call=campaign.call, decisions=decisions, by=by, at=at)
    assert Decision.objects.filter(signed_at__isnull=False).count() == 0
    assert Event.objects.filter(code="calls.decided").count() == 0


@pytest.fixture
def ceilings(campaign: Campaign) -> dict[str, CallRole]:
    """Signatories of the same call, up to 10 000 €, up to 50 000 €, and of another place up to anything."""
    low = CallRole.objects.get(call=campaign.call, person=campaign.signatory)
    CallRole.objects.filter(pk=low.pk).update(most_cents=10_000_00, act_reference="Arrêté du plafond bas")
    name, elsewhere = CallRoleName.SIGNATORY, ["departement-2A"]
    return {
        "low": low,
        "high": factories.call_role(
            campaign.call, name=name, most_cents=50_000_00, act_reference="Arrêté du plafond haut"
        ),
        "elsewhere": factories.call_role(campaign.call, name=name, perimeter=elsewhere, perimeter_cover=elsewhere),
    }


def test_an_amount_is_signed_by_whoever_goes_up_to_it_and_the_refusal_says_who(
    campaign: Campaign, perform: Perform, at: datetime, ceilings: dict[str, CallRole]
) -> None:
    files = [campaign.file(ApplicationState.REVIEW) for _ in range(2)]
    amount = {"outcome": DecisionOutcome.RETAINED, "cents": 20_000_00}
    made = perform(operations.draft_decisions, **drafts(campaign, files, **amount))
    given = {"call": campaign.call, "decisions": made, "at": at}
    with pytest.raises(Refused) as refused:
        perform(operations.sign_decisions, by=campaign.signatory, **given)
    words = refused.value.message.replace("\u202f", " ").replace("\u00a0", " ")
    assert "s’arrête à 10 000 €, et ce courrier accorde 20 000 €" in words
    high = ceilings["high"].person
    assert f"Peut le signer : {high.name} (Arrêté du plafond haut)." in words
    assert ceilings["elsewhere"].person.name not in words
    assert not Decision.objects.filter(signed_at__isnull=False).exists()
    signed = perform(operations.sign_decisions, by=high, **given)
    assert {one.signatory for one in signed} == {ceilings["high"]}


def test_an_amount_that_nobody_could_sign_is_not_prepared(
    campaign: Campaign, perform: Perform, ceilings: dict[str, CallRole]
) -> None:
    file = campaign.file(ApplicationState.REVIEW)
    amount = {"outcome": DecisionOutcome.RETAINED, "cents": 50_000_01}
    with pytest.raises(Refused, match="Arrêté du plafond haut") as refused:
        perform(operations.draft_decisions, **drafts(campaign, [file], **amount))
    assert refused.value.field == "amount"
    perform(operations.draft_decisions, **drafts(campaign, [file], **{**amount, "cents": 50_000_00}))
    # A call that has no signatory yet may be given one.
    CallRole.objects.filter(call=campaign.call, name=CallRoleName.SIGNATORY).update(ended_at=timezone.now())
    perform(operations.draft_decisions, **drafts(campaign, [file], **amount))
    with pytest.raises(Refused, match="favorable"):
        perform(operations.draft_decisions, **drafts(campaign, [file], cents=1))


def test_a_signatory_whom_nobody_can_replace_is_told_to_have_one_named(
    campaign: Campaign, perform: Perform, at: datetime
) -> None:
    (decision,) = drafted(campaign, cents=200_00)
    CallRole.objects.filter(call=campaign.call, person=campaign.signatory).update(most_cents=100_00)
    with pytest.raises(Refused, match="un auteur de l’appel peut en nommer un"):
        perform(operations.sign_decisions, call=campaign.call, decisions=[decision], by=campaign.signatory, at=at)


def test_an_unfavourable_letter_says_how_to_contest_it(campaign: Campaign, perform: Perform, at: datetime) -> None:
    decisions = drafted(campaign, outcome=DecisionOutcome.REJECTED)
    Call.objects.filter(pk=campaign.call.pk).update(remedies=[])
    campaign.call.refresh_from_db()
    with pytest.raises(Refused, match="voies de recours"):
        perform(operations.sign_decisions, call=campaign.call, decisions=decisions, by=campaign.signatory, at=at)
    favourable = drafted_letter(drafted(campaign)[0])
    assert favourable["remedies"] == []


def test_an_inadmissible_file_shows_no_score(campaign: Campaign) -> None:
    (decision,) = drafted(campaign, outcome=DecisionOutcome.INADMISSIBLE)
    campaign.read(decision.application, 2)
    letter = drafted_letter(decision)
    assert letter["scores"] == []
    assert "irrecevable" in plain(letter)


def test_a_letter_says_the_note_of_the_file_and_the_threshold_of_the_call(campaign: Campaign) -> None:
    (decision,) = drafted(campaign, outcome=DecisionOutcome.REJECTED)
    assert "La note de votre dossier" not in plain(drafted_letter(decision))
    campaign.read(decision.application, 2)
    ranked = Tally.objects.get(application=decision.application)
    letter = drafted_letter(decision)
    (said,) = [part["words"] for part in letter["parts"] if part["title"] == "La note de votre dossier"]
    assert said.startswith(f"{said_score(ranked.mean)} sur 100")
    threshold = decision.application.version.criteria["threshold"]
    assert (f"Le seuil de l’appel est de {threshold} sur 100" in said) == (threshold is not None)


def test_a_letter_says_what_an_algorithm_computed(campaign: Campaign) -> None:
    (decision,) = drafted(campaign, outcome=DecisionOutcome.REJECTED)
    assert "algorithm" not in plain(drafted_letter(decision))
    campaign.read(decision.application, 2)
    words = plain(drafted_letter(decision))
    for mention in ("L311-3-1", "classer les dossiers", campaign.call.service_email, "www.cada.fr"):
        assert mention in words
    # Inadmissible for a reason that no condition gave, it rests on no computation.
    decision.outcome = DecisionOutcome.INADMISSIBLE
    decision.application.findings = [{"code": "budget", "result": "fails"}]
    assert "algorithm" not in plain(drafted_letter(decision))
    decision.failed = [{"code": "budget", "label": "Le budget dépasse 500 000 €", "why": "Il est de 400 000 €."}]
    assert "les conditions de l’appel ont été comparées" in plain(drafted_letter(decision))
    decision.application.call.crpa = False
    assert "algorithm" not in plain(drafted_letter(decision))


FINDINGS = [
    {"code": code, "label": f"La condition {code}", "result": result, "why": f"Dit : {code}.", "weight": "law"}
    for code, result in (("age", "fails"), ("budget", "fails"), ("proof", "unknown"), ("model", "holds"))
]


@pytest.mark.parametrize("retained", [["age"], ["age", "proof"], []])
def test_an_inadmissible_letter_names_the_conditions_that_are_retained_and_no_others(
    campaign: Campaign, perform: Perform, at: datetime, retained: list[str]
) -> None:
    file = campaign.file(ApplicationState.SUBMITTED, findings=FINDINGS)
    given = drafts(
        campaign, [file], outcome=DecisionOutcome.INADMISSIBLE, failed=[*retained, "model", "unknown of the file"]
    )
    made = perform(operations.draft_decisions, **given)
    perform(operations.sign_decisions, call=campaign.call, decisions=made, by=campaign.signatory, at=at)
    letter = Decision.objects.get(application=file).letter
    words = plain(letter)
    for finding in FINDINGS:
        named = f"{finding['label']}. {finding['why']}" in words
        assert named == (finding["code"] in retained)
        assert (str(finding["label"]) in words) == named
    titles = [part["title"] for part in letter["parts"]]
    assert ("Conditions non remplies" in titles, "Condition non remplie" in titles) == (
        len(retained) > 1,
        len(retained) == 1,
    )
    # Prepared again for another reason, nothing of it is left.
    again = campaign.file(ApplicationState.SUBMITTED, findings=FINDINGS)
    perform(operations.draft_decisions, **{**given, "applications": [again]})
    perform(operations.draft_decisions, **drafts(campaign, [again], failed=retained))
    assert Decision.objects.get(application=again).failed == []


def test_what_silence_decided_tells_nothing_of_reviews_in_progress(campaign: Campaign, at: datetime) -> None:
    file = campaign.file(ApplicationState.REVIEW)
    campaign.read(file, 2)
    silence = Decision.objects.create(
        application=file,
        kind=DecisionKind.IMPLICIT,
        outcome=DecisionOutcome.REJECTED,
        reasons="Le silence vaut rejet.",
        drafted_at=at,
        notified_at=at,
    )
    letter = drafted_letter(silence)
    assert letter["scores"] == []
    assert "Pour le candidat 2." not in plain(letter)
    assert "recours gracieux" in plain(letter)
    assert "personne ne l’a signée" in letter["signature"]
    assert "Projet" not in letter["dated"]


def test_an_express_decision_replaces_what_silence_decided(campaign: Campaign, perform: Perform, at: datetime) -> None:
    (decision,) = drafted(campaign)
    silence = Decision.objects.create(
        application=decision.application,
        kind=DecisionKind.IMPLICIT,
        outcome=DecisionOutcome.REJECTED,
        reasons="Le silence vaut rejet.",
        drafted_at=at,
        notified_at=at,
    )
    both = {"call": campaign.call, "decisions": [decision], "at": at}
    perform(operations.sign_decisions, **both, by=campaign.signatory)
    perform(operations.notify_decisions, **both, by=campaign.officer)
    silence.refresh_from_db()
    assert silence.state == DecisionState.REPLACED
    assert silence.replaced_by == decision


@pytest.mark.parametrize("outcome", [DecisionOutcome.REJECTED, DecisionOutcome.INADMISSIBLE, DecisionOutcome.DEEPEN])
def test_what_silence_accepted_is_not_refused_by_a_letter(
    campaign: Campaign, perform: Perform, at: datetime, outcome: DecisionOutcome
) -> None:
    before, signed = drafted(campaign, 2, outcome=outcome)
    perform(operations.sign_decisions, call=campaign.call, decisions=[signed], by=campaign.signatory, at=at)
    for decision in (before, signed):
        Decision.objects.create(
            application=decision.application,
            kind=DecisionKind.IMPLICIT,
            outcome=DecisionOutcome.RETAINED,
            reasons="Le silence vaut acceptation.",
            drafted_at=at,
            notified_at=at,
        )
    given = {"call": campaign.call, "at": at}
    with pytest.raises(Refused, match="est un retrait"):
        perform(operations.draft_decisions, **drafts(campaign, [before.application], outcome=outcome))
    with pytest.raises(Refused, match="est un retrait"):
        perform(operations.sign_decisions, decisions=[before], by=campaign.signatory, **given)
    with pytest.raises(Refused, match="est un retrait"):
        perform(operations.notify_decisions, decisions=[signed], by=campaign.officer, **given)
    # Said in writing, the acceptance stands.
    perform(operations.draft_decisions, **drafts(campaign, [before.application], outcome=DecisionOutcome.RETAINED))
    perform(operations.sign_decisions, decisions=[before], by=campaign.signatory, **given)


def test_nobody_signs_for_an_applicant_whom_they_know(campaign: Campaign, perform: Perform, at: datetime) -> None:
    theirs, other = drafted(campaign, 2)
    factories.role(theirs.application.organisation, name=RoleName.MEMBER, holder=campaign.signatory, ended_at=at)
    given = {"call": campaign.call, "by": campaign.signatory, "at": at}
    with pytest.raises(Refused, match="quelqu’un d’autre signe"):
        perform(operations.sign_decisions, decisions=[theirs, other], **given)
    perform(operations.sign_decisions, decisions=[other], **given)


def test_the_subject_hears_of_it_when_it_is_told(
    campaign: Campaign, perform: Perform, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[int, str]] = []

    def on_decided(*, application: Application, decision: Decision, by: Any, at: datetime) -> None:
        heard.append((application.pk, application.state))

    open_purpose = purposes.purpose_of("calls.open")
    changed = purposes.Purpose(**{**open_purpose.__dict__, "on_decided": on_decided})
    monkeypatch.setitem(purposes._registered, "calls.open", changed)
    (decision,) = drafted(campaign)
    both = {"call": campaign.call, "decisions": [decision], "at": at}
    perform(operations.sign_decisions, **both, by=campaign.signatory)
    assert heard == []
    perform(operations.notify_decisions, **both, by=campaign.officer)
    assert heard == [(decision.application_id, ApplicationState.NOTIFIED)]


def _refusing(monkeypatch: pytest.MonkeyPatch, files: Collection[int]) -> None:
    """What follows from the decision of these files is refused."""

    def on_decided(*, application: Application, **_: Any) -> None:
        if application.pk in files:
            raise Refused("Le projet n’existe plus.")

    open_purpose = purposes.purpose_of("calls.open")
    changed = purposes.Purpose(**{**open_purpose.__dict__, "on_decided": on_decided})
    monkeypatch.setitem(purposes._registered, "calls.open", changed)


def test_a_failure_of_the_subject_tells_nothing_of_its_file(
    campaign: Campaign, perform: Perform, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    decisions = drafted(campaign, 2)
    both = {"call": campaign.call, "decisions": decisions, "at": at}
    perform(operations.sign_decisions, **both, by=campaign.signatory)
    _refusing(monkeypatch, [one.application_id for one in decisions])
    with pytest.raises(Refused, match=f"Dossier {decisions[0].application.number} : Le projet n’existe plus."):
        perform(operations.notify_decisions, **both, by=campaign.officer)
    assert Decision.objects.filter(notified_at__isnull=False).count() == 0
    assert Notice.objects.filter(template="calls/decision_notified").count() == 0


def test_a_lot_leaves_aside_the_file_that_cannot_be_told_and_tells_the_others(
    campaign: Campaign, perform: Perform, at: datetime, monkeypatch: pytest.MonkeyPatch, client: HostileClient
) -> None:
    decisions = drafted(campaign, 3)
    stuck = decisions[1].application
    both = {"call": campaign.call, "decisions": decisions, "at": at}
    perform(operations.sign_decisions, **both, by=campaign.signatory)
    _refusing(monkeypatch, [stuck.pk])
    client.force_login(campaign.officer)
    letters = reverse("calls:letters", args=[campaign.call.key])
    url = reverse("calls:notify_letters", args=[campaign.call.key])
    sent = {"decisions": [str(one.pk) for one in decisions], "seen": client.get(url).context["seen"]}
    page = client.post(url, sent, follow=True).content.decode()
    assert "2 décisions notifiées. Un dossier est laissé de côté, à reprendre." in page
    link = f'<a href="{reverse("calls:file", args=[stuck.public_id])}">Dossier {stuck.number}</a>'
    assert page.count(f"{link} : Le projet n’existe plus.") == 2  # what was done, then what is left to do
    assert Notice.objects.filter(template="calls/decision_notified").count() == 2
    stuck.refresh_from_db()
    assert (stuck.state, stuck.to_take_up) == (ApplicationState.DECIDED, "Le projet n’existe plus.")
    assert history_of(stuck).filter(code="calls.left_aside").get().reason == "Le projet n’existe plus."
    assert not history_of(stuck).filter(code="calls.notified").exists()
    desk = client.get(reverse("calls:desk"), {"delai": "reprendre"}).content.decode()
    assert "1 dossier à reprendre" in desk
    assert [one.number for one in files_of(campaign.officer).filter(to_take_up())] == [stuck.number]
    assert "notifiez à nouveau" in client.get(reverse("calls:file", args=[stuck.public_id])).content.decode()

    _refusing(monkeypatch, [])
    told = perform(operations.notify_decisions, **{**both, "decisions": [decisions[1]]}, by=campaign.officer)
    assert [one.pk for one in told.told] == [decisions[1].pk]
    stuck.refresh_from_db()
    assert (stuck.state, stuck.to_take_up, stuck.aside_at) == (ApplicationState.NOTIFIED, "", None)
    assert "À reprendre" not in client.get(letters).content.decode()


def test_a_signature_undone_takes_its_file_up(
    campaign: Campaign, perform: Perform, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = drafted(campaign, 2)
    both = {"call": campaign.call, "decisions": [one, other], "at": at}
    perform(operations.sign_decisions, **both, by=campaign.signatory)
    _refusing(monkeypatch, [one.application_id])
    told = perform(operations.notify_decisions, **both, by=campaign.officer)
    assert [(file.pk, why) for file, why in told.aside] == [(one.application_id, "Le projet n’existe plus.")]
    perform(operations.undo_decision, decision=one, reason="À revoir.", by=campaign.officer, at=at)
    assert Application.objects.get(pk=one.application_id).aside_at is None


def test_two_people_notify_the_same_lot_at_once(together: Callable[..., list[Any]], perform: Perform) -> None:
    def prepare() -> tuple[Campaign, list[Decision]]:
        campaign = Campaign()
        decisions = drafted(campaign, 3)
        perform(
            operations.sign_decisions,
            call=campaign.call,
            decisions=decisions,
            by=campaign.signatory,
            at=timezone.now(),
        )
        return campaign, decisions

    campaign, decisions = together(prepare)[0]

    def notify(order: int) -> Any:
        return perform(
            operations.notify_decisions,
            call=campaign.call,
            decisions=decisions[::order],
            by=campaign.officer,
            at=timezone.now(),
        )

    results = together(lambda: notify(1), lambda: notify(-1))
    assert sorted(type(one).__name__ for one in results) == ["Notified", "Refused"]
    assert together(Notice.objects.filter(template="calls/decision_notified").count) == [3]


def test_a_withdrawal_and_a_signature_at_once(together: Callable[..., list[Any]], perform: Perform) -> None:
    """Whichever comes first, the file ends in one state, and the letter says the same."""

    def prepare() -> tuple[Campaign, Decision]:
        campaign = Campaign()
        return campaign, drafted(campaign)[0]

    campaign, decision = together(prepare)[0]
    at = timezone.now()

    def sign() -> Any:
        return perform(
            operations.sign_decisions, call=campaign.call, decisions=[decision], by=campaign.signatory, at=at
        )

    def withdraw() -> Any:
        def act() -> Any:
            return move(
                decision.application,
                WITHDRAW,
                by=decision.application.person,
                at=at,
                changes={"withdrawn_at": at, "decided_from": ""},
            )

        return perform(act)

    together(sign, withdraw)
    (file,) = together(lambda: Application.objects.get(pk=decision.application_id))
    (kept,) = together(lambda: Decision.objects.get(pk=decision.pk))
    assert file.state == ApplicationState.WITHDRAWN
    refused = together(
        lambda: perform(operations.notify_decisions, call=campaign.call, decisions=[kept], by=campaign.officer, at=at)
    )
    assert isinstance(refused[0], Refused)


def test_the_pages_of_a_file_stay_within_their_questions_once_it_is_contested(
    campaign: Campaign, perform: Perform, at: datetime
) -> None:
    organisation = factories.organisation()
    representative = factories.role(organisation, name=RoleName.REPRESENTATIVE).person
    file = campaign.file(organisation=organisation, person=representative, submitted_by=representative)
    for score in (1, 2, 3):
        campaign.read(file, score)
    asking = {"who": "Région fictive", "email": "avis@region.example", "question": "Est-ce connu ?"}
    day = timezone.localdate() + timedelta(days=20)
    perform(ask_opinion, application=file, due_on=day, by=campaign.officer, at=at, **asking)
    for by, words in ((representative, "Une question."), (campaign.officer, "Une réponse.")):
        perform(write_message, application=file, text=words, document=None, by=by, at=at)
    made = perform(operations.draft_decisions, **drafts(campaign, [file], outcome=DecisionOutcome.REJECTED))
    perform(operations.sign_decisions, call=campaign.call, decisions=made, by=campaign.signatory, at=at)
    perform(operations.notify_decisions, call=campaign.call, decisions=made, by=campaign.officer, at=at)
    file.refresh_from_db()
    contested = {"kind": AppealKind.GRACIEUX, "grounds": "Nous contestons."}
    perform(file_appeal, application=file, **contested, by=representative, at=at)
    for person, pages in ((representative, ("application", "decision")), (campaign.officer, ("file",))):
        client = HostileClient()
        client.force_login(person)
        asked = {name: questions_of(client, reverse(f"calls:{name}", args=[file.public_id])) for name in pages}
        assert max(asked.values()) <= 12, asked
