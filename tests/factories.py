"""Things for tests, made in one line; every person is visibly fictitious."""

import hashlib
from datetime import date, timedelta
from itertools import count
from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.utils import timezone

from accelerator.accounts.factors import sealed
from accelerator.accounts.models import ExternalIdentity, Factor, OpenSession, Person
from accelerator.accounts.states import Door, FactorKind
from accelerator.calls.models import Application, Call, CallRole, CallVersion, Piece
from accelerator.calls.states import ApplicationState, CallRoleName, CallState, IssuerKind
from accelerator.community.models import (
    Claim,
    Delegation,
    EmailDomain,
    Handover,
    Invitation,
    JoinRequest,
    Mandate,
    Merge,
    Organisation,
    Role,
)
from accelerator.community.record import snapshot_of
from accelerator.community.states import DelegationScope, OrganisationState, ProofKind, RoleName
from accelerator.labels.models import Candidacy, Category, CriteriaSet, Label, Member, Proceeding, next_label_number
from accelerator.labels.states import Holder, LabelNature, MemberRole, MemberState, ProceedingKind
from accelerator.projects.models import Project, ProjectPartner
from accelerator.projects.states import PartnerRole, ProjectState

_numbers = count(1)


def person(**values: Any) -> Person:
    """Someone with an account, terms accepted."""
    number = next(_numbers)
    given = {
        "given_name": "Camille",
        "family_name": f"Exemple{number}",
        "email": f"camille{number}@personnes.example",
        "terms_version": "2026-11",
        "terms_accepted_at": timezone.now(),
        "joined_at": timezone.now(),
        **values,
    }
    return Person.objects.create(**given)


def external_identity(holder: Person, **values: Any) -> ExternalIdentity:
    """An identity of ProConnect that served just now, for an establishment of a fictitious company."""
    now = timezone.now()
    given = {
        "issuer": "https://proconnect.example",
        "sub": f"sub-{next(_numbers)}",
        "siret": "00000001800010",
        "email": f"agent{next(_numbers)}@employeur.example",
        "idp_label": "Fournisseur fictif",
        "linked_at": now,
        "attested_at": now,
        **values,
    }
    return ExternalIdentity.objects.create(person=holder, **given)


SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def application(holder: Person, **values: Any) -> Factor:
    """An application that gives codes (`SECRET`)."""
    given = {"name": "Application", "added_at": timezone.now(), "secret": sealed(SECRET), **values}
    return Factor.objects.create(person=holder, kind=FactorKind.TOTP, **given)


def open_session(holder: Person, **values: Any) -> OpenSession:
    """A session that the person opened elsewhere."""
    store = SessionStore()
    store["_auth_user_id"] = str(holder.pk)
    store.create()
    given = {"door": Door.CODE, "browser": "Firefox sur Windows", "opened_at": timezone.now(), **values}
    return OpenSession.objects.create(person=holder, session_key=store.session_key, **given)


def organisation(**values: Any) -> Organisation:
    """An organisation that anyone may see."""
    given = {"name": f"Atelier fictif {next(_numbers)}", "source": "déclaration", **values}
    return Organisation.objects.create(**given)


def role(
    organisation: Organisation | None = None,
    *,
    name: str = RoleName.MANAGER,
    holder: Person | None = None,
    **values: Any,
) -> Role:
    """A current role, its holder made if needed."""
    given = {"started_at": timezone.now(), **values}
    return Role.objects.create(person=holder or person(), organisation=organisation, name=name, **given)


def merge(organisation: Organisation, into: Organisation) -> None:
    """The first record is now part of the second."""
    organisation.state, organisation.merged_into = OrganisationState.MERGED, into
    organisation.save()


def invitation(organisation: Organisation, *, token: str = "", invited_by: Person, **values: Any) -> Invitation:
    """An invitation that waits for its answer."""
    number, now = next(_numbers), timezone.now()
    given = {
        "email": f"invitee{number}@personnes.example",
        "role": RoleName.MEMBER,
        "invited_at": now,
        "expires_at": now + timedelta(days=14),
        "token_digest": hashlib.sha256((token or f"lien-{number}").encode()).hexdigest(),
        **values,
    }
    return Invitation.objects.create(organisation=organisation, invited_by=invited_by, **given)


