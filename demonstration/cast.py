"""The fictitious people, one for each place that someone may have on the platform."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A fictitious person.

    key       what the bar sends.
    part      what they are, in a few words.
    sentence  who they are, for whoever discovers the platform.
    """

    key: str
    given_name: str
    part: str
    sentence: str

    @property
    def email(self) -> str:
        return f"{self.key}@exemple.example"

    @property
    def name(self) -> str:
        return f"{self.given_name} Exemple"


CAST = (
    Figure(
        "camille",
        "Camille",
        "Porteuse de projet",
        "Veut donner une deuxième vie aux invendus des marchés de Figeac ; n’a pas encore d’organisation.",
    ),
    Figure(
        "dominique",
        "Dominique",
        "Représentant légal",
        "Préside l’association « Les Paniers partagés (exemple) » et accepte la charte en son nom.",
    ),
    Figure("sacha", "Sacha", "Gestionnaire", "Tient la fiche des Paniers partagés et invite les membres."),
    Figure("noa", "Noa", "Membre", "Bénévole aux Paniers partagés : lit tout, ne modifie pas la fiche."),
    Figure(
        "alix",
        "Alix",
        "Accompagnante",
        "Travaille à l’incubateur « La Fabrique du Causse (exemple) » ; les Paniers partagés l’ont mandatée pour les "
        "aider à remplir leur fiche.",
    ),
    Figure(
        "gabrielle",
        "Gabrielle",
        "Élue",
        "Préside la « Communauté de communes du Causse (exemple) », chef de file d’un "
        "collectif qui a son label, membre d’un autre qui y candidate.",
    ),
    Figure("maxence", "Maxence", "Modérateur", "Traite les signalements et les doublons de l’annuaire."),
    Figure("ange", "Ange", "Administratrice", "Nomme les modérateurs et veille sur la plateforme."),
    Figure(
        "morgan",
        "Morgan",
        "Autrice d’appels",
        "Écrit l’appel permanent de démonstration : ses conditions, son formulaire, ses vagues.",
    ),
    Figure("yael", "Yaël", "Instructrice", "Examine les candidatures à l’appel permanent, en première."),
    Figure("claude", "Claude", "Signataire", "Signe les décisions de l’appel permanent, par un arrêté fictif."),
    Figure("lou", "Lou", "Citoyenne", "A un compte, aucun rôle : cherche une association près de chez elle."),
)
BY_KEY = {figure.key: figure for figure in CAST}
BY_EMAIL = {figure.email: figure for figure in CAST}
