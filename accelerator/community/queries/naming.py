"""The organisation that someone names: by its number, the address of its page, or its name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode

from accelerator.community.models import Organisation, OrganisationDocument
from accelerator.community.queries.duplicates import known_by
from accelerator.community.queries.organisation import canonical
from accelerator.community.search import DIRECTORY
from accelerator.community.states import OrganisationState
from accelerator.registers.clients import Unavailable, find_company
from accelerator.registers.identifiers import Identifier, Misread, Scheme, understand
from accelerator.search.text import sort_key
from accelerator.search.types import Question

PROPOSED: Final = 8
_SHORTEST: Final = 2


@dataclass(frozen=True)
class Named:
    """What a text names.

    organisation  the record, when there is no doubt.
    candidates    the records to choose from otherwise, the nearest first.
    identifier    a well-formed number that no record bears.
    misread       why what looks like a number is none, in French.
    """

    organisation: Organisation | None = None
    candidates: Sequence[Organisation] = ()
    identifier: Identifier | None = None
    misread: str = ""


def read_name(text: str) -> Named:
    """The record that a text names, or those that it may mean. A number names a record that is not listed too: whoever
    has the number knows whose it is; a name and an address only find the listed ones.
    """
    asked = text.strip()[:300]
    if not asked:
        return Named()
    last = asked.rstrip("/").rpartition("/")[2].partition("?")[0]
    if found := Organisation.objects.listed().filter(public_id=last.rpartition("-")[2]).first():
        return Named(canonical(found))
    try:
        identifier = understand(asked)
    except Misread as misread:
        if _looks_like_a_number(asked):
            return Named(misread=str(misread))
    else:
        known = known_by(identifier)
        return Named(known) if known else Named(identifier=identifier)
    proposed = organisations_like(asked)
    exact = [one for one in proposed if sort_key(asked) in (sort_key(one.name), sort_key(one.acronym))]
    return Named(exact[0]) if len(exact) == 1 else Named(candidates=proposed)


def organisations_like(text: str, most: int = PROPOSED) -> list[Organisation]:
    """The listed records whose name begins so, then those that the directory finds, for whoever types a name."""
    begun = sort_key(text.replace("\x00", ""))
    if len(begun) < _SHORTEST:
        return []
    named = OrganisationDocument.objects.filter(sort_name__gte=begun, sort_name__lt=f"{begun}\uffff")
    ids = list(named.order_by("sort_name", "pk").values_list("pk", flat=True)[:most])
    if len(ids) < most:
        ids += [pk for pk in DIRECTORY.search(Question(text[:300], size=most, counted=())).ids if pk not in ids]
    living = Organisation.objects.listed().exclude(state=OrganisationState.CEASED).select_related("seat")
    found = living.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found][:most]


def _looks_like_a_number(text: str) -> bool:
    """Whether a text is digits for the most part: its fault is then told, rather than a name looked for."""
    letters = [letter for letter in text if letter.isalnum()]
    return sum(letter.isdigit() for letter in letters) * 2 > len(letters)


def said_of(organisation: Organisation) -> str:
    """What tells a record from another of the same name: where it is, its number."""
    number = f"SIREN {Identifier(Scheme.SIREN, organisation.siren)}" if organisation.siren else ""
    rna = f"RNA {organisation.rna}" if organisation.rna and not number else ""
    return ", ".join(filter(None, (organisation.seat.label if organisation.seat else "", number or rna)))


def register_says(identifier: Identifier, at: datetime) -> str:
    """What to do about a number that no record bears, in French, with what the register of companies knows of it.

    Asks outside: not for a reading page. The register being away is said, and stops nothing.
    """
    door = f"{settings.BASE_URL}{reverse('community:register')}?{urlencode({'numero': identifier.value})}"
    then = f"Envoyez-lui cette adresse pour qu’elle inscrive sa fiche, puis nommez-la : {door}"
    if identifier.scheme == Scheme.AMALIA:
        return f"Aucune fiche de l’annuaire ne porte ce numéro. {then}"
    try:
        company = find_company(identifier, at=at).company
    except Unavailable:
        return (
            "Aucune fiche de l’annuaire ne porte ce numéro, et le registre des entreprises ne répond pas en ce "
            f"moment : nous n’avons pas pu le vérifier. {then}"
        )
    if company is None:
        return "Ni l’annuaire ni le registre des entreprises ne connaissent ce numéro : vérifiez-le."
    name = f"« {company.name} »" if company.publishable else "une organisation qui ne se montre pas au public"
    if not company.is_active:
        return f"Ce numéro est celui de {name}, qui a cessé son activité selon le registre des entreprises."
    return f"Selon le registre des entreprises, c’est le numéro de {name} ; aucune fiche ici ne le porte. {then}"
