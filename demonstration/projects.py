"""Fictitious projects, told by the fictitious people: full files, a draft, a proposal that waits."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from accelerator.accounts.models import Person
from accelerator.community.models import Organisation
from accelerator.geography.models import Place
from accelerator.projects.diagnosis import CURRENT
from accelerator.projects.models import Project
from accelerator.projects.operations.files import add_file, diagnose
from accelerator.projects.operations.partners import answer_partner, invite_partner
from accelerator.projects.operations.projects import publish, start, tell_step
from accelerator.projects.operations.proposals import propose
from accelerator.projects.record import STEPS
from accelerator.projects.states import FileKind, PartnerRole
from accelerator.workflow.prints import print_of
from demonstration.drawing import picture

_FICTION: Final = "Ce projet n’existe pas : il sert à découvrir la plateforme.\n\n"

# The one that is told whole, by an association and a co-carrier.
WHOLE: Final[Mapping[str, Any]] = {
    "title": "Le Garde-manger des halles (exemple)",
    "summary": "Projet fictif : un lieu où habitants et maraîchers cuisinent ensemble les invendus des marchés.",
    "problem": _FICTION
    + "Trois marchés jettent chaque semaine des légumes encore bons, et des familles du centre-ville ne "
    "peuvent pas acheter frais. Aucune filière ne relie les deux.",
    "solution": "Une cuisine équipée, ouverte trois jours par semaine. Les invendus y sont triés, cuisinés ensemble, "
    "et proposés à prix libre. Les recettes et les gestes se transmettent d’un habitant à l’autre.",
    "novelty": "Les maraîchers siègent à la gouvernance avec les habitants : ce sont eux qui fixent ce qui est donné, "
    "et quand. Ailleurs, la collecte est faite pour eux.",
    "beneficiaries": "Cent vingt familles la première année, dont quarante orientées par le centre social.",
    "stakeholders": "Onze maraîchers, deux communes, un centre social, une régie de quartier.",
    "families": ["ecologie", "economie"],
    "themes": ["GAS", "ALI"],
    "goals": ["2", "12"],
    "maturity": "consolidation",
    "began_on": date(2023, 4, 3),
    "proof": "Vingt tonnes d’invendus cuisinées en deux ans, pesées chaque semaine ; une enquête auprès de "
    "80 familles.",
    "model": "Pour moitié les ventes à prix libre et les repas livrés aux crèches, pour moitié des subventions.",
    "budget": [
        {"year": 2025, "budget": 18_400_000, "resources": 17_900_000},
        {"year": 2026, "budget": 23_000_000, "resources": 21_500_000},
    ],
    "jobs": 35,
    "needs": ["financement", "evaluation", "territoires"],
    "needs_text": "Un territoire d’accueil prêt à essayer la même cuisine, et de quoi mesurer ce qu’elle change.",
    "website": "https://garde-manger.example/",
}
# The one with which the association has applied.
APPLYING: Final = (
    "La Tournée des paniers", "livre à vélo des paniers d’invendus à qui ne se déplace plus", "46102",
    "departement-46", ["ecologie", "generations"], ["GAS", "VIE"], "consolidation", ["financement", "evaluation"],
)  # fmt: skip
_ANSWERS: Final[Mapping[str, Mapping[str, str]]] = {
    "besoin": {"answer": "oui", "evidence": "Étude fictive du centre social, 2022."},
    "forme": {"answer": "oui", "evidence": "Statuts fictifs : collège des maraîchers."},
    "consultation": {"answer": "oui", "evidence": "Douze ateliers fictifs avec les familles."},
    "marche": {"answer": "en-partie", "evidence": ""},
    "diagnostic": {"answer": "oui", "evidence": "Diagnostic partagé fictif."},
    "acteurs": {"answer": "oui", "evidence": ""},
    "cooperation": {"answer": "oui", "evidence": "Convention fictive avec deux communes."},
    "environnement": {"answer": "oui", "evidence": "Pesées hebdomadaires fictives."},
    "rupture": {"answer": "en-partie", "evidence": ""},
    "essai": {"answer": "oui", "evidence": "Pilote fictif de six mois."},
    "risque": {"answer": "non", "evidence": ""},
}
# Title, summary, commune, territory, families, themes, maturity, needs.
_OTHERS: Final = (
    ("Vélo-école du Causse", "apprend à rouler à qui n’a pas de permis, pour aller travailler", "46042",
     "departement-46", ["territoire"], ["MOB"], "experimentation", ["financement"]),
    ("Le Bus des droits", "amène des écrivains publics et des médiateurs dans vingt villages", "29232",
     "departement-29", ["territoire", "economie"], ["DRO", "RUR"], "consolidation", ["accompagnement", "territoires"]),
    ("Les Mots d’à côté", "des étudiants et des retraités lisent avec des enfants après l’école", "69123",
     "departement-69", ["education", "generations"], ["LEC", "SCO"], "changement-echelle",
     ["territoires", "evaluation"]),
    ("La Matériauthèque", "des matériaux de chantier triés et vendus par des salariés en insertion", "13055",
     "departement-13", ["ecologie", "economie"], ["REE", "INS"], "consolidation", ["derogation", "financement"]),
    ("Colocations croisées", "loge ensemble jeunes actifs et personnes âgées, avec un accompagnant", "67482",
     "departement-67", ["generations"], ["VIE", "HAB"], "experimentation", ["derogation"]),
    ("Le Relais du fleuve", "un jardin d’insertion et une cantine au bord du fleuve", "97302", "region-03",
     ["economie"], ["ALI", "INS"], "idee", ["accompagnement", "financement"]),
)  # fmt: skip


def seed_projects(
    people: Mapping[str, Person], association: Organisation, incubator: Organisation, at: datetime
) -> None:
    """Make the projects; those that are there already are left as they are. Runs inside the seeding's transaction."""
    _whole(people, association, incubator, at)
    _idea(people["camille"], at)
    _other(APPLYING, association, people["dominique"], at)
    for told in _OTHERS:
        _other(told, incubator, people["alix"], at)
    if not Project.objects.filter(proposed_by=people["lou"]).exists():
        propose(
            values={
                "title": "La Chorale des quais (exemple)",
                "summary": "Projet fictif : une chorale ouverte à tous, dans les gares, un soir par semaine.",
                "problem": "Des voyageurs seuls, des gares vides.",
                "families": ["territoire"],
                "territories": ["departement-46"],
            },
            proposed_as="voyageuse, qui les a entendus chanter",
            referent_email="chorale@exemple.example",
            organisation=association,
            by=people["lou"],
            at=at,
        )


