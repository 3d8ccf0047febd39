"""The pages by which an appeal is judged, as people go through them."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import icalendar
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from PIL import Image

from accelerator.accounts.models import Person
from accelerator.calls import solving
from accelerator.calls.models import (
    Application,
    Assignment,
    AssignmentProposal,
    CallRole,
    Commission,
    CommissionItem,
    CommissionMember,
    Conflict,
    Decision,
    Jury,
    JuryMember,
    Piece,
    Promise,
    Review,
    Reviewer,
    Slot,
)
from accelerator.calls.operations import opinions, sittings
from accelerator.calls.operations.lots import ask_letters
from accelerator.calls.rules.lots import FILE_CHANGED
from accelerator.calls.sittings import Rules
from accelerator.calls.states import (
    ApplicationState,
    AssignmentState,
    CallRoleName,
    CommissionState,
    DecisionOutcome,
    LetterAct,
    MemberQuality,
    OpinionSense,
    PromiseKind,
)
from accelerator.calls.views import judging
from accelerator.calls.views.opinions import SERVICE
from accelerator.community.states import RoleName
from accelerator.notices.models import Notice
from accelerator.workflow import Refused
from tests import factories
from tests.calls.judging import Campaign, post_as_shown
from tests.client import HostileClient, questions_of

Queries = Callable[..., Any]


@pytest.fixture
def campaign() -> Campaign:
    return Campaign()


def browser(person: Person) -> HostileClient:
    client = HostileClient()
    client.force_login(person)
    return client


def url(name: str, campaign: Campaign, *parts: Any) -> str:
    return reverse(f"calls:{name}", args=[campaign.call.key, *parts])


def saved(response: Any) -> bytes:
    """A file, read to its end as a browser does."""
    assert response.status_code == 200
    return b"".join(response)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_what_is_posted_once_the_session_is_lost_waits_for_its_author(campaign: Campaign) -> None:
    given = campaign.given(campaign.file())
    for who, address, field in (
        (given.reviewer.person, reverse("calls:review", args=[given.pk]), "for_applicant"),
        (campaign.officer, url("draft_decision", campaign, given.application.public_id), "reasons"),
        (campaign.officer, reverse("calls:ask_opinion", args=[given.application.public_id]), "question"),
    ):
        client = browser(who)
        ours = re.findall(r'name="_whose" value="([^"]+)"', client.get(address).content.decode())
        client.cookies.pop(settings.SESSION_COOKIE_NAME)
        lost = client.post(address, {field: "Un long texte.", "revision": "0", "_whose": ours}, follow=True)
        assert "Votre texte est gardé" in text(lost)
        client.force_login(who)
        back = text(client.get(address))
        assert "Vous aviez commencé à écrire ici" in back
        assert "Un long texte." in back


def test_a_review_posted_signed_out_does_not_bar_the_way_to_one_saved_elsewhere_since(campaign: Campaign) -> None:
    given = campaign.given(campaign.file())
    address, who = reverse("calls:review", args=[given.pk]), given.reviewer.person
    client = browser(who)
    ours = re.findall(r'name="_whose" value="([^"]+)"', client.get(address).content.decode())
    client.cookies.pop(settings.SESSION_COOKIE_NAME)
    client.post(address, {"for_applicant": "Un texte d’ici.", "revision": "0", "_whose": ours})
    elsewhere = browser(who)
    assert elsewhere.post(address, {"for_applicant": "Un texte d’ailleurs.", "revision": "0"}).status_code == 302
    client.force_login(who)
    waiting = client.get(address)
    assert "Un texte d’ici." in text(waiting)
    sent = {"for_applicant": "Un texte d’ici.", "revision": waiting.context["form"]["revision"].value()}
    refused = client.post(address, sent)
    assert refused.status_code == 422
    assert "rechargez la page" in text(refused)
    assert "Un texte d’ici." in text(refused)
    # The page, read again, shows what is saved, and saves over it.
    again = client.get(address)
    assert "Un texte d’ailleurs." in text(again)
    sent = {"for_applicant": "Les deux.", "revision": again.context["form"]["revision"].value()}
    assert client.post(address, sent).status_code == 302


# Reviewers and assignment


def test_a_reviewer_is_appointed_on_the_page(campaign: Campaign) -> None:
    client = browser(campaign.officer)
    person = factories.person()
    sent = {
        "email": person.email,
        "themes": ["GAS"],
        "where": "Lot",
        "most": "12",
        "absences": "20/12/2026 au 04/01/2027",
    }
    assert client.post(url("reviewer_new", campaign), sent).status_code == 302
    reviewer = Reviewer.objects.get()
    assert (reviewer.perimeter, reviewer.absences) == (["departement-46"], [["2026-12-20", "2027-01-04"]])
    page = text(client.get(url("reviewers", campaign)))
    assert person.name in page
    assert "Lot" in page
    assert "du 20 décembre 2026 au 4 janvier 2027" in page
    again = client.post(url("reviewer_new", campaign), {**sent, "absences": "bientôt"})
    assert again.status_code == 422
    assert "« bientôt » ne se lit pas" in text(again)
    edited = client.get(url("reviewer", campaign, reviewer.pk))
    assert "20/12/2026 au 04/01/2027" in text(edited)


def test_the_assignment_is_read_then_applied(campaign: Campaign) -> None:
    client = browser(campaign.officer)
    empty = text(client.get(url("assigning", campaign)))
    assert "n’est recevable pour le moment" in empty
    file = campaign.file()
    campaign.reviewer()
    assert client.post(url("ask_proposal", campaign), {}).status_code == 302
    waiting = text(client.get(url("assigning", campaign)))
    assert "dans la file d’attente" in waiting
    assert "Actualiser" in waiting  # without script, one asks again
    assert client.get(url("proposal_news", campaign)).json()["fini"] is False
    row = AssignmentProposal.objects.get()
    solving.solve(row.pk)
    assert client.get(url("proposal_news", campaign)).json()["fini"] is True
    page = text(client.get(url("assigning", campaign)))
    assert "parce que" in page
    assert "1 relecture manque" in page
    another = client.post(url("assigning", campaign), {"proposal": row.pk + 1})
    assert another.status_code == 422
    assert "Une autre proposition" in text(another)
    late = campaign.reviewer()
    stale = client.post(url("assigning", campaign), {"proposal": row.pk})
    assert stale.status_code == 422
    assert "a changé depuis cette proposition" in text(stale)
    late.delete()
    assert client.post(url("assigning", campaign), {"proposal": row.pk}).status_code == 302
    given = Assignment.objects.get()
    assert given.application == file
    taken = client.post(url("take_back", campaign, given.pk), {"reason": "Un empêchement long."})
    assert taken.status_code == 302
    assert Assignment.objects.get().state == AssignmentState.TAKEN_BACK


def test_a_link_is_examined_on_the_page(campaign: Campaign) -> None:
    organisation = factories.organisation()
    file = campaign.file(organisation=organisation)
    role = factories.role(organisation, name=RoleName.MEMBER, ended_at=timezone.now())
    campaign.reviewer(role.person)
    client = browser(campaign.officer)
    assert "a été membre de" in text(client.get(url("links", campaign)))
    address = url("dismiss_link", campaign, file.public_id, role.person.public_id)
    assert "a été membre de" in text(client.get(address))
    assert client.post(address, {"reason": "court"}).status_code == 422
    assert client.post(address, {"reason": "Il y a dix ans, sans suite."}).status_code == 302
    assert "Il y a dix ans" in text(client.get(url("links", campaign)))
    assert client.get(address).status_code == 404


def test_ones_own_side_is_on_no_page_of_who_reads_what(campaign: Campaign) -> None:
    own = factories.organisation()
    factories.role(own, name=RoleName.MEMBER, holder=campaign.officer)
    theirs, other = campaign.file(organisation=own), campaign.file()
    reader = campaign.reviewer(factories.role(own, name=RoleName.MEMBER, ended_at=timezone.now()).person)
    campaign.reviewer()
    given = campaign.given(theirs, campaign.reviewer())
    row = AssignmentProposal.objects.create(call=campaign.call, asked_at=timezone.now())
    solving.solve(row.pk)
    mine, colleague = browser(campaign.officer), browser(factories.call_role(campaign.call).person)
    for client, sees in ((mine, False), (colleague, True)):
        for address in (
            url("assigning", campaign),
            url("links", campaign),
            url("reviewer", campaign, given.reviewer.pk),
        ):
            assert (str(theirs.number) in text(client.get(address))) is sees, address
        for address in (
            url("take_back", campaign, given.pk),
            url("dismiss_link", campaign, theirs.public_id, reader.person.public_id),
        ):
            assert client.get(address).status_code == (200 if sees else 404), address
        assert str(other.number) in text(client.get(url("assigning", campaign)))
    assert "un autre instructeur les lira" in text(mine.get(url("assigning", campaign)))


def test_the_links_of_members_of_a_commission_are_examined_too(campaign: Campaign) -> None:
    organisation = factories.organisation()
    file = campaign.file(ApplicationState.REVIEW, organisation=organisation)
    member = factories.role(organisation, name=RoleName.MEMBER, ended_at=timezone.now()).person
    now = timezone.now()
    commission = Commission.objects.create(
        call=campaign.call, name="Commission de mai", held_at=now, where="Salle 1", made_at=now
    )
    CommissionMember.objects.create(commission=commission, person=member)
    page = text(browser(campaign.officer).get(url("links", campaign)))
    assert member.name in page
    assert str(file.number) in page


# The reviewer's side


def test_a_reviewer_reads_judges_and_corrects(campaign: Campaign) -> None:
    given = campaign.given(campaign.file())
    client = browser(given.reviewer.person)
    listed = text(client.get(reverse("calls:my_reviews")))
    assert given.application.title in listed
    address = reverse("calls:review", args=[given.pk])
    page = text(client.get(address))
    assert "Un besoin." in page
    assert "3 : Exemplaire" in page
    draft = {
        "revision": "0",
        "score_impact": "3",
        "comment_impact": "",
        "for_applicant": "",
        "for_service": "",
        "keep": "1",
    }
    assert client.post(address, draft).status_code == 302
    assert "Brouillon gardé" in text(client.get(address))
    refused = client.post(address, {**draft, "revision": "1", "give": "1"})
    assert refused.status_code == 422
    assert "Commentez « Impact social »" in text(refused)
    whole = {
        "revision": "1",
        "score_impact": "3",
        "comment_impact": "Montré.",
        "score_modele": "0",
        "comment_modele": "",
        "for_applicant": "Continuez.",
        "for_service": "",
        "give": "1",
    }
    assert client.post(address, whole).status_code == 302
    given_page = text(client.get(address))
    for words in ("66,7 sur 100", "3 sur 3 : Exemplaire", "Montré.", "Continuez."):
        assert words in given_page
    assert "ne comptent plus" in text(client.get(reverse("calls:reopen_review", args=[given.pk])))
    assert client.post(reverse("calls:reopen_review", args=[given.pk])).status_code == 302
    assert Review.objects.get().mean is None


def test_what_was_typed_is_kept_when_the_review_was_saved_elsewhere(campaign: Campaign) -> None:
    given = campaign.given(campaign.file())
    client = browser(given.reviewer.person)
    address = reverse("calls:review", args=[given.pk])
    sent = {"revision": "0", "for_applicant": "Premier onglet.", "for_service": "", "keep": "1"}
    client.post(address, sent)
    late = client.post(address, {**sent, "for_applicant": "Second onglet."})
    assert late.status_code == 422
    assert "Second onglet." in text(late)
    assert Review.objects.get().for_applicant == "Premier onglet."


def picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (4, 4)).save(file, "PNG")
    return file.getvalue()


def piece(file: Application, question: str, name: str, kind: str, content: bytes) -> Piece:
    return Piece.objects.create(
        application=file,
        question=question,
        file=ContentFile(content, name=name),
        name=name,
        size=len(content),
        kind=kind,
        digest="0" * 64,
        by=file.person,
        at=timezone.now(),
    )


@pytest.fixture
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.usefixtures("_media")
def test_a_blind_reading_leaks_nothing() -> None:
    """Neither names, nor the answers that tell, nor documents and what they say of their author."""
    campaign = Campaign(blind=True)
    file = campaign.file(title="Les Jardins fictifs grandissent")
    clean = piece(file, "photo", "jardins-fictifs.png", "image/png", picture())
    telling = piece(
        file, "photo", "jardins-fictifs.pdf", "application/pdf", b"%PDF-1.4 Author: Les Jardins fictifs %%EOF"
    )
    statutes = piece(file, "statuts", "statuts-jardins.png", "image/png", picture())
    given = campaign.given(file)
    client = browser(given.reviewer.person)
    for address in (
        reverse("calls:my_reviews"),
        reverse("calls:review", args=[given.pk]),
        f"{reverse('calls:my_reviews')}?format=csv",
    ):
        response = client.get(address)
        shown = b"".join(response) if response.streaming else response.content
        for word in (b"Jardins", b"jardins", file.organisation.name.encode(), file.person.name.encode()):
            assert word not in shown, (address, word)
    page = text(client.get(reverse("calls:review", args=[given.pk])))
    assert "1 fichier non montré" in page
    assert "Image 1" in page
    opened = client.get(reverse("calls:reviewed_piece", args=[given.pk, clean.public_id]))
    assert saved(opened)
    assert "jardins" not in opened["Content-Disposition"]
    for hidden in (telling, statutes):
        assert client.get(reverse("calls:reviewed_piece", args=[given.pk, hidden.public_id])).status_code == 404


@pytest.mark.usefixtures("_media")
def test_an_open_reading_shows_the_files(campaign: Campaign) -> None:
    file = campaign.file()
    kept = piece(file, "statuts", "statuts.pdf", "application/pdf", b"%PDF-1.4 %%EOF")
    given = campaign.given(file)
    client = browser(given.reviewer.person)
    assert "statuts.pdf" in text(client.get(reverse("calls:review", args=[given.pk])))
    address = reverse("calls:reviewed_piece", args=[given.pk, kept.public_id])
    assert saved(client.get(address)) == b"%PDF-1.4 %%EOF"
    assert browser(factories.person()).get(address).status_code == 404


def test_a_known_link_closes_the_file(campaign: Campaign) -> None:
    given = campaign.given(campaign.file(answers={"besoin": "Le secret du dossier."}))
    factories.role(given.application.organisation, name=RoleName.MEMBER, holder=given.reviewer.person)
    client = browser(given.reviewer.person)
    address = reverse("calls:review", args=[given.pk])
    page = text(client.get(address))
    assert "Un lien avec ce candidat est connu" in page
    assert "Le secret du dossier." not in page
    sent = {"revision": "0", "for_applicant": "Bravo.", "for_service": "", "keep": "1"}
    assert client.post(address, sent).status_code == 422
    recused = client.post(reverse("calls:recuse", args=[given.pk]), {"reason": "J’en suis membre depuis peu."})
    assert recused.status_code == 302
    assert Conflict.objects.get().person == given.reviewer.person
    assert client.get(address).status_code == 404


# The ranking


def test_the_ranking_shows_disagreement_and_what_is_missing(campaign: Campaign) -> None:
    best, split, unread = (campaign.file() for _ in range(3))
    campaign.read(best, 3)
    campaign.read(best, 3)
    campaign.read(split, 3)
    campaign.read(split, 0)
    campaign.given(unread)
    client = browser(campaign.chair)
    page = client.get(url("ranking", campaign))
    rows = [row.number for row in page.context["rows"]]
    assert rows == [best.number, split.number, unread.number]
    assert "désaccord" in text(page)
    asked = client.get(f"{url('ranking', campaign)}?etat=unread")
    assert [row.pk for row in asked.context["rows"]] == [unread.pk]
    above = client.get(f"{url('ranking', campaign)}?seuil=above")
    assert [row.pk for row in above.context["rows"]] == [best.pk]
    split_only = client.get(f"{url('ranking', campaign)}?etat=disagreement")
    assert [row.pk for row in split_only.context["rows"]] == [split.pk]


def test_the_ranking_is_exported(campaign: Campaign) -> None:
    file = campaign.file(title="=HYPERLINK(1)")
    campaign.read(file, 2)
    client = browser(campaign.officer)
    csv = b"".join(client.get(f"{url('ranking', campaign)}?format=csv")).decode()
    assert "66.67" in csv
    sheet = load_workbook(BytesIO(b"".join(client.get(f"{url('ranking', campaign)}?format=xlsx"))))
    assert len(list(sheet.active.rows)) == 2  # type: ignore[union-attr]  # the one sheet


@pytest.mark.parametrize("count", [1, 3])
def test_the_ranking_and_the_reviews_cost_the_same_whatever_their_length(campaign: Campaign, count: int) -> None:
    for _ in range(count):
        file = campaign.file()
        for score in range(count):
            campaign.read(file, score)
    client = browser(campaign.officer)
    for address in (url("ranking", campaign), url("reviews", campaign, file.public_id)):
        assert questions_of(client, address) <= 12


def test_the_reviews_of_a_file_are_read_together(campaign: Campaign) -> None:
    file = campaign.file()
    campaign.read(file, 3)
    campaign.read(file, 1)
    client = browser(campaign.officer)
    page = text(client.get(url("reviews", campaign, file.public_id)))
    for words in ("Pour le candidat 3.", "Pour le service.", "3 (Exemplaire) ; 1 (Un début)", "66,7"):
        assert words in page
    assert browser(factories.person()).get(url("reviews", campaign, file.public_id)).status_code == 403


def test_the_pack_is_a_pdf_without_what_one_is_linked_to(campaign: Campaign) -> None:
    file = campaign.file()
    campaign.read(file, 2)
    client = browser(campaign.chair)
    response = client.get(url("pack", campaign))
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")


# Juries


def test_a_day_of_hearings_is_dealt_out_read_then_fixed(campaign: Campaign) -> None:
    client = browser(campaign.chair)
    address = url("slots_new", campaign)
    assert "Composez d’abord un jury" in text(client.get(address))
    now = timezone.now()
    juries = [Jury.objects.create(call=campaign.call, name=f"Jury {number}", made_at=now) for number in (1, 2)]
    jurors = [factories.person() for _ in juries]
    for jury, person in zip(juries, jurors, strict=True):
        JuryMember.objects.create(jury=jury, person=person, joined_at=now)
    best, linked, last = (campaign.file(ApplicationState.REVIEW) for _ in range(3))
    for file, score in ((best, 3), (linked, 2), (last, 1)):
        campaign.read(file, score)
    assert linked.organisation
    factories.role(linked.organisation, name=RoleName.MEMBER, holder=jurors[0], ended_at=now)
    day = timezone.localdate() + timedelta(days=7)
    asked = {
        "juries": [one.public_id for one in juries],
        "day": day.isoformat(),
        "begins": "09:00",
        "ends": "09:40",
        "minutes": "30",
        "pause": "10",
        "where": "Salle fictive",
    }
    wrong = text(client.get(address, {**asked, "ends": "08:00"}))
    assert "La journée finit après avoir commencé." in wrong
    assert 'value="Salle fictive"' in wrong
    page = client.get(address, asked)
    hearings = [(one["file"].pk, one["jury"]) for one in page.context["hearings"]]
    # The first jury may not hear the second file: the other does.
    assert hearings == [(best.pk, "Jury 1"), (linked.pk, "Jury 2")]
    assert "1 dossier reste pour un autre jour" in text(page)
    assert not Slot.objects.exists()
    sent = {"digest": page.context["digest"], "kept": [best.public_id, linked.public_id]}
    there = f"{address}?{urlencode(asked, doseq=True)}"
    assert questions_of(client, there) <= 12
    unread = client.post(there, {**sent, "digest": "0" * 16})
    assert unread.status_code == 422
    assert "ont changé depuis" in text(unread)
    assert client.post(there, {"digest": sent["digest"]}).status_code == 422
    assert client.post(there, sent).status_code == 302
    assert [(one.application_id, one.jury.name) for one in Slot.objects.order_by("jury__name")] == hearings
    assert Notice.objects.filter(template="calls/slot_set").count() >= 2
    best.refresh_from_db()
    assert best.state == ApplicationState.HEARING
    calendar = client.get(reverse("calls:jury_calendar", args=[juries[0].public_id]))
    assert str(best.number) in calendar.content.decode()
    # Sent again from another tab: what was dealt out is no more.
    assert client.post(there, sent).status_code == 422
    assert Slot.objects.count() == 2


def test_a_jury_from_its_name_to_its_opinion(campaign: Campaign) -> None:
    client = browser(campaign.chair)
    client.post(url("jury_new", campaign), {"name": "Jury 1"})
    jury = Jury.objects.get()
    person, file = factories.person(), campaign.file(ApplicationState.REVIEW)
    client.post(url("jury_member_new", campaign, jury.public_id), {"email": person.email})
    day = timezone.localdate() + timedelta(days=8)
    sent = {
        "application": file.public_id,
        "starts_at_0": day.isoformat(),
        "starts_at_1": "14:30",
        "minutes": "30",
        "where": "Salle 2",
    }
    # An agenda without anything in it is no calendar.
    agenda = reverse("calls:jury_calendar", args=[jury.public_id])
    assert agenda not in text(client.get(url("juries", campaign)))
    assert client.post(url("slot_new", campaign, jury.public_id), sent).status_code == 302
    assert agenda in text(client.get(url("juries", campaign)))
    slot = Slot.objects.get()
    assert timezone.localtime(slot.starts_at).hour == 14
    assert "Salle 2" in text(client.get(url("juries", campaign)))
    member = browser(person)
    assert str(file.number) in text(member.get(reverse("calls:my_juries")))
    taken = member.get(reverse("calls:jury_calendar", args=[jury.public_id]))
    (event,) = icalendar.Calendar.from_ical(taken.content).walk("VEVENT")
    assert str(event["location"]) == "Salle 2"
    # Whoever began it reads it as long as they belong to the organisation; so do those who steer the organisation.
    hearing = reverse("calls:hearing_calendar", args=[file.public_id])
    assert file.organisation
    assert file.person
    assert browser(file.person).get(hearing).status_code == 404
    factories.role(file.organisation, name=RoleName.MEMBER, holder=file.person)
    theirs = browser(file.person).get(hearing)
    (event,) = icalendar.Calendar.from_ical(theirs.content).walk("VEVENT")
    assert "Audition par le jury" in str(event["summary"])
    assert browser(factories.person()).get(reverse("calls:jury_calendar", args=[jury.public_id])).status_code == 404
    early = client.post(url("slot_opinion", campaign, slot.public_id), {"opinion": "favourable", "words": "Bien."})
    assert early.status_code == 422
    Slot.objects.update(starts_at=timezone.now() - timedelta(hours=2), ends_at=timezone.now() - timedelta(hours=1))
    client.post(url("slot_opinion", campaign, slot.public_id), {"opinion": "favourable", "words": "Bien."})
    assert "Favorable" in text(client.get(url("juries", campaign)))
    end = url("jury_member_end", campaign, JuryMember.objects.get().pk)
    assert client.post(end, {"reason": "Indisponible désormais."}).status_code == 302


# Commissions


def sit(commission: Commission, name: str, *parts: Any) -> str:
    return reverse(f"calls:{name}", args=[commission.public_id, *parts])


def test_a_commission_from_its_preparation_to_its_minutes(campaign: Campaign) -> None:
    files = [campaign.file() for _ in range(2)]
    for number, file in enumerate(files):
        campaign.read(file, 3 - number)
    client = browser(campaign.officer)
    day = timezone.localdate() + timedelta(days=8)
    sent = {"name": "Commission de sélection", "held_at_0": day.isoformat(), "held_at_1": "10:00", "where": "Salle 1"}
    assert client.post(url("commission_new", campaign), sent).status_code == 302
    commission = Commission.objects.get()
    chair, member = factories.person(), factories.person()
    for person, quality in ((chair, "chair"), (member, "member")):
        posted = {"email": person.email, "quality": quality, "title": "", "voting": "on"}
        assert client.post(sit(commission, "commission_member_new"), posted).status_code == 302
    agenda = {"applications": [file.public_id for file in files], "proposal": "retained"}
    assert client.post(sit(commission, "agenda"), agenda).status_code == 302
    assert [item.application for item in commission.items.order_by("position")] == files
    assert browser(member).get(sit(commission, "commission")).status_code == 404
    assert client.post(sit(commission, "convene")).status_code == 302
    assert str(files[0].number) in text(browser(member).get(sit(commission, "commission")))
    assert "Commission de sélection" in text(browser(member).get(reverse("calls:my_commissions")))
    early = client.post(sit(commission, "open_sitting"), {"present": []})
    assert early.status_code == 422
    Commission.objects.update(held_at=timezone.now())
    present = [str(pk) for pk in commission.members.values_list("pk", flat=True)]
    assert client.post(sit(commission, "open_sitting"), {"present": present}).status_code == 302
    for item in commission.items.order_by("position"):
        ballots = {f"ballot_{pk}": "for" for pk in present}
        tie = {f"ballot_{present[0]}": "abstain", "outcome": "retained", "words": "Bien."}
        assert client.post(sit(commission, "item", item.pk), tie)["Location"] == sit(commission, "item", item.pk)
        again = text(client.get(sit(commission, "item", item.pk)))
        assert "partage des voix" in again
        assert "On vote pour ou contre la proposition : « Retenu à l’appel »." in again
        assert "Bien.</textarea>" in again  # the reasons typed are kept
        posted = {**ballots, "outcome": "retained", "words": "Le projet répond au besoin."}
        assert client.post(sit(commission, "item", item.pk), posted).status_code == 302
    assert client.post(sit(commission, "close_sitting")).status_code == 302
    assert Decision.objects.count() == 2
    # What follows is one click away, for those who prepare the letters: a member only reads.
    assert f'href="{url("letters", campaign)}">Les courriers de ces décisions' in text(
        client.get(sit(commission, "commission"))
    )
    assert "Les courriers de ces décisions" not in text(browser(member).get(sit(commission, "commission")))
    for name in ("minutes", "commission_pack"):
        made = browser(member).get(sit(commission, name))
        assert made.content.startswith(b"%PDF-")
    assert "Close" in text(client.get(url("commissions", campaign)))


def test_the_agenda_takes_the_first_files_of_the_ranking_or_all(campaign: Campaign) -> None:
    files = [campaign.file() for _ in range(4)]
    for file, score in zip(files, (3, 2, 1, 0), strict=True):
        campaign.read(file, score)
    now = timezone.now()
    commission = Commission.objects.create(
        call=campaign.call, name="Sélection", held_at=now + timedelta(days=8), where="Salle 1", made_at=now
    )
    CommissionItem.objects.create(commission=commission, application=files[0], position=1, proposal="retained")
    client, agenda = browser(campaign.officer), sit(commission, "agenda")
    keys = [one.public_id for one in files]
    assert client.get(agenda).context["form"]["applications"].value() == []
    first = client.get(agenda, {"premiers": 3})
    assert first.context["form"]["applications"].value() == keys[1:3]
    assert "2 dossiers cochés. 1 autre n’est plus à choisir ici." in text(first)
    whole = client.get(agenda, {"tous": "1"})
    assert whole.context["form"]["applications"].value() == keys[1:]
    assert "3 dossiers cochés : tous" in text(whole)
    assert client.post(f"{agenda}?tous=1", {"applications": keys[1:], "proposal": "retained"}).status_code == 302
    assert [one.application_id for one in commission.items.order_by("position")] == [one.pk for one in files]
    assert "Aucun dossier à inscrire" in text(client.get(agenda))


def test_to_tick_the_first_files_loses_nothing_of_what_is_typed_and_does_nothing(campaign: Campaign) -> None:
    files = [campaign.file() for _ in range(3)]
    for file, score in zip(files, (3, 2, 1), strict=True):
        campaign.read(file, score)
    keys = [one.public_id for one in files]
    client, address = browser(campaign.officer), url("draft_decisions", campaign)
    read = client.get(address)
    assert 'name="cocher"' in text(read).split('<form method="post"')[-1]
    typed = {"outcome": "deepen", "reasons": "Le modèle manque.", "advice": "Voyez un DLA.", "amount": "12 000,5"}
    ticked = client.post(address, {**typed, "premiers": "2", "cocher": "1", "applications": keys[2:]})
    assert ticked.status_code == 200
    form = ticked.context["form"]
    assert form["applications"].value() == keys[:2]
    assert {name: form[name].value() for name in typed} == typed
    assert not form.errors
    assert "Vous en avez demandé 2 : 2 dossiers cochés." in text(ticked)
    assert 'name="premiers" value="2"' in text(ticked)
    whole = client.post(address, {**typed, "premiers": "2", "tous": "1"})
    assert whole.context["form"]["applications"].value() == keys
    assert "Voyez un DLA." in text(whole)
    assert not Decision.objects.exists()
    # Sent to be done, it is what is ticked that counts, whatever number stands beside.
    sent = {**typed, "premiers": "2", "applications": keys[2:], "seen": ticked.context["seen"], "amount": ""}
    assert client.post(address, sent).status_code == 302
    assert Decision.objects.get().application == files[2]
    # The same for an agenda, and none of it for whoever may not be there.
    now = timezone.now()
    commission = Commission.objects.create(
        call=campaign.call, name="Sélection", held_at=now + timedelta(days=8), where="Salle 1", made_at=now
    )
    agenda = client.post(sit(commission, "agenda"), {"proposal": "deepen", "premiers": "1", "cocher": "1"})
    assert agenda.context["form"]["applications"].value() == keys[:1]
    assert agenda.context["form"]["proposal"].value() == "deepen"
    assert not commission.items.exists()
    stranger = browser(factories.person())
    assert stranger.post(address, {"cocher": "1", "premiers": "2"}).status_code in (403, 404)


def test_a_long_list_is_ticked_a_part_at_a_time_and_keeps_what_is_ticked_and_typed_elsewhere(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "_SHOWN", 2)
    files = [campaign.file() for _ in range(5)]
    for file, score in zip(files, (3, 2.5, 2, 1.5, 1), strict=True):
        campaign.read(file, score)  # type: ignore[arg-type]  # between two steps of the scale
    keys = [one.public_id for one in files]
    client, address = browser(campaign.officer), url("draft_decisions", campaign)

    def boxes(page: Any) -> list[tuple[str, bool]]:
        return [(one.data["value"], one.data["selected"]) for one in page.context["form"]["applications"]]

    def sent(page: Any, *ticked: str, **others: str) -> dict[str, Any]:
        """What a browser sends of the page, with these boxes ticked."""
        hidden = dict(
            re.findall(r'<input type="hidden" name="(debut|ailleurs|seen|demandes)" value="(.*?)"', text(page))
        )
        return {**hidden, "outcome": "deepen", "reasons": "Le modèle manque.", "applications": ticked, **others}

    first = client.get(address, {"premiers": 3})
    # « Entrée » in another field sends the first button, « Les cocher »: what was unticked stays so.
    entered = client.post(address, sent(first, keys[1], cocher="1", premiers="3"))
    assert boxes(entered) == [(keys[0], False), (keys[1], True)]
    assert boxes(client.post(address, sent(entered, keys[1], cocher="1", premiers="2"))) == [
        (keys[0], True),
        (keys[1], True),
    ]
    assert boxes(first) == [(keys[0], True), (keys[1], True)]
    assert "les dossiers 1 à 2 sur 5, du mieux noté au moins bien, 3 cochés en tout" in text(first)
    # One is unticked here, the next part is asked: nothing is done, nothing is lost.
    second = client.post(address, sent(first, keys[1], montrer="3"))
    assert boxes(second) == [(keys[2], True), (keys[3], False)]
    assert second.context["form"]["reasons"].value() == "Le modèle manque."
    assert second.context["form"]["outcome"].value() == "deepen"
    last = client.post(address, sent(second, keys[2], keys[3], montrer="depuis", depuis="5"))
    assert boxes(last) == [(keys[4], False)]
    assert "3 cochés en tout" in text(last)
    # The key « Entrée » in the field of the rank sends the first button, « Les cocher »: nothing is ticked again.
    entered = client.post(address, sent(second, keys[2], keys[3], cocher="1", premiers="3", depuis="5"))
    assert boxes(entered) == [(keys[4], False)]
    assert entered.context["other_ticks"].split() == keys[1:4]
    assert 'name="depuis" value' not in text(entered)
    assert not Decision.objects.exists()
    # Refused, it comes back where it was.
    refused = client.post(address, sent(last, reasons=""))
    assert refused.status_code == 422
    assert boxes(refused) == [(keys[4], False)]
    # A number that is none shows the beginning; what lies beyond the last, the last.
    assert boxes(client.post(address, sent(last, montrer="depuis", depuis="abc")))[0] == (keys[0], False)
    assert boxes(client.post(address, sent(last, montrer="99")))[0] == (keys[4], False)
    assert client.post(address, sent(refused)).status_code == 302
    assert {one.application_id for one in Decision.objects.all()} == {one.pk for one in files[1:4]}


def test_what_changed_in_a_part_that_is_no_longer_shown_is_not_decided_unread(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "_SHOWN", 2)
    files = [campaign.file() for _ in range(4)]
    for file, score in zip(files, (3, 2, 1, 1), strict=True):
        campaign.read(file, score)
    client, address = browser(campaign.officer), url("draft_decisions", campaign)

    def sent(page: Any, *ticked: Application, **others: str) -> dict[str, Any]:
        return {
            "seen": page.context["seen"],
            "debut": page.context["start"],
            "ailleurs": page.context["other_ticks"],
            "outcome": "retained",
            "reasons": "Retenu.",
            "applications": [one.public_id for one in ticked],
            **others,
        }

    second = client.post(address, sent(client.get(address), files[1], montrer="3"))
    assert second.context["other_ticks"] == files[1].public_id
    # Another expert says the contrary meanwhile.
    campaign.read(files[1], 1)
    for asked in ({"montrer": "3"}, {"reasons": ""}):
        second = client.post(address, sent(second, **asked))
        assert second.context["other_ticks"] == files[1].public_id
    refused = client.post(address, sent(second))
    assert refused.status_code == 422
    assert f"Dossier {files[1].number} : {FILE_CHANGED}" in text(refused)
    assert not Decision.objects.exists()
    # Told, or shown again, it is read.
    for page in (refused, client.post(address, sent(second, montrer="1"))):
        assert page.context["seen"] != second.context["seen"]
    assert client.post(address, sent(refused)).status_code == 302
    assert Decision.objects.get().application == files[1]


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_of_a_sitting_stay_within_their_questions(campaign: Campaign, count: int) -> None:
    now = timezone.now()
    commission = Commission.objects.create(
        call=campaign.call, name="Sélection", held_at=now + timedelta(days=8), where="Salle 1", made_at=now
    )
    chair = CommissionMember.objects.create(commission=commission, person=campaign.chair, quality=MemberQuality.CHAIR)
    for number in range(count):
        campaign.read(file := campaign.file(), number)
        item = CommissionItem.objects.create(
            commission=commission, application=file, position=number + 1, proposal="retained"
        )
    client = browser(campaign.chair)
    assert questions_of(client, sit(commission, "commission")) <= 12
    assert questions_of(client, sit(commission, "agenda")) <= 12
    CommissionMember.objects.filter(pk=chair.pk).update(present=True, voting=True)
    Commission.objects.filter(pk=commission.pk).update(
        state=CommissionState.HELD, convened_at=now, opened_at=now, rules=Rules.on(timezone.localdate()).to_json()
    )
    assert questions_of(client, sit(commission, "commission")) <= 12
    assert questions_of(client, sit(commission, "item", item.pk)) <= 12


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_of_reading_stay_within_their_questions(campaign: Campaign, count: int) -> None:
    for _ in range(count):
        given = campaign.given(campaign.file())
        campaign.file()
    assert questions_of(browser(given.reviewer.person), reverse("calls:review", args=[given.pk])) <= 12
    row = AssignmentProposal.objects.create(call=campaign.call, asked_at=timezone.now())
    solving.solve(row.pk)
    assert questions_of(browser(campaign.officer), url("assigning", campaign)) <= 12


def test_the_agenda_and_the_vote_lead_to_the_file_for_the_service_alone(campaign: Campaign) -> None:
    file, told = campaign.file(ApplicationState.REVIEW), campaign.file(ApplicationState.REVIEW)
    own = factories.organisation()
    factories.role(own, name=RoleName.MEMBER, holder=campaign.officer)
    now = timezone.now()
    commission = Commission.objects.create(
        call=campaign.call,
        name="Sélection",
        held_at=now,
        where="Salle 1",
        made_at=now,
        state=CommissionState.HELD,
        convened_at=now,
        opened_at=now,
        rules=Rules.on(timezone.localdate()).to_json(),
    )
    member = CommissionMember.objects.create(commission=commission, person=factories.person(), voting=True)
    items = [
        CommissionItem.objects.create(commission=commission, application=one, position=number, proposal="retained")
        for number, one in enumerate((file, told), 1)
    ]
    # Told since, and of one's own side: its conclusion is read, how it was judged is not.
    Application.objects.filter(pk=told.pk).update(state=ApplicationState.NOTIFIED, organisation=own)
    client = browser(campaign.officer)
    page = text(client.get(sit(commission, "commission")))
    link = f'href="{url("reviews", campaign, file.public_id)}"'
    assert link in page
    assert url("reviews", campaign, told.public_id) not in page
    assert client.get(url("reviews", campaign, told.public_id)).status_code == 403
    assert client.get(url("reviews", campaign, file.public_id)).status_code == 200
    assert link in text(client.get(sit(commission, "item", items[0].pk)))
    assert link not in text(browser(member.person).get(sit(commission, "commission")))


def test_the_ranking_says_what_the_jury_thought_where_it_heard_someone(campaign: Campaign) -> None:
    now = timezone.now()
    jury = Jury.objects.create(call=campaign.call, name="Jury 1", made_at=now)
    heard, waiting, unheard = (campaign.file(ApplicationState.REVIEW) for _ in range(3))
    for number, (file, given) in enumerate(
        ((heard, {"opinion": "reserved", "words": "À revoir.", "heard_at": now}), (waiting, {})), 1
    ):
        starts_at = now - timedelta(hours=number)
        Slot.objects.create(
            jury=jury, application=file, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30), **given
        )
    client, address = browser(campaign.officer), url("ranking", campaign)
    page = client.get(f"{address}?tri=jury")
    assert page.context["rows"][0].pk == heard.pk
    assert {one.pk: one.jury_opinion for one in page.context["rows"]} == {
        heard.pk: "reserved",
        waiting.pk: None,
        unheard.pk: None,
    }
    assert text(page).count('data-label="Avis du jury"> Réservé') == 1
    assert questions_of(client, address) <= 12
    (line,) = [one for one in saved(client.get(f"{address}?format=csv")).decode().splitlines() if "Réservé" in one]
    assert str(heard.number) in line


@pytest.mark.parametrize("count", [1, 3])
def test_the_hearings_filter_sort_and_leave_as_they_are_shown(campaign: Campaign, count: int) -> None:
    now = timezone.now()
    heard: list[Slot] = []
    for number in range(2):
        jury = Jury.objects.create(call=campaign.call, name=f"Jury {number}", made_at=now)
        JuryMember.objects.create(jury=jury, person=factories.person(), joined_at=now)
        for rank in range(count):
            starts_at = now + timedelta(days=(5 if number else -5) - rank)
            heard.append(
                Slot.objects.create(
                    jury=jury,
                    application=campaign.file(ApplicationState.HEARING),
                    starts_at=starts_at,
                    ends_at=starts_at + timedelta(minutes=30),
                    where=f"Salle {number}",
                )
            )
    past, coming = heard[:count], heard[count:]
    given = past[0]
    given.opinion, given.words, given.heard_at = "favourable", "Un bon projet.", now
    given.save()
    client, address = browser(campaign.chair), url("juries", campaign)

    def shown(**asked: str) -> list[int]:
        return [one.pk for one in client.get(address, asked).context["rows"]]

    by_hour = sorted(heard, key=lambda one: one.starts_at)
    assert shown() == [one.pk for one in by_hour]
    assert shown(tri="-debut") == [one.pk for one in reversed(by_hour)]
    assert shown(jury=coming[0].jury.public_id) == [one.pk for one in by_hour if one in coming]
    assert shown(avis="coming") == [one.pk for one in by_hour if one in coming]
    assert shown(avis="awaited") == [one.pk for one in by_hour if one in past[1:]]
    assert shown(avis="favourable") == [given.pk]
    assert shown(q=str(given.application.number)) == [given.pk]
    assert shown(q="Salle 1") == [one.pk for one in by_hour if one in coming]
    lines = saved(client.get(address, {"avis": "favourable", "format": "csv"})).decode().splitlines()
    assert len(lines) == 2
    assert "Un bon projet." in lines[1]
    assert questions_of(client, address) <= 12


@pytest.mark.parametrize("count", [1, 3])
def test_the_links_filter_sort_and_leave_as_they_are_shown(campaign: Campaign, count: int) -> None:
    now = timezone.now()
    ties: list[tuple[Person, Application]] = []
    for _ in range(count):
        for ended_at in (None, now):
            role = factories.role(factories.organisation(), name=RoleName.MEMBER, ended_at=ended_at)
            campaign.reviewer(role.person)
            ties.append((role.person, campaign.file(organisation=role.organisation)))
    (recused, file), (dismissed, other) = ties[0], ties[1]
    Person.objects.filter(pk=recused.pk).update(family_name="Bélisaire")
    told = {"decided_by": campaign.officer, "decided_at": now, "reason": "Un motif à lire."}
    Conflict.objects.create(application=file, person=recused, state="recused", **told)
    hints = [{"code": "former", "words": "a été membre, jadis"}]
    Conflict.objects.create(application=other, person=dismissed, state="dismissed", hints=hints, **told)
    client, address = browser(campaign.officer), url("links", campaign)

    def shown(**asked: str) -> list[tuple[int, str]]:
        return [(one.person.pk, one.code) for one in client.get(address, asked).context["rows"]]

    open_still = [(person.pk, "open") for person, _ in ties[2:]]
    everything = shown()
    # What is to be examined comes first, what was set aside last.
    assert sorted(everything[:-2]) == sorted(open_still)
    assert everything[-2:] == [(recused.pk, "recused"), (dismissed.pk, "dismissed")]
    assert sorted(shown(suite="open")) == sorted(open_still)
    assert shown(suite="recused") == [(recused.pk, "recused")]
    assert shown(q=str(other.number)) == [(dismissed.pk, "dismissed")]
    assert shown(q="BELISAIRE") == [(recused.pk, "recused")]
    by_number = shown(tri="numero")
    assert by_number == list(reversed(shown(tri="-numero")))
    assert sorted(by_number) == sorted(everything)
    assert len(saved(client.get(address, {"suite": "dismissed", "format": "csv"})).decode().splitlines()) == 2
    assert "Rien ne correspond à ces filtres" in text(client.get(address, {"q": "introuvable"}))
    assert client.get(address, {"page": "abc"}).status_code == 404
    assert questions_of(client, address) <= 12


def test_hearings_and_links_leave_in_a_file(campaign: Campaign) -> None:
    heard, linked = campaign.file(ApplicationState.HEARING), campaign.file(ApplicationState.REVIEW)
    jury = Jury.objects.create(call=campaign.call, name="Jury 1", made_at=timezone.now())
    member = JuryMember.objects.create(jury=jury, person=factories.person(), joined_at=timezone.now())
    at = timezone.now() + timedelta(days=3)
    Slot.objects.create(
        jury=jury, application=heard, starts_at=at, ends_at=at + timedelta(minutes=30), where="=Salle 1"
    )
    # Of one's own side: neither shown nor exported.
    own = factories.organisation()
    factories.role(own, holder=campaign.officer)
    mine = campaign.file(ApplicationState.HEARING, organisation=own)
    later = at + timedelta(hours=1)
    Slot.objects.create(
        jury=jury, application=mine, starts_at=later, ends_at=later + timedelta(minutes=30), where="Salle 2"
    )
    reader, other = campaign.reviewer(), campaign.reviewer()
    assert linked.organisation
    for one in (reader, other):
        factories.role(linked.organisation, holder=one.person)
    client = browser(campaign.officer)
    juries, links = url("juries", campaign), url("links", campaign)
    for address in (juries, links):
        page = text(client.get(address))
        assert "?format=csv" in page
        assert "?format=xlsx" in page
    lines = saved(client.get(f"{juries}?format=csv")).decode().splitlines()
    assert len(lines) == 2
    for words in ("Jury 1", member.person.name, str(heard.number), "'=Salle 1"):
        assert words in lines[1]
    dismissed = url("dismiss_link", campaign, linked.public_id, other.person.public_id)
    assert client.post(dismissed, {"reason": "Parti depuis dix ans."}).status_code == 302
    csv = saved(client.get(f"{links}?format=csv")).decode()
    assert len(csv.splitlines()) == 3
    (open_line,) = [one for one in csv.splitlines() if reader.person.name in one]
    (dismissed_line,) = [one for one in csv.splitlines() if other.person.name in one]
    assert "À examiner" in open_line
    assert f"Écarté par {campaign.officer.name}" in dismissed_line
    assert "Parti depuis dix ans." in dismissed_line
    book = load_workbook(BytesIO(saved(client.get(f"{links}?format=xlsx"))))
    assert len(list(book.active.rows)) == 3  # type: ignore[union-attr]  # the one sheet
    assert client.get(f"{links}?format=ods").status_code == 404
    bare = Campaign()
    assert "format=csv" not in text(browser(bare.officer).get(url("juries", bare)))


def test_a_commission_that_lacks_something_says_what_instead_of_being_convened(campaign: Campaign) -> None:
    now = timezone.now()
    commission = Commission.objects.create(
        call=campaign.call, name="Sélection", held_at=now + timedelta(days=8), where="Salle 1", made_at=now
    )
    client, page, convene = browser(campaign.chair), sit(commission, "commission"), sit(commission, "convene")
    bare = text(client.get(page))
    assert convene not in bare
    assert (
        "désignez le président de la commission ; nommez au moins un membre qui vote ; inscrivez des dossiers" in bare
    )
    assert client.get(convene).status_code == 403
    assert client.post(convene).status_code == 422
    CommissionMember.objects.create(commission=commission, person=factories.person(), quality=MemberQuality.CHAIR)
    assert "Avant de convoquer : inscrivez des dossiers à l’ordre du jour." in text(client.get(page))
    file = campaign.file(ApplicationState.REVIEW)
    CommissionItem.objects.create(commission=commission, application=file, position=1, proposal="retained")
    assert convene in text(client.get(page))
    assert client.get(convene).status_code == 200


def test_without_quorum_a_second_convocation_is_prepared(campaign: Campaign) -> None:
    now = timezone.now()
    commission = Commission.objects.create(
        call=campaign.call,
        name="Commission",
        held_at=now,
        where="Salle 1",
        made_at=now,
        state=CommissionState.CONVENED,
        convened_at=now - timedelta(days=6),
        rules=Rules.on(timezone.localdate()).to_json(),
    )
    for number in range(3):
        CommissionMember.objects.create(
            commission=commission,
            person=factories.person(),
            quality=MemberQuality.MEMBER if number else MemberQuality.CHAIR,
        )
    CommissionItem.objects.create(
        commission=commission, application=campaign.file(ApplicationState.REVIEW), position=1, proposal="retained"
    )
    client = browser(campaign.chair)
    first = commission.members.order_by("pk").first()
    assert first is not None
    answer = client.post(sit(commission, "open_sitting"), {"present": [str(first.pk)]}, follow=True)
    assert "Le quorum n’est pas atteint" in text(answer)
    day = timezone.localdate() + timedelta(days=8)
    sent = {"name": "Seconde", "held_at_0": day.isoformat(), "held_at_1": "10:00", "where": "Salle 1"}
    assert client.post(sit(commission, "second_convocation"), sent).status_code == 302
    again = Commission.objects.get(second_of=commission)
    assert "Seconde convocation" in text(client.get(sit(again, "commission")))


def test_a_deport_is_written_in_session(campaign: Campaign) -> None:
    now = timezone.now()
    commission = Commission.objects.create(
        call=campaign.call,
        name="Commission",
        held_at=now,
        where="Salle 1",
        made_at=now,
        state=CommissionState.HELD,
        convened_at=now,
        opened_at=now,
        rules=Rules.on(timezone.localdate()).to_json(),
    )
    member = CommissionMember.objects.create(commission=commission, person=factories.person(), present=True)
    item = CommissionItem.objects.create(
        commission=commission, application=campaign.file(ApplicationState.REVIEW), position=1, proposal="retained"
    )
    client = browser(campaign.officer)
    sent = {"member": str(member.pk), "reason": "Je conseille ce porteur."}
    assert client.post(sit(commission, "leave_item", item.pk), sent).status_code == 302
    page = text(client.get(sit(commission, "item", item.pk)))
    assert f"{member.person.name} s’est déporté" in page
    assert f"Vote de {member.person.name}" not in page
    assert client.post(sit(commission, "cancel_sitting"), {"reason": "Pas de salle ce jour."}).status_code == 422


# Decisions, letters, promises


def test_from_the_ranking_to_the_mailbox(campaign: Campaign, deliver: Callable[[], list[Any]]) -> None:
    organisation = factories.organisation()
    manager = factories.role(organisation).person
    best = campaign.file(organisation=organisation)
    campaign.read(best, 3)
    tied = [campaign.file() for _ in range(2)]
    for file in tied:
        campaign.read(file, 2)
    officer, signatory = browser(campaign.officer), browser(campaign.signatory)
    page = officer.get(f"{url('draft_decisions', campaign)}?premiers=2")
    assert "la commission les départage" in text(page)
    first = officer.get(f"{url('draft_decisions', campaign)}?premiers=1")
    assert first.context["form"].initial["applications"] == [best.public_id]
    sent = {"outcome": "retained", "applications": [best.public_id], "reasons": "Le meilleur dossier.", "advice": ""}
    assert post_as_shown(officer, url("draft_decisions", campaign), sent).status_code == 302
    one = {"outcome": "rejected", "reasons": "Le modèle manque.", "advice": "Voyez un DLA.", "amount": ""}
    assert officer.post(url("draft_decision", campaign, tied[0].public_id), one).status_code == 302
    decisions = {one.application_id: one for one in Decision.objects.all()}
    letter = text(officer.get(url("letter", campaign, decisions[tied[0].pk].pk)))
    assert "Projet" in letter
    assert "Le modèle manque." in letter
    assert officer.get(url("letter_pdf", campaign, decisions[tied[0].pk].pk)).content.startswith(b"%PDF-")
    assert officer.get(url("sign_letters", campaign)).status_code == 403
    every = {"decisions": [str(one.pk) for one in decisions.values()]}
    assert post_as_shown(signatory, url("sign_letters", campaign), every).status_code == 302
    applicant = browser(manager)
    assert applicant.get(reverse("calls:decision", args=[best.public_id])).status_code == 404
    undone = url("undo_letter", campaign, decisions[tied[0].pk].pk)
    assert officer.post(undone, {"reason": "Une phrase à reprendre."}).status_code == 302
    told = {"decisions": [str(decisions[best.pk].pk)]}
    assert post_as_shown(officer, url("notify_letters", campaign), told).status_code == 302
    assert len(deliver()) >= 1
    told = text(applicant.get(reverse("calls:decision", args=[best.public_id])))
    assert "Le meilleur dossier." in told
    assert "Pour le candidat 3." in told
    assert "Pour le service." not in told
    assert applicant.get(reverse("calls:decision_pdf", args=[best.public_id])).content.startswith(b"%PDF-")
    listed = text(officer.get(f"{url('letters', campaign)}?etat=notified"))
    assert str(best.number) in listed
    assert str(tied[0].number) not in listed


@pytest.mark.parametrize("count", [1, 3])
def test_a_decision_is_drafted_beside_what_it_rests_on(
    campaign: Campaign, count: int, perform: Callable[..., Any], django_assert_max_num_queries: Queries
) -> None:
    file = campaign.file()
    for score in (3, 1, 1)[:count]:
        campaign.read(file, score)
    campaign.given(file)
    today, at = timezone.localdate(), timezone.now()
    for number in range(count):
        asked = perform(
            opinions.ask_opinion,
            application=file,
            who=f"Service {number}",
            email=f"avis{number}@region.example",
            question="Est-ce connu ?",
            due_on=today + timedelta(days=20),
            by=campaign.officer,
            at=at,
        )
        given = {"sense": OpinionSense.RESERVED, "words": "Oui.", "author": "Cléo Exemple", "document": None}
        if not number:
            perform(opinions.answer_opinion, opinion=asked, by=SERVICE, at=at, **given)
    client = browser(campaign.officer)
    with django_assert_max_num_queries(12):
        page = text(client.get(url("draft_decision", campaign, file.public_id)))
    notes = {1: "100,0 sur 100</strong>, d’un seul avis", 3: "55,6 sur 100</strong>, la moyenne de 3 avis ; écart 66,7"}
    for words in (
        notes[count],
        "Seuil de l’appel : 60.",
        "1 lecture est encore attendue.",
        f"Impact social (poids 2) : {'100,0' if count == 1 else '55,6'}",
        url("reviews", campaign, file.public_id),
        f'href="{reverse("calls:file", args=[file.public_id])}#avis">Service 0</a> : Favorable avec réserves, rendu le',
    ):
        assert words in page
    assert page.count("#avis") == count
    # Nobody said anything: it says so, and no heading stands over nothing.
    bare = text(client.get(url("draft_decision", campaign, campaign.file(ApplicationState.REVIEW).public_id)))
    assert "Aucun avis d’expert n’est rendu." in bare
    assert "Ce que les services en disent" not in bare


def drafted(campaign: Campaign, **values: Any) -> Decision:
    given = {"outcome": DecisionOutcome.RETAINED, "reasons": "Retenu.", "drafted_at": timezone.now(), **values}
    application = given.pop("application", None) or campaign.file(ApplicationState.REVIEW)
    return Decision.objects.create(application=application, drafted_by=campaign.officer, **given)


def test_a_signatory_is_told_how_many_letters_wait_for_them_alone(campaign: Campaign) -> None:
    role = campaign.call.roles.get(person=campaign.signatory)
    role.most_cents = 1_000_000
    role.save()
    drafted(campaign)
    drafted(campaign, cents=900_000)
    drafted(campaign, cents=1_100_000)
    own = factories.organisation()
    factories.role(own, holder=campaign.signatory)
    drafted(campaign, application=campaign.file(ApplicationState.REVIEW, organisation=own))
    signed = drafted(campaign, signed_at=timezone.now(), signatory=role)
    client = browser(campaign.signatory)
    link = f"{url('letters', campaign)}?etat=drafted"
    for address in (reverse("portal:dashboard"), reverse("calls:desk")):
        page = text(client.get(address))
        assert f'href="{link}"' in page, address
        assert "2 courriers" in page, address
    assert "2 courriers attendent votre signature" in text(client.get(url("letters", campaign)))
    for person in (campaign.officer, campaign.chair):
        assert "votre signature" not in text(browser(person).get(reverse("calls:desk")))
    role.acts_until = timezone.localdate() - timedelta(days=1)
    role.save()
    assert link not in text(client.get(reverse("portal:dashboard")))
    # What they signed is found by their name, and the list is sorted by it.
    asked = f"{url('letters', campaign)}?signataire={campaign.signatory.public_id}&tri=-signataire"
    listed = text(browser(campaign.officer).get(asked))
    assert str(signed.application.number) in listed
    assert "<strong>1</strong> courrier" in listed


def test_an_amount_is_typed_as_people_write_it_and_the_batch_says_who_signs_it(campaign: Campaign) -> None:
    files = [campaign.file(ApplicationState.REVIEW) for _ in range(2)]
    officer, signatory = browser(campaign.officer), browser(campaign.signatory)
    roles = CallRole.objects.filter(call=campaign.call, person=campaign.signatory)
    roles.update(most_cents=10_000_00)
    high = factories.call_role(campaign.call, name=CallRoleName.SIGNATORY)
    lot = {"outcome": "retained", "applications": [one.public_id for one in files], "reasons": "Retenus.", "advice": ""}
    for wrong, words in (("beaucoup", "Écrivez un montant"), ("0", "au moins 0,01"), ("12,345", "deux décimales")):
        refused = officer.post(url("draft_decisions", campaign), {**lot, "amount": wrong})
        assert refused.status_code == 422
        assert words in text(refused)
        assert f'value="{wrong}"' in text(refused)
    lot["amount"] = "12 000,50 €"
    assert post_as_shown(officer, url("draft_decisions", campaign), lot).status_code == 302
    assert set(Decision.objects.values_list("cents", flat=True)) == {12_000_50}
    page = officer.get(url("draft_decision", campaign, files[0].public_id))
    assert 'value="12000,50"' in text(page)
    small = {"outcome": "retained", "reasons": "Retenu.", "advice": "", "amount": "9 000"}
    assert officer.post(url("draft_decision", campaign, files[0].public_id), small).status_code == 302
    little, much = Decision.objects.order_by("cents")
    batch = signatory.get(url("sign_letters", campaign))
    assert batch.context["form"].initial["decisions"] == [str(little.pk)]
    for words in ("Pas par vous", f"Peut le signer : {high.person.name}", "12 000,50 €"):
        assert words in text(batch)
    assert "Vous ne pouvez pas le signer" in text(signatory.get(url("letter", campaign, much.pk)))
    assert "Vous ne pouvez pas le signer" not in text(signatory.get(url("letter", campaign, little.pk)))
    both = {"decisions": [str(little.pk), str(much.pk)]}
    assert "s’arrête à" in text(post_as_shown(signatory, url("sign_letters", campaign), both))
    assert not Decision.objects.filter(signed_at__isnull=False).exists()
    assert post_as_shown(browser(high.person), url("sign_letters", campaign), both).status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_the_outbox_costs_the_same_whatever_its_length(campaign: Campaign, count: int, perform: Any) -> None:
    for _ in range(count):
        Decision.objects.create(
            application=campaign.file(ApplicationState.REVIEW),
            outcome=DecisionOutcome.RETAINED,
            reasons="Retenu.",
            drafted_at=timezone.now(),
            drafted_by=campaign.officer,
        )
    letters = {"call": campaign.call, "letters": list(Decision.objects.order_by("pk"))}
    perform(ask_letters, act=LetterAct.SIGN, **letters, by=campaign.signatory, at=timezone.now())
    for person in (campaign.officer, campaign.signatory):
        assert questions_of(browser(person), url("letters", campaign)) <= 12


def test_promises_are_public_with_their_state(campaign: Campaign) -> None:
    file = campaign.file(ApplicationState.NOTIFIED, title="Les Jardins fictifs")
    Decision.objects.create(
        application=file,
        outcome=DecisionOutcome.RETAINED,
        reasons="Retenu.",
        drafted_at=timezone.now(),
        drafted_by=campaign.officer,
        signed_at=timezone.now(),
        signatory=campaign.call.roles.get(person=campaign.signatory),
        notified_at=timezone.now(),
    )
    client = browser(campaign.officer)
    day = timezone.localdate() + timedelta(days=30)
    sent = {
        "kind": PromiseKind.HACKER,
        "what": "Un hacker public.",
        "owner": "Ministère fictif",
        "due_on": day.isoformat(),
    }
    assert client.post(url("promise_new", campaign, file.public_id), sent).status_code == 302
    promise = Promise.objects.get()
    public = HostileClient()
    assert "En cours" in text(public.get(url("promises", campaign)))
    Promise.objects.update(due_on=timezone.localdate() - timedelta(days=1))
    assert "En retard" in text(public.get(f"{url('promises', campaign)}?etat=late"))
    settled = {"kept": "broken", "words": "Le poste n’a pas été créé."}
    assert client.post(url("promise_end", campaign, promise.pk), settled).status_code == 302
    page = text(public.get(f"{url('promises', campaign)}?etat=broken"))
    assert "Rompue : Le poste n’a pas été créé." in page


@pytest.mark.parametrize("side", ["applicant", "elsewhere"])
def test_promises_are_kept_by_those_who_examine_the_file(
    side: str, campaign: Campaign, perform: Callable[..., Any]
) -> None:
    file = campaign.file(ApplicationState.NOTIFIED)
    decided = {"outcome": DecisionOutcome.RETAINED, "reasons": "Retenu.", "drafted_by": campaign.officer}
    now = timezone.now()
    signed = {"signed_at": now, "signatory": campaign.call.roles.get(person=campaign.signatory), "notified_at": now}
    Decision.objects.create(application=file, drafted_at=now, **decided, **signed)
    given = {"kind": PromiseKind.HACKER, "what": "Un hacker public.", "owner": "Ministère fictif"}
    due_on = timezone.localdate() + timedelta(days=30)
    promise = Promise.objects.create(application=file, due_on=due_on, made_at=now, **given)
    if side == "applicant":
        kept_away = campaign.officer
        factories.role(file.organisation, name=RoleName.MEMBER, holder=kept_away)
    else:
        kept_away = factories.call_role(campaign.call, perimeter=["region-93"], perimeter_cover=["region-93"]).person
    client = browser(kept_away)
    assert client.get(url("promise_new", campaign, file.public_id)).status_code == 403
    assert client.get(url("promise_end", campaign, promise.pk)).status_code == 403
    assert url("promise_end", campaign, promise.pk) not in text(client.get(url("promises", campaign)))
    by = {"by": kept_away, "at": now}
    with pytest.raises(Refused):
        perform(sittings.promise, application=file, due_on=due_on, **{**given, "what": "Autre chose."}, **by)
    with pytest.raises(Refused):
        perform(sittings.settle_promise, promise=promise, kept=True, words="Tenue.", **by)
    assert Promise.objects.get().kept_on is None


def test_ones_own_space_says_what_one_has_to_judge(campaign: Campaign) -> None:
    given = campaign.given(campaign.file())
    person = given.reviewer.person
    now = timezone.now()
    commission = Commission.objects.create(
        call=campaign.call,
        name="Commission de mai",
        held_at=now,
        where="Salle 1",
        made_at=now,
        state=CommissionState.CONVENED,
        convened_at=now,
    )
    CommissionMember.objects.create(commission=commission, person=person)
    jury = Jury.objects.create(call=campaign.call, name="Jury des essais", made_at=now)
    JuryMember.objects.create(jury=jury, person=person, joined_at=now)
    page = text(browser(person).get(reverse("portal:dashboard")))
    for words in ("Lire 1 dossier", "Jury des essais", "Commission de mai"):
        assert words in page
    assert "Ce que vous avez à juger" not in text(browser(factories.person()).get(reverse("portal:dashboard")))
    given.due_on = now.date() - timedelta(days=1)
    given.save()
    assert "en retard : le premier avis était attendu" in text(browser(person).get(reverse("portal:dashboard")))


def test_who_has_nothing_left_to_read_still_finds_what_they_read(campaign: Campaign) -> None:
    given = campaign.read(campaign.file(), 3)
    page = text(browser(given.reviewer.person).get(reverse("portal:dashboard")))
    assert "Mes lectures" in page
    assert "aucun dossier n’attend votre avis" in page
    assert "Par où commencer" not in page


@pytest.mark.parametrize("title", ["Atelier caché", "Un atelier de quartier"])
@pytest.mark.parametrize("of", ["organisation", "person", "paper"])
def test_the_promises_name_to_the_public_nobody_who_is_not_shown_to_it(title: str, of: str, campaign: Campaign) -> None:
    who: dict[str, Any] = {"organisation": None}
    match of:
        case "organisation":
            who = {"organisation": factories.organisation(name="Atelier caché", publishable=False)}
        case "person":
            who |= {"person": factories.person(given_name="Atelier", family_name="caché")}
        case _:
            who |= {"person": None, "paper": {"name": "Atelier caché"}, "origin": "paper"}
    file = campaign.file(ApplicationState.NOTIFIED, title=title, **who)
    what = {"kind": PromiseKind.HACKER, "what": "Un hacker public.", "owner": "Ministère fictif"}
    Promise.objects.create(application=file, **what, due_on=timezone.localdate(), made_at=timezone.now())
    public, address = HostileClient(), url("promises", campaign)
    shown = str(file.number) if title == "Atelier caché" else title
    for query in ("", "?format=csv"):
        answer = public.get(f"{address}{query}")
        told = b"".join(answer).decode() if answer.streaming else answer.text  # type: ignore[call-overload]
        assert "caché" not in told
        assert shown in told
    # Nor does a search tell it by answering.
    assert "Un hacker public." not in text(public.get(f"{address}?q=caché"))
    assert "Un hacker public." in text(public.get(f"{address}?q=hacker"))
    assert title in text(browser(campaign.officer).get(address))
