"""Opinions: asked of a service, given by the link of its mail, recorded, reminded, late; told with the decision."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.calls import personal_data, purposes, tasks
from accelerator.calls.models import Application, Opinion
from accelerator.calls.operations import decisions
from accelerator.calls.operations import opinions as operations
from accelerator.calls.queries.files import history_of_file
from accelerator.calls.queries.letters import drafted_letter
from accelerator.calls.queries.opinions import LINK_LASTS, link_for, read_link, said_whole
from accelerator.calls.queries.packs import pack_of
from accelerator.calls.queries.ranking import ranking
from accelerator.calls.states import ApplicationState, DecisionOutcome, OpinionSense, OpinionState
from accelerator.calls.views.opinions import SERVICE, TRIES_AN_HOUR
from accelerator.community.states import RoleName
from accelerator.design.uploads import Document, document_from
from accelerator.journal.models import Event
from accelerator.notices.models import Notice
from accelerator.workflow import Refused
from tests import factories
from tests.calls.conftest import PDF
from tests.calls.judging import Campaign
from tests.client import HostileClient

Perform = Callable[..., Any]
DAY = timedelta(days=1)
ADDRESS = "avis@region.example"
WORDS = "Le projet répond à un besoin que le territoire connaît."


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def campaign() -> Campaign:
    return Campaign()


@pytest.fixture
def file(campaign: Campaign) -> Application:
    made = campaign.file(ApplicationState.REVIEW, officer=campaign.officer)
    campaign.read(made, 2)
    return made


@pytest.fixture
def paper() -> Document:
    return document_from(SimpleUploadedFile("avis.pdf", PDF), "avis.pdf")


def asking(file: Application, by: Person, at: datetime, **values: Any) -> dict[str, Any]:
    return {
        "application": file,
        "who": "Direction fictive de la région",
        "email": ADDRESS,
        "question": "Le besoin est-il connu ici ?",
        "due_on": timezone.localdate(at) + 30 * DAY,
        "by": by,
        "at": at,
        **values,
    }


@pytest.fixture
def asked(campaign: Campaign, file: Application, perform: Perform, at: datetime) -> Opinion:
    made: Opinion = perform(operations.ask_opinion, **asking(file, campaign.officer, at))
    return made


def giving(opinion: Opinion, at: datetime, **values: Any) -> dict[str, Any]:
    return {
        "opinion": opinion,
        "sense": OpinionSense.RESERVED,
        "words": WORDS,
        "author": "Cléo Exemple, cheffe de pôle",
        "document": None,
        "by": SERVICE,
        "at": at,
        **values,
    }


def test_a_service_answers_by_the_link_of_its_mail_without_an_account(
    campaign: Campaign, file: Application, client: HostileClient, deliver: Callable[[], list[Any]]
) -> None:
    client.force_login(campaign.officer)
    due = timezone.localdate() + 20 * DAY
    ask = reverse("calls:ask_opinion", args=[file.public_id])
    assert ask in client.get(reverse("calls:file", args=[file.public_id])).text
    values = {"who": "Direction fictive", "email": ADDRESS, "question": "Est-ce connu ?", "due_on": due.isoformat()}
    wrong = client.post(ask, {**values, "due_on": timezone.localdate().isoformat()})
    assert wrong.status_code == 422
    assert "Donnez un jour à venir." in wrong.text
    assert ADDRESS in wrong.text
    assert client.post(ask, values).status_code == 302
    (sent,) = [one for one in deliver() if one.to == [ADDRESS]]
    assert sent.reply_to == [campaign.call.service_email]
    (link,) = re.findall(r"(/avis/\S+)", sent.body)
    opinion = Opinion.objects.get()
    assert Notice.objects.get(template="calls/opinion_asked").body == ""  # the link is kept nowhere

    service = HostileClient()
    page = service.get(link)
    assert page.status_code == 200
    assert page["Cache-Control"] == "private, no-store"
    for told in ("Est-ce connu ?", "Un besoin.", file.title, campaign.call.service_email):
        assert told in page.text
    assert Opinion.objects.get().answered_at is None
    lacking = service.post(link, {"sense": "favourable", "author": "Cléo Exemple", "words": ""})
    assert lacking.status_code == 422
    assert "joignez le document" in lacking.text
    answer = {"sense": "favourable", "author": "Cléo Exemple, cheffe de pôle", "words": WORDS}
    answer |= {"document": SimpleUploadedFile("avis signé.pdf", PDF)}
    assert service.post(link, answer).headers["Location"] == link
    after = service.get(link).text
    assert "Cet avis est rendu, et ne se change plus." in after
    assert WORDS in after
    assert "Un besoin." not in after  # the file is theirs to read no more
    again = service.post(link, {**answer, "sense": "unfavourable", "document": ""})
    assert again.status_code == 422
    opinion.refresh_from_db()
    assert (opinion.sense, opinion.author, opinion.given_on) == (
        OpinionSense.FAVOURABLE,
        "Cléo Exemple, cheffe de pôle",
        timezone.localdate(),
    )
    told_officer, told_service = deliver()
    assert (told_officer.to, told_service.to) == ([campaign.officer.email], [ADDRESS])
    # A link may be forwarded: the service learns who answered for it, and whom to tell when it did not.
    for told in ("favorable, par Cléo Exemple", campaign.call.service_email):
        assert told in told_service.body
    assert "/avis/" not in told_service.body
    shown = client.get(reverse("calls:file", args=[file.public_id])).text
    for told in ("Avis demandés", "Rendu", WORDS, "avis signé.pdf", "Le service consulté"):
        assert told in shown
    kept = client.get(reverse("calls:opinion_file", args=[file.public_id, opinion.public_id]))
    assert b"".join(kept) == PDF  # type: ignore[call-overload]  # streamed
    assert kept["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("token", ["nimporte", "MTI.abc.def", "x" * 500])
def test_a_link_that_is_not_ours_opens_nothing(token: str, client: HostileClient) -> None:
    address = reverse("calls:give_opinion", args=[token])
    for answer in (client.get(address), client.post(address, {"sense": "favourable"})):
        assert answer.status_code == 410
        assert "Ce lien ne sert plus" in answer.text
        assert "répondez à ce courriel" in answer.text
        assert "no-store" in answer["Cache-Control"]


def test_a_link_dies_in_time_and_answers_for_one_opinion(
    asked: Opinion, client: HostileClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = link_for(asked)
    found = read_link(link)
    assert found == asked
    assert read_link(link[:-1] + ("A" if link[-1] != "A" else "B")) is None
    now = timezone.now().timestamp()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + (LINK_LASTS + DAY).total_seconds())
    assert read_link(link) is None


def test_tries_are_counted(asked: Opinion, file: Application) -> None:
    assert file.organisation
    factories.role(file.organisation, holder=factories.person(email=ADDRESS))
    url = reverse("calls:give_opinion", args=[link_for(asked)])
    values = {"sense": "none", "author": "Quelqu’un", "words": "Autre chose."}
    answers = [HostileClient().post(url, values).text for _ in range(TRIES_AN_HOUR + 1)]
    assert "du côté de qui candidate" in answers[-2]
    assert "Trop d’essais" in answers[-1]


def _of_applicant(kind: str, file: Application, at: datetime) -> str:
    """An address on the applicant's side, in one of the ways of being there."""
    assert file.organisation
    match kind:
        case "member":
            return str(factories.role(file.organisation, name=RoleName.MEMBER).person.email)
        case "helper":
            return str(factories.mandate(file.organisation, granted_by=factories.person()).helper.email)
        case "author":
            return str(file.person.email if file.person else "")
        case "record":
            file.organisation.contact_email = "contact@candidat-fictif.example"
            file.organisation.save(update_fields=["contact_email"])
            return "Contact@candidat-fictif.example"
    factories.email_domain(file.organisation, added_by=factories.person(), confirmed=True, domain="candidat-fictif.org")
    return "inconnue@candidat-fictif.org"


