"""The 200 questions of `queries.tsv`: run this module to draw them again (always the same).

40 of one word, 40 of two, 30 of three, 20 with a place, 20 mistyped, 50 sentences; a third of them filtered.
"""

import csv
import random
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from accelerator.search.types import Question
from benchmarks.vocabulary import vocabulary

FILE = Path(__file__).resolve().parent / "queries.tsv"
_PLACES = [
    "Figeac",
    "Lille",
    "Marseille",
    "Rennes",
    "Saint-Denis",
    "Cahors",
    "Nantes",
    "Toulouse",
    "Roubaix",
    "Brest",
    "Mende",
    "Aurillac",
]
_REGIONS = ("11", "24", "27", "28", "32", "44", "52", "53", "75", "76", "84", "93", "94")
_DEPARTEMENTS = ("13", "31", "33", "35", "46", "59", "63", "67", "69", "75", "93", "974")
_KINDS = ("porteur", "incubateur", "financeur", "reseau", "collectivite")
_THEMES = ("GAS", "REE", "ALI")
_SENTENCES = (
    "Je cherche une {} qui aide les {} à retrouver un {} près de {place}",
    "Créer un {} {} pour les jeunes éloignés de l’{} dans un village",
    "Nous voulons monter une {} de {} avec les habitants du quartier de {place}",
    "Comment lutter contre le gaspillage {} et développer le {} en milieu {}",
    "Quelles structures peuvent nous accompagner sur le {}, la {} et le {} ?",
    "Association de parents d’enfants avec {} qui propose du {} et un {}",
    "lutte contre l’{} numérique des {} âgées isolées en zone {}",
    "Un projet de {} entre générations, avec {}, {} et {}, dans le département",
)


@dataclass(frozen=True)
class Logged:
    """One question of the log."""

    kind: str
    text: str
    filters: Mapping[str, tuple[str, ...]]

    @property
    def question(self) -> Question:
        return Question(self.text, filters=self.filters)


def read() -> list[Logged]:
    """The committed log."""
    with FILE.open(encoding="utf-8") as file:
        return [
            Logged(line["kind"], line["text"], {line["facet"]: (line["value"],)} if line["facet"] else {})
            for line in csv.DictReader(file, delimiter="\t")
        ]


def draw() -> list[tuple[str, str, str, str]]:
    """The log again."""
    chance = random.Random(7)
    words = [word for word in vocabulary() if word.isalpha() and len(word) > 3]

    def word() -> str:
        return words[int(10 ** chance.uniform(0, 4.6))]

    def mistyped(text: str) -> str:
        at = chance.randrange(1, max(2, len(text) - 2))
        return chance.choice(
            (
                text[:at] + text[at + 1] + text[at] + text[at + 2 :],
                text[:at] + text[at + 1 :],
                text[:at] + text[at] + text[at:],
            )
        )

    asked = [("un mot", text) for text in [*words[:24], *(word() for _ in range(16))]]
    asked += [("deux mots", f"{word()} {word()}") for _ in range(40)]
    asked += [("trois mots", f"{word()} {word()} {word()}") for _ in range(30)]
    asked += [("avec un lieu", f"{word()} {chance.choice(_PLACES)}") for _ in range(20)]
    asked += [("fautes", " ".join(mistyped(word()) for _ in range(chance.choice((1, 2))))) for _ in range(20)]
    for _ in range(50):
        sentence = chance.choice(_SENTENCES)
        asked.append(("phrases", sentence.format(word(), word(), word(), word(), place=chance.choice(_PLACES))))
    lines = []
    for rank, (kind, text) in enumerate(asked):
        facet, values = chance.choice(
            (("departement", _DEPARTEMENTS), ("region", _REGIONS), ("type", _KINDS), ("theme", _THEMES))
        )
        lines.append((kind, text, *((facet, chance.choice(values)) if rank % 3 == 0 else ("", ""))))
    return lines


if __name__ == "__main__":
    with FILE.open("w", encoding="utf-8", newline="") as written:
        writer = csv.writer(written, delimiter="\t", lineterminator="\n")
        writer.writerow(("kind", "text", "facet", "value"))
        writer.writerows(draw())
    sys.stdout.write(f"{FILE.name}\n")
