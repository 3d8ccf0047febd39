"""A call that is being judged, made in one line."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.calls.models import Application, Assignment, Call, Review, Reviewer
from accelerator.calls.operations.tallies import tally
from accelerator.calls.states import ApplicationState, AssignmentState, CallRoleName
from tests import factories
from tests.client import HostileClient

WORDS = ("Rien ne le montre", "Un début", "Établi", "Exemplaire")
SCALE = [{"score": score, "words": words} for score, words in enumerate(WORDS)]
CRITERIA = {
    "criteria": [
        {"code": "impact", "label": "Impact social", "weight": 2, "scale": SCALE, "comment_required": True},
        {"code": "modele", "label": "Modèle économique", "weight": 1, "scale": SCALE},
    ],
    "threshold": 60,
    "readers": 2,
    "days": 10,
}
FORM = {
    "sections": [
        {
            "code": "projet",
            "title": "Le projet",
            "questions": [
                {"code": "besoin", "kind": "long", "label": "Quel besoin ?"},
                {"code": "structure", "kind": "text", "label": "Qui êtes-vous ?", "blind": True},
                {"code": "photo", "kind": "file", "label": "Une photo", "required": False},
                {"code": "statuts", "kind": "file", "label": "Vos statuts", "required": False, "blind": True},
            ],
        }
    ]
}
REMEDIES = [{"kind": "gracieux", "before": "le bureau des appels", "months": 2}]


class Campaign:
    """A call with its officer, its signatory, its version."""

    def __init__(self, **criteria: Any) -> None:
        self.call: Call = factories.call(remedies=REMEDIES)
        self.version = factories.call_version(self.call, criteria={**CRITERIA, **criteria}, form=FORM)
        self.officer = factories.call_role(self.call).person
        self.signatory = factories.call_role(self.call, name=CallRoleName.SIGNATORY).person
        self.chair = factories.call_role(self.call, name=CallRoleName.CHAIR).person

    def file(self, state: str = ApplicationState.ADMISSIBLE, **values: Any) -> Application:
        given = {
            "organisation": factories.organisation(),
            "answers": {"besoin": "Un besoin.", "structure": "Les Jardins fictifs"},
            **values,
        }
        return factories.call_application(self.version, state=state, **given)

    def reviewer(self, holder: Person | None = None, **values: Any) -> Reviewer:
        given = {"most": 10, "appointed_at": timezone.now(), **values}
        return Reviewer.objects.create(call=self.call, person=holder or factories.person(), **given)

    def given(self, application: Application, reviewer: Reviewer | None = None, **values: Any) -> Assignment:
        """A file given to a reviewer; it is being read from then on."""
        if application.state == ApplicationState.ADMISSIBLE:
            application.state = ApplicationState.REVIEW
            application.save(update_fields=["state"])
        fields = {
            "why": {"themes": [], "local": None, "place": "", "load": 1, "most": 10},
            "given_at": timezone.now(),
            "given_by": self.officer,
            "due_on": timezone.localdate() + timedelta(days=10),
            **values,
        }
        given = Assignment.objects.create(reviewer=reviewer or self.reviewer(), application=application, **fields)
        tally([application.pk])
        return given

    def read(self, application: Application, score: int, reviewer: Reviewer | None = None) -> Assignment:
        """A file that was read and judged, with this score everywhere."""
        given = self.given(application, reviewer, state=AssignmentState.DONE, ended_at=timezone.now())
        Review.objects.create(
            assignment=given,
            scores={code: {"score": score, "comment": f"Commentaire {score}"} for code in ("impact", "modele")},
            for_applicant=f"Pour le candidat {score}.",
            for_service="Pour le service.",
            mean=100 * score / 3,
            saved_at=timezone.now(),
            revision=1,
        )
        tally([application.pk])
        return given


def post_as_shown(client: HostileClient, address: str, sent: dict[str, Any]) -> Any:
    """Send a form about many files or letters as a browser does, with the prints of what its page shows."""
    return client.post(address, {**sent, "seen": client.get(address).context["seen"]})


SCORES = {"impact": {"score": 3, "comment": "Montré par l’enquête."}, "modele": {"score": 0, "comment": ""}}


def review(**values: Any) -> dict[str, Any]:
    """What a reviewer sends to the operation."""
    return {
        "scores": SCORES,
        "for_applicant": "Un projet solide, dont le modèle reste à trouver.",
        "for_service": "",
        "revision": 0,
        **values,
    }
