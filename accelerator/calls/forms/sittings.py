"""What is typed about juries and commissions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.timezone import make_aware

from accelerator.calls.forms.decisions import OUTCOMES
from accelerator.calls.forms.reviewing import reason_field, words_field
from accelerator.calls.hearings import Day
from accelerator.calls.models import Application, CommissionMember
from accelerator.calls.states import Ballot, JuryOpinion, MemberQuality
from accelerator.design.forms import FilterForm, Form, WholeField, dress


def moment_field(label: str, help_text: str = "") -> forms.SplitDateTimeField:
    """A day and an hour, in two boxes of the browser."""
    return forms.SplitDateTimeField(
        label=label,
        help_text=f"{help_text} Un jour, puis une heure de Paris.".strip(),
        widget=forms.SplitDateTimeWidget(
            date_format="%Y-%m-%d",
            time_format="%H:%M",
            date_attrs={"type": "date", "class": "fr-input", "aria-label": f"{label} : jour"},
            time_attrs={"type": "time", "class": "fr-input", "aria-label": f"{label} : heure"},
        ),
        error_messages={
            "invalid": "Écrivez un jour et une heure, par exemple 31/12/2026 et 14:30.",
            "invalid_date": "Écrivez un jour, par exemple 31/12/2026.",
            "invalid_time": "Écrivez une heure, par exemple 14:30.",
        },
    )


class NewJury(Form):
    """A jury."""

    name = forms.CharField(label="Nom du jury", max_length=120, help_text="Par exemple : Jury 1, Éducation.")


class Member(Form):
    """Someone who has an account."""

    email = forms.EmailField(
        label="Adresse électronique",
        max_length=254,
        help_text="Celle de son compte, par exemple nom@domaine.fr.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class SlotFilters(FilterForm):
    """Filters of the hearings of a call."""

    q = forms.CharField(label="Titre, numéro ou lieu", max_length=80)
    jury = forms.ChoiceField(label="Jury")
    avis = forms.ChoiceField(
        label="Avis du jury",
        choices=[
            ("", "Tous"),
            ("coming", "Audition à venir"),
            ("awaited", "À inscrire"),
            *JuryOpinion.choices,
        ],
    )

    def __init__(self, *args: Any, juries: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("jury", [("", "Tous"), *juries])


class SlotForm(Form):
    """When and where an applicant is heard."""

    application = forms.ChoiceField(label="Dossier")
    starts_at = moment_field("Début")
    minutes = WholeField(label="Durée, en minutes", min_value=5, max_value=480, initial=30)
    where = forms.CharField(label="Lieu, ou lien de visioconférence", max_length=300)

    def __init__(self, *args: Any, rows: Sequence[Application], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(
            "application",
            [
                ("", "Choisissez un dossier"),
                *((one.public_id, f"{one.number}, {one.title}") for one in rows),
            ],
        )


def _hour(label: str, **values: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Écrivez une heure, par exemple 14:30."},
        **values,
    )


class HearingsDay(Form):
    """A day of hearings to deal out, sent by GET: nothing is fixed by it."""

    juries = forms.MultipleChoiceField(label="Jurys qui siègent ce jour-là", widget=forms.CheckboxSelectMultiple)
    day = forms.DateField(
        label="Jour",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Écrivez un jour, par exemple 31/12/2026."},
    )
    begins = _hour("De", help_text="Heure de Paris.", initial="09:00")
    ends = _hour("À", initial="17:30")
    minutes = WholeField(label="Durée de chaque audition, en minutes", min_value=5, max_value=480, initial=30)
    pause = WholeField(label="Pause entre deux, en minutes", min_value=0, max_value=240, initial=10)
    break_from = _hour("Interruption, de", required=False)
    break_until = _hour("Interruption, à", required=False)
    where = forms.CharField(label="Lieu, ou lien de visioconférence", max_length=300)
    first = WholeField(
        label="Combien de dossiers",
        help_text="Les mieux notés d’abord, parmi ceux sans audition. Rien : tous.",
        min_value=1,
        max_value=5000,
        required=False,
    )

    def __init__(self, *args: Any, juries: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("juries", list(juries))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        begins, ends = values.get("begins"), values.get("ends")
        if begins and ends and begins >= ends:
            self.add_error("ends", "La journée finit après avoir commencé.")
        first, last = values.get("break_from"), values.get("break_until")
        if "break_from" not in self.errors and "break_until" not in self.errors and bool(first) != bool(last):
            self.add_error("break_until" if first else "break_from", "Une interruption a un début et une fin.")
        if first and last and first >= last:
            self.add_error("break_until", "L’interruption finit après avoir commencé.")
        return values

    @property
    def dealt_day(self) -> Day:
        """The day as it is dealt out."""
        values = self.cleaned_data

        def moment(hour: Any) -> Any:
            return make_aware(datetime.combine(values["day"], hour)) if hour else None

        return Day(
            moment(values["begins"]),
            moment(values["ends"]),
            values["minutes"],
            values["pause"],
            moment(values["break_from"]),
            moment(values["break_until"]),
        )


class KeptHearings(Form):
    """The hearings that are kept of those dealt out, and the print of what was read."""

    kept = forms.MultipleChoiceField(label="Auditions à fixer", widget=forms.CheckboxSelectMultiple)
    digest = forms.CharField(max_length=16, widget=forms.HiddenInput)

    def __init__(self, *args: Any, hearings: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("kept", list(hearings))


class Opinion(Form):
    """What a jury thought."""

    opinion = forms.ChoiceField(label="Avis du jury", choices=JuryOpinion.choices, widget=forms.RadioSelect)
    words = words_field("Ce que le jury en dit", "Lu par la commission.")


class NewCommission(Form):
    """A sitting."""

    name = forms.CharField(label="Nom", max_length=160, help_text="Par exemple : Commission de sélection.")
    held_at = moment_field("Séance", "La convocation part cinq jours au moins avant.")
    where = forms.CharField(label="Lieu, ou lien de visioconférence", max_length=300)


class NewMember(Member):
    """Someone sits in a commission."""

    quality = forms.ChoiceField(label="Qualité", choices=MemberQuality.choices, initial=MemberQuality.MEMBER)
    title = forms.CharField(
        label="Au titre de", max_length=160, required=False, help_text="Par exemple : les financeurs publics."
    )
    voting = forms.BooleanField(label="Prend part au vote", required=False, initial=True)


class Agenda(Form):
    """Files put on the agenda."""

    applications = forms.MultipleChoiceField(label="Dossiers", widget=forms.CheckboxSelectMultiple)
    proposal = forms.ChoiceField(label="Proposition", choices=OUTCOMES, widget=forms.RadioSelect)

    def __init__(self, *args: Any, rows: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("applications", list(rows))


class Presence(Form):
    """Who is there."""

    present = forms.MultipleChoiceField(
        label="Membres présents",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="En salle ou à distance.",
    )

    def __init__(self, *args: Any, members: Sequence[CommissionMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(
            "present",
            [
                (
                    str(one.pk),
                    f"{one.person.name}, {one.get_quality_display().lower()}{'' if one.voting else ' (sans vote)'}",
                )
                for one in members
            ],
        )


class LeaveItem(Form):
    """A member leaves a file."""

    member = forms.ChoiceField(label="Membre qui se déporte")
    reason = reason_field("Motif", "Il figure au procès-verbal.")

    def __init__(self, *args: Any, members: Sequence[CommissionMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(
            "member",
            [(str(one.pk), one.person.name) for one in members],
        )


class Conclusion(Form):
    """The votes on a file, the conclusion, why."""

    # A vote that is not given is said by its own value: « N’a pas voté ».
    marks_optional = False

    outcome = forms.ChoiceField(label="Conclusion de la commission", choices=OUTCOMES, widget=forms.RadioSelect)
    words = words_field("Motifs", "Le candidat les lira dans la décision.")

    def __init__(self, *args: Any, members: Sequence[CommissionMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        after = {name: self.fields.pop(name) for name in ("outcome", "words")}
        for one in members:
            self.fields[f"ballot_{one.pk}"] = forms.ChoiceField(
                label=f"Vote de {one.person.name}",
                choices=[("", "N’a pas voté"), *Ballot.choices],
                required=False,
            )
        self.fields |= after
        for field in self.fields.values():
            dress(field)

    @property
    def ballots(self) -> dict[int, str]:
        """Member -> vote; those who did not vote are absent."""
        return {
            int(name.removeprefix("ballot_")): value
            for name, value in self.cleaned_data.items()
            if name.startswith("ballot_") and value
        }