def mandate(organisation: Organisation, *, helper: Person | None = None, granted_by: Person, **values: Any) -> Mandate:
    """A mandate that runs."""
    now = timezone.now()
    given = {"granted_at": now, "ends_on": timezone.localdate(now) + timedelta(days=90), **values}
    return Mandate.objects.create(organisation=organisation, helper=helper or person(), granted_by=granted_by, **given)


def delegation(organisation: Organisation, *, giver: Person, delegate: Person, **values: Any) -> Delegation:
    """A delegation that runs."""
    today = timezone.localdate()
    given = {"scope": DelegationScope.SUBMIT, "starts_on": today, "ends_on": today + timedelta(days=90), **values}
    return Delegation.objects.create(organisation=organisation, giver=giver, delegate=delegate, **given)


def join_request(organisation: Organisation, *, asker: Person | None = None, **values: Any) -> JoinRequest:
    """A request that waits for its answer."""
    now = timezone.now()
    given = {"asked_at": now, "expected_on": timezone.localdate(now) + timedelta(days=15), **values}
    return JoinRequest.objects.create(organisation=organisation, person=asker or person(), **given)


def email_domain(
    organisation: Organisation, *, added_by: Person, confirmed: bool = False, **values: Any
) -> EmailDomain:
    """A domain of the organisation, confirmed or not."""
    now = timezone.now()
    proof = {"confirmed_by": added_by, "confirmed_at": now} if confirmed else {}
    given = {"domain": f"structure{next(_numbers)}.example", "added_at": now, **proof, **values}
    return EmailDomain.objects.create(organisation=organisation, added_by=added_by, **given)


def claim(organisation: Organisation, *, claimant: Person | None = None, **values: Any) -> Claim:
    """A claim that stands: the claimant manages the organisation."""
    now = timezone.now()
    held = role(organisation, holder=claimant, started_at=values.pop("claimed_at", now))
    given = {
        "proof": ProofKind.DOMAIN,
        "evidence": "structure.example",
        "claimed_at": held.started_at,
        "reversible_until": timezone.localdate(held.started_at) + timedelta(days=30),
        "before": snapshot_of(organisation),
        **values,
    }
    return Claim.objects.create(organisation=organisation, person=held.person, role=held, **given)


def united(organisation: Organisation, *, into: Organisation, by: Person, **values: Any) -> Merge:
    """A record united to another, without people."""
    nothing: dict[str, Any] = {"ended": [], "begun": []}
    given = {
        "former_state": organisation.state,
        "merged_at": timezone.now(),
        "reason": "La même association.",
        "moved": {"roles": nothing, "mandates": nothing, "delegations": nothing},
        **values,
    }
    merge(organisation, into)
    return Merge.objects.create(organisation=organisation, into=into, merged_by=by, **given)


def handover(organisation: Organisation, *, giver: Person, **values: Any) -> Handover:
    """An offer to take someone's place that waits for its answer."""
    now = timezone.now()
    given = {
        "role": RoleName.MANAGER,
        "email": f"suite{next(_numbers)}@personnes.example",
        "offered_at": now,
        "expires_at": now + timedelta(days=14),
        **values,
    }
    return Handover.objects.create(organisation=organisation, giver=giver, **given)


def call(**values: Any) -> Call:
    """A call that is open, for whoever applies for themself, of a fictitious public issuer."""
    now = timezone.now()
    given = {
        "title": f"Appel fictif {next(_numbers)}",
        "summary": "Un appel pour les essais.",
        "purpose": "calls.open",
        "state": CallState.PUBLISHED,
        "issuer_name": "Service fictif de l’innovation",
        "issuer_kind": IssuerKind.STATE,
        "service": "Bureau fictif des appels",
        "service_address": "1 rue de l’Exemple, 00000 Exempleville",
        "service_email": "bureau@appels.example",
        "service_phone": "01 99 00 00 00",
        "silence_months": 2,
        "opens_at": now - timedelta(days=10),
        "closes_at": now + timedelta(days=30),
        **values,
    }
    return Call.objects.create(**given)