def test_nobody_on_the_applicants_side_who_signed_in_reads_a_link_that_was_forwarded(
    asked: Opinion, file: Application, at: datetime, client: HostileClient
) -> None:
    link = reverse("calls:give_opinion", args=[link_for(asked)])
    for kind in ("member", "helper", "author", "record", "domain"):
        email = _of_applicant(kind, file, at)
        known = Person.objects.filter(email__iexact=email).first() or factories.person(email=email)
        client.force_login(known)
        assert client.get(link).status_code == 403
        assert client.post(link, {"sense": "favourable", "author": "A", "words": "W"}).status_code == 403
    client.force_login(factories.person())
    assert client.get(link).status_code == 200


@pytest.mark.parametrize("kind", ["member", "helper", "author", "record", "domain"])
def test_nobody_on_the_applicants_side_is_asked(
    kind: str, campaign: Campaign, file: Application, perform: Perform, at: datetime
) -> None:
    email = _of_applicant(kind, file, at)
    with pytest.raises(Refused, match="du côté de qui candidate") as refused:
        perform(operations.ask_opinion, **asking(file, campaign.officer, at, email=email))
    assert refused.value.field == "email"
    assert not Opinion.objects.exists()


def test_whoever_joined_the_applicant_since_does_not_answer(
    asked: Opinion, file: Application, perform: Perform, at: datetime, client: HostileClient
) -> None:
    assert file.organisation
    turned = factories.person(email=ADDRESS)
    factories.role(file.organisation, name=RoleName.MEMBER, holder=turned)
    with pytest.raises(Refused, match="du côté de qui candidate"):
        perform(operations.answer_opinion, **giving(asked, at))
    client.force_login(turned)
    assert client.get(reverse("calls:give_opinion", args=[link_for(asked)])).status_code == 403


