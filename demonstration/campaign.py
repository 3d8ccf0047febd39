"""A campaign of the true size of the Pionniers of 2018, played by the subjects' own operations.

200 files, 60 % of them eligible, 45 heard by 5 juries, 22 retained: the yardstick of the real call. People and
organisations are fictitious, and say so; all of it is drawn from a seed, so that two demonstrations are alike. The
organisations are not published: the directory stays as it was.
"""

import copy
import json
import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.utils.timezone import localdate

from accelerator.accounts.models import Person
from accelerator.accounts.operations import accept_terms, open_account
from accelerator.calls.models import (
    Application,
    Assignment,
    Call,
    CallVersion,
    Commission,
    Decision,
    Jury,
    Reviewer,
    Slot,
)
from accelerator.calls.operations import assigning, decisions, juries, reviewing, sittings
from accelerator.calls.operations.applications import begin, save_section, submit
from accelerator.calls.operations.calls import TWO_MONTHS, give_role
from accelerator.calls.operations.examining import admit
from accelerator.calls.operations.founding import WRITTEN
from accelerator.calls.queries.assigning import proposal_for
from accelerator.calls.queries.ranking import best_first, ranking
from accelerator.calls.remedies import remedies_on
from accelerator.calls.states import (
    ApplicationState,
    Ballot,
    CallRoleName,
    CallState,
    CommissionState,
    DecisionOutcome,
    JuryOpinion,
    MemberQuality,
    Nature,
    PromiseKind,
)
from accelerator.community.models import Organisation, Role, Theme
from accelerator.community.states import RoleName
from accelerator.geography.models import Place
from accelerator.geography.perimeters import Perimeter, perimeter_of
from accelerator.journal import Actor
from accelerator.workflow import operation
from demonstration.cast import BY_KEY

SEED: Final = 2018
FILES, ELIGIBLE, HEARD, JURIES, RETAINED, DEEPEN = 200, 120, 45, 5, 22, 8
REVIEWERS, READERS = 30, 3
PUBLIC_ID: Final = "dem02018pion"
STAGES: Final = ("filed", "reviewed", "heard", "decided")
# Days before today.
_OPENS, _CLOSES, _ADMITS, _ASSIGNS, _SETS, _HEARS, _CONVENES, _SITS, _SIGNS, _TELLS = (
    50,
    36,
    35,
    34,
    18,
    10,
    11,
    4,
    2,
    1,
)
_GIVEN = ("Camille", "Dominique", "Sacha", "Noa", "Alix", "Charlie", "Lou", "Ange", "Claude", "Maxence", "Yaël", "Eden")
_WHAT = (
    "Jardins",
    "Ateliers",
    "Cuisines",
    "Relais",
    "Fabriques",
    "Maisons",
    "Passerelles",
    "Escales",
    "Garages",
    "Épiceries",
)
_OF = (
    "partagés",
    "solidaires",
    "mobiles",
    "du quartier",
    "de la vallée",
    "du littoral",
    "des aidants",
    "du retour",
    "en commun",
    "du lien",
)
_NEEDS = (
    "Des habitants éloignés des services y renoncent, faute de transport et d’accueil.",
    "Des jeunes sortent de l’école sans personne pour les aider à trouver leur voie.",
    "Des biens qui peuvent encore servir sont jetés, quand d’autres en manquent.",
    "Des personnes âgées vivent seules et perdent en autonomie sans que nul ne s’en aperçoive.",
    "Des parents seuls ne trouvent ni garde ni horaires compatibles avec un emploi.",
)
_ANSWERS = (
    "Un lieu ouvert toute la semaine, tenu par des salariés en insertion et des bénévoles, sans condition d’accueil.",
    "Une équipe mobile qui va de commune en commune, et un numéro unique où quelqu’un répond.",
    "Un atelier où l’on répare, apprend et repart avec ce que l’on a fait, à prix libre.",
    "Un réseau de voisins formés, relié aux professionnels, qui prévient avant que cela ne s’aggrave.",
)
_GOOD = (
    "Preuves solides, mesurées par un tiers.",
    "Équipe complète et modèle déjà tenu.",
    "Essaimage préparé avec deux territoires.",
)
_FAIR = ("Le besoin est réel ; la preuve reste partielle.", "Le modèle tient, le changement d’échelle est peu décrit.")
_WEAK = ("La preuve manque encore.", "Le modèle repose sur une seule aide.", "La nouveauté n’est pas établie.")
Progress = Callable[[str, int, int], None]


