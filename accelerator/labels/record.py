"""The file of a candidacy: its steps, the French names of its values. A leaf."""

from collections.abc import Mapping
from typing import Final

from accelerator.workflow.steps import Step

MOST_MEMBERS: Final = 60
MOST_ACTIONS: Final = 60
MOST_FILES: Final = 60


LABELS: Final[Mapping[str, str]] = {
    "title": "nom",
    "summary": "en une phrase",
    "presentation": "présentation",
    "governance": "gouvernance",
    "ambition": "ambition",
    "perimeter": "territoire",
}
STEPS: Final = {
    step.code: step
    for step in (
        Step("essentiel", "L’essentiel", ("title", "summary")),
        Step("territoire", "Le territoire", ("perimeter",)),
        Step("presentation", "Présentation et gouvernance", ("presentation", "governance", "ambition")),
    )
}
# Where what is typed of the self-assessment is kept meanwhile: a page of its own, not one of the steps.
ASSESSMENT: Final = "evaluation"
