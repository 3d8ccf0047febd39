"""Two fictitious collectives of three organisations: one applies for the label of its territory, the other has it."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.calls.models import Application, Call
from accelerator.calls.operations.applications import begin, submit
from accelerator.calls.operations.decisions import draft_decisions, notify_decisions, sign_decisions
from accelerator.calls.operations.examining import admit
from accelerator.calls.operations.founding import load_call
from accelerator.calls.states import DecisionOutcome
from accelerator.community.models import Organisation
from accelerator.journal import Actor
from accelerator.journal.types import ref
from accelerator.labels.criteria import criteria_of
from accelerator.labels.management.commands.load_label import LABELS
from accelerator.labels.models import Action, Candidacy, Category, Label, Member
from accelerator.labels.operations.awarding import close_condition, set_condition
from accelerator.labels.operations.candidacies import assess, start, tell_step
from accelerator.labels.operations.configuring import attach_call, load_category
from accelerator.labels.operations.files import add_proof
from accelerator.labels.operations.following import note_action
from accelerator.labels.operations.members import answer_member, ask_member, describe_member
from accelerator.labels.operations.roadmaps import keep_minutes, plan_action, say_challenge
from accelerator.labels.record import STEPS
from accelerator.labels.rules.candidacies import reason_against_answering
from accelerator.labels.states import Belonging, ChallengeKind, ConditionState, MemberRole
from accelerator.workflow.prints import print_of

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
LABELLED: Final = "Vallée des voisins (exemple)"
_LABELLED_TOLD: Final[Mapping[str, Any]] = {
    "summary": "Collectif fictif, qui a le label : trois organisations du Lot font du voisinage un service de tous.",
    "perimeter": ["commune-46042"],
    "presentation": f"{_FICTION}Des cuisines partagées, des navettes de voisins et des assemblées de quartier.",
    "governance": "Un comité de pilotage fictif, ouvert à trois habitants tirés au sort.",
    "ambition": "Que personne ne soit à plus d’un quart d’heure d’un voisin qui aide.",
}
# As above, in months from the opening of the file.
_FOLLOWED: Final[tuple[tuple[Any, ...], ...]] = (
    (
        ChallengeKind.SOCIAL,
        "Ne plus manger seul",
        (
            ("Ouvrir deux cuisines partagées", 2, 4, "cuisines", 0, 2),
            ("Servir cent repas par semaine", 2, 14, "repas", 10, 100),
        ),
    ),
    (
        ChallengeKind.ENVIRONMENTAL,
        "Se déplacer sans voiture à soi",
        (("Lancer quatre navettes de voisins", 1, 3, "navettes", 0, 4),),
    ),
    (
        ChallengeKind.CIVIC,
        "Décider à l’échelle du quartier",
        (("Tenir une assemblée dans chaque quartier", 0, 18, "assemblées", 0, 6),),
    ),
)
# Of which action, when (0: the file is opened, 1: now), the value of its indicator, the words, whether it is done.
_NOTES: Final = (
    ("Ouvrir deux cuisines partagées", 0.4, 1, "La première cuisine fictive est ouverte.", False),
    ("Ouvrir deux cuisines partagées", 0.65, 2, "La deuxième aussi : c’est fait.", True),
    ("Servir cent repas par semaine", 0.8, 46, "Quarante-six repas par semaine.", False),
    ("Lancer quatre navettes de voisins", 0.5, 1, "Une navette roule ; les trois autres attendent un garage.", False),
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
    """The collective that applies, and its draft; there already, it is left as it is. In the seeding's transaction."""
    if Candidacy.objects.filter(title=TITLE).exists():
        return
    category = Category.objects.get(code="territoire")
    given: dict[str, Any] = {"by": people["dominique"], "at": at}
    candidacy = start(category=category, organisation=members[MemberRole.LEAD], title=TITLE, summary="", **given)
    others = (
        (MemberRole.SUPPORT, members[MemberRole.SUPPORT], people["alix"], Belonging.ESS),
        (MemberRole.AUTHORITY, members[MemberRole.AUTHORITY], people["gabrielle"], Belonging.OTHER),
    )
    _tell(candidacy, _TOLD, others, _CHALLENGES, given)
    call = category.call
    if call is not None and not Application.objects.filter(call=call, subject=ref(candidacy)).exists():
        begin(call=call, subject=ref(candidacy), organisation=None, declared={}, **given)