def _whole(people: Mapping[str, Person], association: Organisation, incubator: Organisation, at: datetime) -> None:
    project = _started(WHOLE["title"], WHOLE["summary"], association, people["dominique"], at)
    if project is None:
        return
    places = {"seat": Place.objects.filter(key="commune-46102").first(), "territories": ["departement-46"]}
    project = _told(project, {**WHOLE, **places, "proof_territories": ["commune-46102"]}, people["dominique"], at)
    partner = invite_partner(
        project=project, organisation=incubator, role=PartnerRole.CARRIER, by=people["dominique"], at=at
    )
    answer_partner(partner=partner, takes_part=True, by=people["alix"], at=at)
    diagnose(project=project, version=CURRENT, answers=_ANSWERS, by=people["dominique"], at=at)
    project = _told(project, {"private": ["budget", "documents"]}, people["dominique"], at)
    _illustrated(project, people["dominique"], at, number=2)
    publish(project=project, by=people["dominique"], at=at)


def _idea(camille: Person, at: datetime) -> None:
    summary = "Projet fictif : des bocaux faits des invendus de Figeac, vendus par ceux qui les ont cuisinés."
    if project := _started("Les Bocaux de Camille (exemple)", summary, None, camille, at):
        values = {"problem": f"{_FICTION}Des kilos de fruits partent au compost chaque samedi.", "maturity": "idee"}
        _illustrated(_told(project, values, camille, at), camille, at)


def _other(told: tuple[Any, ...], organisation: Organisation, by: Person, at: datetime) -> None:
    name, what, commune, territory, families, themes, maturity, needs = told
    summary = f"Projet fictif : {what}."
    project = _started(f"{name} (exemple)", summary, organisation, by, at)
    if project is None:
        return
    values = {
        "problem": f"{_FICTION}Un besoin fictif auquel personne ne répond encore sur ce territoire.",
        "solution": f"{what[0].upper()}{what[1:]}.",
        "families": families,
        "themes": themes,
        "seat": Place.objects.filter(key=f"commune-{commune}").first(),
        "territories": [territory],
        "maturity": maturity,
        "needs": needs,
    }
    project = _told(project, values, by, at)
    _illustrated(project, by, at)
    publish(project=project, by=by, at=at)


def _illustrated(project: Project, by: Person, at: datetime, number: int = 1) -> None:
    for n in range(1, number + 1):
        name = f"{project.title.removesuffix(' (exemple)')} {n}"
        described = "Composition abstraite : des disques, des arcs et des carrés de couleur, dessinés pour l’exemple."
        add_file(project=project, document=picture(name), kind=FileKind.PICTURE, described=described, by=by, at=at)


def _started(title: str, summary: str, organisation: Organisation | None, by: Person, at: datetime) -> Project | None:
    """A new file; None when it is there already."""
    if Project.objects.filter(title=title).exists():
        return None
    return start(title=title, summary=summary, organisation=organisation, by=by, at=at)


def _told(project: Project, values: Mapping[str, Any], by: Person, at: datetime) -> Project:
    """The file with these values, told step by step as its pages do."""
    for code, step in STEPS.items():
        told = {name: values[name] for name in step.fields if name in values}
        if told:
            seen = {name: print_of(getattr(project, name)) for name in told}
            project = tell_step(project=project, step=code, values=told, seen=seen, by=by, at=at)
    return project
