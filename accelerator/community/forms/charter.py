"""The charter of the banner."""

from django import forms

from accelerator.design.forms import Form


class AcceptCharterForm(Form):
    """The acceptance of the version that was read."""

    version = forms.CharField(widget=forms.HiddenInput, max_length=10)
    accepted = forms.BooleanField(label="J’ai lu la charte et je l’accepte au nom de l’organisation")


class WithdrawCharterForm(Form):
    """Nothing to fill in."""
