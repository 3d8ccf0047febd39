"""The pages: what a person reads and does, from the list of calls to the acknowledgement of receipt."""

import html
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accelerator.accounts.models import Person
from accelerator.calls import lots
from accelerator.calls.models import Application, Call, CallVersion, Decision, Exchange, Jury, Lot, Slot, UnsavedAnswers
from accelerator.calls.operations.applications import forget_old_unsaved
from accelerator.calls.operations.decisions import notify_decisions, sign_decisions
from accelerator.calls.operations.examining import decide_by_silence
from accelerator.calls.queries.desk import figures_of
from accelerator.calls.remedies import remedies_of
from accelerator.calls.states import ApplicationState, CallRoleName, CallState, DecisionOutcome
from accelerator.community import search
from accelerator.community.models import Organisation
from accelerator.community.states import RoleName
from accelerator.journal import System
from accelerator.journal.models import Event
from accelerator.workflow import transaction
from accelerator.workflow.dates import MOMENT, said
from accelerator.workflow.steps import LONGEST
from tests import factories
from tests.calls.conftest import ANSWERS, ELIGIBILITY, FORM, PDF
from tests.client import HostileClient, questions_of

MOST_QUERIES = 12


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_the_list_of_calls_filters_sorts_and_exports(client: HostileClient, call: Call, at: datetime) -> None:
    # Closed, opened after the one that is open.
    closed = factories.call(opens_at=at - timedelta(minutes=2), closes_at=at - timedelta(minutes=1))
    soon = factories.call(opens_at=at + timedelta(days=1))
    factories.call(state=CallState.DRAFT, title="Appel caché")
    page = text(client.get(reverse("calls:calls")))
    assert "Appel caché" not in page
    assert page.index(call.title) < page.index(soon.title) < page.index(closed.title)
    for asked, shown in (("ouverts", call), ("clos", closed), ("a-venir", soon)):
        page = text(client.get(reverse("calls:calls"), {"etat": asked}))
        assert [one.title for one in (call, closed, soon) if one.title in page] == [shown.title]
    titles = sorted([call.title, soon.title, closed.title])
    for asked, expected in (("titre", titles), ("-titre", titles[::-1])):
        sorted_page = client.get(reverse("calls:calls"), {"tri": asked})
        assert [one.title for one in sorted_page.context["rows"]] == expected
    # The way back is offered: shown as cards, a list sorts as a table does.
    assert f"{reverse('calls:calls')}?tri=titre" in sorted_page.content.decode()
    export = client.get(reverse("calls:calls"), {"format": "csv"})
    assert call.title in b"".join(export).decode()


def test_a_draft_call_is_seen_by_those_who_prepare_it_only(client: HostileClient) -> None:
    call = factories.call(state=CallState.DRAFT)
    author = factories.call_role(call, name=CallRoleName.AUTHOR).person
    address = reverse("calls:call", args=[call.key])
    assert client.get(address).status_code == 404
    client.force_login(author)
    assert client.get(address).status_code == 200


def test_a_call_is_found_in_spite_of_accents_plurals_and_slips(client: HostileClient) -> None:
    school = factories.call(title="École de la deuxième chance", summary="Pour les jeunes éloignés de l’emploi.")
    farm = factories.call(title="Fermes d’insertion", summary="Des maraîchers qui accompagnent.")
    factories.call(title="Ferme cachée", state=CallState.DRAFT)
    address = reverse("calls:calls")

    def found(q: str) -> set[str]:
        page = text(client.get(address, {"q": q}))
        assert "Ferme cachée" not in page
        return {one.title for one in (school, farm) if html.escape(one.title) in page or one.title in page}

    assert found("ecoles") == {school.title}
    assert found("maraicher") == {farm.title}
    assert found("ferme insertion") == {farm.title}
    assert found("ferme jeunes") == set()
    assert found("ecloe") == {school.title}
    page = text(client.get(address, {"q": "maréchers"}))
    assert "Aucun appel ne dit « maréchers »" in page
    assert farm.title in html.unescape(page)
    assert found("xylophone") == set()
    for odd in ("'", "%", "\x00", "de la", "-", "é" * 400):
        assert client.get(address, {"q": odd}).status_code == 200


def test_eligibility_names_the_rule_and_the_nearest_door(client: HostileClient, call: Call) -> None:
    other = factories.call(title="Appel d’amorçage fictif")
    factories.call_version(other, form=FORM, eligibility={"items": [{**ELIGIBILITY["items"][0], "test": "at_most"}]})
    address = reverse("calls:eligibility", args=[call.key])
    asked = {"voir": "1", "answer-budget": "40 000 €"}
    page = text(client.get(address, asked))
    for words in ("Le budget annuel dépasse", "40\u202f000", "Je dépose quand même", "Appel d’amorçage fictif"):
        assert words in page
    assert "Toutes les conditions sont remplies" in text(client.get(address, {**asked, "answer-budget": "600000"}))
    assert "restent à vérifier" in text(client.get(address, {**asked, "answer-budget": ""}))
    assert "Écrivez un montant" in text(client.get(address, {**asked, "answer-budget": "beaucoup"}))