def test_an_opinion_is_asked_once_for_a_day_of_a_file_that_is_examined(
    campaign: Campaign, asked: Opinion, file: Application, perform: Perform, at: datetime
) -> None:
    with pytest.raises(Refused, match="déjà demandé"):
        perform(operations.ask_opinion, **asking(file, campaign.officer, at, email=ADDRESS.upper()))
    late = timezone.localdate(at) + 121 * DAY
    with pytest.raises(Refused, match="120 jours"):
        perform(operations.ask_opinion, **asking(file, campaign.officer, at, email="a@b.example", due_on=late))
    with pytest.raises(Refused, match="instructeur"):
        perform(operations.ask_opinion, **asking(file, campaign.signatory, at, email="a@b.example"))
    Application.objects.filter(pk=file.pk).update(state=ApplicationState.NOTIFIED)
    with pytest.raises(Refused, match="n’est plus examiné"):
        perform(operations.ask_opinion, **asking(file, campaign.officer, at, email="a@b.example"))
    with pytest.raises(Refused, match="n’est plus examiné"):
        perform(operations.answer_opinion, **giving(asked, at))


def test_what_came_by_letter_is_recorded_with_its_document(
    campaign: Campaign, asked: Opinion, file: Application, perform: Perform, client: HostileClient
) -> None:
    client.force_login(campaign.officer)
    url = reverse("calls:record_opinion", args=[file.public_id, asked.public_id])
    given = {"sense": "unfavourable", "author": "Dom Exemple", "words": WORDS, "given_on": timezone.localdate()}
    without = client.post(url, given)
    assert without.status_code == 422
    assert Opinion.objects.get().answered_at is None
    early = client.post(url, {**given, "given_on": timezone.localdate() - DAY, "document": BytesIO(PDF)})
    assert early.status_code == 422
    assert "Un avis se rend après avoir été demandé" in early.text
    assert client.post(url, {**given, "document": SimpleUploadedFile("lettre.pdf", PDF)}).status_code == 302
    asked.refresh_from_db()
    assert (asked.recorded_by, asked.sense, asked.file_name) == (campaign.officer, "unfavourable", "lettre.pdf")
    assert client.get(url).status_code == 403
    assert "rendu le" in Event.objects.get(code="calls.opinion_recorded").sentence


def test_a_request_is_withdrawn_with_a_reason_that_the_service_reads(
    campaign: Campaign, asked: Opinion, file: Application, client: HostileClient, deliver: Callable[[], list[Any]]
) -> None:
    deliver()
    client.force_login(campaign.officer)
    url = reverse("calls:withdraw_opinion", args=[file.public_id, asked.public_id])
    assert client.post(url, {"reason": "Adresse erronée."}).status_code == 302
    (told,) = deliver()
    assert told.to == [ADDRESS]
    assert "Adresse erronée." in told.body
    asked.refresh_from_db()
    assert asked.state(timezone.localdate()) == OpinionState.WITHDRAWN
    link = HostileClient().get(reverse("calls:give_opinion", args=[link_for(asked)])).text
    assert "n’est plus demandé" in link
    assert "Un besoin." not in link


