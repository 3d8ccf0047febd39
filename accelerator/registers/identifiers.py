"""The numbers by which an organisation is known: SIREN, SIRET, RNA, AMALIA. A leaf: it knows no table.

Note [What is known of each number]
SIREN and SIRET: length and check digits by python-stdnum, La Poste's exception included.
RNA: "W", nine characters: the département and the office (a letter may stand in second place: Corsica and overseas,
"W9R1…", "W2A1…"), then digits. There is no check digit.
AMALIA: the number of the associations of Alsace-Moselle (docs/rules/identifiants.md). Its format is published
nowhere that we found: a letter "A" and 5 to 15 letters or digits are accepted, of which at least four digits, so that
a true number is never refused; a wrong one may pass, which is why it never makes an identity "vérifiée" by itself.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from stdnum.exceptions import ValidationError
from stdnum.fr import siren, siret, tva


class Scheme(StrEnum):
    """Which number it is."""

    SIREN = "siren"
    SIRET = "siret"
    RNA = "rna"
    AMALIA = "amalia"

    @property
    def label(self) -> str:
        return self.value.upper()


@dataclass(frozen=True)
class Identifier:
    """A number that is well formed; whether it exists is for a register to say."""

    scheme: Scheme
    value: str

    @property
    def siren(self) -> str | None:
        """The legal unit's number, when this one contains it."""
        return self.value[:9] if self.scheme in (Scheme.SIREN, Scheme.SIRET) else None

    def __str__(self) -> str:
        """As it is read aloud: by groups."""
        if self.scheme == Scheme.SIREN:
            return siren.format(self.value)
        if self.scheme == Scheme.SIRET:
            return siret.format(self.value)
        return self.value


class Misread(ValueError):
    """A text that is none of the numbers asked for; the message is the French sentence to show."""


_LONGEST = 60
_PREFIX = re.compile(r"^(?:N[O°º]?|NUM[EÉ]RO)?[\s.:]*(SIRET|SIREN|RNA|RCS|AMALIA|WALDEC|TVA)?[\s.:°º]*")
_SEPARATORS = re.compile(r"[\s.\-_/'’,;:]+")
_VOLUME_FOLIO = re.compile(r"^\d{1,4}\s*[-/_]\s*\d{1,4}$|VOL|FOLIO")
_OLD_RNA = re.compile(r"^\d{3}[A-Z]\d{5,12}$")
_RNA = re.compile(r"^W\d[0-9A-Z]\d{7}$")
_AMALIA = re.compile(r"^A(?=(?:\D*\d){4})[0-9A-Z]{5,15}$")
EVERY = frozenset(Scheme)


def understand(text: str, wanted: Collection[Scheme] = EVERY) -> Identifier:
    """Say which number a text is, however it was typed (spaces, dots, "SIRET :" before it).

    wanted  the numbers that the question accepts. Raises `Misread` otherwise, with what to do instead.
    """
    raw = unicodedata.normalize("NFKC", text).strip().upper()
    if not raw:
        raise Misread("Tapez un numéro SIRET, SIREN, RNA ou AMALIA.")
    if len(raw) > _LONGEST:
        raise Misread("Ce texte est trop long pour un numéro : le plus long, le SIRET, compte 14 chiffres.")
    bare = _PREFIX.sub("", raw, count=1)
    if _VOLUME_FOLIO.search(bare):
        raise Misread(
            "C’est un ancien numéro d’Alsace-Moselle (volume et folio). Le numéro AMALIA, qui commence par A, le"
            " remplace : le tribunal de votre association vous le donne."
        )
    found = _recognise(_SEPARATORS.sub("", bare))
    if found.scheme not in wanted:
        raise Misread(_not_the_one(found, wanted))
    return found