def fill(client: HostileClient, address: str, **values: Any) -> Any:
    return client.post(address, {"seen": "0", **values})


def test_from_the_call_to_the_receipt(
    client: HostileClient, call: Call, organisation: Organisation, representative: Person
) -> None:
    client.force_login(representative)
    begun = client.post(
        reverse("calls:begin", args=[call.key]) + "?voir=1&answer-budget=40000", {"choice": organisation.public_id}
    )
    application = Application.objects.get()
    assert begun["Location"] == reverse("calls:application", args=[application.public_id])
    assert application.facts == {"answer.budget": 4_000_000}
    section = reverse("calls:section", args=[application.public_id, "projet"])
    # A yes opens a question: the same part is shown again.
    again = fill(client, section, idea="Un jardin.", budget="600 000", helped="oui")
    assert again["Location"] == section
    assert "Par qui ?" in text(client.get(section))
    application.refresh_from_db()
    seen = application.sections["projet"]["revision"]
    on = fill(client, section, seen=seen, idea="Un jardin.", budget="600 000,50", helped="oui", who="La ruche")
    assert on["Location"] == reverse("calls:section", args=[application.public_id, "pieces"])
    application.refresh_from_db()
    assert application.answers == {"idea": "Un jardin.", "budget": 60_000_050, "helped": True, "who": "La ruche"}
    submit = reverse("calls:submit", args=[application.public_id])
    assert "Vos statuts" in text(client.get(submit))
    refused = client.post(submit, {})
    assert refused.status_code == 422
    joined = client.post(
        reverse("calls:piece_add", args=[application.public_id, "statutes"]),
        {"piece": SimpleUploadedFile("statuts.pdf", PDF)},
    )
    assert joined.status_code == 302
    fill(client, reverse("calls:section", args=[application.public_id, "pieces"]), **{"plan.own.2026": "10 000"})
    done = client.post(submit, {})
    assert done["Location"] == reverse("calls:receipt", args=[application.public_id])
    application.refresh_from_db()
    assert application.answers["plan"] == {"own": {"2026": 1_000_000}}
    page = text(client.get(done["Location"]))
    assert str(application.number) in page
    assert call.service_phone in page
    pdf = client.get(reverse("calls:receipt_pdf", args=[application.public_id]))
    assert pdf.content.startswith(b"%PDF")
    # A second tab, later: the same answer.
    assert client.post(submit, {})["Location"] == done["Location"]


def test_what_was_typed_is_kept_when_someone_else_saved_first(
    client: HostileClient, draft: Application, organisation: Organisation, representative: Person
) -> None:
    other = factories.role(organisation, name=RoleName.MANAGER).person
    section = reverse("calls:section", args=[draft.public_id, "projet"])
    elsewhere = HostileClient()
    elsewhere.force_login(other)
    fill(elsewhere, section, idea="L’idée de l’autre.", helped="non")
    client.force_login(representative)
    refused = fill(client, section, idea="Mon idée à moi.", helped="non")
    page = text(refused)
    assert refused.status_code == 422
    for words in (f"{other.name} a enregistré cette partie", "L’idée de l’autre.", "Mon idée à moi."):
        assert words in page
    draft.refresh_from_db()
    seen = draft.sections["projet"]["revision"]
    assert f'name="seen" value="{seen}"' in page
    assert fill(client, section, seen=seen, idea="Mon idée à moi.", helped="non").status_code == 302


def test_what_is_typed_is_kept_for_its_author_alone_until_saved(
    client: HostileClient, draft: Application, organisation: Organisation, representative: Person
) -> None:
    section = reverse("calls:section", args=[draft.public_id, "projet"])
    keep = reverse("calls:keep", args=[draft.public_id, "projet"])
    client.force_login(representative)
    assert client.get(keep).status_code == 405
    assert client.post(keep, {"seen": "0", "idea": "Un long texte"}).json()["garde"] is True
    assert UnsavedAnswers.objects.get().values == {"seen": ["0"], "idea": ["Un long texte"]}
    draft.refresh_from_db()
    assert "idea" not in draft.answers
    again = text(client.get(section))
    assert "Un long texte" in again
    assert "pas encore enregistré" in again
    # Someone else of the organisation does not read it, and saves meanwhile: who wrote first is told.
    other = factories.role(organisation, name=RoleName.MANAGER).person
    elsewhere = HostileClient()
    elsewhere.force_login(other)
    assert "Un long texte" not in text(elsewhere.get(section))
    fill(elsewhere, section, idea="L’idée de l’autre.", helped="non")
    put_back = text(client.get(section))
    assert 'name="seen" value="0"' in put_back
    refused = fill(client, section, seen=0, idea="Un long texte", helped="non")
    assert refused.status_code == 422
    assert f"{other.name} a enregistré cette partie" in text(refused)
    draft.refresh_from_db()
    seen = draft.sections["projet"]["revision"]
    assert fill(client, section, seen=seen, idea="Un long texte, fini", helped="non").status_code == 302
    assert not UnsavedAnswers.objects.exists()