def test_the_night_reminds_the_service_once_then_tells_the_officer_once(
    campaign: Campaign, asked: Opinion, perform: Perform, at: datetime, deliver: Callable[[], list[Any]]
) -> None:
    deliver()
    assert asked.remind_on == asked.due_on - 7 * DAY
    assert tasks.follow_opinions(0) == 0
    today = timezone.localdate()
    Opinion.objects.update(due_on=today + 5 * DAY, remind_on=today - DAY)
    assert (tasks.follow_opinions(0), tasks.follow_opinions(0)) == (1, 0)
    (reminder,) = deliver()
    assert reminder.to == [ADDRESS]
    assert "/avis/" in reminder.body
    Opinion.objects.update(due_on=today - DAY, remind_on=today - 8 * DAY)
    assert (tasks.follow_opinions(0), tasks.follow_opinions(0)) == (1, 0)
    (late,) = deliver()
    assert late.to == [campaign.officer.email]
    assert "Non rendu dans le délai" in str(Opinion.objects.get().state(today).label)
    # Late, it still counts as long as nothing is decided.
    given = perform(operations.answer_opinion, **giving(asked, at))
    assert given.state(today) == OpinionState.ANSWERED


def test_the_page_of_a_file_says_once_where_an_opinion_is(
    campaign: Campaign, asked: Opinion, file: Application, perform: Perform, at: datetime
) -> None:
    client = HostileClient()
    client.force_login(campaign.officer)
    address = reverse("calls:file", args=[file.public_id])
    days, today = "Demandé le", timezone.localdate()

    def shown() -> str:
        section = client.get(address).text.split('id="avis"')[1].split("<h2")[0]
        return " ".join(re.sub(r"<[^>]+>", " ", section).split())

    def counted(state: OpinionState) -> int:
        return shown().lower().count(state.label.lower())

    assert days in shown()
    assert counted(OpinionState.ASKED) == 1
    Opinion.objects.update(due_on=today - DAY, remind_on=today - 8 * DAY)
    assert "l’examen se poursuit sans lui" in shown()
    assert counted(OpinionState.LATE) == 1
    perform(operations.withdraw_opinion, opinion=asked, reason="Adresse erronée.", by=campaign.officer, at=at)
    assert days in shown()
    assert counted(OpinionState.WITHDRAWN) == 1


@pytest.mark.parametrize("change", ["answered", "withdrawn", "decided"])
def test_the_night_says_nothing_of_what_is_not_awaited(
    change: str, campaign: Campaign, asked: Opinion, file: Application, perform: Perform, at: datetime
) -> None:
    if change == "answered":
        perform(operations.answer_opinion, **giving(asked, at))
    elif change == "withdrawn":
        perform(operations.withdraw_opinion, opinion=asked, reason="Erreur.", by=campaign.officer, at=at)
    else:
        Application.objects.filter(pk=file.pk).update(state=ApplicationState.NOTIFIED)
    today = timezone.localdate()
    Opinion.objects.update(due_on=today - DAY, remind_on=today - 8 * DAY)
    assert tasks.follow_opinions(0) == 0


def test_a_short_delay_is_reminded_at_its_half(
    campaign: Campaign, file: Application, perform: Perform, at: datetime
) -> None:
    due = timezone.localdate(at) + 6 * DAY
    opinion = perform(operations.ask_opinion, **asking(file, campaign.officer, at, due_on=due))
    assert opinion.remind_on == due - 3 * DAY