def _recognise(compact: str) -> Identifier:
    if compact.isascii() and compact.isdigit():
        return _number_of_company(compact)
    if compact.startswith("FR") and tva.is_valid(compact) and siren.is_valid(compact[-9:]):
        return _number_of_company(compact[-9:])
    if compact.startswith("W"):
        return _rna(compact)
    if _AMALIA.match(compact):
        return Identifier(Scheme.AMALIA, compact)
    if _OLD_RNA.match(compact):
        raise Misread(
            "C’est un ancien numéro d’association. Le RNA, qui commence par W et compte ensuite 9 chiffres, le"
            " remplace : il figure sur le dernier récépissé de la préfecture."
        )
    if re.fullmatch(r"[0-9OIL]{9}|[0-9OIL]{14}", compact):
        raise Misread("Une lettre s’est glissée parmi les chiffres : la lettre O pour un zéro, ou un I pour un 1 ?")
    raise Misread(
        "Ce texte n’est pas un numéro connu : un SIRET compte 14 chiffres, un SIREN 9 chiffres, un RNA commence par W,"
        " un AMALIA par A."
    )


def _number_of_company(digits: str) -> Identifier:
    if len(digits) not in (9, 14):
        raise Misread(_wrong_length(digits))
    scheme, module = (Scheme.SIREN, siren) if len(digits) == 9 else (Scheme.SIRET, siret)
    if int(digits[:9]) == 0:
        raise Misread(f"Ce {scheme.label} ne désigne personne : il n’est fait que de zéros.")
    try:
        return Identifier(scheme, module.validate(digits))
    except ValidationError:
        pass
    if scheme == Scheme.SIRET and siren.is_valid(digits[:9]):
        raise Misread(
            "Ce SIRET comporte une erreur dans ses cinq derniers chiffres : les neuf premiers (le SIREN) sont justes."
        )
    raise Misread(
        f"Ce {scheme.label} comporte une erreur : un chiffre est faux, ou deux chiffres voisins sont inversés."
    )


def _wrong_length(digits: str) -> str:
    scheme, right = (Scheme.SIREN, 9) if len(digits) <= 10 else (Scheme.SIRET, 14)
    gap = right - len(digits)
    if gap == 1:
        return f"Il manque un chiffre : un {scheme.label} en compte {right}."
    if gap > 1:
        return f"Il manque {gap} chiffres : un {scheme.label} en compte {right}."
    if gap == -1:
        return f"Il y a un chiffre de trop : un {scheme.label} en compte {right}."
    return f"Il y a {-gap} chiffres de trop : un {scheme.label} en compte {right}."


def _rna(compact: str) -> Identifier:
    if _RNA.match(compact):
        return Identifier(Scheme.RNA, compact)
    gap = 10 - len(compact)
    if gap > 0:
        missing = "un caractère" if gap == 1 else f"{gap} caractères"
        raise Misread(f"Il manque {missing} : un RNA compte la lettre W puis 9 chiffres.")
    if gap < 0:
        surplus = "un caractère" if gap == -1 else f"{-gap} caractères"
        raise Misread(f"Il y a {surplus} de trop : un RNA compte la lettre W puis 9 chiffres.")
    raise Misread(
        "Ce RNA comporte une erreur : après W viennent 9 chiffres (outre-mer et en Corse, le deuxième est une lettre)."
    )


def _not_the_one(found: Identifier, wanted: Collection[Scheme]) -> str:
    if found.scheme == Scheme.SIREN and Scheme.SIRET in wanted:
        return "C’est un SIREN (9 chiffres). Le SIRET en compte 14 : le SIREN, puis les 5 chiffres de l’établissement."
    if found.scheme == Scheme.SIRET and Scheme.SIREN in wanted:
        return f"C’est un SIRET (14 chiffres). Le SIREN en est le début : {siren.format(found.value[:9])}."
    asked = " ou ".join(scheme.label for scheme in Scheme if scheme in wanted)
    return f"C’est un numéro {found.scheme.label} : il faut ici un {asked}."
