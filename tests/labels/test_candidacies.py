"""The file of a candidacy: told step by step, assessed, proved, followed by a road map, applied with."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accelerator.calls.models import Application, Decision
from accelerator.calls.operations.applications import begin, save_section, submit, take_up
from accelerator.calls.purposes import purpose_of
from accelerator.calls.queries.receipt import receipt_of
from accelerator.credentials.queries import credential_of
from accelerator.geography.models import OtherName, Place
from accelerator.journal.models import Event
from accelerator.journal.types import ref
from accelerator.labels.criteria import criteria_of
from accelerator.labels.models import Candidacy, CandidacyFile, Category, Label, Proof
from accelerator.labels.operations.awarding import award, award_when_retained
from accelerator.labels.operations.candidacies import assess, end, follow_criteria, start, tell_step
from accelerator.labels.operations.configuring import PURPOSE
from accelerator.labels.operations.files import add_proof, remove_proof
from accelerator.labels.operations.roadmaps import (
    keep_minutes,
    plan_action,
    remove_action,
    remove_challenge,
    say_challenge,
)
from accelerator.labels.queries.candidacies import gaps_to, merged_names, proofs_of, reusable_files, state_of
from accelerator.labels.states import Belonging, ChallengeKind, LabelNature
from accelerator.projects.models import ProjectFile
from accelerator.workflow import Refused
from accelerator.workflow.prints import print_of
from tests import factories
from tests.labels.conftest import Side, joined, load, opened, pdf, wave

Perform = Callable[..., Any]


def tell(candidacy: Candidacy, step: str, perform: Perform, side: Side, at: datetime, **values: Any) -> Candidacy:
    seen = {name: print_of(getattr(candidacy, name)) for name in values}
    told: Candidacy = perform(
        tell_step, candidacy=candidacy, step=step, values=values, seen=seen, by=side.representative, at=at
    )
    return told


def test_opening_is_for_those_who_steer(category: Category, lead: Side, perform: Perform, at: datetime) -> None:
    given: dict[str, Any] = {"category": category, "title": "T", "summary": "", "at": at}
    with pytest.raises(Refused, match="Vous ne gérez pas"):
        perform(start, organisation=lead.organisation, by=factories.person(), **given)
    first = perform(start, organisation=lead.organisation, by=lead.representative, **given)
    assert [one.organisation for one in first.members.all()] == [lead.organisation]
    # A chef de file may lead two collectives.
    assert perform(start, organisation=lead.organisation, by=lead.representative, **given) != first


def test_a_structure_has_one_file_a_category(lead: Side, perform: Perform, at: datetime) -> None:
    given: dict[str, Any] = {"organisation": lead.organisation, "title": "T", "summary": "", "at": at}
    category = load("incubateur", perform, at)
    first = perform(start, category=category, by=lead.representative, **given)
    assert perform(start, category=category, by=lead.representative, **given) == first
    assert not first.members.exists()
    perform(end, candidacy=first, by=lead.representative, at=at)
    assert perform(start, category=category, by=lead.representative, **given) != first


def test_a_commune_that_joined_another_is_kept_as_the_one_that_it_joined(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime
) -> None:
    gone = OtherName.objects.filter(nature=OtherName.Nature.DELEGUEE).exclude(code=None).order_by("key").first()
    assert gone is not None
    gone = next(
        one
        for one in OtherName.objects.filter(nature=OtherName.Nature.DELEGUEE).order_by("key")
        if not Place.objects.filter(pk=f"commune-{one.code}", is_current=True).exists()
    )
    told = tell(candidacy, "territoire", perform, lead, at, perimeter=[f"commune-{gone.code}", "commune-46102"])
    assert set(told.perimeter) == {gone.place_id, "commune-46102"}
    assert "pays-FR" in told.perimeter_cover
    # What was kept before a fusion is read as it is now, and said.
    Candidacy.objects.filter(pk=told.pk).update(perimeter=[f"commune-{gone.code}"])
    assert [(name, place.pk) for name, place in merged_names([f"commune-{gone.code}"])] == [
        (gone.name or gone.code, gone.place_id)
    ]


def test_someone_else_wrote_meanwhile(candidacy: Candidacy, lead: Side, perform: Perform, at: datetime) -> None:
    tell(candidacy, "essentiel", perform, lead, at, summary="D’abord.")
    with pytest.raises(Refused, match="quelqu’un d’autre a modifié « en une phrase »"):
        tell(candidacy, "essentiel", perform, lead, at, summary="Ensuite.")
    with pytest.raises(Refused, match="Seuls ceux qui portent"):
        tell(candidacy, "essentiel", perform, Side.new(), at, summary="Dehors.")


def test_the_gap_to_each_criterion(candidacy: Candidacy, lead: Side, perform: Perform, at: datetime) -> None:
    answers = {"zone": {"level": 3, "text": "Oui."}, "strategie": {"level": 1, "text": ""}, "inconnu": {"level": 1}}
    perform(assess, candidacy=candidacy, answers=answers, by=lead.representative, at=at)
    perform(assess, candidacy=candidacy, answers=answers, by=lead.representative, at=at)
    assert Event.objects.filter(code="labels.assessed").count() == 1
    held = Candidacy.objects.select_related("criteria_set", "category").get(pk=candidacy.pk)
    gaps = {gap.criterion.code: gap for gap in gaps_to(held, proofs_of(held))}
    assert gaps["zone"].sentence == "Atteint, sans preuve jointe."
    assert gaps["strategie"].sentence == "Il manque un niveau : attendu, « En place »."
    assert gaps["gouvernance"].sentence == "Pas encore dit."
    assert "inconnu" not in held.assessment
    lacking = {one.label for one in state_of(held).lacking}
    assert {"l’auto-évaluation de chaque critère", "3 défis prioritaires", "le territoire"} <= lacking


def test_what_the_category_wants_joined_is_lacking_until_it_is_there(candidacy: Candidacy, at: datetime) -> None:
    documents = {"l’accord signé de chaque membre", "un compte rendu du comité de pilotage"}
    candidacy.criteria_set.documents = []
    assert not documents & {one.label for one in state_of(candidacy).lacking}
    wanted = [{"code": code, "title": code, "text": ""} for code in ("engagement", "pilotage")]
    candidacy.criteria_set.documents = wanted
    assert documents <= {one.label for one in state_of(candidacy).lacking}
    candidacy.minutes.create(held_on=at.date(), summary="Décidé.", told_at=at)
    assert documents - {one.label for one in state_of(candidacy).lacking} == {"un compte rendu du comité de pilotage"}


def test_other_criteria_keep_what_was_said_of_those_that_stay(perform: Perform, lead: Side, at: datetime) -> None:
    category = factories.category()
    candidacy = factories.candidacy(category, organisation=lead.organisation)
    answers = {"zone": {"level": 2, "text": "Oui."}, "strategie": {"level": 1, "text": "Un peu."}}
    perform(assess, candidacy=candidacy, answers=answers, by=lead.representative, at=at)
    category.criteria_sets.update(until=date(2026, 1, 1))
    levels = [{"value": 0, "label": "Rien"}, {"value": 1, "label": "Montré"}]
    kept = {"code": "strategie", "title": "S", "text": "T", "levels": levels}
    factories.criteria_set(category, since=date(2026, 1, 1), criteria=[kept])
    followed = perform(follow_criteria, candidacy=candidacy, by=lead.representative, at=at)
    assert followed.criteria_set.number == 2
    assert followed.assessment == {"strategie": {"level": 1, "text": "Un peu."}}
    assert perform(follow_criteria, candidacy=candidacy, by=lead.representative, at=at) == followed


def test_a_file_is_given_once_and_proves_several_criteria(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime
) -> None:
    given: dict[str, Any] = {"candidacy": candidacy, "by": lead.representative, "at": at, "reused": "", "link": ""}
    first = perform(add_proof, criterion="zone", what="La carte", document=pdf("carte"), **given)
    again = perform(add_proof, criterion="zone", what="La carte", document=pdf("carte"), **given)
    assert again == first
    other = perform(add_proof, criterion="strategie", what="La même", document=pdf("carte"), **given)
    assert other.file == first.file
    assert CandidacyFile.objects.count() == 1
    with pytest.raises(Refused, match="Joignez un fichier"):
        perform(add_proof, criterion="zone", what="Rien", document=None, **given)
    with pytest.raises(Refused, match="pas l’un de ceux"):
        perform(add_proof, criterion="inconnu", what="X", document=pdf(), **given)
    perform(remove_proof, proof=first, by=lead.representative, at=at)
    perform(remove_proof, proof=first, by=lead.representative, at=at)
    assert CandidacyFile.objects.count() == 1
    assert Proof.objects.count() == 1


def test_proofs_are_reused_from_the_lifelong_file(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime
) -> None:
    project = factories.project(organisation=lead.organisation)
    kept = ProjectFile(
        project=project, kind="document", name="bilan.pdf", size=1, content_type="application/pdf", added_at=at
    )
    document = pdf("bilan")
    kept.digest = document.digest
    kept.file.save("bilan.pdf", ContentFile(document.file.read()), save=True)
    stranger = factories.candidacy(candidacy.category)
    CandidacyFile.objects.create(
        candidacy=stranger, name="x.pdf", file="x", size=1, content_type="x", digest="a", added_at=at
    )
    (offered,) = reusable_files(candidacy)
    assert offered.where == f"projet « {project.title} »"
    given: dict[str, Any] = {"candidacy": candidacy, "by": lead.representative, "at": at, "document": None, "link": ""}
    proof = perform(add_proof, criterion="zone", what="Bilan", reused=offered.key, **given)
    assert proof.file.digest == kept.digest
    assert [one.where for one in reusable_files(candidacy)] == ["ce dossier"]
    theirs = CandidacyFile.objects.get(candidacy=stranger)
    with pytest.raises(Refused, match="déjà donnés"):
        perform(add_proof, criterion="zone", what="Volé", reused=f"candidacy:{theirs.pk}", **given)


def test_a_road_map_of_three_challenges(candidacy: Candidacy, lead: Side, perform: Perform, at: datetime) -> None:
    by: dict[str, Any] = {"by": lead.representative, "at": at}
    told: dict[str, Any] = {"kind": ChallengeKind.SOCIAL, "title": "Un défi", "text": "Pourquoi."}
    challenge = perform(say_challenge, candidacy=candidacy, position=1, **told, **by)
    assert perform(say_challenge, candidacy=candidacy, position=1, **told, **by) == challenge
    assert Event.objects.filter(code="labels.challenge_said").count() == 1
    with pytest.raises(Refused, match="attend 3 défis"):
        perform(say_challenge, candidacy=candidacy, position=4, **told, **by)
    member, _ = joined(candidacy, lead, perform, at)
    planned: dict[str, Any] = {
        "title": "Une action",
        "due_on": date(2027, 6, 1),
        "indicator": "personnes",
        "unit": "",
        "baseline": None,
        "target": None,
    }
    given = {"challenge": challenge, "action": None, **by, **planned}
    action = perform(plan_action, pilot=member, **given)
    assert perform(plan_action, pilot=member, **given) == action
    outsider = factories.candidacy().members.get()
    with pytest.raises(Refused, match="membre du collectif"):
        perform(plan_action, pilot=outsider, **{**given, "title": "Autre"})
    changed = perform(plan_action, pilot=member, **{**given, "action": action, "title": "Mieux dite"})
    assert (changed.pk, changed.title) == (action.pk, "Mieux dite")
    minutes = {"summary": "Décidé.", "document": None, "is_public": True, **by}
    perform(keep_minutes, candidacy=candidacy, held_on=date(2026, 5, 4), **minutes)
    with pytest.raises(Refused, match="de ce jour"):
        perform(keep_minutes, candidacy=candidacy, held_on=date(2026, 5, 4), **minutes)
    perform(remove_action, action=action, **by)
    perform(remove_challenge, challenge=challenge, **by)
    perform(remove_challenge, challenge=challenge, **by)
    assert not candidacy.challenges.exists()


def test_the_road_map_of_a_label_is_not_rewritten(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime
) -> None:
    by: dict[str, Any] = {"by": lead.representative, "at": at}
    told: dict[str, Any] = {"kind": ChallengeKind.SOCIAL, "title": "Un défi", "text": ""}
    challenge = perform(say_challenge, candidacy=candidacy, position=1, **told, **by)
    factories.label(candidacy)
    with pytest.raises(Refused, match="sa feuille de route est publique"):
        perform(remove_challenge, challenge=challenge, **by)


def _complete(candidacy: Candidacy, lead: Side, perform: Perform, at: datetime) -> Candidacy:
    joined(candidacy, lead, perform, at, belonging=Belonging.OTHER)
    by: dict[str, Any] = {"by": lead.representative, "at": at}
    for position in (1, 2, 3):
        told: dict[str, Any] = {"kind": ChallengeKind.CIVIC, "title": f"Défi {position}", "text": ""}
        perform(say_challenge, candidacy=candidacy, position=position, **told, **by)
    criteria = criteria_of(candidacy.criteria_set.criteria)
    perform(assess, candidacy=candidacy, answers={one.code: {"level": 2, "text": "Oui."} for one in criteria}, **by)
    told_where = tell(candidacy, "territoire", perform, lead, at, perimeter=["departement-46"])
    return tell(told_where, "presentation", perform, lead, at, presentation="P", governance="G", ambition="A")


def test_what_calls_know_of_a_candidacy(candidacy: Candidacy, lead: Side, perform: Perform, at: datetime) -> None:
    _complete(candidacy, lead, perform, at)
    purpose = purpose_of(PURPOSE)
    told = purpose.reads(ref(candidacy))
    assert told.organisation == lead.organisation
    assert told.facts["label.members"] == 2
    assert told.facts["label.challenges"] == 3
    assert told.facts["label.assessed"] is True
    assert told.facts["label.unproved"] == 5
    assert told.facts["label.lead_active"] is True
    assert told.facts["label.territory"] == ("departement-46",)
    assert told.facts["label.inhabitants"] == Place.objects.get(pk="departement-46").population
    assert "Chef fictif, chef de file" in told.answers["label.members_text"]
    assert {fact.code for fact in purpose.facts} >= set(told.facts)
    assert {one.code for one in purpose.reusable if not one.is_file} == set(told.answers)
    assert {one.code for one in purpose.reusable if one.is_file} == set(purpose.files(ref(candidacy)))
    person = lead.representative
    assert [one.ref for one in purpose.subjects(person, candidacy.category.call)] == [ref(candidacy)]
    assert purpose.subjects(person, opened("ptce", perform, at).call) == []
    assert not purpose.may_edit(factories.person(), ref(candidacy))
    # Whoever judges is looked at beside each member that confirmed; its people judge nothing of it.
    member = candidacy.members.exclude(organisation=lead.organisation).get()
    partners = purpose.partners([ref(candidacy)])[ref(candidacy)]
    assert partners == {lead.organisation.pk, member.organisation_id}
    seated = factories.role(member.organisation).person
    for one in (person, seated):
        carried = purpose.carried(one)
        assert carried is not None
        assert [told["ref"] for told in carried] == [ref(candidacy)]
    elsewhere = purpose.carried(factories.person())
    assert elsewhere is not None
    assert not elsewhere.exists()
    perform(end, candidacy=candidacy, by=person, at=at)
    assert purpose.subjects(person, None) == []
    with pytest.raises(LookupError):
        purpose.reads("labels.candidacy:0")


def _applied(candidacy: Candidacy, lead: Side, perform: Perform, at: datetime) -> Any:
    call = candidacy.category.call
    draft = perform(
        begin, call=call, subject=ref(candidacy), organisation=None, declared={}, by=lead.representative, at=at
    )
    return _sent(draft, lead, perform, at)


def _sent(draft: Application, lead: Side, perform: Perform, at: datetime) -> Any:
    draft.refresh_from_db()
    for section in ("candidat", "projet"):
        seen = draft.sections.get(section, {}).get("revision", 0)
        codes = {one["code"] for part in draft.version.form["sections"] if part["code"] == section
                 for one in part["questions"]}  # fmt: skip
        answers = {code: value for code, value in draft.answers.items() if code in codes}
        perform(
            save_section, application=draft, section=section, answers=answers, seen=seen, by=lead.representative, at=at
        )
    return perform(submit, application=draft, by=lead.representative, at=at)


def test_a_collective_of_three_applies_and_what_it_told_fills_the_form(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime
) -> None:
    joined(candidacy, lead, perform, at)
    held = _complete(candidacy, lead, perform, at)
    last = wave(held.category.call, -1)
    coming = wave(held.category.call, 30)
    filed = _applied(held, lead, perform, at)
    assert filed.wave == coming
    found = {one["code"]: one["result"] for one in filed.findings}
    assert found == dict.fromkeys(("active", "evaluation", "territoire", "collectif", "defis"), "holds") | {
        "pilotage": "fails"
    }
    # What came after a reading waits for the next one, is told so, and the legal clock does not move.
    receipt = {line.label: line.text for line in receipt_of(filed).lines}
    assert "votre candidature attend la suivante" in receipt["Lecture"]
    assert str(last.reads_until.year) in receipt["Lecture"]
    assert "ne change rien à ce que fait le silence" in receipt["Lecture"]
    assert filed.silence_on is not None
    assert filed.silence_on < coming.decision_expected_on + timedelta(days=30)
    assert filed.expected_on == coming.decision_expected_on


def test_the_first_reading_is_late_for_nobody(candidacy: Candidacy, lead: Side, perform: Perform, at: datetime) -> None:
    wave(candidacy.category.call, 30)
    filed = _applied(_complete(candidacy, lead, perform, at), lead, perform, at)
    receipt = {line.label: line.text for line in receipt_of(filed).lines}
    assert "attend la suivante" not in receipt["Lecture"]


def test_a_composition_that_fails_names_the_rule_and_bars_nobody(lead: Side, perform: Perform, at: datetime) -> None:
    category = opened("ptce", perform, at)
    candidacy = perform(
        start, category=category, organisation=lead.organisation, title="P", summary="Un pôle.",
        by=lead.representative, at=at,
    )  # fmt: skip
    criteria = criteria_of(candidacy.criteria_set.criteria)
    answers = {one.code: {"level": 1, "text": ""} for one in criteria}
    perform(assess, candidacy=candidacy, answers=answers, by=lead.representative, at=at)
    tell(candidacy, "territoire", perform, lead, at, perimeter=["departement-46"])
    told = Candidacy.objects.get(pk=candidacy.pk)
    tell(told, "presentation", perform, lead, at, presentation="P", governance="G", ambition="A")
    filed = _applied(candidacy, lead, perform, at)
    found = {one["code"]: one for one in filed.findings}
    assert found["ess"]["result"] == "holds"
    assert {code: found[code]["result"] for code in ("trois", "entreprise", "autre")} == dict.fromkeys(
        ("trois", "entreprise", "autre"), "fails"
    )
    assert "2015-431" in found["trois"]["source"]["what"]
    assert "1 ; il faut au moins 3" in found["trois"]["why"]


def _decision(application: Any, outcome: str, at: datetime) -> Decision:
    return Decision(application=application, outcome=outcome, reasons="R", drafted_at=at)


@pytest.mark.usefixtures("signing_key")
def test_a_retained_candidacy_is_awarded_its_label_once(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime
) -> None:
    filed = _applied(_complete(candidacy, lead, perform, at), lead, perform, at)
    for _ in range(2):
        decision = _decision(filed, "retained", at)
        perform(award_when_retained, application=filed, decision=decision, by=lead.representative, at=at)
    label = Label.objects.get()
    today = timezone.localdate(at)
    assert label.period.lower == today
    assert label.period.upper == today.replace(year=today.year + 3)
    assert (label.candidacy, label.application, label.nature) == (candidacy, filed, LabelNature.DEMONSTRATION)
    assert perform(award, application=filed, by=lead.representative, at=at) == label
    assert credential_of(label) is not None


@pytest.mark.usefixtures("signing_key")
def test_a_label_bears_what_was_submitted_whatever_the_file_became(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime
) -> None:
    """Between its submission and the decision, a candidate renames the file and draws it over the whole country."""
    filed = _applied(_complete(candidacy, lead, perform, at), lead, perform, at)
    judged = candidacy.criteria_set
    held = Candidacy.objects.get(pk=candidacy.pk)
    tell(held, "essentiel", perform, lead, at, title="Ville capitale", summary="Autre chose.")
    tell(held, "territoire", perform, lead, at, perimeter=["pays-FR"])
    decision = _decision(filed, "retained", at)
    perform(award_when_retained, application=filed, decision=decision, by=lead.representative, at=at)
    label = Label.objects.get()
    assert (label.title, label.perimeter, label.criteria_set) == ("Pays fictif", ["departement-46"], judged)
    credential = credential_of(label)
    assert credential is not None
    assert "Ville capitale" not in str(credential.claims)
    assert "Pays fictif" in credential.claims["name"]


def test_a_file_renamed_before_it_is_submitted_is_judged_under_its_name(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime
) -> None:
    draft = perform(
        begin,
        call=candidacy.category.call,
        subject=ref(candidacy),
        organisation=None,
        declared={},
        by=lead.representative,
        at=at,
    )
    _complete(candidacy, lead, perform, at)
    held = Candidacy.objects.get(pk=candidacy.pk)
    tell(held, "essentiel", perform, lead, at, title="Ville capitale", summary="Autre chose.")
    perform(take_up, application=draft, by=lead.representative, at=at)
    filed = _sent(draft, lead, perform, at)
    assert filed.title == "Ville capitale"


def test_an_answer_that_is_no_is_remembered_and_awards_nothing(
    candidacy: Candidacy, lead: Side, perform: Perform, at: datetime
) -> None:
    filed = _applied(_complete(candidacy, lead, perform, at), lead, perform, at)
    decision = _decision(filed, "rejected", at)
    perform(award_when_retained, application=filed, decision=decision, by=lead.representative, at=at)
    assert not Label.objects.exists()
    assert Event.objects.filter(code="labels.answered").exists()
