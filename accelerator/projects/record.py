"""The file: its steps, the French names of its values, and which may be kept private. A leaf."""

from collections.abc import Mapping
from typing import Final

from accelerator.workflow.steps import Step

MOST_THEMES: Final = 5
MOST_FILES: Final = 20


LABELS: Final[Mapping[str, str]] = {
    "title": "nom du projet",
    "summary": "le projet en une phrase",
    "problem": "besoin ou problème",
    "solution": "solution",
    "novelty": "ce qui est nouveau ici",
    "beneficiaries": "bénéficiaires",
    "stakeholders": "parties prenantes",
    "families": "familles de défis",
    "themes": "thèmes",
    "goals": "objectifs de développement durable",
    "seat": "commune principale",
    "territories": "territoires d’action",
    "maturity": "stade de maturité",
    "began_on": "date des premières actions",
    "proof": "preuves sur le terrain",
    "proof_territories": "territoires où la preuve est faite",
    "model": "modèle économique",
    "budget": "budget et ressources par année",
    "jobs": "emplois",
    "needs": "besoins",
    "needs_text": "besoins, en détail",
    "website": "site",
    "links": "liens",
    "private": "parties gardées privées",
}
STEPS: Final = {
    step.code: step
    for step in (
        Step("essentiel", "L’essentiel", ("title", "summary")),
        Step("reponse", "Le besoin et la réponse", ("problem", "solution", "novelty")),
        Step("personnes", "Pour qui, avec qui", ("beneficiaries", "stakeholders")),
        Step("domaines", "Défis et thèmes", ("families", "themes", "goals")),
        Step("territoires", "Où", ("seat", "territories")),
        Step("maturite", "Où en est le projet", ("maturity", "began_on", "proof", "proof_territories")),
        Step("moyens", "Modèle économique et moyens", ("model", "budget", "jobs")),
        Step("besoins", "Ce que vous cherchez", ("needs", "needs_text")),
        Step("liens", "Site et liens", ("website", "links")),
        Step("confidentialite", "Ce qui reste privé", ("private",)),
    )
}
# What a project may keep to its carriers, and how it is asked. The rest is what makes it found.
PRIVATE: Final[Mapping[str, str]] = {
    "novelty": "Ce qui est nouveau ici",
    "beneficiaries": "Qui en bénéficie",
    "stakeholders": "Qui y prend part",
    "proof": "Preuves sur le terrain",
    "model": "Modèle économique",
    "budget": "Budget et ressources par année",
    "jobs": "Emplois",
    "needs": "Besoins",
    "partners": "Structures partenaires",
    "documents": "Documents joints",
    "diagnosis": "Auto-diagnostic d’innovation sociale",
}
# What is kept private until someone decides otherwise.
PRIVATE_AT_FIRST: Final = ("budget", "documents", "diagnosis")