def test_an_unsaved_answer_is_forgotten_on_demand_or_with_time(
    client: HostileClient, draft: Application, representative: Person, perform: Callable[..., Any], at: datetime
) -> None:
    client.force_login(representative)
    keep = reverse("calls:keep", args=[draft.public_id, "projet"])
    client.post(keep, {"idea": "Un long texte"})
    forget = reverse("calls:forget", args=[draft.public_id, "projet"])
    assert "Ce que vous avez tapé" in text(client.get(forget))
    assert client.post(forget).status_code == 302
    assert not UnsavedAnswers.objects.exists()
    client.post(keep, {"idea": "Un long texte"})
    assert perform(forget_old_unsaved, by=System("calls"), at=at + timedelta(days=29)) == 0
    assert perform(forget_old_unsaved, by=System("calls"), at=at + timedelta(days=31)) == 1
    too_long = client.post(keep, {"idea": "x" * (LONGEST + 1)})
    assert (too_long.status_code, too_long.json()["garde"]) == (422, False)
    assert client.post(reverse("calls:keep", args=[draft.public_id, "rien"])).status_code == 404


def test_a_bad_answer_is_said_beside_its_field_and_kept(
    client: HostileClient, draft: Application, representative: Person
) -> None:
    client.force_login(representative)
    section = reverse("calls:section", args=[draft.public_id, "projet"])
    page = text(fill(client, section, idea="x" * 501, budget="beaucoup"))
    for words in ("Écrivez un montant", "beaucoup", "500"):
        assert words in page


def test_what_is_not_a_document_is_refused(client: HostileClient, draft: Application, representative: Person) -> None:
    client.force_login(representative)
    address = reverse("calls:piece_add", args=[draft.public_id, "statutes"])
    refused = client.post(address, {"piece": SimpleUploadedFile("statuts.pdf", b"<script>alert(1)</script>")})
    assert refused.status_code == 422
    assert "format accepté" in text(refused)


def test_a_file_is_saved_never_shown(client: HostileClient, draft: Application, representative: Person) -> None:
    client.force_login(representative)
    kept = BytesIO()
    Image.new("RGB", (40, 40)).save(kept, "PNG")
    address = reverse("calls:piece_add", args=[draft.public_id, "statutes"])
    client.post(address, {"piece": SimpleUploadedFile("plan.png", kept.getvalue())})
    piece = draft.pieces.get()
    given = client.get(reverse("calls:piece", args=[draft.public_id, piece.public_id]))
    assert b"".join(given).startswith(b"\x89PNG")
    assert given["Content-Disposition"] == 'attachment; filename="plan.png"'
    assert given["X-Content-Type-Options"] == "nosniff"


def test_the_form_changes_while_one_writes(
    client: HostileClient, draft: Application, call: Call, representative: Person, at: datetime
) -> None:
    version = factories.call_version(call, form=FORM, published_at=at + timedelta(hours=1), why="Une question de plus.")
    Application.objects.filter(pk=draft.pk).update(version=version)
    client.force_login(representative)
    page = text(client.get(reverse("calls:application", args=[draft.public_id])))
    assert "Le formulaire a changé" in page
    assert "Une question de plus." in page


def test_a_decision_that_is_not_told_shows_nowhere_on_the_applicants_side(
    client: HostileClient, submitted: Application, officer: Person, representative: Person, at: datetime
) -> None:
    signatory = factories.call_role(submitted.call, name=CallRoleName.SIGNATORY)
    Decision.objects.create(
        application=submitted,
        outcome=DecisionOutcome.RETAINED,
        reasons="Un très bon projet secret.",
        signatory=signatory,
        drafted_at=at,
        drafted_by=officer,
        signed_at=at,
    )
    Application.objects.filter(pk=submitted.pk).update(state=ApplicationState.DECIDED, decided_from="review")
    client.force_login(representative)
    listed = reverse("calls:my_applications")
    pages = [
        text(client.get(reverse("calls:application", args=[submitted.public_id]))),
        text(client.get(listed, {"etat": "review"})),
    ]
    for page in pages:
        assert "En instruction" in page
        assert "Un très bon projet secret" not in page
    # That step is not even offered: nobody applying is told of it.
    assert 'value="decided"' not in text(client.get(listed))