def seed_label(people: Mapping[str, Person], members: Mapping[MemberRole, Organisation], at: datetime) -> Label | None:
    """The collective that has the label since some months: decided upon, followed in public, one action late.

    There already, it is left as it is. None before its call opens.
    """
    if known := Label.objects.filter(candidacy__title=LABELLED).first():
        return known
    category = Category.objects.get(code="territoire")
    call = category.call
    if call is None or call.opens_at is None or at <= call.opens_at + timedelta(days=2):
        return None
    began = max(at - timedelta(days=180), call.opens_at + timedelta(days=1))

    def then(part: float) -> datetime:
        """A moment between the opening of the file, 0, and now, 1."""
        return began + (at - began) * part

    given: dict[str, Any] = {"by": people["gabrielle"], "at": began}
    lead = members[MemberRole.AUTHORITY]
    candidacy = start(category=category, organisation=lead, title=LABELLED, summary="", **given)
    others = (
        (MemberRole.SUPPORT, members[MemberRole.SUPPORT], people["alix"], Belonging.ESS),
        (MemberRole.OTHER, members[MemberRole.LEAD], people["dominique"], Belonging.ESS),
    )
    _tell(candidacy, _LABELLED_TOLD, others, _FOLLOWED, given)
    draft = begin(call=call, subject=ref(candidacy), organisation=None, declared={}, **given)
    application = submit(application=draft, by=people["gabrielle"], at=then(0.02))
    admit(application=application, by=people["yael"], at=then(0.04))
    drafted = draft_decisions(
        call=call,
        applications=[application],
        outcome=DecisionOutcome.RETAINED,
        reasons="Décision fictive : les cinq critères sont montrés, trois défis ont leurs actions.",
        advice="",
        by=people["yael"],
        at=then(0.15),
    )
    signed = sign_decisions(call=call, decisions=drafted, by=people["claude"], at=then(0.18))
    notify_decisions(call=call, decisions=signed, by=people["yael"], at=then(0.2))
    label = Label.objects.get(candidacy=candidacy)
    _follow(label, candidacy, people, then)
    return label


def _follow(
    label: Label, candidacy: Candidacy, people: Mapping[str, Person], then: Callable[[float], datetime]
) -> None:
    """Two conditions, of which one is met; what was said of the actions since; minutes that anyone reads."""
    now, yael, gabrielle = then(1), people["yael"], people["gabrielle"]
    charter = set_condition(
        label=label,
        text="Signer la charte fictive de gouvernance",
        due_on=localdate(then(0.6)),
        by=yael,
        at=then(0.25),
    )
    close_condition(
        condition=charter,
        state=ConditionState.MET,
        words="Charte fictive signée par les trois membres.",
        by=yael,
        at=then(0.5),
    )
    set_condition(
        label=label,
        text="Publier un premier bilan des actions",
        due_on=localdate(now) + timedelta(days=120),
        by=yael,
        at=then(0.25),
    )
    actions = {one.title: one for one in Action.objects.filter(challenge__candidacy=candidacy)}
    for title, part, value, text, done in _NOTES:
        note_action(
            action=actions[title],
            label=label,
            on=localdate(then(part)),
            value=None if value is None else Decimal(value),
            text=text,
            done=done,
            by=gabrielle,
            at=then(part),
        )
    keep_minutes(
        candidacy=candidacy,
        held_on=localdate(then(0.7)),
        summary="Le comité de pilotage fictif a ouvert la deuxième cuisine et repris le calendrier des navettes.",
        document=None,
        is_public=True,
        by=gabrielle,
        at=then(0.7),
    )


def _tell(
    candidacy: Candidacy,
    told: Mapping[str, Any],
    others: Sequence[tuple[MemberRole, Organisation, Person, Belonging]],
    challenges: Sequence[tuple[Any, ...]],
    given: dict[str, Any],
) -> None:
    """Say what a collective is, who is in it and answers, what it promises, what it says of itself."""
    for code, step in STEPS.items():
        values = {name: told[name] for name in step.fields if name in told}
        seen = {name: print_of(getattr(candidacy, name)) for name in values}
        candidacy = tell_step(candidacy=candidacy, step=code, values=values, seen=seen, **given)
    together = [candidacy.members.get()]
    for role, organisation, person, belonging in others:
        asked = ask_member(candidacy=candidacy, organisation=organisation, role=role, belonging=belonging, **given)
        # Who may not bind their organisation leaves it waiting, as anyone.
        if reason_against_answering(person, asked, given["at"]) is None:
            asked = answer_member(member=asked, takes_part=True, reason="", by=person, at=given["at"])
        together.append(asked)
    _promise(candidacy, together, challenges, given)


def _promise(
    candidacy: Candidacy, together: list[Member], challenges: Sequence[tuple[Any, ...]], given: dict[str, Any]
) -> None:
    engagement = "Un mi-temps fictif, une salle et le temps de ses bénévoles."
    for member, share in zip(together, (50, 30, 20), strict=True):
        nature = Belonging(member.belonging) if member.belonging else Belonging.ESS
        said: dict[str, Any] = {"role": None, "belonging": nature, "engagement": engagement, "agreement": None}
        describe_member(member=member, share=share, **said, **given)
    today = localdate(given["at"])
    for position, (kind, title, actions) in enumerate(challenges, start=1):
        challenge = say_challenge(
            candidacy=candidacy, position=position, kind=kind, title=title, text="Défi fictif.", **given
        )
        for name, pilot, months, indicator, baseline, target in actions:
            plan_action(
                challenge=challenge,
                action=None,
                title=name,
                pilot=together[pilot],
                due_on=today + timedelta(days=int(30 * months)),
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
        held_on=today - timedelta(days=10),
        summary="Le comité de pilotage fictif a choisi les trois défis.",
        document=None,
        is_public=True,
        **given,
    )
