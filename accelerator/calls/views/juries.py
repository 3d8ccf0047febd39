"""Juries, their slots, their calendars."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html

from accelerator.calls.forms import sittings as forms
from accelerator.calls.forms.reviewing import WithReason
from accelerator.calls.hearings import Dealing
from accelerator.calls.models import Application, Jury, JuryMember, Slot
from accelerator.calls.operations import juries as operations
from accelerator.calls.queries.conflicts import Side
from accelerator.calls.queries.judging import JUDGED_IN
from accelerator.calls.queries.sittings import (
    calendar_of,
    dealing_for,
    events_of,
    juries_of,
    sitting_juries_of,
    slots_of,
)
from accelerator.calls.queries.standing import call_standing_of, file_standing_of
from accelerator.calls.rules.applications import read_file, reason_against_judging_file
from accelerator.calls.rules.registry import reason_within
from accelerator.calls.views.judging import ActJudging, Judging
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import Page
from accelerator.workflow import Refused
from accelerator.workflow.dates import MOMENT
from accelerator.workflow.numbers import counted
from accelerator.workflow.ordering import alphabetical
from accelerator.workflow.prints import print_of


def _calendar(name: str, file_name: str, events: list[dict[str, Any]], at: Any) -> HttpResponse:
    response = HttpResponse(calendar_of(name, events, at), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name}.ics"'
    response["Cache-Control"] = "private, no-store"
    return response


def _opinion_link(slot: Slot) -> str:
    """What the jury thought, or what there is to do, as a link says it on its own."""
    said_so = slot.get_opinion_display() or "Inscrire l’avis"
    return format_html('{}<span class="fr-sr-only"> : dossier {}</span>', said_so, slot.application.number)


class Juries(Judging, ListPage):
    """The juries of a call, who sits in each; whom they hear and when, a line for each hearing."""

    rule = "calls.run_sittings"
    title = "Jurys"
    template_name = "calls/judging/juries.html"
    things = ("audition", "auditions")
    order = "jury"
    page_size = 50
    export_name = "auditions"
    filter_form = forms.SlotFilters
    columns = (
        Column("jury", "Jury", lambda slot: slot.jury.name, sort=("jury__name", "starts_at")),
        Column("membres", "Membres", lambda slot: slot.members, screen=False),
        Column("debut", "Début", lambda slot: slot.starts_at, sort=("starts_at",), dated=MOMENT),
        Column("fin", "Fin", lambda slot: slot.ends_at, screen=False),
        Column("ou", "Où", lambda slot: slot.where, sort=("where",), long=True),
        Column(
            "numero",
            "Dossier",
            lambda slot: f"{slot.application.number}, {slot.application.title}",
            sort=("application__number",),
            long=True,
            export=lambda slot: slot.application.number,
        ),
        Column("titre", "Candidature", lambda slot: slot.application.title, screen=False),
        Column(
            "avis",
            "Avis du jury",
            _opinion_link,
            sort=("opinion", "starts_at"),
            url=lambda slot: slot.opinion_url,
            export=lambda slot: slot.get_opinion_display(),
        ),
        Column("dit", "Ce que le jury en dit", lambda slot: slot.words, screen=False),
    )
    empty_title = "Aucune audition fixée"
    empty_advice = "Un jury entend les candidats dont le dossier est en instruction."

    def load(self) -> None:
        super().load()
        self.juries = juries_of(self.call)

    def filter_arguments(self) -> dict[str, Any]:
        return {"juries": [(jury.public_id, jury.name) for jury, _ in self.juries]}

    def rows(self) -> QuerySet[Any]:
        return slots_of(self.standing)

    def filtered(self, rows: QuerySet[Any], values: dict[str, Any]) -> QuerySet[Any]:
        if q := values.get("q"):
            rows = rows.filter(
                Q(application__title__icontains=q) | Q(application__number__icontains=q) | Q(where__icontains=q)
            )
        if jury := values.get("jury"):
            rows = rows.filter(jury__public_id=jury)
        match values.get("avis"):
            case None:
                return rows
            case "coming":
                return rows.filter(starts_at__gt=self.at)
            case "awaited":
                return rows.filter(starts_at__lte=self.at, opinion="")
            case opinion:
                return rows.filter(opinion=opinion)

    def prepared(self, rows: list[Any]) -> list[Any]:
        sitting = {jury.pk: [one.person.name for one in members] for jury, members in self.juries}
        for slot in rows:
            slot.members = sitting[slot.jury_id]
            slot.opinion_url = self.address("slot_opinion", slot.public_id)
        return rows

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "juries": [
                {
                    "jury": jury,
                    "members": [(one.person.name, self.address("jury_member_end", one.pk)) for one in members],
                    "join_url": self.address("jury_member_new", jury.public_id),
                    "slot_url": self.address("slot_new", jury.public_id),
                    "calendar_url": reverse("calls:jury_calendar", args=[jury.public_id]),
                }
                for jury, members in self.juries
            ],
            "new_url": self.address("jury_new"),
            "day_url": self.address("slots_new"),
        }


class NewJury(ActJudging):
    """A jury, named."""

    rule = "calls.run_sittings"
    title = "Composer un jury"
    form_class = forms.NewJury
    submit_label = "Créer le jury"
    back = "juries"
    back_label = "Jurys"
    done_message = "Le jury est créé : nommez ses membres."

    def perform(self, form: Any) -> Jury:
        return operations.make_jury(call=self.call, name=form.cleaned_data["name"], by=self.person, at=self.at)


class _OnJury(ActJudging):
    rule = "calls.run_sittings"
    back = "juries"
    back_label = "Jurys"
    jury: Jury

    def load(self) -> None:
        super().load()
        jury = Jury.objects.filter(call=self.call, public_id=self.kwargs["jury"]).first()
        if jury is None:
            raise Http404
        jury.call = self.call
        self.jury = jury

    def said(self) -> list[tuple[str, str]]:
        return [("Jury", self.jury.name)]


class JoinJury(_OnJury):
    """Someone sits in a jury."""

    title = "Nommer un membre du jury"
    form_class = forms.Member
    submit_label = "Nommer"
    done_message = "La personne est nommée et en est avertie."

    def perform(self, form: Any) -> JuryMember:
        return operations.join_jury(jury=self.jury, email=form.cleaned_data["email"], by=self.person, at=self.at)


class NewSlot(_OnJury):
    """Fix, or move, the hearing of an applicant."""

    title = "Fixer une audition"
    form_class = forms.SlotForm
    submit_label = "Fixer l’audition"
    done_message = "L’audition est fixée ; le candidat en est averti, avec un fichier pour son agenda."

    def form_arguments(self) -> dict[str, Any]:
        return {"rows": self._files()}

    def _files(self) -> list[Application]:
        files = Application.objects.filter(call=self.call, state__in=JUDGED_IN)
        return list(files.filter(slot__heard_at__isnull=True).order_by("number"))

    def perform(self, form: Any) -> Slot:
        values = form.cleaned_data
        application = next(one for one in self._files() if one.public_id == values["application"])
        return operations.set_slot(
            jury=self.jury,
            application=application,
            starts_at=values["starts_at"],
            minutes=values["minutes"],
            where=values["where"],
            by=self.person,
            at=self.at,
        )


class NewSlots(ActJudging):
    """A day of hearings dealt out between juries: what it would be, then fixed in one go."""

    rule = "calls.run_sittings"
    title = "Fixer une journée d’auditions"
    template_name = "calls/judging/slots.html"
    form_class = forms.KeptHearings
    submit_label = "Fixer ces auditions"
    back = "juries"
    back_label = "Jurys"

    def load(self) -> None:
        super().load()
        self.juries = list(Jury.objects.filter(call=self.call).order_by(alphabetical("name"), "pk"))
        asked = self.request.GET if "day" in self.request.GET else None
        self.asked = forms.HearingsDay(data=asked, juries=[(one.public_id, one.name) for one in self.juries])
        self.dealing: Dealing | None = None
        self.files: dict[int, Side] = {}
        if self.asked.is_valid():
            values = self.asked.cleaned_data
            chosen = [one for one in self.juries if one.public_id in values["juries"]]
            day, first = self.asked.dealt_day, values.get("first")
            self.dealing, self.files = dealing_for(self.standing, chosen, day, first=first)

    @property
    def digest(self) -> str:
        """The print of what is dealt out: what is fixed is what was read."""
        return print_of(self.dealing.hearings if self.dealing else ())

    def form_arguments(self) -> dict[str, Any]:
        hearings = self.dealing.hearings if self.dealing else ()
        return {"hearings": [(self.files[one.file].public_id, str(self.files[one.file].number)) for one in hearings]}

    def perform(self, form: Any) -> list[Slot]:
        if self.dealing is None or form.cleaned_data["digest"] != self.digest:
            raise Refused("Des dossiers ou des jurys ont changé depuis que vous avez lu ces horaires. Relisez-les.")
        kept = set(form.cleaned_data["kept"])
        return operations.set_slots(
            call=self.call,
            hearings=[one for one in self.dealing.hearings if self.files[one.file].public_id in kept],
            minutes=self.asked.cleaned_data["minutes"],
            where=self.asked.cleaned_data["where"],
            by=self.person,
            at=self.at,
        )

    def message_when_done(self, result: list[Slot]) -> str:
        fixed = counted(len(result), "audition est fixée", "auditions sont fixées")
        return f"{fixed}. Chaque candidat reçoit la sienne ; l’agenda de chaque jury est ci-dessous."

    def context(self) -> dict[str, Any]:
        dealing = self.dealing
        names = {one.pk: one.name for one in self.juries}
        form = self.form if hasattr(self, "form") else None
        kept = set(form.data.getlist("kept")) if form else None
        hearings = dealing.hearings if dealing else ()
        return {
            **super().context(),
            "asked": self.asked,
            "juries": self.juries,
            "dealing": dealing,
            "hearings": [
                {
                    "file": self.files[one.file],
                    "jury": names[one.jury],
                    "starts_at": one.starts_at,
                    "kept": kept is None or self.files[one.file].public_id in kept,
                }
                for one in hearings
            ],
            "barred": [self.files[pk] for pk in dealing.barred] if dealing else [],
            "left": [self.files[pk] for pk in dealing.left] if dealing else [],
            "digest": self.digest,
            "new_jury_url": self.address("jury_new"),
        }


class LeaveJury(ActJudging):
    """Someone sits in a jury no more."""

    rule = "calls.run_sittings"
    title = "Retirer un membre du jury"
    form_class = WithReason
    submit_label = "Retirer"
    back = "juries"
    back_label = "Jurys"
    done_message = "La personne ne siège plus dans ce jury."

    def load(self) -> None:
        super().load()
        found = JuryMember.objects.filter(jury__call=self.call, pk=self.kwargs["member"], left_at__isnull=True)
        member = found.select_related("jury__call", "person").first()
        if member is None:
            raise Http404
        self.member = member

    def said(self) -> list[tuple[str, str]]:
        return [("Jury", self.member.jury.name), ("Membre", self.member.person.name)]

    def perform(self, form: Any) -> JuryMember:
        return operations.leave_jury(member=self.member, reason=form.cleaned_data["reason"], by=self.person, at=self.at)


class SlotOpinion(ActJudging):
    """What the jury thought."""

    rule = "calls.run_sittings"
    title = "Avis du jury"
    form_class = forms.Opinion
    back = "juries"
    back_label = "Jurys"
    done_message = "L’avis du jury est inscrit."

    def load(self) -> None:
        super().load()
        found = Slot.objects.filter(jury__call=self.call, public_id=self.kwargs["slot"])
        slot = found.select_related("jury__call", "application__organisation__merged_into").first()
        if slot is None:
            raise Http404
        self.slot = slot

    def forbidden(self) -> str | None:
        return super().forbidden() or reason_against_judging_file(self.standing_of_file(self.slot.application))

    def initial(self) -> dict[str, Any]:
        return {"opinion": self.slot.opinion, "words": self.slot.words}

    def said(self) -> list[tuple[str, str]]:
        application = self.slot.application
        return [("Jury", self.slot.jury.name), ("Dossier", f"{application.number}, {application.title}")]

    def perform(self, form: Any) -> Slot:
        values = form.cleaned_data
        return operations.keep_opinion(
            slot=self.slot, opinion=values["opinion"], words=values["words"], by=self.person, at=self.at
        )


class MyJuries(Page):
    """The juries in which I sit, and their slots."""

    title = "Mes jurys"
    template_name = "calls/judging/my_juries.html"

    def context(self) -> dict[str, Any]:
        sittings = list(sitting_juries_of(self.person))
        slots = Slot.objects.filter(jury__in=[one.jury_id for one in sittings]).select_related("application")
        by_jury: dict[int, list[Slot]] = {}
        for slot in slots.order_by("starts_at", "pk"):
            by_jury.setdefault(slot.jury_id, []).append(slot)
        return {
            "juries": [
                (
                    one.jury,
                    by_jury.get(one.jury_id, []),
                    reverse("calls:jury_calendar", args=[one.jury.public_id]),
                )
                for one in sittings
            ]
        }


class JuryCalendar(Page):
    """The slots of a jury as a calendar file, for its members and those who run it."""

    def load(self) -> None:
        jury = Jury.objects.filter(public_id=self.kwargs["jury"]).select_related("call").first()
        if jury is None:
            raise Http404
        sits = sitting_juries_of(self.person).filter(jury=jury).exists()
        if not sits and reason_within("calls.see_ranking", call_standing_of(self.person, jury.call)):
            raise Http404
        self.jury = jury

    def answer(self) -> HttpResponseBase:
        slots = list(Slot.objects.filter(jury=self.jury).select_related("application", "jury__call").order_by("pk"))
        url = self.request.build_absolute_uri(reverse("calls:my_juries"))
        name = f"{self.jury.name}, {self.jury.call.title}"
        return _calendar(name, f"jury-{self.jury.public_id}", events_of(slots, url, for_applicant=False), self.at)


class HearingCalendar(Page):
    """The hearing of an applicant as a calendar file."""

    def load(self) -> None:
        files = Application.objects.filter(public_id=self.kwargs["application"])
        application = files.select_related("call", "organisation").first()
        if application is None:
            raise Http404
        if read_file(file_standing_of(self.person, application)):
            raise Http404
        slot = Slot.objects.filter(application=application).select_related("application", "jury__call").first()
        if slot is None:
            raise Http404
        self.slot = slot

    def answer(self) -> HttpResponseBase:
        url = self.request.build_absolute_uri(reverse("calls:application", args=[self.slot.application.public_id]))
        events = events_of([self.slot], url, for_applicant=True)
        return _calendar("Mon audition", f"audition-{self.slot.public_id}", events, self.at)
