"""What calls may know of a project, and how it is told to them: the purpose « qualification » (decision 1).

What is said in the file fills the application, and the facts feed the rules of eligibility. A part kept private from
the public is told all the same: its carriers apply, see it in the form, and may take it out before they send it.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse

from accelerator.accounts.models import Person
from accelerator.calls.models import Application, Call
from accelerator.calls.purposes import Fact, FactValue, Purpose, Reusable, Subject, Told, register, taking_part
from accelerator.calls.states import FactKind
from accelerator.community.models.organisations import of_any
from accelerator.community.queries.organisation import canonical
from accelerator.community.states import Family
from accelerator.journal import number_in, ref, refs
from accelerator.projects import rules
from accelerator.projects.models import Project, ProjectPartner
from accelerator.projects.operations.decisions import remember_decision
from accelerator.projects.record import LABELS
from accelerator.projects.states import Carrier, Goal, Maturity, Need, PartnerRole, ProjectState

CODE: Final = "projects.qualification"
_FACTS: Final = (
    Fact("project.began_on", "la date des premières actions du projet", FactKind.DATE),
    Fact("project.budget", "le budget annuel du projet (le plus élevé des années dites)", FactKind.MONEY),
    Fact("project.resources", "les ressources annuelles du projet (les plus élevées)", FactKind.MONEY),
    Fact("project.jobs", "les emplois du projet", FactKind.NUMBER, unit="équivalents temps plein"),
    Fact("project.maturity", "le stade du projet", FactKind.CHOICE, tuple(Maturity.choices)),
    Fact("project.families", "les familles de défis du projet", FactKind.CHOICES, tuple(Family.choices)),
    Fact("project.goals", "les objectifs de développement durable du projet", FactKind.CHOICES, tuple(Goal.choices)),
    Fact("project.needs", "ce que cherche le projet", FactKind.CHOICES, tuple(Need.choices)),
    Fact("project.carrier", "qui porte le projet", FactKind.CHOICE, tuple(Carrier.choices)),
    Fact("project.territories", "les territoires d’action du projet", FactKind.PLACES),
    Fact("project.proof_territories", "les territoires où la preuve est faite", FactKind.PLACES),
    Fact("project.model", "le modèle économique du projet", FactKind.TEXT),
    Fact(
        "project.published",
        "la publication du projet dans l’annuaire",
        FactKind.YES_NO,
        asked="Le projet est-il publié dans l’annuaire ?",
    ),
)
# The values of the file that may fill an answer as they stand.
_REUSED: Final = (
    *("title", "summary", "problem", "solution", "novelty", "beneficiaries", "stakeholders", "families", "goals"),
    *("territories", "maturity", "began_on", "proof", "proof_territories", "needs", "needs_text", "website"),
)
_REUSABLE: Final = (
    *(Reusable(f"project.{name}", f"{LABELS[name][0].upper()}{LABELS[name][1:]}") for name in _REUSED),
    Reusable("project.economic_model", "Modèle économique"),
    Reusable("project.jobs", "Emplois, en équivalents temps plein"),
    Reusable("project.budget", "Budget annuel, le plus élevé"),
    Reusable("project.budget_by_year", "Dépenses et ressources par année"),
)


def _subjects(person: Person, call: Call | None) -> Sequence[Subject]:
    """The projects that a person carries, and that have not ended: any may answer any call."""
    carried = Project.objects.carried_by(person).exclude(state=ProjectState.ENDED).order_by("-changed_at", "-pk")
    return [Subject(ref(one), one.title) for one in carried]


def _found(subject: str) -> Project:
    number = number_in(subject, Project)
    if number is None:
        raise LookupError("Ce n’est pas un projet.")
    gone = (ProjectState.PROPOSED, ProjectState.DECLINED)
    project = Project.objects.select_related("organisation__merged_into").exclude(state__in=gone)
    found = project.filter(pk=number).first()
    if found is None:
        raise LookupError("Ce projet n’existe plus.")
    return found


def _reads(subject: str) -> Told:
    project = _found(subject)
    return Told(
        title=project.title,
        summary=project.summary,
        organisation=canonical(project.organisation) if project.organisation else None,
        facts=_facts_of(project),
        answers=_answers_of(project),
        on=project.changed_at.date(),
    )


def _facts_of(project: Project) -> Mapping[str, FactValue]:
    """What is known; what is not is left out, and is then asked rather than held against the carriers."""
    known: dict[str, FactValue | None] = {
        "began_on": project.began_on,
        "budget": _most(project, "budget"),
        "resources": _most(project, "resources"),
        "jobs": None if project.jobs is None else project.jobs / 10,
        "maturity": project.maturity or None,
        "families": tuple(project.families) or None,
        "goals": tuple(project.goals) or None,
        "needs": tuple(project.needs) or None,
        "carrier": _carrier(project),
        "territories": tuple(project.territories) or None,
        "proof_territories": tuple(project.proof_territories) or None,
        "model": project.model or None,
        "published": project.state == ProjectState.PUBLISHED,
    }
    return {f"project.{name}": value for name, value in known.items() if value is not None}


def _answers_of(project: Project) -> Mapping[str, Any]:
    """In the shape of the answers of `calls.questions`; what is not told fills nothing."""
    told = {name: getattr(project, name) for name in _REUSED}
    told["began_on"] = project.began_on.isoformat() if project.began_on else ""
    told["economic_model"] = project.model
    told["jobs"] = "" if project.jobs is None else project.jobs / 10
    told["budget"] = _most(project, "budget")
    lines = (("depenses", "budget"), ("ressources", "resources"))
    by_year = {
        line: {str(year["year"]): year[part] for year in project.budget if year.get(part) is not None}
        for line, part in lines
    }
    told["budget_by_year"] = {line: years for line, years in by_year.items() if years}
    return {f"project.{name}": value for name, value in told.items() if value not in ("", None, [], {})}


def _most(project: Project, part: str) -> int | None:
    """The largest yearly amount told, in cents."""
    told = [line[part] for line in project.budget if line.get(part) is not None]
    return max(told) if told else None


def _carrier(project: Project) -> str:
    if project.organisation_id is None:
        return Carrier.PERSON.value
    together = project.partners.confirmed().filter(role=PartnerRole.CARRIER).exists()
    return (Carrier.CONSORTIUM if together else Carrier.ORGANISATION).value


def _may_edit(person: Person, subject: str) -> bool:
    try:
        project = _found(subject)
    except LookupError:
        return False
    return rules.reason_within("projects.edit", rules.standing_of(person, project)) is None


def _carried(person: Person) -> QuerySet[Any]:
    return refs(Project.objects.carried_by(person))


def _partners(subjects: Collection[str]) -> Mapping[str, frozenset[int]]:
    """Those who said that they take part, whatever their role."""
    return taking_part(ProjectPartner.objects.confirmed(), "project", subjects)


def _ties(application: Application) -> Sequence[Subject]:
    """The projects of who applied on paper, those that have not ended."""
    if application.organisation is None:
        return ()
    gone = (ProjectState.PROPOSED, ProjectState.DECLINED, ProjectState.ENDED)
    theirs = Project.objects.filter(of_any([canonical(application.organisation).pk])).exclude(state__in=gone)
    return [Subject(ref(one), one.title) for one in theirs.order_by("-changed_at", "-pk")]


def _page(subject: str) -> str:
    try:
        return reverse("projects:project", args=[_found(subject).key])
    except LookupError:
        return ""


register(
    Purpose(
        code=CODE,
        title="Qualification d’un projet",
        asks="votre projet",
        subjects=_subjects,
        reads=_reads,
        may_edit=_may_edit,
        page=_page,
        carried=_carried,
        partners=_partners,
        ties=_ties,
        facts=_FACTS,
        reusable=_REUSABLE,
        begins=lambda call: reverse("projects:start"),
        on_decided=remember_decision,
    )
)