def test_what_was_decided_is_said_where_ones_files_are_listed_and_the_clock_stops(
    client: HostileClient, submitted: Application, officer: Person, representative: Person, at: datetime
) -> None:
    client.force_login(representative)
    page = reverse("calls:application", args=[submitted.public_id])
    assert "L’horloge légale" in text(client.get(page))
    Decision.objects.create(
        application=submitted,
        outcome=DecisionOutcome.REJECTED,
        reasons="Le modèle n’est pas trouvé.",
        signatory=factories.call_role(submitted.call, name=CallRoleName.SIGNATORY),
        drafted_at=at,
        drafted_by=officer,
        signed_at=at,
        notified_at=at,
    )
    Application.objects.filter(pk=submitted.pk).update(state=ApplicationState.NOTIFIED, silence_on=None)
    assert "L’horloge légale" not in text(client.get(page))
    last = said(remedies_of(submitted.call.remedies)[0].last_day(timezone.localdate(at)))
    for listed in ("/mon-espace", reverse("calls:my_applications")):
        page = text(client.get(listed))
        assert f"non retenu, le {said(timezone.localdate(at))}, recours possible jusqu’au {last}" in page
    # From the decision one contests it, writes, and comes back; the service, which reads it too, has its own pages.
    decision = reverse("calls:decision", args=[submitted.public_id])
    doors = [reverse(f"calls:{name}", args=[submitted.public_id]) for name in ("appeal", "message", "application")]
    told = text(client.get(decision))
    assert all(f'href="{door}"' in told for door in doors)
    client.force_login(officer)
    read = text(client.get(decision))
    assert not any(f'href="{door}"' in read for door in doors[:2])


def test_an_inadmissible_file_names_the_condition_on_its_own_page(
    client: HostileClient, submitted: Application, officer: Person, representative: Person, at: datetime
) -> None:
    Decision.objects.create(
        application=submitted,
        outcome=DecisionOutcome.INADMISSIBLE,
        reasons="Une condition n’est pas remplie.",
        failed=[{"code": "budget", "label": "Le budget dépasse 500 000 €", "why": "Le budget : 40 000 €."}],
        signatory=factories.call_role(submitted.call, name=CallRoleName.SIGNATORY),
        drafted_at=at,
        drafted_by=officer,
        signed_at=at,
        notified_at=at,
    )
    Application.objects.filter(pk=submitted.pk).update(state=ApplicationState.NOTIFIED, silence_on=None)
    client.force_login(representative)
    page = text(client.get(reverse("calls:application", args=[submitted.public_id])))
    assert "Le budget dépasse 500 000 €.</strong> Le budget : 40 000 €." in page
    # Nobody scored it: no score is promised.
    assert "notes par critère" not in page


def test_whoever_may_not_submit_reads_how_it_becomes_possible(
    client: HostileClient, draft: Application, organisation: Organisation
) -> None:
    manager = factories.role(organisation, name=RoleName.MANAGER).person
    client.force_login(manager)
    for name in ("application", "submit"):
        page = text(client.get(reverse(f"calls:{name}", args=[draft.public_id])))
        assert reverse("community:change_role", args=[organisation.key, manager.public_id]) in page
        assert reverse("community:invite", args=[organisation.key]) in page
    client.post(
        reverse("community:change_role", args=[organisation.key, manager.public_id]), {"role": RoleName.REPRESENTATIVE}
    )
    assert "quelqu’un d’autre dépose" not in text(client.get(reverse("calls:application", args=[draft.public_id])))


def test_a_call_says_which_files_to_prepare_and_how_to_reach_its_service(client: HostileClient, call: Call) -> None:
    page = text(client.get(reverse("calls:call", args=[call.key])))
    asked = page[page.index("À préparer, en fichiers") : page.index("<details", page.index("À préparer, en fichiers"))]
    assert "Vos statuts" in asked
    assert "Votre idée" not in asked
    assert f'href="mailto:{call.service_email}"' in page


def test_the_conditions_that_are_not_met_are_read_before_files_are_declared_admissible(
    client: HostileClient, version: CallVersion, officer: Person
) -> None:
    finding = {"code": "budget", "label": "Le budget dépasse 500 000 €", "result": "holds"}
    met, lacking = (
        factories.call_application(
            version, state=ApplicationState.SUBMITTED, title=title, findings=[{**finding, "result": result}]
        )
        for title, result in (("Four solaire", "holds"), ("Moulin à eau", "fails"))
    )
    client.force_login(officer)
    desk, lot = reverse("calls:desk"), reverse("calls:lot")
    assert "1 condition non remplie au dépôt" in text(client.get(desk))
    for asked, kept, gone in (("remplies", met, lacking), ("manquent", lacking, met)):
        page = text(client.get(desk, {"conditions": asked}))
        assert kept.title in page
        assert gone.title not in page
    read = text(client.get(lot, {"acte": "recevables", "tout": "1"}))
    assert "C’est le cas de 1 dossier sur 2" in read
    assert "Non rempli au dépôt : Le budget dépasse 500 000 €" in read
    without = text(client.get(lot, {"acte": "recevables", "tout": "1", "conditions": "remplies"}))
    assert lacking.title not in without
    assert "C’est le cas de" not in without
    # To take files says nothing of them.
    assert "Non rempli au dépôt" not in text(client.get(lot, {"acte": "prendre", "tout": "1"}))


