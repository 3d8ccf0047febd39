"""Every subject that names a person answers for it."""

from django.apps import apps
from django.db import models

from accelerator.accounts.holdings import holdings
from accelerator.accounts.models import Person
from accelerator.journal.retention import declared_retentions

# The address of an organisation, or of the service of a call, is its own; the demonstration names nobody who exists.
NOT_OF_A_PERSON = {"community.Organisation", "calls.Call", "demonstration.Mail"}


def _naming_a_person() -> set[str]:
    """The models with a foreign key to a person, or an address."""
    found = {Person._meta.label}
    for model in apps.get_models():
        for field in model._meta.get_fields():
            leads_to_person = isinstance(field, models.ForeignKey) and field.related_model is Person
            if leads_to_person or (isinstance(field, models.EmailField) and not field.auto_created):
                found.add(model._meta.label)
    return found - NOT_OF_A_PERSON


def test_the_registrations() -> None:
    assert [(holding.subject, holding.title) for holding in holdings()] == [
        ("accounts", "Votre compte"),
        ("community", "Vos organisations"),
        ("directory", "Vos organisations"),
        ("calls", "Vos candidatures et vos rôles dans les appels"),
        ("projects", "Vos projets"),
        ("labels", "Ce que vous avez fait pour des labels"),
    ]


def test_every_model_that_names_a_person_is_held_by_a_subject() -> None:
    held = {label for holding in holdings() for label in holding.models}
    assert _naming_a_person() - held == set()


def test_every_held_model_exists() -> None:
    for holding in holdings():
        for label in holding.models:
            apps.get_model(label)


def test_every_model_of_ours_that_names_a_person_declares_how_long_it_is_kept() -> None:
    declared = {model._meta.label for model, _ in declared_retentions()}
    ours = {label for label in _naming_a_person() if not label.startswith("account.")}
    assert ours - declared == set()


def test_periods_are_whole_sentences() -> None:
    for model, retention in declared_retentions():
        assert retention.why.endswith("."), model
        assert retention.until.endswith("."), model