def stage_of() -> str:
    """The stage that the campaign reached; "" before it is filed."""
    call = Call.objects.filter(public_id=PUBLIC_ID).first()
    if call is None:
        return ""
    if call.commissions.filter(state=CommissionState.CLOSED).exists():
        return "decided"
    if Jury.objects.filter(call=call).exists():
        return "heard"
    return "reviewed" if Assignment.objects.filter(application__call=call).exists() else "filed"


@operation
def play(*, stage: str, progress: Progress, by: Actor, at: datetime) -> None:
    """Play one stage of the campaign, the one before being played."""
    act = {"filed": _file, "reviewed": _review, "heard": _hear, "decided": _decide}[stage]
    act(random.Random(f"{SEED}:{stage}"), progress, by, at)  # noqa: S311  a demonstration, the same each time


def _call() -> Call:
    return Call.objects.get(public_id=PUBLIC_ID)


def _figure(key: str) -> Person:
    return Person.objects.with_email(BY_KEY[key].email)


def _person(email: str, given_name: str, family_name: str, *, by: Actor, at: datetime) -> Person:
    person = open_account(email=email, given_name=given_name, family_name=family_name, by=by, at=at)
    return accept_terms(person=person, terms_version=settings.TERMS_VERSION, by=person, at=at)


# Filed


def _open_call(by: Actor, at: datetime) -> Call:
    written = json.loads((WRITTEN / "pionniers-2018.json").read_text())
    values = copy.deepcopy(written["call"])
    values |= {
        "title": "Pionniers : campagne de démonstration",
        "summary": "Une campagne fictive, de la taille de celle de 2018 : 200 dossiers, 45 auditions, 22 lauréats.",
        "presentation": (
            "Cet appel n’existe pas : il rejoue, avec des personnes et des organisations fictives, l’entonnoir de "
            "l’appel de 2018. Les conditions et la grille sont les siennes, telles que la plateforme les connaît."
        ),
        "issuer_name": "Haut-commissariat fictif à l’innovation sociale",
        "service": "Bureau fictif des pionniers",
        "service_address": "1 rue de l’Exemple, 00000 Exempleville",
        "service_email": "pionniers@appels.example",
        "service_phone": "01 99 00 00 00",
        "opens_at": at - timedelta(days=_OPENS),
        "closes_at": at - timedelta(days=_CLOSES),
    }
    remedies = [one.to_json() for one in remedies_on(localdate(at))]
    call = Call.objects.create(
        **{"silence_source": TWO_MONTHS, "remedies": remedies, **values},
        public_id=PUBLIC_ID,
        nature=Nature.DEMONSTRATION,
        state=CallState.PUBLISHED,
    )
    # Two hundred statutes and accounts would be two hundred times the same file: this form asks for none.
    form = {"sections": [one for one in written["form"]["sections"] if one["code"] != "pieces"]}
    CallVersion.objects.create(
        call=call,
        number=1,
        form=form,
        eligibility=written["eligibility"],
        criteria={**written["criteria"], "readers": READERS},
        # Announced before silence decides: the delay of 2018 came after it.
        delays={**written["delays"], "answer_days": 55},
        published_at=values["opens_at"],
        why="Campagne de démonstration.",
    )
    act = {"act_reference": "Arrêté fictif du 5 janvier 2026", "acts_from": date(2018, 1, 5)}
    for key, name, given in (
        ("morgan", CallRoleName.AUTHOR, None),
        ("yael", CallRoleName.OFFICER, None),
        ("claude", CallRoleName.SIGNATORY, act),
        ("claude", CallRoleName.CHAIR, None),
    ):
        give_role(call=call, person=_figure(key), name=name, act=given, by=by, at=at)
    return call


