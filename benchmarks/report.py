"""The table, and what it was measured on."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.utils import timezone


@dataclass(frozen=True)
class Heading:
    """A part of the table."""

    text: str


@dataclass(frozen=True)
class Line:
    """One figure: what, how much, what was aimed at, on what."""

    what: str
    value: str
    aim: str = ""
    note: str = ""


def quantile(values: Sequence[float], share: float) -> float:
    """The nearest rank: p95 of 200 is the 190th."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(len(ordered) * share * 100) // 100) - 1)]


def number(value: int) -> str:
    """A number as it is read in French."""
    return f"{value:,}".replace(",", "\u202f")


def machine() -> str:
    """The processor, its cores, the memory, the versions."""
    model, memory = platform.machine(), ""
    if (cpu := Path("/proc/cpuinfo")).exists():
        model = next(
            (line.split(":")[1].strip() for line in cpu.read_text().splitlines() if "model name" in line), model
        )
    if (info := Path("/proc/meminfo")).exists():
        memory = f", {int(info.read_text().split()[1]) / 1024 / 1024:.0f} Go de mémoire"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0].split()[0]
    return f"{os.cpu_count()} cœurs ({model}){memory} ; Python {platform.python_version()}, PostgreSQL {server}"


def table(lines: Sequence[Heading | Line]) -> str:
    """Everything, in Markdown."""
    now, _, before = os.getloadavg()
    written = [
        f"Mesuré le {timezone.localdate():%d/%m/%Y} sur {machine()} ; charge {now:.1f} à la fin,",
        f"{before:.1f} en moyenne sur 15 min (2 : les deux cœurs occupés, par la mesure ou par autre chose).",
        "Données synthétiques tirées d’une graine : vocabulaire de 60 000 mots selon la loi de Zipf, vraies communes",
        "tirées selon leur population, vrais types et thèmes. Mesures à chaud ; médiane de 3 pour chaque question.",
        "",
        "| mesure | valeur | cible | précision |",
        "|---|---:|---:|---|",
    ]
    for line in lines:
        if isinstance(line, Heading):
            written.append(f"| **{line.text}** | | | |")
        else:
            written.append(f"| {line.what} | {line.value} | {line.aim} | {line.note} |")
    return "\n".join(written) + "\n"


# What the README shows of a run, in its words.
SHOWN = {
    "reconstruction, des fiches à la recherche": "l’index de la recherche écrit tout entier",
    "recherche, p50": "recherche (total, neuf facettes), p50",
    "recherche, p95": "recherche, p95",
    "tantivy, cinq facettes, p50 / p95": (
        "les mêmes questions à [tantivy](https://github.com/quickwit-oss/tantivy-py), moteur en Rust : la limite"
    ),
    "à la manière courante : ts_rank sur tout ce qui répond, p50 / p95": (
        "classer tout ce qui répond (`ts_rank`), la manière courante, p50 / p95"
    ),
    "accueil": "page d’accueil, p50 / p95",
    "annuaire": "annuaire",
    "annuaire, un mot": "annuaire, un mot cherché",
    "annuaire, près d’une commune": "annuaire, près d’une commune",
    "organisation": "une organisation",
    "territoire : une commune": "une commune",
    "bureau : fiches sans thème": "le bureau des fiches sans thème",
    "pages servies par seconde": (
        "50 visiteurs à la fois (70 % organisations et territoires, 20 % recherche, 10 % accueil), pages par seconde"
    ),
    "erreurs": "erreurs",
    "la nuit : tous ses travaux donnés à la fois à deux ouvriers": "la nuit, ses travaux donnés à deux ouvriers",
    "tous les travaux de la nuit, l’un après l’autre": "tous les travaux de la nuit, l’un après l’autre",
    "fichier Sirene, jusqu’à ce qu’il soit cherché": "un fichier Sirene, de sa lecture à la recherche",
    "le même fichier une seconde fois": "le même fichier, sans aucun changement",
    "mémoire de l’import, au plus": "mémoire de l’import, ce que PostgreSQL y emploie compris",
    "à part, le tampon commun de PostgreSQL": "à part, le tampon commun de PostgreSQL (`shared_buffers`, un réglage)",
}
_BEGINS, _ENDS = "<!-- mesures -->\n", "<!-- fin des mesures -->\n"


def shown_in(readme: str, lines: Sequence[Heading | Line], size: int) -> str:
    """The README, with the table of this run in the place of the last one."""
    before, _, rest = readme.partition(_BEGINS)
    _, _, after = rest.partition(_ENDS)
    rows = [
        f"| {SHOWN[line.what]} | {line.value} | {line.aim} |"
        for line in lines
        if isinstance(line, Line) and line.what in SHOWN
    ]
    measured = [
        f"Mesuré le {timezone.localdate():%d/%m/%Y} sur {machine()}.",
        "",
        f"| {number(size)} organisations | mesuré | cible |",
        "|---|---:|---:|",
        *rows,
    ]
    return before + _BEGINS + "\n".join(measured) + "\n" + _ENDS + after
