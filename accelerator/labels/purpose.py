"""What calls may know of a candidacy to a label, and how it is told to them: the purpose « label » (decision 1)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.timezone import localtime

from accelerator.accounts.models import Person
from accelerator.calls.clock import months_after
from accelerator.calls.models import Application, Call
from accelerator.calls.purposes import (
    Fact,
    FactValue,
    KeptFile,
    Purpose,
    Reusable,
    Subject,
    Told,
    Wanted,
    register,
    taking_part,
)
from accelerator.calls.states import FactKind
from accelerator.community.models import Role
from accelerator.community.models.organisations import of_any
from accelerator.community.queries.organisation import canonical
from accelerator.geography.models import Place, PlaceKind
from accelerator.journal import number_in, ref, refs
from accelerator.labels.criteria import criteria_of, is_complete
from accelerator.labels.models import Action, Candidacy, CandidacyFile, Member, SteeringMinutes
from accelerator.labels.operations.awarding import award_when_retained
from accelerator.labels.operations.candidacies import open_from_paper
from accelerator.labels.operations.configuring import PURPOSE
from accelerator.labels.queries.candidacies import confirmed, has_ceased, members_of
from accelerator.labels.queries.categories import category_of_call
from accelerator.labels.queries.renewals import follows, latest_of
from accelerator.labels.rules import candidacies as rules
from accelerator.labels.states import Belonging, CandidacyState, MemberState
from accelerator.workflow.dates import said, said_months

_FACTS: Final = (
    Fact("label.members", "le nombre de membres qui ont confirmé, chef de file compris", FactKind.NUMBER),
    Fact("label.ess_members", "le nombre de membres de l’ESS qui ont confirmé", FactKind.NUMBER),
    Fact("label.company_members", "le nombre d’entreprises hors ESS qui ont confirmé", FactKind.NUMBER),
    Fact("label.other_members", "le nombre d’autres personnes morales qui ont confirmé", FactKind.NUMBER),
    Fact(
        "label.composition_told",
        "la nature de chaque membre est dite",
        FactKind.YES_NO,
        asked="La nature de chaque membre est-elle dite ?",
    ),
    Fact(
        "label.lead_active",
        "l’activité de l’organisation qui porte la candidature",
        FactKind.YES_NO,
        asked="L’organisation qui porte la candidature est-elle en activité ?",
    ),
    Fact("label.territory", "le territoire de la candidature", FactKind.PLACES),
    Fact("label.inhabitants", "les habitants du territoire", FactKind.NUMBER, unit="habitants"),
    Fact("label.challenges", "le nombre de défis prioritaires", FactKind.NUMBER),
    Fact("label.actions", "le nombre d’actions de la feuille de route", FactKind.NUMBER),
    Fact(
        "label.assessed",
        "l’auto-évaluation de tous les critères",
        FactKind.YES_NO,
        asked="Tous les critères sont-ils auto-évalués ?",
    ),
    Fact("label.unproved", "le nombre de critères sans preuve", FactKind.NUMBER),
    Fact("label.criteria", "la version des critères à laquelle le dossier répond", FactKind.NUMBER),
    Fact("label.minutes", "le nombre de comptes rendus du comité de pilotage", FactKind.NUMBER),
)
_REUSABLE: Final = (
    Reusable("label.summary", "La candidature en une phrase"),
    Reusable("label.presentation", "Présentation"),
    Reusable("label.governance", "Gouvernance"),
    Reusable("label.ambition", "Ambition"),
    Reusable("label.territory", "Territoire"),
    Reusable("label.members_text", "Les membres, leur rôle et leur part"),
    Reusable("label.challenges_text", "Les défis prioritaires et leurs actions"),
    Reusable("label.assessment_text", "L’auto-évaluation, critère par critère"),
    Reusable("label.agreements", "Les accords signés des membres", is_file=True),
    Reusable("label.last_minutes", "Le dernier compte rendu du comité de pilotage", is_file=True),
)
# How much of the name of a member, then of its file, names a copy: the most that a name may hold, extension included.
_MOST_NAMED: Final = 60


def _subjects(person: Person, call: Call | None) -> Sequence[Subject]:
    """The candidacies that a person leads, those of the category of a call when it is asked about one."""
    led = Candidacy.objects.led_by(person).filter(state=CandidacyState.PREPARING)
    if call is not None:
        led = led.filter(category__call=call)
    return [Subject(ref(one), one.title) for one in led.order_by("-changed_at", "-pk")]


def _found(subject: str) -> Candidacy:
    number = number_in(subject, Candidacy)
    if number is None:
        raise LookupError("Ce n’est pas une candidature à un label.")
    read = Candidacy.objects.select_related("organisation__merged_into", "category", "criteria_set")
    found = read.filter(pk=number).first()
    if found is None:
        raise LookupError("Cette candidature n’existe plus.")
    return found


def _reads(subject: str) -> Told:
    candidacy = _found(subject)
    members = members_of(candidacy) if candidacy.category.is_collective else []
    return Told(
        title=candidacy.title,
        summary=candidacy.summary,
        organisation=canonical(candidacy.organisation),
        facts=_facts_of(candidacy, members),
        answers=_answers_of(candidacy, members),
        on=localtime(candidacy.changed_at).date(),
    )


def _facts_of(candidacy: Candidacy, members: Sequence[Any]) -> Mapping[str, FactValue]:
    """What is known; the composition of the collective counts those that confirmed, and that still exist."""
    counted = confirmed(list(members))
    natures = [one.belonging for one in counted]
    criteria = criteria_of(candidacy.criteria_set.criteria)
    proved = set(candidacy.proofs.values_list("criterion", flat=True))
    known: dict[str, FactValue | None] = {
        "lead_active": not has_ceased(candidacy.organisation),
        "territory": tuple(candidacy.perimeter) or None,
        "inhabitants": _inhabitants(candidacy.perimeter),
        "challenges": candidacy.challenges.count(),
        "actions": Action.objects.filter(challenge__candidacy=candidacy).count(),
        "assessed": is_complete(criteria, candidacy.assessment),
        "unproved": sum(1 for one in criteria if one.code not in proved),
        "criteria": candidacy.criteria_set.number,
        "minutes": candidacy.minutes.count(),
    }
    if candidacy.category.is_collective:
        known |= {
            "members": len(counted),
            "ess_members": natures.count(Belonging.ESS),
            "company_members": natures.count(Belonging.COMPANY),
            "other_members": natures.count(Belonging.OTHER),
            "composition_told": "" not in natures,
        }
    return {f"label.{name}": value for name, value in known.items() if value is not None}


def _inhabitants(keys: Sequence[str]) -> int | None:
    """How many live there, when it is known of each place; none of them lies inside another of a larger kind."""
    places = list(Place.objects.filter(pk__in=keys).exclude(kind=PlaceKind.PAYS))
    if not places or any(one.population is None for one in places):
        return None
    return sum(one.population or 0 for one in places)


def _answers_of(candidacy: Candidacy, members: Sequence[Any]) -> Mapping[str, Any]:
    """In the shape of the answers of `calls.questions`; what is not told fills nothing."""
    told = {
        "summary": candidacy.summary,
        "presentation": candidacy.presentation,
        "governance": candidacy.governance,
        "ambition": candidacy.ambition,
        "territory": list(candidacy.perimeter),
        "members_text": "\n".join(_said_member(one) for one in confirmed(list(members))),
        "challenges_text": _said_challenges(candidacy),
        "assessment_text": _said_assessment(candidacy),
    }
    return {f"label.{name}": value for name, value in told.items() if value not in ("", [])}


def _files(subject: str) -> Mapping[str, Sequence[KeptFile]]:
    """The agreements of the members that confirmed, named after them, and the last minutes that have a file."""
    number = number_in(subject, Candidacy)
    if number is None:
        return {}
    signed = Member.objects.filter(candidacy=number, state=MemberState.CONFIRMED, agreement__isnull=False)
    members = signed.select_related("agreement", "organisation__merged_into").order_by("asked_at", "pk")
    told = SteeringMinutes.objects.filter(candidacy=number, file__isnull=False).select_related("file")
    minutes = told.order_by("-held_on", "-pk").first()
    return {
        "label.agreements": [
            _kept(one.agreement, f"{canonical(one.organisation).name[: _MOST_NAMED - 3]} - ")
            for one in members
            if one.agreement is not None
        ],
        "label.last_minutes": [_kept(minutes.file)] if minutes and minutes.file else [],
    }


def _kept(file: CandidacyFile, whose: str = "") -> KeptFile:
    name = f"{whose}{file.name[-_MOST_NAMED:]}" if whose else file.name
    return KeptFile(name, file.file.name or "", file.content_type, file.size, file.digest)


def _said_member(member: Any) -> str:
    parts = [canonical(member.organisation).name, member.get_role_display().lower()]
    if member.belonging:
        parts.append(member.get_belonging_display().lower())
    if member.share is not None:
        parts.append(f"{member.share} points sur 100")
    if member.agreement_id:
        parts.append("accord signé joint")
    return f"{', '.join(parts)}. {member.engagement}".strip()


def _said_challenges(candidacy: Candidacy) -> str:
    lines = []
    for challenge in candidacy.challenges.prefetch_related("actions__pilot__organisation").order_by("position"):
        kind = challenge.get_kind_display().lower()
        lines.append(f"{challenge.position}. {challenge.title} ({kind}). {challenge.text}")
        lines += [
            f"   {action.title} : {action.pilot.organisation.name}, pour le {said(action.due_on)}"
            for action in challenge.actions.all()
        ]
    return "\n".join(line.rstrip() for line in lines)


def _said_assessment(candidacy: Candidacy) -> str:
    lines = []
    for one in criteria_of(candidacy.criteria_set.criteria):
        told = candidacy.assessment.get(one.code)
        level = one.level(told.get("level")) if told else None
        if told:
            lines.append(f"{one.title} : {level.label if level else 'niveau non dit'}. {told.get('text', '')}".strip())
    return "\n".join(lines)


def _may_edit(person: Person, subject: str) -> bool:
    try:
        candidacy = _found(subject)
    except LookupError:
        return False
    return rules.reason_within("labels.edit", rules.standing_of(person, candidacy)) is None


def _carried(person: Person) -> QuerySet[Any]:
    """Those that a person leads, and the collectives where an organisation that they steer takes part."""
    steered = Role.objects.current().steering().filter(person=person).values("organisation")
    together = Member.objects.filter(of_any(steered), state=MemberState.CONFIRMED).values("candidacy")
    led = Candidacy.objects.led_by(person).values("pk")
    return refs(Candidacy.objects.filter(Q(pk__in=led) | Q(pk__in=together)))


def _partners(subjects: Collection[str]) -> Mapping[str, frozenset[int]]:
    """The members that confirmed: whoever judges is looked at beside each of them."""
    return taking_part(Member.objects.filter(state=MemberState.CONFIRMED), "candidacy", subjects)


def _ties(application: Application) -> Sequence[Subject]:
    """The candidacies to the category of the call that who applied on paper leads, those that are not closed."""
    if application.organisation is None:
        return ()
    led = Candidacy.objects.filter(
        of_any([canonical(application.organisation).pk]),
        category__call=application.call_id,
        state=CandidacyState.PREPARING,
    )
    return [Subject(ref(one), one.title) for one in led.order_by("-changed_at", "-pk")]


def _page(subject: str) -> str:
    try:
        return reverse("labels:candidacy", args=[_found(subject).key])
    except LookupError:
        return ""


def _opinions(call: Call) -> Sequence[Wanted]:
    category = category_of_call(call)
    return [Wanted(one["who"], one["days"]) for one in category.opinions] if category else []


def _begins(call: Call) -> str:
    category = category_of_call(call)
    return reverse("labels:start", args=[category.code]) if category else ""


def _grants(application: Application) -> Sequence[tuple[str, str]]:
    """How long the label lasts and its first day: that of the notification, unless it renews one that runs."""
    number = number_in(application.subject, Candidacy)
    candidacy = Candidacy.objects.select_related("category").filter(pk=number).first() if number else None
    if candidacy is None:
        return ()
    months, previous = candidacy.category.duration_months, latest_of(candidacy)
    lasts = ("Durée du label", said_months(months) if months else "sans terme")
    if previous is None or application.received_on is None or not follows(previous, application.received_on):
        return (lasts, ("Premier jour du label", "celui de la notification de cette décision"))
    start = previous.period.upper
    begins = ("Premier jour du label", f"{said(start)}, lendemain du dernier jour du label en cours")
    last = ("Dernier jour du label", said(months_after(start, months) - timedelta(days=1))) if months else None
    return (lasts, begins, last) if last else (lasts, begins)


register(
    Purpose(
        code=PURPOSE,
        title="Label",
        asks="votre candidature à ce label",
        subjects=_subjects,
        reads=_reads,
        may_edit=_may_edit,
        page=_page,
        carried=_carried,
        partners=_partners,
        ties=_ties,
        opinions=_opinions,
        opens=open_from_paper,
        files=_files,
        facts=_FACTS,
        reusable=_REUSABLE,
        begins=_begins,
        grants=_grants,
        on_decided=award_when_retained,
    )
)