def test_the_applicant_reads_the_opinions_with_the_decision_and_not_before(
    campaign: Campaign, asked: Opinion, file: Application, perform: Perform, at: datetime, client: HostileClient
) -> None:
    assert file.organisation
    representative = factories.role(file.organisation, name=RoleName.REPRESENTATIVE).person
    silent = {"who": "Service muet", "email": "muet@service.example"}
    perform(operations.ask_opinion, **asking(file, campaign.officer, at, **silent))
    perform(operations.answer_opinion, **giving(asked, at))
    Opinion.objects.filter(who="Service muet").update(
        due_on=timezone.localdate() - DAY, remind_on=timezone.localdate() - 9 * DAY
    )
    client.force_login(representative)
    mine = reverse("calls:application", args=[file.public_id])
    assert "Direction fictive" not in client.get(mine).text
    assert not [one for one in history_of_file(file, service=False) if "avis" in one.sentence]
    assert client.get(reverse("calls:opinion_file", args=[file.public_id, asked.public_id])).status_code in (403, 404)

    given = {"outcome": DecisionOutcome.REJECTED, "reasons": "Le modèle n’est pas trouvé.", "advice": ""}
    drafted = perform(
        decisions.draft_decisions, call=campaign.call, applications=[file], by=campaign.officer, at=at, **given
    )
    both = {"call": campaign.call, "decisions": drafted, "at": at}
    (signed,) = perform(decisions.sign_decisions, **both, by=campaign.signatory)
    assert "Direction fictive" not in client.get(mine).text
    perform(decisions.notify_decisions, **both, by=campaign.officer)
    told = client.get(reverse("calls:decision", args=[file.public_id])).text
    for words in ("Les avis demandés", WORDS, "Favorable avec réserves", "Service muet. Non rendu dans le délai"):
        assert words in told
    assert WORDS in Notice.objects.get(template="calls/decision_notified", email=representative.email).body
    part = next(one for one in signed.letter["parts"] if one["title"] == "Les avis demandés")
    assert "l’examen se poursuit sans lui" in part["words"]


def test_who_answered_for_a_service_is_told_what_is_kept_and_is_forgotten_with_the_account(
    campaign: Campaign, asked: Opinion, file: Application, perform: Perform, at: datetime
) -> None:
    link = reverse("calls:give_opinion", args=[link_for(asked)])
    assert "le candidat les lit avec l’avis" in HostileClient().get(link).text
    agent = factories.person(email=ADDRESS, given_name="Cléo", family_name="Exemple")
    perform(operations.answer_opinion, **giving(asked, at, words=f"{WORDS} Cléo Exemple"))
    (kept,) = personal_data.export(agent)["avis demandés à votre adresse"]
    assert (kept["signé par"], kept["sens"]) == ("Cléo Exemple, cheffe de pôle", "Favorable avec réserves")
    silent = perform(operations.ask_opinion, **asking(file, campaign.officer, at))
    perform(personal_data.erase, person=agent, by=agent, at=at)
    asked.refresh_from_db()
    assert (asked.email, asked.author, asked.words) == ("", "[effacé], cheffe de pôle", f"{WORDS} [effacé]")
    silent.refresh_from_db()
    assert silent.email == ADDRESS  # the service is still asked


def test_the_letter_says_that_a_document_holds_the_opinion(
    asked: Opinion, paper: Document, perform: Perform, at: datetime
) -> None:
    given = perform(operations.answer_opinion, **giving(asked, at, words="", document=paper))
    assert said_whole(given, timezone.localdate(at)).endswith("Document joint : avis.pdf.")


def test_the_applicant_reads_the_document_of_an_opinion_with_the_decision_that_rests_on_it(
    campaign: Campaign,
    asked: Opinion,
    file: Application,
    paper: Document,
    perform: Perform,
    at: datetime,
    client: HostileClient,
) -> None:
    assert file.organisation
    client.force_login(factories.role(file.organisation, name=RoleName.REPRESENTATIVE).person)
    perform(operations.answer_opinion, **giving(asked, at, words="", document=paper))
    document = reverse("calls:told_opinion", args=[file.public_id, asked.public_id])
    given = {"outcome": DecisionOutcome.REJECTED, "reasons": "Le modèle n’est pas trouvé.", "advice": ""}
    drafted = perform(
        decisions.draft_decisions, call=campaign.call, applications=[file], by=campaign.officer, at=at, **given
    )
    both = {"call": campaign.call, "decisions": drafted, "at": at}
    perform(decisions.sign_decisions, **both, by=campaign.signatory)
    assert client.get(document).status_code == 404
    perform(decisions.notify_decisions, **both, by=campaign.officer)
    told = client.get(reverse("calls:decision", args=[file.public_id])).text
    assert document in told
    assert "Document joint : avis.pdf" in told
    assert b"".join(client.get(document)) == PDF  # type: ignore[call-overload]  # streamed
    # What is asked for another decision, after this one, is not of this one.
    later = Opinion.objects.create(
        **{name: getattr(asked, name) for name in ("application", "question", "asked_by", "due_on", "remind_on")},
        who="Autre",
        email="autre@service.example",
        asked_at=at,
        sense="none",
        author="A",
        given_on=timezone.localdate(at),
        answered_at=at + DAY,
        file="opinions/x.pdf",
        file_name="x.pdf",
    )
    assert client.get(reverse("calls:told_opinion", args=[file.public_id, later.public_id])).status_code == 404