def test_an_answer_announced_after_silence_has_decided_is_not_what_one_waits_for(
    client: HostileClient, submitted: Application, representative: Person, at: datetime
) -> None:
    client.force_login(representative)
    silence = submitted.silence_on
    assert silence is not None
    Application.objects.filter(pk=submitted.pk).update(expected_on=silence + timedelta(days=1))
    assert f"sans réponse le {said(silence)}, le silence décide" in text(client.get("/mon-espace"))
    page = text(client.get(reverse("calls:application", args=[submitted.public_id])))
    assert "une décision notifiée remplacerait celle du silence" in page


def test_each_application_says_what_is_awaited_from_whom_and_when(
    client: HostileClient, officer: Person, at: datetime
) -> None:
    person, today = factories.person(), timezone.localdate(at)
    days = [today + timedelta(days=number) for number in range(40)]

    def file(call: dict[str, Any] | None = None, **values: Any) -> Application:
        version = factories.call_version(factories.call(**(call or {})))
        return factories.call_application(version, person=person, **values)

    permanent = {"closes_at": None}
    reading = file(permanent)
    reading.call.waves.create(number=1, reads_until=days[0] - timedelta(days=1), decision_expected_on=days[5])
    reading.call.waves.create(number=2, reads_until=days[10], decision_expected_on=days[30])
    read = file(permanent, state=ApplicationState.SUBMITTED, expected_on=days[30])
    read.wave = read.call.waves.create(number=1, reads_until=days[10], decision_expected_on=days[30])
    read.save()
    incomplete = file(state=ApplicationState.INCOMPLETE, silence_on=days[30])
    asked = {"asked_at": at, "asked_by": officer, "pieces": [{"name": "Statuts", "basis": "Règlement"}]}
    incomplete.requests.create(due_on=days[7], **asked)
    heard = file(state=ApplicationState.HEARING, expected_on=days[30])
    jury = Jury.objects.create(call=heard.call, name="Jury", made_at=at)
    starts = at + timedelta(days=3)
    Slot.objects.create(
        jury=jury, application=heard, starts_at=starts, ends_at=starts + timedelta(hours=1), where="Ici"
    )
    contested = file(state=ApplicationState.APPEALED, expected_on=days[20])
    decision = Decision.objects.create(
        application=contested,
        outcome=DecisionOutcome.REJECTED,
        reasons="Non.",
        signatory=factories.call_role(contested.call, name=CallRoleName.SIGNATORY),
        drafted_at=at,
        drafted_by=officer,
        signed_at=at,
        notified_at=at,
    )
    contested.appeals.create(
        decision=decision, kind="gracieux", grounds="G", filed_at=at, filed_by=person, due_on=days[20]
    )
    next_one = f"pour la prochaine lecture, décision attendue le {said(days[30])}"
    awaited = {
        file(): f"à déposer avant le {said(at + timedelta(days=30))}",
        file(permanent): "à déposer quand vous voulez, aucune lecture n’est encore fixée",
        file({"closes_at": at - timedelta(days=2)}): f"l’appel est clos depuis le {said(at - timedelta(days=2))}",
        # The day is not over, the hour is past.
        file({"closes_at": at - timedelta(minutes=1)}): (
            f"l’appel est clos depuis le {said(at - timedelta(minutes=1), MOMENT)}"
        ),
        file({"closes_at": at}): f"l’appel est clos depuis le {said(at, MOMENT)}",
        reading: f"à déposer jusqu’au {said(days[10])} {next_one}",
        read: f"lecture après le {said(days[10])}, réponse attendue le {said(days[30])}",
        incomplete: f"pièces attendues de vous jusqu’au {said(days[7])}",
        heard: f"audition le {said(starts, MOMENT)}",
        contested: f"recours : réponse attendue le {said(days[20])}",
        file(state=ApplicationState.REVIEW, expected_on=days[0] - timedelta(days=2)): (
            f"réponse attendue depuis le {said(days[0] - timedelta(days=2))}"
        ),
        file(state=ApplicationState.REVIEW): "réponse attendue, sans date annoncée par le service",
    }
    client.force_login(person)
    rows = client.get(reverse("calls:my_applications")).context["rows"]
    told = {one.pk: one.awaited for one in rows}
    assert len(told) == len(awaited)
    for one, words in awaited.items():
        assert told[one.pk].startswith(words), words