def _file(draw: random.Random, progress: Progress, by: Actor, at: datetime) -> None:
    call = _open_call(by, at)
    themes = list(Theme.objects.order_by("position").values_list("code", flat=True))
    places = list(Place.objects.current().of_kind("departement").order_by("key"))
    perimeters = {place.key: perimeter_of([place.key]) for place in places}
    lacks: list[str] = [""] * ELIGIBLE + ["age", "budget", "model", "proof"] * ((FILES - ELIGIBLE) // 4)
    draw.shuffle(lacks)
    for number, lack in enumerate(lacks, 1):
        when = at - timedelta(days=draw.uniform(_CLOSES + 0.1, _OPENS - 0.1))
        place = draw.choice(places)
        organisation, person = _applicant(number, lack, themes, perimeters[place.key], draw, by=by, at=when)
        application = begin(call=call, subject="", organisation=organisation, declared={}, by=person, at=when)
        for section, answers in _answers(lack, place.key, draw):
            save_section(application=application, section=section, answers=answers, seen=0, by=person, at=when)
        submit(application=application, by=person, at=when)
        progress("Dossiers déposés", number, FILES)


def _applicant(
    number: int,
    lack: str,
    themes: list[str],
    where: Perimeter,
    draw: random.Random,
    *,
    by: Actor,
    at: datetime,
) -> tuple[Organisation, Person]:
    given = draw.choice(_GIVEN)
    person = _person(f"porteur-{number:03}@candidats.example", given, f"Exemple {number:03}", by=by, at=at)
    # In whole calendar years: less than three for those who lack it, more than three for the others.
    age = draw.randint(1, 2) if lack == "age" else draw.randint(5, 20)
    organisation = Organisation.objects.create(
        name=f"{draw.choice(_WHAT)} {draw.choice(_OF)} n° {number:03} (exemple)",
        source="démonstration",
        summary="Organisation fictive d’une campagne de démonstration.",
        legal_family="association",
        kinds=["porteur"],
        themes=draw.sample(themes, draw.randint(1, 2)),
        territories=list(where.keys),
        territories_cover=list(where.cover),
        created_on=date(localdate(at).year - age, draw.randint(1, 12), draw.randint(1, 28)),
        publishable=False,
    )
    Role.objects.create(
        person=person,
        organisation=organisation,
        name=RoleName.REPRESENTATIVE,
        started_at=at,
        confirmed_at=at,
        confirmed_by=by.actor_key,
    )
    return organisation, person


def _answers(lack: str, place: str, draw: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    need, answer = draw.choice(_NEEDS), draw.choice(_ANSWERS)
    yield (
        "projet",
        {
            "resume": f"{need} {answer}",
            "probleme": f"{need}\n\nNous l’avons constaté auprès de {draw.randint(60, 900)} personnes en deux ans.",
            "solution": answer,
            "nouveau": "Ceux que l’action concerne la conduisent avec nous ; rien de tel n’existait ici.",
            "territoires": [place],
        },
    )
    proven = lack != "proof"
    proof = {"preuves": f"Une enquête auprès de {draw.randint(40, 400)} personnes, refaite au bout d’un an."}
    yield "preuve", {"prouve": proven, **(proof if proven else {})}
    budget = draw.randint(80_000, 450_000) if lack == "budget" else draw.randint(520_000, 4_000_000)
    yield (
        "modele",
        {
            "budget": budget * 100,
            "perenne": lack != "model",
            "modele": "Des ventes pour une moitié, des collectivités et des fondations pour l’autre.",
            "emplois": draw.randint(4, 60),
        },
    )
    yield (
        "echelle",
        {
            "ambition": f"Être présents dans {draw.randint(3, 12)} départements dans trois ans.",
            "voie": draw.choice(["duplication", "fertilisation", "cooperation", "diversification"]),
            "besoins": ["financement", draw.choice(["accompagnement", "evaluation", "territoires"])],
        },
    )


# Reviewed


def _review(draw: random.Random, progress: Progress, by: Actor, at: datetime) -> None:
    call, officer, signatory = _call(), _figure("yael"), _figure("claude")
    files = list(Application.objects.filter(call=call).select_related("organisation").order_by("number"))
    weak = [one for one in files if any(finding.get("result") == "fails" for finding in one.findings)]
    for number, application in enumerate(set_apart(files, weak), 1):
        admit(application=application, by=officer, at=at - timedelta(days=_ADMITS))
        progress("Dossiers recevables", number, ELIGIBLE)
    told = at - timedelta(days=_ADMITS)
    refused = decisions.draft_decisions(
        call=call,
        applications=weak,
        outcome=DecisionOutcome.INADMISSIBLE,
        reasons=(
            "L’appel demande que chacune de ses conditions soit remplie au dépôt. Celle que nomme ce courrier ne l’est "
            "pas dans votre dossier, qui n’est donc pas examiné plus avant."
        ),
        failed={finding["code"] for one in weak for finding in one.findings},
        advice="Un dispositif local d’accompagnement (DLA) peut vous aider à la remplir d’ici au prochain appel.",
        by=officer,
        at=told,
    )
    _sign_and_tell(call, refused, officer, signatory, told, told)
    _appoint(call, files, draw, by, officer, at - timedelta(days=_ASSIGNS))
    given_at = at - timedelta(days=_ASSIGNS)
    proposal = proposal_for(call, today=localdate(given_at))
    assigning.assign_files(call=call, proposal=proposal, by=officer, at=given_at)
    _judge(call, draw, progress, at)


def set_apart(files: list[Application], weak: list[Application]) -> list[Application]:
    """The files that are not among the weak ones."""
    gone = {one.pk for one in weak}
    return [one for one in files if one.pk not in gone]


def _appoint(
    call: Call, files: list[Application], draw: random.Random, by: Actor, officer: Person, at: datetime
) -> None:
    themes = list(Theme.objects.order_by("position").values_list("code", flat=True))
    regions = list(Place.objects.current().of_kind("region").order_by("key").values_list("key", flat=True))
    for number in range(1, REVIEWERS + 1):
        person = _person(
            f"expert-{number:02}@experts.example", draw.choice(_GIVEN), f"Experte {number:02} (exemple)", by=by, at=at
        )
        where = perimeter_of(draw.sample(regions, 3)) if number % 3 == 0 else Perimeter()
        away = [(localdate(at), localdate(at) + timedelta(days=6))] if number % 7 == 0 else []
        reviewing.appoint_reviewer(
            call=call,
            email=str(person.email),
            themes=sorted(draw.sample(themes, draw.randint(6, 12))),
            where=where,
            most=draw.randint(14, 20),
            absences=away,
            by=officer,
            at=at,
        )
        # Some were members of an applicant: links to be looked at.
        if number % 5 == 0:
            Role.objects.create(
                person=person,
                organisation=draw.choice(files).organisation,
                name=RoleName.MEMBER,
                started_at=at - timedelta(days=1500),
                ended_at=at - timedelta(days=draw.randint(100, 900)),
            )


def _judge(call: Call, draw: random.Random, progress: Progress, at: datetime) -> None:
    worth = {
        pk: draw.gauss(0.6, 0.2)
        for pk in Application.objects.filter(call=call).order_by("pk").values_list("pk", flat=True)
    }
    severe = {
        pk: draw.gauss(0, 0.08) for pk in Reviewer.objects.filter(call=call).order_by("pk").values_list("pk", flat=True)
    }
    given = list(
        Assignment.objects.waiting().filter(application__call=call).select_related("reviewer__person").order_by("pk")
    )
    for number, assignment in enumerate(given, 1):
        aim = worth[assignment.application_id] + severe[assignment.reviewer_id]
        scores: dict[str, dict[str, Any]] = {}
        for code in ("impact", "modele", "echelle", "innovation"):
            score = min(4, max(0, round(4 * (aim + draw.gauss(0, 0.12)))))
            words = draw.choice(_GOOD if score >= 3 else _FAIR if score == 2 else _WEAK)
            scores[code] = {"score": score, "comment": words}
        mean = sum(one["score"] for one in scores.values()) / 4
        reviewing.give_review(
            assignment=assignment,
            scores=scores,
            for_applicant=draw.choice(_GOOD if mean >= 3 else _FAIR if mean >= 2 else _WEAK),
            for_service="À entendre." if mean >= 2.5 else "",
            revision=0,
            by=assignment.reviewer.person,
            at=at - timedelta(days=draw.uniform(_SETS + 1, _ASSIGNS - 1)),
        )
        progress("Avis rendus", number, len(given))


# Heard


def _hear(draw: random.Random, progress: Progress, by: Actor, at: datetime) -> None:
    call, chair = _call(), _figure("claude")
    set_at = at - timedelta(days=_SETS)
    best = list(best_first(ranking(call).filter(state=ApplicationState.REVIEW))[:HEARD])
    formed: list[Jury] = []
    for number in range(1, JURIES + 1):
        jury = juries.make_jury(call=call, name=f"Jury {number}", by=chair, at=set_at)
        for seat in range(1, 4):
            person = _person(
                f"jure-{number}{seat}@jurys.example",
                draw.choice(_GIVEN),
                f"Jurée {number}{seat} (exemple)",
                by=by,
                at=set_at,
            )
            juries.join_jury(jury=jury, email=str(person.email), by=chair, at=set_at)
        formed.append(jury)
    opens = (at - timedelta(days=_HEARS)).replace(hour=8, minute=0, second=0, microsecond=0)
    for number, application in enumerate(best):
        jury, turn = formed[number % JURIES], number // JURIES
        slot = juries.set_slot(
            jury=jury,
            application=application,
            starts_at=opens + timedelta(minutes=40 * turn),
            minutes=30,
            where=f"Salle fictive {number % JURIES + 1}",
            by=chair,
            at=set_at,
        )
        opinion = (
            JuryOpinion.FAVOURABLE
            if number < RETAINED + 4
            else draw.choice([JuryOpinion.RESERVED, JuryOpinion.UNFAVOURABLE])
        )
        juries.keep_opinion(
            slot=slot,
            opinion=opinion,
            words=draw.choice(_GOOD if opinion == JuryOpinion.FAVOURABLE else _FAIR),
            by=chair,
            at=slot.ends_at,
        )
        progress("Candidats entendus", number + 1, len(best))


# Decided


def _decide(draw: random.Random, progress: Progress, by: Actor, at: datetime) -> None:
    call, officer, chair = _call(), _figure("yael"), _figure("claude")
    heard = list(best_first(ranking(call).filter(state=ApplicationState.HEARING)))
    convened, sits = at - timedelta(days=_CONVENES), at - timedelta(days=_SITS)
    commission = sittings.make_commission(
        call=call, name="Commission de sélection", held_at=sits, where="Salle fictive 1", by=officer, at=convened
    )
    for number in range(1, 10):
        person = (
            chair
            if number == 1
            else _person(
                f"membre-{number}@commissions.example",
                draw.choice(_GIVEN),
                f"Membre {number} (exemple)",
                by=by,
                at=convened,
            )
        )
        sittings.name_member(
            commission=commission,
            email=str(person.email),
            quality=MemberQuality.CHAIR if number == 1 else MemberQuality.MEMBER,
            title="les financeurs" if number % 3 == 0 else "",
            voting=True,
            by=officer,
            at=convened,
        )
    for some, proposal in (
        (heard[:RETAINED], DecisionOutcome.RETAINED),
        (heard[RETAINED : RETAINED + DEEPEN], DecisionOutcome.DEEPEN),
        (heard[RETAINED + DEEPEN :], DecisionOutcome.REJECTED),
    ):
        sittings.put_on_agenda(commission=commission, applications=some, proposal=proposal, by=officer, at=convened)
    sittings.convene(commission=commission, by=officer, at=convened)
    members = list(commission.members.select_related("person").order_by("pk"))
    present = members[:8]
    sittings.open_sitting(commission=commission, present=present, by=officer, at=sits)
    _conclude(commission, [one.pk for one in present], draw, progress, officer, sits)
    sittings.close_sitting(commission=commission, by=officer, at=sits)
    others = list(Application.objects.filter(call=call, state=ApplicationState.REVIEW).order_by("pk"))
    decisions.draft_decisions(
        call=call,
        applications=others,
        outcome=DecisionOutcome.REJECTED,
        reasons="Votre dossier a été lu par trois experts ; sa note ne l’a pas placé parmi ceux qui ont été entendus.",
        advice="Les commentaires des experts disent ce qui ferait progresser votre dossier.",
        by=officer,
        at=sits,
    )
    drafted = list(
        Decision.objects.drafted().filter(application__call=call).select_related("application").order_by("pk")
    )
    _sign_and_tell(call, drafted, officer, chair, at - timedelta(days=_SIGNS), at - timedelta(days=_TELLS))
    _promise(call, draw, officer, at)


def _conclude(
    commission: Commission,
    present: list[int],
    draw: random.Random,
    progress: Progress,
    officer: Person,
    at: datetime,
) -> None:
    words = {
        DecisionOutcome.RETAINED: "Impact montré, modèle tenu et changement d’échelle préparé.",
        DecisionOutcome.DEEPEN: "Le besoin et la réponse convainquent ; la preuve est à compléter.",
        DecisionOutcome.REJECTED: "Le changement d’échelle n’est pas assez préparé pour cette promotion.",
    }
    items = list(commission.items.select_related("application").order_by("position"))
    for number, item in enumerate(items, 1):
        proposal = DecisionOutcome(item.proposal)
        against = draw.randint(0, 2)
        ballots = {pk: str(Ballot.AGAINST if turn < against else Ballot.FOR) for turn, pk in enumerate(present[1:])}
        sittings.conclude(
            item=item,
            ballots={present[0]: str(Ballot.FOR), **ballots},
            outcome=proposal,
            words=words[proposal],
            by=officer,
            at=at,
        )
        progress("Dossiers examinés en commission", number, len(items))


def _sign_and_tell(
    call: Call, drafted: list[Decision], officer: Person, signatory: Person, signed: datetime, told: datetime
) -> None:
    made = decisions.sign_decisions(call=call, decisions=drafted, by=signatory, at=signed)
    decisions.notify_decisions(call=call, decisions=made, by=officer, at=told)


def _promise(call: Call, draw: random.Random, officer: Person, at: datetime) -> None:
    told = at - timedelta(days=_TELLS)
    today = localdate(at)
    promised = (
        (PromiseKind.MONEY, "Un financement du plan de croissance", "Fonds fictif de croissance", 90),
        (PromiseKind.HACKER, "Un hacker public pour lever les blocages", "Ministère fictif", 30),
        (PromiseKind.EVALUATION, "Une évaluation de l’impact", "Évaluateur fictif", 365),
        (PromiseKind.PARTNERS, "Trois partenaires privés", "Réseau fictif d’entreprises", 180),
        (PromiseKind.SPONSOR, "Un parrain pendant trois ans", "Cabinet fictif", 1095),
    )
    laureates = Application.objects.filter(
        call=call, decisions__outcome=DecisionOutcome.RETAINED, decisions__notified_at__isnull=False
    )
    for application in laureates.order_by("pk"):
        for kind, what, owner, days in promised:
            made = sittings.promise(
                application=application,
                kind=kind,
                what=what,
                owner=owner,
                due_on=today + timedelta(days=days),
                by=officer,
                at=told,
            )
            if kind == PromiseKind.HACKER and draw.random() < 0.5:
                sittings.settle_promise(
                    promise=made, kept=draw.random() < 0.8, words="Dit par le ministère fictif.", by=officer, at=at
                )


def told() -> list[str]:
    """What the campaign holds, in French."""
    call = _call()
    files = Application.objects.filter(call=call)
    outcomes = Decision.objects.filter(application__call=call, notified_at__isnull=False)
    return [
        f"{files.count()} dossiers",
        f"{Assignment.objects.filter(application__call=call).count()} lectures",
        f"{Slot.objects.filter(jury__call=call).count()} auditions",
        *(
            f"{outcomes.filter(outcome=outcome).count()} {DecisionOutcome(outcome).label.lower()}"
            for outcome in DecisionOutcome.values
        ),
    ]
