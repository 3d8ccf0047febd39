"""A fictitious collective of three organisations, which applies for the label of its territory."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.calls.models import Application, Call
from accelerator.calls.operations.applications import begin
from accelerator.calls.operations.founding import load_call
from accelerator.community.models import Organisation
from accelerator.community.record import print_of
from accelerator.journal import Actor
from accelerator.journal.types import ref
from accelerator.labels.criteria import criteria_of
from accelerator.labels.management.commands.load_label import LABELS
from accelerator.labels.models import Candidacy, Category, Member
from accelerator.labels.operations.candidacies import assess, start, tell_step
from accelerator.labels.operations.configuring import attach_call, load_category
from accelerator.labels.operations.files import add_proof
from accelerator.labels.operations.members import answer_member, ask_member, describe_member
from accelerator.labels.operations.roadmaps import keep_minutes, plan_action, say_challenge
from accelerator.labels.record import STEPS
from accelerator.labels.rules.candidacies import reason_against_answering
from accelerator.labels.states import Belonging, ChallengeKind, MemberRole

_FICTION: Final = "Ce collectif n’existe pas : il sert à découvrir la plateforme.\n\n"
TITLE: Final = "Causse en commun (exemple)"
_TOLD: Final[Mapping[str, Any]] = {
    "summary": "Collectif fictif : trois organisations du Lot font de l’entraide alimentaire une affaire de tous.",
    "perimeter": ["commune-46102", "epci-200067361"],
    "presentation": f"{_FICTION}Nées de trois marchés, des habitudes d’entraide sont devenues un plan.",
    "governance": "Un comité de pilotage fictif se réunit chaque trimestre ; chaque membre y a une voix.",
    "ambition": "Que plus un village ne jette ce que le voisin cherche.",
}
_LEVELS: Final = {"zone": 3, "ecosysteme": 2, "strategie": 2, "gouvernance": 1, "communaute": 0}
# Kind, title, then the actions: title, who (0: the chef de file), months from now, indicator, from, to.
_CHALLENGES: Final[tuple[tuple[Any, ...], ...]] = (
    (ChallengeKind.SOCIAL, "Manger bien quand on a peu", (("Ouvrir trois paniers solidaires", 0, 8, "paniers", 1, 4),)),
    (
        ChallengeKind.ENVIRONMENTAL,
        "Ne plus jeter d’invendus",
        (("Équiper cinq marchés de bacs de tri", 1, 12, "marchés équipés", 0, 5),),
    ),
    (
        ChallengeKind.CIVIC,
        "Décider avec les habitants",
        (("Tenir six assemblées de village", 2, 14, "assemblées", 0, 6),),
    ),
)


def seed_label_calls(*, by: Actor, at: datetime) -> list[Call]:
    """The categories, each with its permanent call; there already, nothing changes."""
    calls = []
    for file in sorted(LABELS.glob("*.json")):
        category = load_category(written=json.loads(file.read_text()), by=by, at=at)
        if category.call is None:
            call = load_call(code=f"label-{category.code}", by=by, at=at)
            attach_call(category=category, call=call, by=by, at=at)
            calls.append(call)
        else:
            calls.append(category.call)
    return calls


def seed_candidacy(people: Mapping[str, Person], members: Mapping[MemberRole, Organisation], at: datetime) -> None:
    """The collective and its draft; there already, it is left as it is. Runs inside the seeding's transaction."""
    if Candidacy.objects.filter(title=TITLE).exists():
        return
    category = Category.objects.get(code="territoire")
    lead, dominique = members[MemberRole.LEAD], people["dominique"]
    given: dict[str, Any] = {"by": dominique, "at": at}
    candidacy = start(category=category, organisation=lead, title=TITLE, summary="", **given)
    for code, step in STEPS.items():
        values = {name: _TOLD[name] for name in step.fields if name in _TOLD}
        seen = {name: print_of(getattr(candidacy, name)) for name in values}
        candidacy = tell_step(candidacy=candidacy, step=code, values=values, seen=seen, **given)
    together = [candidacy.members.get()]
    for role, key, belonging in (
        (MemberRole.SUPPORT, "alix", Belonging.ESS),
        (MemberRole.AUTHORITY, "gabrielle", Belonging.OTHER),
    ):
        asked = ask_member(candidacy=candidacy, organisation=members[role], role=role, belonging=belonging, **given)
        # Who may not bind their organisation leaves it waiting, as anyone.
        if reason_against_answering(people[key], asked, at) is None:
            asked = answer_member(member=asked, takes_part=True, reason="", by=people[key], at=at)
        together.append(asked)
    _told(candidacy, together, given)
    call = category.call
    if call is not None and not Application.objects.filter(call=call, subject=ref(candidacy)).exists():
        begin(call=call, subject=ref(candidacy), organisation=None, declared={}, **given)


def _told(candidacy: Candidacy, together: list[Member], given: dict[str, Any]) -> None:
    engagement = "Un mi-temps fictif, une salle et le temps de ses bénévoles."
    for member, share in zip(together, (50, 30, 20), strict=True):
        nature = Belonging(member.belonging) if member.belonging else Belonging.ESS
        said: dict[str, Any] = {"role": None, "belonging": nature, "engagement": engagement, "agreement": None}
        describe_member(member=member, share=share, **said, **given)
    today = localdate(given["at"])
    for position, (kind, title, actions) in enumerate(_CHALLENGES, start=1):
        challenge = say_challenge(
            candidacy=candidacy, position=position, kind=kind, title=title, text="Défi fictif.", **given
        )
        for name, pilot, months, indicator, baseline, target in actions:
            plan_action(
                challenge=challenge,
                action=None,
                title=name,
                pilot=together[pilot],
                due_on=today + timedelta(days=30 * months),
                indicator=indicator,
                unit="",
                baseline=baseline,
                target=target,
                **given,
            )
    answers = {
        one.code: {"level": _LEVELS[one.code], "text": "Ce que dit un collectif fictif."}
        for one in criteria_of(candidacy.criteria_set.criteria)
    }
    assess(candidacy=candidacy, answers=answers, **given)
    link = "https://causse-en-commun.example/"
    proof: dict[str, Any] = {"what": "La charte fictive du collectif", "document": None, "reused": "", "link": link}
    add_proof(candidacy=candidacy, criterion="gouvernance", **proof, **given)
    keep_minutes(
        candidacy=candidacy,
        held_on=date(today.year, 1, 15),
        summary="Le comité de pilotage fictif a choisi les trois défis.",
        document=None,
        is_public=True,
        **given,
    )