def test_the_desk_counts_filters_and_acts_on_several(
    client: HostileClient, call: Call, version: CallVersion, officer: Person, at: datetime
) -> None:
    today = timezone.localdate(at)
    late = factories.call_application(
        version, state=ApplicationState.SUBMITTED, silence_on=today - timedelta(days=1), title="En retard"
    )
    other = factories.call_application(version, state=ApplicationState.REVIEW, title="Déjà instruite")
    factories.call_application(version, title="Brouillon caché")
    client.force_login(officer)
    desk = reverse("calls:desk")
    page = text(client.get(desk))
    assert "Brouillon caché" not in page
    assert "En retard" in page
    told = factories.call_application(version, state=ApplicationState.NOTIFIED, silence_on=today, title="Notifiée")
    # What is answered presses nobody: it has no day, and comes last.
    assert [one.due_on for one in client.get(desk).context["rows"]][-1] is None
    told.delete()
    assert other.title not in text(client.get(desk, {"delai": "retard"}))
    asked = f"?acte=recevables&dossier={late.public_id}&dossier={other.public_id}&dossier=%00&dossier=-1"
    read = client.get(reverse("calls:lot") + asked)
    assert "1 dossier sur 2" in text(read)
    assert "Ce qui est laissé de côté" in text(read)
    assert client.post(reverse("calls:lot") + asked, {"digest": read.context["digest"]}).status_code == 302
    late.refresh_from_db()
    assert late.state == ApplicationState.ADMISSIBLE
    exported = b"".join(client.get(desk, {"format": "csv"})).decode()
    assert exported.count("\n") == 3


