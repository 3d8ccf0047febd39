"""What is lacking, and for what: completeness in words, and what each stage of maturity asks for. A leaf.

The stages and what they ask are marks proposed by the platform (docs/rules/projets.md), not conditions of anyone's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from accelerator.projects.record import STEPS
from accelerator.projects.states import Maturity


@dataclass(frozen=True)
class Asked:
    """One thing asked, the step where it is told, whether the file has it."""

    label: str
    step: str
    done: bool


@dataclass(frozen=True)
class Purpose:
    """What a file may serve, and what it lacks for it."""

    title: str
    asked: tuple[Asked, ...]

    @property
    def lacking(self) -> list[Asked]:
        return [one for one in self.asked if not one.done]

    @property
    def is_ready(self) -> bool:
        return not self.lacking


def _has(name: str) -> Callable[[Any], bool]:
    return lambda project: bool(getattr(project, name))


def _has_budget(project: Any) -> bool:
    return any(line.get("budget") is not None for line in project.budget)


_Wanted = tuple[str, str, Callable[[Any], bool]]
TO_PUBLISH: Final[tuple[_Wanted, ...]] = (
    ("le projet en une phrase", "essentiel", _has("summary")),
    ("le besoin auquel il répond", "reponse", _has("problem")),
    ("la solution", "reponse", _has("solution")),
    ("une famille de défis", "domaines", _has("families")),
    ("un territoire d’action", "territoires", _has("territories")),
    ("son stade de maturité", "maturite", _has("maturity")),
)
_TO_APPLY: Final[tuple[_Wanted, ...]] = (
    ("ce qui est nouveau ici", "reponse", _has("novelty")),
    ("les bénéficiaires", "personnes", _has("beneficiaries")),
    ("le modèle économique", "moyens", _has("model")),
    ("le budget d’une année au moins", "moyens", _has_budget),
)
_TO_BE_HELPED: Final[tuple[_Wanted, ...]] = (
    ("au moins un besoin", "besoins", _has("needs")),
    ("le besoin en détail", "besoins", _has("needs_text")),
)
STAGES: Final[dict[str, tuple[_Wanted, ...]]] = {
    Maturity.IDEA: (
        ("le besoin décrit", "reponse", _has("problem")),
        ("les bénéficiaires nommés", "personnes", _has("beneficiaries")),
        ("une première idée de la réponse", "reponse", _has("solution")),
    ),
    Maturity.EXPERIMENT: (
        ("ce qui est nouveau ici", "reponse", _has("novelty")),
        ("la date des premières actions", "maturite", _has("began_on")),
        ("un territoire où l’on essaie", "territoires", _has("territories")),
        ("les parties prenantes", "personnes", _has("stakeholders")),
    ),
    Maturity.CONSOLIDATION: (
        ("des preuves sur le terrain", "maturite", _has("proof")),
        ("le modèle économique", "moyens", _has("model")),
        ("le budget d’une année au moins", "moyens", _has_budget),
    ),
    Maturity.SCALING: (
        ("un territoire au moins où la preuve est faite", "maturite", _has("proof_territories")),
        ("des preuves sur le terrain", "maturite", _has("proof")),
        ("le modèle économique", "moyens", _has("model")),
        ("le budget d’une année au moins", "moyens", _has_budget),
        ("ce que l’on cherche pour grandir", "besoins", _has("needs")),
    ),
}


def lacking_to_publish(project: Any) -> list[Asked]:
    """What the public page cannot do without."""
    return _purpose("", TO_PUBLISH, project).lacking


def purposes_of(project: Any, *, has_organisation: bool) -> list[Purpose]:
    """What the file may serve, each with what it lacks."""
    carried = Asked("une structure qui porte le projet", "structure", has_organisation)
    applying = _purpose("Pour répondre à un appel", (*TO_PUBLISH, *_TO_APPLY), project)
    return [
        _purpose("Pour être publié", TO_PUBLISH, project),
        Purpose(applying.title, (*applying.asked, carried)),
        _purpose("Pour être aidé", _TO_BE_HELPED, project),
    ]


def stage_of(project: Any) -> Purpose | None:
    """What the stage that the carriers say asks for; None when they did not say it."""
    if not project.maturity:
        return None
    return _purpose(f"À ce stade : {Maturity(project.maturity).label.lower()}", STAGES[project.maturity], project)


def _purpose(title: str, wanted: tuple[_Wanted, ...], project: Any) -> Purpose:
    return Purpose(title, tuple(Asked(label, step, has(project)) for label, step, has in wanted))


def is_told(project: Any, step: str) -> bool:
    """Whether a step has anything told."""
    return any(getattr(project, name) for name in STEPS[step].fields)
