"""Suspension, abrogation, retrait: nothing before the answer, each its own conditions, all in public once told."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accelerator.calls.models import CallRole
from accelerator.calls.states import AppealKind
from accelerator.community.models import Organisation
from accelerator.community.states import OrganisationState
from accelerator.design.uploads import document_from
from accelerator.journal import System
from accelerator.labels.models import Label, LabelAppeal, Proceeding
from accelerator.labels.operations import proceedings
from accelerator.labels.operations.proving import prove
from accelerator.labels.queries.labels import public_history
from accelerator.labels.queries.proceedings import is_late
from accelerator.labels.states import AppealResult, LabelState, Outcome, ProceedingKind, ToldState
from accelerator.workflow import Refused
from accelerator.workflow.dates import said
from tests import factories
from tests.client import HostileClient
from tests.labels.following import Labelled, days_from_now

Perform = Callable[..., Any]
ANSWER_DAYS = 15


@pytest.fixture
def world() -> Labelled:
    return Labelled.make(since=timezone.localdate() - timedelta(days=40))


def opened(world: Labelled, perform: Perform, kind: ProceedingKind, at: datetime | None = None) -> Proceeding:
    return perform(
        proceedings.open_proceeding,
        label=world.label,
        kind=kind,
        grounds="Le comité de pilotage ne s’est pas réuni depuis un an.",
        legal_basis="Critère 4 : gouvernance",
        by=world.officer,
        at=at or timezone.now(),
    )


def pronounced(
    world: Labelled, perform: Perform, proceeding: Proceeding, at: datetime | None = None, **values: Any
) -> Label:
    given = {"reason": "La gouvernance n’est plus assurée.", "detail": "Détail privé zibeline.", **values}
    return perform(
        proceedings.pronounce,
        proceeding=proceeding,
        by=world.signatory,
        at=at or days_from_now(ANSWER_DAYS + 1),
        **given,
    )


def answered(world: Labelled, perform: Perform, proceeding: Proceeding, at: datetime | None = None) -> Proceeding:
    return perform(
        proceedings.answer_proceeding,
        proceeding=proceeding,
        text="Nous n’avons pas d’observation.",
        by=world.representative,
        at=at or timezone.now(),
    )


@pytest.mark.parametrize("kind", list(ProceedingKind))
def test_nothing_is_pronounced_before_the_delay_to_answer_has_run(
    world: Labelled, perform: Perform, kind: ProceedingKind
) -> None:
    proceeding = opened(world, perform, kind)
    last = timezone.localdate() + timedelta(days=ANSWER_DAYS)
    assert proceeding.answer_until == last
    for days in (0, 1, ANSWER_DAYS):
        with pytest.raises(Refused, match="rien ne se prononce avant"):
            pronounced(world, perform, proceeding, at=days_from_now(days))
    assert world.fresh().state == LabelState.ACTIVE
    assert pronounced(world, perform, proceeding, at=days_from_now(ANSWER_DAYS + 1)).state != LabelState.ACTIVE


def test_the_page_that_pronounces_says_from_which_day_it_may(
    world: Labelled, perform: Perform, client: HostileClient
) -> None:
    proceeding = opened(world, perform, ProceedingKind.SUSPENSION)
    first = proceeding.answer_until + timedelta(days=1)
    address = reverse("labels:pronounce", args=[proceeding.public_id])
    client.force_login(world.signatory)
    for answer in (client.get(address), client.post(address, {"reason": "Gouvernance.", "detail": "Détail."})):
        assert f"à partir du <strong>{said(first)}</strong>" in answer.text
        assert "rien ne se prononce avant" in answer.text
        assert 'name="reason"' not in answer.text
    assert world.fresh().state == LabelState.ACTIVE
    passed = timezone.localdate() - timedelta(days=1)
    notified = timezone.now() - timedelta(days=ANSWER_DAYS + 1)
    Proceeding.objects.filter(pk=proceeding.pk).update(notified_at=notified, answer_until=passed)
    assert 'name="reason"' in client.get(address).text


def test_the_database_itself_holds_it(world: Labelled, perform: Perform) -> None:
    proceeding = opened(world, perform, ProceedingKind.SUSPENSION)
    values = {"outcome": Outcome.PRONOUNCED, "decided_at": timezone.now(), "from_on": timezone.localdate()}
    with pytest.raises(IntegrityError, match="nothing_pronounced_before_the_answer"), transaction.atomic():
        Proceeding.objects.filter(pk=proceeding.pk).update(reason="Sans attendre.", **values)


def test_a_first_answer_does_not_shorten_the_delay_to_complete_it_and_to_ask_to_be_heard(
    world: Labelled, perform: Perform, client: HostileClient
) -> None:
    proceeding = opened(world, perform, ProceedingKind.SUSPENSION)
    answered(world, perform, proceeding)
    with pytest.raises(Refused, match="compléter sa réponse, ou demander à être entendu"):
        pronounced(world, perform, proceeding, at=days_from_now(ANSWER_DAYS))
    client.force_login(world.signatory)
    page = client.get(reverse("labels:proceeding", args=[proceeding.public_id])).text
    assert "Prononcer la mesure" not in page
    assert f"pas avant que le {said(proceeding.answer_until)} soit passé" in page
    on = days_from_now(ANSWER_DAYS + 1)
    label = pronounced(world, perform, proceeding, at=on)
    assert (label.state, label.suspended_on) == (LabelState.SUSPENDED, timezone.localdate(on))


def test_the_holder_is_told_the_grounds_the_last_day_and_how(
    world: Labelled, perform: Perform, deliver: Callable[[], list[Any]]
) -> None:
    opened(world, perform, ProceedingKind.ABROGATION)
    (mail,) = deliver()
    assert mail.to == [world.representative.email]
    for words in ("ne s’est pas réuni", "Critère 4", "observations", "assister par un conseil", "/labels/procedures/"):
        assert words in mail.body


def test_what_waits_for_the_holder_is_on_the_page_of_their_labels(
    world: Labelled, perform: Perform, client: HostileClient
) -> None:
    client.force_login(world.representative)
    assert "Des griefs vous sont notifiés" not in client.get("/mes-labels").content.decode()
    proceeding = opened(world, perform, ProceedingKind.SUSPENSION)
    page = client.get("/mes-labels").content.decode()
    assert f"répondez jusqu’au {said(proceeding.answer_until)} inclus" in " ".join(page.split())
    assert f"/labels/procedures/{proceeding.public_id}" in page
    answered(world, perform, proceeding)
    assert "vous avez répondu le" in " ".join(client.get("/mes-labels").content.decode().split())


def test_an_answer_posted_once_the_session_is_lost_waits_for_its_author(
    world: Labelled, perform: Perform, client: HostileClient
) -> None:
    proceeding = opened(world, perform, ProceedingKind.SUSPENSION)
    address = reverse("labels:answer", args=[proceeding.public_id])
    client.force_login(world.representative)
    ours = re.findall(r'name="_whose" value="([^"]+)"', client.get(address).content.decode())
    client.cookies.pop(settings.SESSION_COOKIE_NAME)
    client.post(address, {"text": "Le comité s’est réuni en mars.", "_whose": ours}, follow=True)
    client.force_login(world.representative)
    assert "Le comité s’est réuni en mars." in client.get(address).content.decode()
    # Whoever else comes by that browser reads nothing of it.
    client.force_login(world.officer)
    assert "réuni en mars" not in client.get(address).content.decode()


def test_a_suspension_stops_and_is_lifted(world: Labelled, perform: Perform) -> None:
    proceeding = opened(world, perform, ProceedingKind.SUSPENSION)
    pronounced(world, perform, proceeding)
    with pytest.raises(Refused, match="signataire"):
        perform(proceedings.lift_suspension, label=world.label, reason="Réglé.", by=world.officer, at=days_from_now(20))
    label = perform(
        proceedings.lift_suspension, label=world.label, reason="Réglé.", by=world.signatory, at=days_from_now(20)
    )
    assert (label.state, label.suspended_on) == (LabelState.ACTIVE, None)
    with pytest.raises(Refused, match="n’est pas suspendu"):
        perform(proceedings.lift_suspension, label=label, reason="Encore.", by=world.signatory, at=days_from_now(20))


def test_a_suspension_with_a_last_day_ends_by_itself_the_day_after(world: Labelled, perform: Perform) -> None:
    proceeding = opened(world, perform, ProceedingKind.SUSPENSION)
    signed = days_from_now(ANSWER_DAYS + 1)
    last = timezone.localdate(signed) + timedelta(days=10)
    pronounced(world, perform, proceeding, at=signed, until_on=last)
    clock = System("labels-clock")

    def night(at: datetime) -> Label | None:
        return perform(proceedings.end_suspension, label=world.label, by=clock, at=at)

    assert night(signed + timedelta(days=10)) is None
    assert world.fresh().state == LabelState.SUSPENDED
    ended = night(signed + timedelta(days=11))
    assert ended is not None
    assert ended.state == LabelState.ACTIVE
    assert night(signed + timedelta(days=11)) is None


def test_an_abrogation_ends_the_label_for_the_future(world: Labelled, perform: Perform) -> None:
    proceeding = opened(world, perform, ProceedingKind.ABROGATION)
    first = world.label.period[0]
    signed = days_from_now(ANSWER_DAYS + 1)
    label = pronounced(world, perform, proceeding, at=signed)
    label.refresh_from_db()
    assert (label.state, label.told_state) == (LabelState.WITHDRAWN, ToldState.ABROGATED)
    assert (label.period.lower, label.period.upper) == (first, timezone.localdate(signed))
    again = factories.label(world.candidacy, since=timezone.localdate(signed))
    assert again.pk


def test_a_retrait_erases_the_label_from_its_first_day_within_four_months(world: Labelled, perform: Perform) -> None:
    proceeding = opened(world, perform, ProceedingKind.RETRAIT)
    label = pronounced(world, perform, proceeding)
    label.refresh_from_db()
    assert label.told_state == ToldState.RETRACTED
    proceeding.refresh_from_db()
    assert proceeding.from_on == label.period.lower
    assert factories.label(world.candidacy, since=label.period.lower).pk


def test_a_retrait_is_refused_after_four_months_and_says_what_is_left(perform: Perform) -> None:
    world = Labelled.make(since=date(2026, 1, 31))
    world.label.awarded_on = date(2026, 1, 31)
    world.label.save(update_fields=["awarded_on"])

    def opening(day: date) -> None:
        at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        with pytest.raises(Refused) as refusal:
            opened(world, perform, ProceedingKind.RETRAIT, at=at)
        assert "quatre" in refusal.value.message or "31 mai 2026" in refusal.value.message
        assert "abrogation" in refusal.value.message

    opening(date(2026, 6, 1))
    # Fifteen days to answer: opened on the 16th, it would be lawful on no day at all.
    with pytest.raises(Refused, match=r"ne se prononcerait pas avant le 1er juin 2026.*jusqu’au 31 mai 2026"):
        opened(world, perform, ProceedingKind.RETRAIT, at=datetime(2026, 5, 16, 12, tzinfo=UTC))
    proceeding = opened(world, perform, ProceedingKind.RETRAIT, at=datetime(2026, 5, 15, 12, tzinfo=UTC))
    assert proceeding.answer_until == date(2026, 5, 30)


def test_a_retrait_opened_in_time_and_decided_too_late_is_refused(
    world: Labelled, perform: Perform, client: HostileClient
) -> None:
    world.label.awarded_on = timezone.localdate() - timedelta(days=100)
    world.label.save(update_fields=["awarded_on"])
    proceeding = opened(world, perform, ProceedingKind.RETRAIT)
    client.force_login(world.signatory)
    page = client.get(reverse("labels:pronounce", args=[proceeding.public_id])).text
    assert f"à partir du <strong>{said(proceeding.answer_until + timedelta(days=1))}</strong>" in page
    with pytest.raises(Refused, match="L242-1"):
        pronounced(world, perform, proceeding, at=days_from_now(30))


def test_no_day_is_promised_on_which_a_retrait_would_be_unlawful(
    world: Labelled, perform: Perform, client: HostileClient
) -> None:
    """The category gave less time to answer, or more months to withdraw, when it was opened."""
    proceeding = opened(world, perform, ProceedingKind.RETRAIT)
    Label.objects.update(awarded_on=timezone.localdate() - timedelta(days=115))
    client.force_login(world.signatory)
    page = client.get(reverse("labels:pronounce", args=[proceeding.public_id])).text
    assert "à partir du <strong>" not in page
    assert "rien ne se prononce avant" in page


def test_a_private_issuer_follows_its_own_rules(perform: Perform) -> None:
    world = Labelled.make(since=timezone.localdate() - timedelta(days=400), retrait_months=None)
    assert opened(world, perform, ProceedingKind.RETRAIT).pk


def test_only_a_delegation_that_covers_the_day_signs(world: Labelled, perform: Perform) -> None:
    proceeding = opened(world, perform, ProceedingKind.SUSPENSION)
    answered(world, perform, proceeding)
    roles = CallRole.objects.filter(person=world.signatory)
    roles.update(acts_until=timezone.localdate() - timedelta(days=1))
    with pytest.raises(Refused, match="a pris fin"):
        pronounced(world, perform, proceeding, at=timezone.now())
    roles.update(acts_until=None)
    with pytest.raises(Refused, match="Seul un signataire"):
        perform(proceedings.pronounce, proceeding=proceeding, reason="Motif.", by=world.officer, at=timezone.now())


def test_nobody_of_the_holders_side_examines_or_signs(world: Labelled, perform: Perform) -> None:
    factories.role(world.partner, name="member", holder=world.officer)
    with pytest.raises(Refused, match="du côté du titulaire"):
        opened(world, perform, ProceedingKind.SUSPENSION)


def test_a_measure_without_words_or_remedies_is_refused(world: Labelled, perform: Perform) -> None:
    proceeding = opened(world, perform, ProceedingKind.SUSPENSION)
    answered(world, perform, proceeding)
    now = days_from_now(ANSWER_DAYS + 1)
    with pytest.raises(Refused, match="motivée"):
        pronounced(world, perform, proceeding, at=now, reason=" ")
    assert world.category.call
    world.category.call.remedies = []
    world.category.call.save(update_fields=["remedies"])
    with pytest.raises(Refused, match="contester"):
        pronounced(world, perform, proceeding, at=now)


def test_the_letter_has_the_remedies_and_their_last_day(
    world: Labelled, perform: Perform, deliver: Callable[[], list[Any]]
) -> None:
    proceeding = opened(world, perform, ProceedingKind.SUSPENSION, at=datetime(2026, 12, 1, 9, tzinfo=UTC))
    deliver()
    pronounced(world, perform, proceeding, at=datetime(2026, 12, 31, 9, tzinfo=UTC))
    (mail,) = deliver()
    # Délai franc : deux mois après le 31 décembre, un jour de plus, jusqu’au prochain jour ouvré.
    assert mail.body.count("jusqu’au 1er mars 2027 inclus") == 3
    assert "Détail privé zibeline" in mail.body
    assert "Arrêté fictif n° 1" in mail.body


def test_private_words_are_never_public(world: Labelled, perform: Perform, client: HostileClient) -> None:
    proceeding = opened(world, perform, ProceedingKind.SUSPENSION)
    page = client.get(f"/labels/{world.label.key}").content.decode()
    assert "réuni depuis un an" not in page
    assert "En vigueur" in page
    pronounced(world, perform, proceeding)
    page = client.get(f"/labels/{world.label.key}").content.decode()
    assert "La gouvernance n’est plus assurée." in page
    assert "Suspendu" in page
    for private in ("zibeline", "réuni depuis un an", world.signatory.family_name):
        assert private not in page
        assert private not in client.get(f"/labels/{world.label.key}.json").content.decode()


def test_one_proceeding_at_a_time_and_a_closed_one_changes_no_more(world: Labelled, perform: Perform) -> None:
    proceeding = opened(world, perform, ProceedingKind.SUSPENSION)
    with pytest.raises(Refused, match="déjà en cours"):
        opened(world, perform, ProceedingKind.ABROGATION)
    perform(proceedings.drop_proceeding, proceeding=proceeding, reason="Réglé.", by=world.officer, at=timezone.now())
    assert world.fresh().state == LabelState.ACTIVE
    with pytest.raises(Refused, match="close"):
        answered(world, perform, proceeding)
    with pytest.raises(Refused, match="close"):
        pronounced(world, perform, proceeding)
    assert all("procédure" not in line.sentence for line in public_history(world.label))


def test_an_answer_may_be_completed_and_sent_twice_is_kept_once(world: Labelled, perform: Perform) -> None:
    proceeding = opened(world, perform, ProceedingKind.SUSPENSION)
    answered(world, perform, proceeding)
    answered(world, perform, proceeding)
    held = perform(
        proceedings.answer_proceeding,
        proceeding=proceeding,
        text="Voici de plus un procès-verbal.",
        by=world.representative,
        at=days_from_now(ANSWER_DAYS + 5),
    )
    assert held.answer == "Nous n’avons pas d’observation.\n\nVoici de plus un procès-verbal."
    with pytest.raises(Refused, match="titulaire"):
        perform(
            proceedings.answer_proceeding,
            proceeding=proceeding,
            text="Je parle à leur place.",
            by=world.manager_of_partner,
            at=timezone.now(),
        )


def test_a_file_joined_twice_is_kept_once(world: Labelled, perform: Perform, tmp_path: Any) -> None:
    from django.core.files.base import ContentFile

    proceeding = opened(world, perform, ProceedingKind.SUSPENSION)
    for _ in range(2):
        document = document_from(ContentFile(b"%PDF-1.7\n%%EOF\n", name="pv.pdf"), "pv.pdf")
        perform(
            proceedings.join_file,
            proceeding=proceeding,
            document=document,
            by=world.representative,
            at=timezone.now(),
        )
    assert proceeding.files.count() == 1


def contested(world: Labelled, perform: Perform, proceeding: Proceeding, at: datetime) -> LabelAppeal:
    return perform(
        proceedings.file_appeal,
        proceeding=proceeding,
        kind=AppealKind.GRACIEUX,
        grounds="Le comité s’est réuni trois fois : voici les comptes rendus.",
        by=world.representative,
        at=at,
    )


def undone(world: Labelled, perform: Perform, appeal: LabelAppeal, at: datetime) -> LabelAppeal:
    return perform(
        proceedings.answer_appeal,
        appeal=appeal,
        result=AppealResult.UNDONE,
        answer="Vos comptes rendus l’établissent.",
        reason="La gouvernance est établie.",
        by=world.signatory,
        at=at,
    )


@pytest.mark.parametrize("kind", list(ProceedingKind))
def test_a_measure_that_is_undone_leaves_the_label_as_it_was(
    world: Labelled, perform: Perform, kind: ProceedingKind
) -> None:
    world.fresh()
    before = world.label.period
    proceeding = opened(world, perform, kind)
    pronounced(world, perform, proceeding)
    appeal = contested(world, perform, proceeding, days_from_now(20))
    assert world.fresh().state != LabelState.ACTIVE
    undone(world, perform, appeal, days_from_now(30))
    label = world.fresh()
    assert (label.state, label.period, label.withdrawn_as) == (LabelState.ACTIVE, before, "")
    with pytest.raises(Refused, match="déjà reçu sa réponse"):
        undone(world, perform, appeal, days_from_now(30))
    assert [line.sentence.split(" ")[1] for line in public_history(label)][:3] == ["rétabli", "répondu", "formé"]


def test_a_measure_undone_after_the_end_leaves_an_ended_label(perform: Perform) -> None:
    today = timezone.localdate()
    world = Labelled.make(since=today - timedelta(days=30), until=today + timedelta(days=40))
    proceeding = opened(world, perform, ProceedingKind.ABROGATION)
    pronounced(world, perform, proceeding)
    appeal = contested(world, perform, proceeding, days_from_now(20))
    undone(world, perform, appeal, days_from_now(60))
    assert world.fresh().state == LabelState.EXPIRED


def test_an_abrogation_is_not_undone_over_a_label_awarded_since(world: Labelled, perform: Perform) -> None:
    proceeding = opened(world, perform, ProceedingKind.ABROGATION)
    pronounced(world, perform, proceeding)
    factories.label(world.candidacy, since=timezone.localdate(days_from_now(17)))
    appeal = contested(world, perform, proceeding, days_from_now(20))
    with pytest.raises(Refused, match="Un autre label a été attribué depuis"):
        undone(world, perform, appeal, days_from_now(30))


def test_an_appeal_upheld_changes_nothing(world: Labelled, perform: Perform) -> None:
    proceeding = opened(world, perform, ProceedingKind.SUSPENSION)
    pronounced(world, perform, proceeding)
    appeal = contested(world, perform, proceeding, days_from_now(20))
    with pytest.raises(Refused, match="déjà en cours"):
        contested(world, perform, proceeding, days_from_now(21))
    perform(
        proceedings.answer_appeal,
        appeal=appeal,
        result=AppealResult.UPHELD,
        answer="Rien de nouveau.",
        reason="La mesure est fondée.",
        by=world.signatory,
        at=days_from_now(30),
    )
    assert world.fresh().state == LabelState.SUSPENDED


def test_the_service_records_what_a_court_was_seized_of(world: Labelled, perform: Perform) -> None:
    proceeding = opened(world, perform, ProceedingKind.SUSPENSION)
    pronounced(world, perform, proceeding)
    given = {"proceeding": proceeding, "kind": AppealKind.CONTENTIEUX, "grounds": "Requête n° 1.", "by": world.officer}
    late = timezone.localdate(days_from_now(ANSWER_DAYS + 90))
    with pytest.raises(Refused, match="aujourd’hui au plus tard"):
        perform(proceedings.file_appeal, filed_on=late, at=days_from_now(40), **given)
    appeal = perform(proceedings.file_appeal, filed_on=late, at=days_from_now(ANSWER_DAYS + 100), **given)
    assert is_late(appeal)


def test_members_speak_when_the_chef_de_file_has_ceased(
    world: Labelled, perform: Perform, deliver: Callable[[], list[Any]], client: HostileClient
) -> None:
    Organisation.objects.filter(pk=world.lead.pk).update(state=OrganisationState.CEASED)
    proceeding = opened(world, perform, ProceedingKind.SUSPENSION)
    (mail, other) = sorted(deliver(), key=lambda one: one.to)
    assert {*mail.to, *other.to} == {world.representative.email, world.manager_of_partner.email}
    held = perform(
        proceedings.answer_proceeding,
        proceeding=proceeding,
        text="Le collectif continue.",
        by=world.manager_of_partner,
        at=timezone.now(),
    )
    assert held.answer == "Le collectif continue."
    page = client.get(f"/labels/{world.label.key}").content.decode()
    assert "a cessé son activité" in page
    assert "Une autre organisation du collectif peut prendre sa suite" in page


def test_nothing_is_decided_of_a_historic_label(perform: Perform) -> None:
    world = Labelled.make()
    historic = factories.historic_label(category=world.category)
    with pytest.raises(Refused, match="fait public"):
        perform(
            proceedings.open_proceeding,
            label=historic,
            kind=ProceedingKind.SUSPENSION,
            grounds="Des griefs.",
            legal_basis="Un texte.",
            by=world.officer,
            at=timezone.now(),
        )


def test_the_attestation_says_each_measure_at_once(world: Labelled, perform: Perform) -> None:
    credential = perform(prove, label=world.label, by=System("essai"), at=timezone.now())

    def bits() -> tuple[bool, bool]:
        credential.refresh_from_db()
        return credential.suspended_at is not None, credential.revoked_at is not None

    proceeding = opened(world, perform, ProceedingKind.SUSPENSION)
    assert bits() == (False, False)
    pronounced(world, perform, proceeding)
    assert bits() == (True, False)
    perform(proceedings.lift_suspension, label=world.label, reason="Réglé.", by=world.signatory, at=days_from_now(20))
    assert bits() == (False, False)
    second = opened(world, perform, ProceedingKind.ABROGATION, at=days_from_now(21))
    pronounced(world, perform, second, at=days_from_now(21 + ANSWER_DAYS + 1))
    assert bits()[1]


def test_two_signatures_at_once_make_one_measure(together: Callable[..., list[Any]]) -> None:
    def prepare() -> tuple[int, int]:
        from accelerator.workflow import transaction as business

        world = Labelled.make(since=timezone.localdate() - timedelta(days=40))
        with business():
            proceeding = proceedings.open_proceeding(
                label=world.label,
                kind=ProceedingKind.ABROGATION,
                grounds="Des griefs.",
                legal_basis="Un texte.",
                by=world.officer,
                at=timezone.now(),
            )
        return proceeding.pk, world.signatory.pk

    ((proceeding_pk, signatory_pk),) = together(prepare)

    def sign() -> str:
        from accelerator.accounts.models import Person
        from accelerator.workflow import transaction as business

        with business():
            label = proceedings.pronounce(
                proceeding=Proceeding.objects.get(pk=proceeding_pk),
                reason="Motif.",
                by=Person.objects.get(pk=signatory_pk),
                at=days_from_now(ANSWER_DAYS + 1),
            )
        return str(label.state)

    results = together(sign, sign)
    assert sorted(type(one).__name__ for one in results) == ["Refused", "str"]
    assert LabelState.WITHDRAWN in results


def test_the_desk_filters_in_the_words_of_the_badges(world: Labelled, client: HostileClient) -> None:
    Label.objects.filter(pk=world.label.pk).update(
        state=LabelState.WITHDRAWN, withdrawn_as=ProceedingKind.ABROGATION, withdrawn_on=timezone.localdate()
    )
    client.force_login(world.officer)
    page = client.get("/labels/suivi")
    offered = dict(page.context["filters"].fields["state"].choices)
    assert offered == {"": "Tous", **{one.value: one.label for one in ToldState if one != ToldState.HISTORIC}}
    for state in ToldState:
        found = client.get("/labels/suivi", {"state": state.value}).context["rows"]
        assert [one.pk for one in found] == ([world.label.pk] if state in ("abrogated", "historic") else []), state
