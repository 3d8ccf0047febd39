"""What is written to and about an organisation."""

from typing import Any

from django import forms

from accelerator.community.states import ReportState, ReportTopic
from accelerator.design.forms import FilterForm, Form

_TEXT = 3000


class ReportForm(Form):
    """An error reported; the address is only asked of who has no account."""

    topic = forms.ChoiceField(
        label="Qu’est-ce qui ne va pas ?",
        choices=[choice for choice in ReportTopic.choices if choice[0] != ReportTopic.MESSAGE],
        widget=forms.RadioSelect,
    )
    message = forms.CharField(
        label="Expliquez-nous",
        help_text="Ce qui est faux, ce qui est juste, et si possible où le vérifier.",
        widget=forms.Textarea,
        min_length=10,
        max_length=_TEXT,
        error_messages={"min_length": "Dites-en un peu plus : dix caractères au moins."},
    )
    email = forms.EmailField(
        label="Votre adresse électronique",
        help_text="Pour vous répondre, et pour rien d’autre : elle est effacée dès la réponse envoyée.",
        max_length=254,
    )

    def __init__(self, *args: Any, signed_in: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if signed_in:
            del self.fields["email"]


class AbuseForm(Form):
    """A message complained of."""

    message = forms.CharField(
        label="En quoi ce message est-il abusif ?", widget=forms.Textarea, min_length=10, max_length=_TEXT
    )


class ReportAnswerForm(Form):
    """The answer to a report."""

    outcome = forms.ChoiceField(
        label="Décision",
        choices=[(state, ReportState(state).label) for state in (ReportState.CORRECTED, ReportState.REJECTED)],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label="Réponse à la personne qui a signalé",
        help_text="Envoyée telle quelle. Dites ce qui a été fait, ou pourquoi rien ne l’a été.",
        widget=forms.Textarea,
        min_length=10,
        max_length=_TEXT,
    )


class ReportFilters(FilterForm):
    """The filters of the moderators' desk."""

    q = forms.CharField(label="Organisation", max_length=100)
    etat = forms.ChoiceField(label="État", choices=[("", "Tous"), *ReportState.choices])
    sujet = forms.ChoiceField(label="Sujet", choices=[("", "Tous"), *ReportTopic.choices])
    retard = forms.BooleanField(label="En retard seulement")


class MessageForm(Form):
    """A message to an organisation."""

    subject = forms.CharField(label="Objet", max_length=150)
    body = forms.CharField(
        label="Votre message",
        help_text="Votre nom accompagne le message ; votre adresse n’est pas montrée.",
        widget=forms.Textarea,
        min_length=10,
        max_length=5000,
    )


class MessageFilters(FilterForm):
    """The filters of a person's exchanges."""

    q = forms.CharField(label="Objet ou organisation", max_length=100)
    sens = forms.ChoiceField(
        label="Sens", choices=[("", "Tous"), ("envoyes", "Ouverts par moi"), ("recus", "Reçus par mon organisation")]
    )


class ReplyForm(Form):
    """An answer in an exchange."""

    body = forms.CharField(label="Votre réponse", widget=forms.Textarea, min_length=2, max_length=5000)


class FollowForm(ReplyForm):
    """What is added in an exchange to what one said oneself, before any answer."""

    body = forms.CharField(label="Ajouter un message", widget=forms.Textarea, min_length=2, max_length=5000)