def test_what_silence_decided_tells_no_opinion(
    asked: Opinion, file: Application, perform: Perform, at: datetime
) -> None:
    perform(operations.answer_opinion, **giving(asked, at))
    Application.objects.filter(pk=file.pk).update(silence_on=timezone.localdate(at) - DAY)
    assert tasks.silence(0) == 1
    letter = drafted_letter(file.decisions.get())
    assert not [one for one in letter["parts"] if one["title"] == "Les avis demandés"]


def test_those_who_conclude_read_the_opinions(
    campaign: Campaign, asked: Opinion, file: Application, perform: Perform, at: datetime
) -> None:
    perform(operations.answer_opinion, **giving(asked, at))
    pack = pack_of(campaign.call, [file.pk], title="Dossiers", barred_for=campaign.chair)
    (part,) = [one for one in pack["files"][0]["parts"] if one["title"].startswith("Avis de")]
    assert WORDS in part["words"]
    assert [one.senses for one in ranking(campaign.call)] == [["reserved"]]


def test_what_the_call_wants_is_offered_with_its_delay_until_it_is_asked(
    campaign: Campaign,
    file: Application,
    perform: Perform,
    at: datetime,
    client: HostileClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted = [purposes.Wanted("Préfecture fictive", 45)]
    open_purpose = purposes.purpose_of("calls.open")
    changed = purposes.Purpose(**{**open_purpose.__dict__, "opinions": lambda call: wanted})
    monkeypatch.setitem(purposes._registered, "calls.open", changed)
    client.force_login(campaign.officer)
    url = reverse("calls:ask_opinion", args=[file.public_id])
    assert "sous 45 jours" in client.get(url).text
    shown = client.get(url, {"service": "Préfecture fictive"}).text
    assert (timezone.localdate() + 45 * DAY).isoformat() in shown
    assert (timezone.localdate() + 30 * DAY).isoformat() in client.get(url).text
    page = reverse("calls:file", args=[file.public_id])
    told = client.get(page).text
    assert "À demander" in told
    assert "d’ordinaire sous 45 jours" in told
    (linked,) = re.findall(rf'href="({url}\?service=[^"]+)"', told)
    assert 'value="Préfecture fictive"' in client.get(linked).text
    # Who only signs reads what is expected, and asks for nothing.
    client.force_login(campaign.signatory)
    read = client.get(page).text
    assert "avis de Préfecture fictive" in read
    assert linked not in read
    client.force_login(campaign.officer)
    perform(operations.ask_opinion, **asking(file, campaign.officer, at, who="Préfecture fictive"))
    assert "pas encore demandés" not in client.get(url).text
    assert "À demander" not in client.get(page).text


def test_an_answer_and_a_withdrawal_at_once_leave_one_of_them(
    together: Callable[..., list[Any]], perform: Perform
) -> None:
    def prepare() -> tuple[Campaign, Opinion]:
        campaign = Campaign()
        file = campaign.file(ApplicationState.REVIEW, officer=campaign.officer)
        return campaign, perform(operations.ask_opinion, **asking(file, campaign.officer, timezone.now()))

    campaign, opinion = together(prepare)[0]
    at = timezone.now()
    together(
        lambda: perform(operations.answer_opinion, **giving(opinion, at)),
        lambda: perform(operations.withdraw_opinion, opinion=opinion, reason="Erreur.", by=campaign.officer, at=at),
    )
    (kept,) = together(lambda: Opinion.objects.get(pk=opinion.pk))
    assert (kept.answered_at is None) != (kept.withdrawn_at is None)