def test_an_export_of_the_desk_counts_no_figures(
    client: HostileClient, version: CallVersion, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.call_application(version, state=ApplicationState.REVIEW, title="Instruite")
    client.force_login(officer)
    counted: list[Any] = []

    def counting(*asked: Any) -> Any:
        counted.append(asked)
        return figures_of(*asked)

    monkeypatch.setattr("accelerator.calls.views.desk.figures_of", counting)
    address = reverse("calls:desk")
    assert "Instruite" in b"".join(client.get(address, {"format": "csv"})).decode()
    assert not counted
    assert client.get(address).context["count"] == 1
    assert len(counted) == 1


def test_a_lot_takes_all_that_a_search_finds_or_nothing(
    client: HostileClient, call: Call, version: CallVersion, officer: Person
) -> None:
    own = factories.organisation()
    factories.role(own, holder=officer)
    files = [
        factories.call_application(version, state=ApplicationState.SUBMITTED, title=f"Four {number}")
        for number in range(30)
    ]
    factories.call_application(version, state=ApplicationState.SUBMITTED, title="Four de mon côté", organisation=own)
    other = factories.call_application(version, state=ApplicationState.SUBMITTED, title="Moulin")
    client.force_login(officer)
    desk = text(client.get(reverse("calls:desk"), {"q": "four"}))
    assert "Aux 30 dossiers de cette recherche" in desk
    asked = f"{reverse('calls:lot')}?acte=recevables&tout=1&q=four"
    read = client.get(asked)
    assert "30 dossiers sur 30" in text(read)
    assert "Moulin" not in text(read)
    # Meanwhile someone else admits one: nothing is done, and the new list is read first.
    Application.objects.filter(pk=files[0].pk).update(state=ApplicationState.ADMISSIBLE)
    stale = client.post(asked, {"digest": read.context["digest"]})
    assert stale.status_code == 422
    assert "ont changé depuis" in text(stale)
    assert Application.objects.filter(state=ApplicationState.ADMISSIBLE).count() == 1
    assert client.post(asked, {"digest": stale.context["digest"]}).status_code == 302
    lots.carry(Lot.objects.get().pk)
    assert Application.objects.filter(state=ApplicationState.ADMISSIBLE).count() == 30
    assert Event.objects.filter(code="calls.admitted").count() == 29
    other.refresh_from_db()
    assert other.state == ApplicationState.SUBMITTED
    # Sent again, there is nothing left to do.
    again = client.post(asked, {"digest": stale.context["digest"]})
    assert again.status_code == 422


def test_a_lot_leaves_aside_what_one_does_not_examine(
    client: HostileClient, call: Call, version: CallVersion, officer: Person
) -> None:
    file = factories.call_application(version, state=ApplicationState.SUBMITTED)
    chair = factories.call_role(call, name=CallRoleName.CHAIR).person
    for person, doable in ((chair, 0), (officer, 1)):
        client.force_login(person)
        read = client.get(f"{reverse('calls:lot')}?acte=prendre&dossier={file.public_id}")
        assert read.context["doable"] == doable
    assert (
        client.post(
            f"{reverse('calls:lot')}?acte=prendre&dossier={file.public_id}", {"digest": read.context["digest"]}
        ).status_code
        == 302
    )
    file.refresh_from_db()
    assert file.officer == officer
    assert "Ce dossier vous est déjà confié" in text(
        client.get(f"{reverse('calls:lot')}?acte=prendre&dossier={file.public_id}")
    )


@pytest.mark.parametrize("count", [1, 3])
def test_a_lot_asks_the_same_questions_whatever_its_length(
    count: int, client: HostileClient, version: CallVersion, officer: Person
) -> None:
    for _ in range(count):
        factories.call_application(version, state=ApplicationState.SUBMITTED, organisation=factories.organisation())
    client.force_login(officer)
    address = f"{reverse('calls:lot')}?acte=prendre&tout=1"
    assert client.get(address).context["doable"] == count
    assert questions_of(client, address) <= 12


def test_the_file_as_the_service_reads_it_and_what_it_does(
    client: HostileClient, submitted: Application, officer: Person, at: datetime
) -> None:
    client.force_login(officer)
    file = reverse("calls:file", args=[submitted.public_id])
    page = text(client.get(file))
    told = ("Un jardin partagé.", "Demander des pièces", "Le budget annuel dépasse", "le silence gardé deux mois")
    for words in told:
        assert words in page
    due = timezone.localdate(at) + timedelta(days=10)
    asked = {"due_on": due.isoformat(), "name_1": "Comptes", "basis_1": "Article 4", "name_2": "Sans fondement"}
    refused = client.post(reverse("calls:ask_pieces", args=[submitted.public_id]), asked)
    assert "Dites sur quel fondement" in text(refused)
    client.post(reverse("calls:ask_pieces", args=[submitted.public_id]), {**asked, "basis_2": "Article 5"})
    submitted.refresh_from_db()
    assert submitted.state == ApplicationState.INCOMPLETE
    inadmissible = {"reasons": "Dossier illisible.", "advice": ""}
    client.post(reverse("calls:inadmissible", args=[submitted.public_id]), inadmissible)
    assert submitted.decisions.get().reasons == "Dossier illisible."


def test_a_paper_file_is_entered_from_the_call(client: HostileClient, call: Call, officer: Person) -> None:
    client.force_login(officer)
    values = {
        "received_on": (timezone.localdate() - timedelta(days=2)).isoformat(),
        "title": "Le four du village",
        "name": "Dominique Exemple",
        "address": "1 rue de l’Exemple",
    }
    several = [factories.organisation(name="Le four communal") for _ in range(2)]
    with transaction():
        search.refresh(several)
    enter = reverse("calls:enter_paper", args=[call.key])
    doubtful = client.post(enter, {**values, "organisation": "Le four communal"})
    assert doubtful.status_code == 422
    assert "laquelle de ces organisations" in text(doubtful)
    done = client.post(enter, {**values, "organisation": several[1].key})
    application = Application.objects.get()
    assert application.organisation == several[1]
    assert done["Location"] == reverse("calls:file", args=[application.public_id])
    assert application.paper["name"] == "Dominique Exemple"
    assert "Le four communal" in text(client.get(done["Location"]))


def test_an_impossible_day_is_said_beside_it_and_what_was_typed_stays(
    client: HostileClient, call: Call, officer: Person
) -> None:
    client.force_login(officer)
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    values = {"received_on": tomorrow, "title": "Le four du village", "name": "Dominique Exemple", "address": "1 rue"}
    refused = client.post(reverse("calls:enter_paper", args=[call.key]), values)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "Ce jour est à venir" in page
    assert 'aria-describedby="id_received_on' in page
    assert 'value="Le four du village"' in page


def test_a_part_of_a_draft_says_of_which_draft_it_is(
    client: HostileClient, draft: Application, representative: Person
) -> None:
    client.force_login(representative)
    page = text(client.get(reverse("calls:section", args=[draft.public_id, "projet"])))
    assert f"<title>Votre projet – {html.escape(draft.title)}" in " ".join(page.split()).replace("<title> ", "<title>")
    assert page.count("Votre projet</") == 1


def test_a_part_of_files_alone_has_nothing_to_save(
    client: HostileClient, organisation: Organisation, representative: Person
) -> None:
    files = {**FORM["sections"][1], "questions": FORM["sections"][1]["questions"][:1]}
    version = factories.call_version(factories.call(), form={"sections": [FORM["sections"][0], files]})
    draft = factories.call_application(version, organisation=organisation)
    client.force_login(representative)
    page = text(client.get(reverse("calls:section", args=[draft.public_id, "pieces"])))
    assert "Joindre un fichier" in page
    assert "Enregistrer et continuer" not in page
    assert f'href="{reverse("calls:application", args=[draft.public_id])}"' in page.split("Joindre un fichier")[1]


@pytest.mark.parametrize("name", ["calls:calls", "calls:my_applications", "calls:desk"])
def test_lists_ask_the_same_questions_whatever_their_length(
    name: str, client: HostileClient, call: Call, version: CallVersion, organisation: Organisation, officer: Person
) -> None:
    factories.role(organisation, name=RoleName.MANAGER, holder=officer)
    client.force_login(officer)

    def questions() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(reverse(name)).status_code == 200
        return len(seen)

    def one_more() -> None:
        factories.call_application(
            version, organisation=organisation, state=ApplicationState.SUBMITTED, officer=officer
        )
        factories.call()

    one_more()
    first = questions()
    one_more()
    one_more()
    assert questions() == first


def test_pages_stay_within_their_questions(
    client: HostileClient,
    submitted: Application,
    officer: Person,
    representative: Person,
    call: Call,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    for person, addresses in (
        (officer, (reverse("calls:desk"), reverse("calls:file", args=[submitted.public_id]))),
        (
            representative,
            (
                reverse("calls:application", args=[submitted.public_id]),
                reverse("calls:my_applications"),
                reverse("calls:call", args=[call.key]),
            ),
        ),
    ):
        client.force_login(person)
        client.get("/")
        for address in addresses:
            with CaptureQueriesContext(connection) as seen:
                client.get(address)
            # A question whose plan is kept shows no text.
            asked = [one["sql"] or "SELECT" for one in seen]
            asked = [one for one in asked if one.lstrip().upper().startswith("SELECT")]
            assert len(asked) <= MOST_QUERIES, f"{address} : {len(asked)}"


def test_what_silence_decided_is_contested_and_answered_on_the_pages(
    client: HostileClient,
    submitted: Application,
    officer: Person,
    representative: Person,
    perform: Callable[..., Any],
    at: datetime,
    deliver: Callable[[], list[Any]],
) -> None:
    mine, appeal, desk, answer = (
        reverse(f"calls:{name}", args=[submitted.public_id])
        for name in ("application", "appeal", "file", "answer_appeal")
    )
    client.force_login(representative)
    assert "Former un recours" not in text(client.get(mine))
    assert client.get(appeal).status_code == 403
    Application.objects.filter(pk=submitted.pk).update(silence_on=timezone.localdate(at) - timedelta(days=1))
    perform(decide_by_silence, application=submitted, by=System("legal-clock"), at=at)
    page = text(client.get(mine))
    for words in ("Former un recours", "le silence du service l’a fait naître"):
        assert words in page
    assert "que le silence a fait naître" in text(client.get(appeal))
    refused = client.post(appeal, {"kind": "gracieux", "grounds": ""})
    assert refused.status_code == 422
    deliver()
    assert client.post(appeal, {"kind": "gracieux", "grounds": "Personne ne répond."})["Location"] == mine
    # Nobody examines the file: its service is told.
    assert [mail.to[0] for mail in deliver()] == [submitted.call.service_email]
    page = text(client.get(mine))
    assert "Personne ne répond." in page
    assert "Former un recours" not in page
    assert client.get(appeal).status_code == 403
    client.force_login(officer)
    draft = reverse("calls:draft_decision", args=[submitted.call.key, submitted.public_id])
    assert draft in text(client.get(desk))
    # Silence is upheld by a decision: the page says so before anything is typed, and keeps what was typed all the same.
    assert "y répondre, maintenir compris, c’est décider" in text(client.get(answer))
    refused = client.post(answer, {"outcome": "upheld", "answer": "Nous le maintenons."})
    assert refused.status_code == 422
    assert "Nous le maintenons." in text(refused)
    given = {"outcome": "rejected", "reasons": "Le modèle n’est pas trouvé.", "advice": "", "amount": ""}
    assert client.post(draft, given).status_code == 302
    signatory = factories.call_role(submitted.call, name=CallRoleName.SIGNATORY).person
    decisions = list(submitted.decisions.filter(notified_at__isnull=True))
    both = {"call": submitted.call, "decisions": decisions, "at": at}
    perform(sign_decisions, **both, by=signatory)
    perform(notify_decisions, **both, by=officer)
    client.force_login(representative)
    page = text(client.get(mine))
    for words in ("Décision expresse rendue", "Le modèle n’est pas trouvé.", "Former un recours"):
        assert words in page


assert ANSWERS


def test_a_message_posted_once_the_session_is_lost_waits_for_its_author(
    client: HostileClient, submitted: Application, representative: Person, officer: Person
) -> None:
    for who, name in ((representative, "message"), (officer, "answer_message")):
        client.force_login(who)
        address = reverse(f"calls:{name}", args=[submitted.public_id])
        ours = re.findall(r'name="_whose" value="([^"]+)"', client.get(address).content.decode())
        client.cookies.pop(settings.SESSION_COOKIE_NAME)
        lost = client.post(address, {"text": "Un long message.", "_whose": ours}, follow=True)
        assert "Votre texte est gardé" in text(lost)
        assert not Exchange.objects.exists()
        client.force_login(who)
        back = text(client.get(address))
        assert "Un long message." in back
        assert "rien n’en est parti" in back
