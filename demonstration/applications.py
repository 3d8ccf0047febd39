"""Applications of the demonstration: one that is submitted, with two opinions asked, one that is being written."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.calls.models import Application, Call
from accelerator.calls.operations.applications import add_piece, begin, save_section, submit
from accelerator.calls.operations.opinions import answer_opinion, ask_opinion
from accelerator.calls.questions import Questionnaire
from accelerator.calls.states import DECIDABLE, OpinionSense
from accelerator.journal import System
from accelerator.journal.types import ref
from accelerator.projects.models import Project
from demonstration.drawing import paper
from demonstration.projects import APPLYING

# What the project does not tell.
_ANSWERS: Final[Mapping[str, Any]] = {
    "nouveau": "Les livreurs sont des habitants du quartier, et chaque panier est aussi une visite.",
    "prouve": True,
    "preuves": "Neuf mille paniers livrés en deux ans, comptés chaque semaine (chiffre fictif).",
    "budget": 14_000_000,
    "perenne": True,
    "modele": "Un tiers de ventes à prix libre, un tiers de conventions avec deux communes, un tiers de dons.",
    "ambition": "Trois villes moyennes de plus, chacune avec ses livreurs et ses maraîchers.",
    "voie": "duplication",
}
_ASKED: Final = (
    ("Agence fictive de l’alimentation", "alimentation@services.example", "Ce besoin est-il connu dans le Lot ?", 30),
    ("Département fictif", "solidarites@services.example", "Ce projet double-t-il un service qui existe ?", 21),
)
_GIVEN: Final[Mapping[str, Any]] = {
    "sense": OpinionSense.RESERVED,
    "words": "Avis fictif : favorable, à condition que la convention avec les deux communes soit signée d’abord.",
    "author": "Camille Exemple, cheffe de pôle fictive",
    "document": None,
}
_BEGUN: Final = "La Matériauthèque (exemple)"
_PAPERS: Final = {"statuts": "Statuts de l’association fictive", "comptes": "Comptes fictifs de 2024 et 2025"}


def seed_applications(people: Mapping[str, Person], call: Call, at: datetime) -> None:
    """Apply with two projects; what was begun already is left as it is. Runs inside the seeding's transaction."""
    if draft := _begun(call, f"{APPLYING[0]} (exemple)", people["dominique"], at):
        form = Questionnaire.from_json(draft.version.form)
        for section in form.sections:
            codes = {question.code for question in section.questions}
            given = {code: value for code, value in {**draft.answers, **_ANSWERS}.items() if code in codes}
            seen = draft.sections.get(section.code, {}).get("revision", 0)
            draft = save_section(
                application=draft, section=section.code, answers=given, seen=seen, by=people["dominique"], at=at
            )
        for question, title in _PAPERS.items():
            add_piece(application=draft, question=question, document=paper(title), by=people["dominique"], at=at)
        submit(application=draft, by=people["dominique"], at=at)
    _ask(people["yael"], call, at)
    _begun(call, _BEGUN, people["alix"], at)


def _ask(officer: Person, call: Call, at: datetime) -> None:
    """Ask two services about what was submitted; the last one answers by its link. Asked already, nothing happens."""
    title = f"{APPLYING[0]} (exemple)"
    application = call.applications.filter(title=title, state__in=DECIDABLE).order_by("pk").first()
    if application is None or application.opinions.exists():
        return
    for who, email, question, days in _ASKED:
        due_on = localdate(at) + timedelta(days=days)
        given: dict[str, Any] = {"who": who, "email": email, "question": question, "due_on": due_on}
        opinion = ask_opinion(application=application, by=officer, at=at, **given)
    answer_opinion(opinion=opinion, by=System("asked-service"), at=at, **_GIVEN)


def _begun(call: Call, title: str, by: Person, at: datetime) -> Application | None:
    """A new draft; None when there was one already."""
    project = Project.objects.filter(title=title).order_by("pk").first()
    if project is None or Application.objects.filter(call=call, subject=ref(project)).exists():
        return None
    return begin(call=call, subject=ref(project), organisation=None, declared={}, by=by, at=at)