def call_version(of: Call | None = None, **values: Any) -> CallVersion:
    """A published version of a call."""
    of = of or call()
    number = of.versions.count() + 1
    given = {"number": number, "published_at": of.opens_at or timezone.now(), "why": "Première version.", **values}
    return CallVersion.objects.create(call=of, **given)


def call_role(of: Call, *, name: str = CallRoleName.OFFICER, holder: Person | None = None, **values: Any) -> CallRole:
    """A current role in a call; a signatory has an act that covers today."""
    act = {}
    if name == CallRoleName.SIGNATORY:
        act = {"act_reference": "Arrêté fictif n° 1", "acts_from": timezone.localdate() - timedelta(days=30)}
    given = {"started_at": timezone.now(), **act, **values}
    return CallRole.objects.create(call=of, person=holder or person(), name=name, **given)


def call_application(version: CallVersion | None = None, **values: Any) -> Application:
    """An application to a call, a draft unless its state is given: then it was submitted just now."""
    version = version or call_version()
    now, number = timezone.now(), next(_numbers)
    given = {"title": f"Candidature fictive {number}", "begun_at": now, **values}
    if given.get("state", ApplicationState.DRAFT) != ApplicationState.DRAFT:
        given = {
            "number": f"2026-{number:06d}",
            "submitted_at": now,
            "received_on": timezone.localdate(now),
            **given,
        }
    if "person" not in given and "paper" not in given:
        given["person"] = person()
    return Application.objects.create(call=version.call, version=version, **given)


def piece(application: Application, *, by: Person, **values: Any) -> Piece:
    """A file joined to an application."""
    content = b"%PDF-1.7\n%%EOF\n"
    given = {"name": "statuts.pdf", "size": len(content), "kind": "application/pdf", "digest": "0" * 64, **values}
    made = Piece(application=application, by=by, at=timezone.now(), **given)
    made.file.save("exemple.pdf", ContentFile(content), save=False)
    made.save()
    return made


def project(**values: Any) -> Project:
    """A published project, with what publishing asks; carried by a person unless it is said who carries it."""
    number, now = next(_numbers), timezone.now()
    given: dict[str, Any] = {
        "title": f"Projet fictif {number}",
        "summary": "Un projet pour les essais.",
        "problem": "Un besoin fictif.",
        "solution": "Une réponse fictive.",
        "families": ["ecologie"],
        "territories": ["departement-46"],
        "territories_cover": ["departement-46", "pays-FR", "region-76"],
        "maturity": "experimentation",
        "private": ["budget", "documents", "diagnosis"],
        "state": ProjectState.PUBLISHED,
        **values,
    }
    if given["state"] in (ProjectState.PUBLISHED, ProjectState.ENDED):
        given.setdefault("published_at", now)
    if not given.get("person") and not given.get("organisation"):
        given["person"] = person()
    return Project.objects.create(**given)


def proposal(**values: Any) -> Project:
    """A project told by a third party, that waits for its referent."""
    number = next(_numbers)
    given: dict[str, Any] = {
        "title": f"Projet proposé {number}",
        "summary": "Proposé pour les essais.",
        "state": ProjectState.PROPOSED,
        "proposed_by": values.get("proposed_by") or person(),
        "proposed_as": "habitante",
        "referent_email": f"referent{number}@personnes.example",
        "claim_token": f"jeton{number}",
        "claim_until": timezone.localdate() + timedelta(days=60),
        **values,
    }
    return Project.objects.create(**given)


def partner(
    of: Project, organisation: Organisation, *, role: str = PartnerRole.CARRIER, **values: Any
) -> ProjectPartner:
    """An organisation named in a project, that has not answered."""
    given = {"invited_at": timezone.now(), **values}
    return ProjectPartner.objects.create(project=of, organisation=organisation, role=role, **given)


def category(**values: Any) -> Category:
    """A category of labels held by a collective, with one set of criteria in force."""
    number = next(_numbers)
    given: dict[str, Any] = {
        "code": f"categorie-{number}",
        "title": f"Catégorie fictive {number}",
        "plural": f"Catégories fictives {number}",
        "holder": Holder.COLLECTIVE,
        "summary": "Pour les essais.",
        "duration_months": 36,
        **values,
    }
    made = Category.objects.create(**given)
    criteria_set(made)
    return made


def criteria_set(of: Category, **values: Any) -> CriteriaSet:
    """A published set of two criteria."""
    levels = [{"value": value, "label": label} for value, label in enumerate(("Rien", "En partie", "Montré"))]
    given: dict[str, Any] = {
        "number": of.criteria_sets.count() + 1,
        "criteria": [
            {"code": code, "title": title, "text": "Ce qui est attendu.", "levels": levels, "expected": 2, "proofs": []}
            for code, title in (("zone", "Une zone pertinente"), ("strategie", "Une stratégie"))
        ],
        "since": date(2018, 7, 3),
        "why": "Pour les essais.",
        **values,
    }
    return CriteriaSet.objects.create(category=of, **given)


def candidacy(of: Category | None = None, **values: Any) -> Candidacy:
    """A candidacy whose chef de file confirmed."""
    of = of or category()
    number = next(_numbers)
    given: dict[str, Any] = {
        "title": f"Collectif fictif {number}",
        "summary": "Un collectif pour les essais.",
        "criteria_set": of.criteria_sets.filter(until__isnull=True).get(),
        "perimeter": ["departement-46"],
        "perimeter_cover": ["departement-46", "pays-FR", "region-76"],
        **values,
    }
    if "organisation" not in given:
        given["organisation"] = organisation()
    made = Candidacy.objects.create(category=of, **given)
    if of.is_collective:
        now = timezone.now()
        member(made, made.organisation, role=MemberRole.LEAD, state=MemberState.CONFIRMED, answered_at=now)
    return made


def member(of: Candidacy, organisation: Organisation, *, role: str = MemberRole.SUPPORT, **values: Any) -> Member:
    """An organisation named in a collective, that has not answered."""
    now = timezone.now()
    given = {"asked_at": now, "answer_until": timezone.localdate(now) + timedelta(days=21), **values}
    return Member.objects.create(candidacy=of, organisation=organisation, role=role, **given)


def label(of: Candidacy | None = None, *, since: date | None = None, until: date | None = None, **values: Any) -> Label:
    """A label awarded to a candidacy, from a day until another (left out), three years by default."""
    of = of or candidacy()
    since = since or timezone.localdate()
    until = until or since.replace(year=since.year + 3)
    given: dict[str, Any] = {
        "number": next_label_number(timezone.now()),
        "category": of.category,
        "criteria_set": of.criteria_set,
        "holder": of.category.holder,
        "organisation": of.organisation,
        "title": of.title,
        "perimeter": of.perimeter,
        "perimeter_cover": of.perimeter_cover,
        "period": (since, until),
        **values,
    }
    if "application" not in given:
        state = ApplicationState.NOTIFIED
        given["application"] = call_application(organisation=of.organisation, state=state, title=of.title)
    return Label.objects.create(candidacy=of, **given)


def historic_label(**values: Any) -> Label:
    """A label of the past, known by a public source."""
    of = values.pop("category", None) or category()
    given: dict[str, Any] = {
        "number": next_label_number(timezone.now()),
        "criteria_set": of.criteria_sets.filter(until__isnull=True).get(),
        "holder": of.holder,
        "nature": LabelNature.HISTORIC,
        "title": f"Territoire fictif {next(_numbers)}",
        "period": (date(2019, 2, 25), None),
        "sources": [{"what": "Un article fictif", "url": "https://presse.example/", "on": "2019-02-25"}],
        **values,
    }
    return Label.objects.create(category=of, **given)


def proceeding(of: Label, *, kind: str = ProceedingKind.SUSPENSION, **values: Any) -> Proceeding:
    """Grounds notified today, that wait for an answer."""
    now = timezone.now()
    given: dict[str, Any] = {
        "grounds": "Des griefs fictifs.",
        "legal_basis": "CRPA L121-1",
        "notified_at": now,
        "answer_until": timezone.localdate(now) + timedelta(days=15),
        **values,
    }
    return Proceeding.objects.create(label=of, kind=kind, **given)
