"""The house, guarded by a machine: what import-linter cannot see."""

import ast
import inspect
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands
from django.urls import URLPattern, URLResolver, get_resolver
from procrastinate.contrib.django import app as queue

from accelerator.design.pages import Page
from accelerator.journal.types import EventType, declared_types
from config import embedded

ROOT = embedded.ROOT
HOUSE = ROOT / "accelerator"
# From the lowest to the highest, as in .importlinter; those of one floor do not know each other.
FLOORS = tuple(
    floor.split(" | ")
    for floor in (
        *("journal", "workflow", "design", "notices", "credentials", "geography", "search"),
        *("registers", "accounts", "community", "directory | imports", "calls", "projects", "labels", "portal"),
    )
)
SUBJECTS = tuple(subject for floor in FLOORS for subject in floor)
KERNELS = {"journal", "workflow", "design", "notices", "credentials", "search"}

# The rooms of a subject (docs/decisions/0025-houses-and-rooms.md). A room may be a file, or a folder of that name.
ROOMS = {
    *("__init__", "apps", "migrations", "templates", "static"),
    *("states", "events", "models", "queries", "rules", "ledger", "operations", "forms", "views", "urls", "tasks"),
    "clients",  # outside services, behind a small interface
    "search",  # what the subject gives to be found
    "duties",  # what it demands of how a person enters (decision 0038)
    "personal_data",  # what it keeps of a person: exported, erased (decision 1)
    "management",  # commands: the edge of a terminal
    "templatetags",  # what a page needs to show that a component cannot hold
}
# What a subject holds besides: its own nouns. A new one is added here with what it is.
OTHER_ROOMS = {
    "journal": {"actors", "types", "middleware", "retention"},
    # what others answer, read within bounds; short lists, read in one question; the print of what was read; work on
    # many things, each apart; work asked of the worker; the order of a dictionary; the steps of a long file, and
    # what is typed in them
    "workflow": {
        *("transactions", "transitions", "submissions", "limits", "refusals", "dates", "numbers", "names", "kept"),
        *("answers", "apart", "jobs", "ordering", "prints", "steps", "together"),
    },
    # what pages are made of
    "design": {
        *(
            "bar",
            "boxes",
            "charts",
            "codes",
            "components",
            "links",
            "pages",
            "site",
            "middleware",
            "exports",
            "lists",
            "paging",
            "papers",
            "steps",
            "typography",
            "unsaved",
            "uploads",
        ),
        "visitors",
    },
    "notices": {"recipients"},
    # keys in files; what is signed, read and made canonical; the contexts that give words their meaning; signatures;
    # the bits of a status list; PDFs that carry a credential
    "credentials": {"keys", "documents", "contexts", "proofs", "bitstrings", "papers"},
    # names as they are typed, perimeters, the shapes of the map, the reading of the committed file
    "geography": {"names", "perimeters", "maps", "reference"},
    # the mechanism: words, index, lexicon, questions, facets
    # everything that answers (exports), what came to answer (alerts)
    # documents, and those who make many of them; what comes first; the table as a whole, put in order each night
    # a public directory: what is asked of it, what is near, what answers, its page
    "search": {
        *("directory", "nearness", "pages", "questions"),
        *("asking", "crew", "documents", "facets", "index", "lexicon", "rebuild", "stemming", "streaming", "text"),
        *("prominence", "table", "together", "types", "upkeep", "watching"),
    },
    # allauth's adapter; what a person holds elsewhere (an extension point); what a browser is known for; passkeys and
    # codes, without the database; whether one has just proved who one is
    "accounts": {"adapter", "holdings", "browsers", "factors", "proof"},
    # identifiers and their check digits; files made readable; where they are compared; what is kept of each register
    "registers": {"identifiers", "reading", "workspace", "sirene", "rna"},
    # re-encoded pictures; what is written once for several rooms; what the domain of an address proves; themes that a
    # text lets one think of, and how good they are; the committed files of the founding facts
    "community": {
        *("pictures", "charter", "deadlines", "record", "domains", "suggestions", "measuring", "facts"),
        "attached",  # what a higher subject adds to its page (an extension point)
        "naming",  # the field in which one names an organisation, for the forms of higher subjects
    },
    # the files of exports; what is added to the page of an organisation
    "directory": {"exporting", "attached"},
    # an import, from its files to the index; lists in any spreadsheet
    "imports": {"runs", "lists"},
    # what is applied for (an extension point); what a version of a call says: the form, who may apply, how it is judged
    # who reads what and what is done to many files, both by the worker, what links people to applicants, how a day of
    # hearings is dealt out, how a commission sits, what is said on paper; how a decision is contested, and until when
    "calls": {
        *("purposes", "questions", "eligibility", "criteria", "clock", "remedies"),
        *("assignment", "solving", "lots", "conflicts", "hearings", "sittings", "documents", "letters"),
    },
    # the file and its steps; the questions of the self-diagnosis; what is lacking, and for what; what calls may know;
    # what saved searches and exports may know
    "projects": {"record", "diagnosis", "stages", "purpose", "attached", "searched"},
    # the steps of a candidacy; what is asked of it; who has to be together; what calls may know; certificates on paper,
    # the letters of a proceeding; what is added to the page of an organisation
    "labels": {"record", "criteria", "composition", "purpose", "certificates", "letters", "attached"},
    # what is counted of the directory, named
    "portal": {"figures"},
}
NO_ATTIC = {"utils", "helpers", "common", "core", "base", "misc", "tools", "lib"}

WRITES = {"save", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create", "delete"}
# Writing is at home there, and nowhere else.
# `personal_data` is called by the operation that erases an account; `pictures` saves pictures, not rows.
WRITERS = {"operations", "models", "ledger", "personal_data", "pictures"}
# Functions of `operations` that are a part of larger ones and run inside their transaction, each for its reason.
PARTS = {
    *("tell", "tell_each"),  # a notice is told inside what it tells (decision 12)
    *("lock_person", "lock_organisation", "lock_project", "lock_candidacy", "lock_file"),  # the one order of locks
    *("end_requests", "set_clock"),  # a file's clock is kept true inside what moves it
    *("end_platform_roles", "end_powers_of", "end_powers_of_all", "revoke_mandates_of"),  # the end of an account
    "tally",  # what reviews say together is counted inside what changes them (decision 48)
    *("lock_label", "lock_proceeding"),  # a label before its proceedings (operations/proceedings)
    "founding_id",  # computes an identifier
}


def _none(faults: list[str], rule: str) -> None:
    assert not faults, "\n".join([rule, *faults])


def _modules() -> list[Path]:
    return sorted(path for path in HOUSE.rglob("*.py") if "migrations" not in path.parts)


def _subject(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0]


def _room(path: Path) -> str:
    """The room of a file: its own name, or that of the folder under the subject."""
    parts = path.relative_to(HOUSE).with_suffix("").parts
    return parts[1] if len(parts) > 1 else parts[0]


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


# ------------------------------------------------------------------------------------------------- folders and rooms


def test_the_subjects_are_those_of_the_contract() -> None:
    folders = {path.name for path in HOUSE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == set(SUBJECTS)
    contract = (ROOT / ".importlinter").read_text()
    layers = contract.split("layers =", 1)[1].split("broken_contract_guidance", 1)[0].strip()
    assert tuple(line.strip().split(" | ") for line in reversed(layers.splitlines())) == FLOORS
    inside = contract.split("[importlinter:contract:inside]", 1)[1].split("containers =", 1)[1].split("layers =", 1)[0]
    assert set(inside.split()) == {f"accelerator.{subject}" for subject in SUBJECTS}


@pytest.mark.parametrize(
    ("contract", "room", "shared"),
    # Fields of places, like the kernel's own fields and pages, are made for the subjects above.
    [("pages", "views", {"design"}), ("forms", "forms", {"design", "geography"})],
)
def test_no_subject_is_left_out_of_its_contract(contract: str, room: str, shared: set[str]) -> None:
    said = (ROOT / ".importlinter").read_text().split(f"[importlinter:contract:{contract}]", 1)[1]
    named = said.split("modules =", 1)[1].split("[importlinter", 1)[0].split()
    held = {subject for subject in SUBJECTS for path in (HOUSE / subject).glob(f"{room}*") if path.stem == room}
    assert named == [f"accelerator.{subject}.{room}" for subject in SUBJECTS if subject in held - shared]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_only_the_rooms_of_the_plan(subject: str) -> None:
    allowed = ROOMS | OTHER_ROOMS.get(subject, set())
    held = {path.stem for path in (HOUSE / subject).iterdir() if not path.name.startswith(("__pycache__", "."))}
    assert held - allowed == set(), f"{subject} : une pièce inconnue ; voir docs/decisions/0025-houses-and-rooms.md"


def test_no_attic() -> None:
    found = [path for path in (*HOUSE.rglob("*"), *(ROOT / "demonstration").rglob("*")) if path.stem in NO_ATTIC]
    # A page that every page extends is called "base" by the whole ecosystem.
    assert [path for path in found if path.suffix != ".html"] == []


def test_no_file_is_too_long() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in _modules()}
    assert {name: lines for name, lines in long.items() if lines > 600} == {}


def test_each_subject_says_what_it_is() -> None:
    for subject in SUBJECTS:
        assert ast.get_docstring(_tree(HOUSE / subject / "__init__.py")), subject


def test_paper_is_made_in_one_place() -> None:
    """Typst is called by `design.papers` alone, and a template takes nothing from elsewhere."""
    callers = [path for path in _modules() if re.search(r"^\s*(import|from) typst\b", path.read_text(), re.MULTILINE)]
    assert [path.relative_to(HOUSE).as_posix() for path in callers] == ["design/papers/__init__.py"]
    templates = {path: set(re.findall(r'#import "(.+?)"', path.read_text())) for path in HOUSE.rglob("*.typ")}
    taken = {(path.parent / one).resolve() for path, imported in templates.items() for one in imported}
    assert taken == {HOUSE / "design" / "papers" / "house.typ"}


# ----------------------------------------------------------------------------------------------------------- writing


def _writes(path: Path) -> Iterator[str]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            yield f"{path.relative_to(ROOT)}:{node.lineno} .{node.func.attr}("


def test_writing_is_in_operations_only() -> None:
    faults = [
        write
        for path in _modules()
        if _subject(path) not in KERNELS and _room(path) not in WRITERS
        for write in _writes(path)
    ]
    _none(faults, "une écriture se fait dans operations.py (règle 5)")


def _public_functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in _tree(path).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def test_what_operations_offer_is_operations() -> None:
    faults = []
    for path in _modules():
        # The kernels' own are called by operations, inside their transaction.
        if _room(path) != "operations" or _subject(path) in {"journal", "workflow", "design", "search"}:
            continue
        for function in _public_functions(path):
            decorators = " ".join(ast.unparse(decorator) for decorator in function.decorator_list)
            if function.name not in PARTS and "operation" not in decorators and "contextmanager" not in decorators:
                faults.append(f"{path.relative_to(ROOT)}:{function.lineno} {function.name}")
    _none(faults, "une fonction publique d'operations est une @operation, ou prend un tiret bas")


# ---------------------------------------------------------------------------------------------------- knowing whom


def _is_out_of_reach(other: str, mine: str) -> bool:
    """Whether a subject is another's upper or neighbour, which it must not know."""

    def height(subject: str) -> int:
        return next(rank for rank, floor in enumerate(FLOORS) if subject in floor)

    return other != mine and height(other) >= height(mine)


def test_foreign_keys_point_downward_and_leave_no_trace_below() -> None:
    faults = []
    for model in apps.get_models():
        if not model.__module__.startswith("accelerator."):
            continue
        mine = model.__module__.split(".")[1]
        for field in model._meta.get_fields():
            if not field.is_relation or field.auto_created or field.related_model is None:
                continue
            if not field.related_model.__module__.startswith("accelerator."):
                continue
            other = field.related_model.__module__.split(".")[1]
            name = f"{model._meta.label}.{field.name}"
            if _is_out_of_reach(other, mine):
                faults.append(f"{name} ne pointe pas vers le bas ({other})")
            if other != mine and not field.remote_field.hidden:
                faults.append(f'{name} : related_name="+" (vers {other})')
    _none(faults, "")


_INCLUDE = re.compile(r"{%-?\s*(?:include|extends)\s+[\"']([a-z_]+)/")
_URL = re.compile(r"{%-?\s*url\s+[\"']([a-z_]+):([a-z_]+)")


def _templates() -> Iterator[tuple[str, Path]]:
    for subject in SUBJECTS:
        for path in sorted((HOUSE / subject / "templates").rglob("*")):
            if path.is_file():
                yield subject, path


def test_templates_point_downward() -> None:
    faults = []
    for subject, path in _templates():
        text = path.read_text()
        # The doors that the settings name may be linked from anywhere: the home page, the legal pages, the account.
        doors = settings.NAVIGATION + settings.FOOTER + settings.ACCOUNT_MENU
        named = {name for _, name in doors} | {settings.HOME, settings.SEARCH}
        linked = [other for other, page in _URL.findall(text) if f"{other}:{page}" not in named]
        faults += [
            f"{path.relative_to(ROOT)} → {other}"
            for other in (*_INCLUDE.findall(text), *linked)
            if other in SUBJECTS and _is_out_of_reach(other, subject)
        ]
    _none(faults, "un gabarit ne connaît que ce qui est plus bas (décision 3)")


def test_a_form_kept_as_one_types_is_kept_signed_out_too() -> None:
    """Without its script a text would be lost with the session (Note [Posted signed out])."""
    kept = [path for _, path in _templates() if "design/keep.js" in path.read_text()]
    assert len(kept) > 3
    _none(
        [
            path.relative_to(ROOT).as_posix()
            for path in kept
            if '"_whose" value="{{ page.whose }}"' not in path.read_text()
        ],
        "une page qui garde ce qui se tape est une `Resumed`, et envoie `_whose`",
    )


def test_each_template_is_used() -> None:
    code = "\n".join(path.read_text() for path in _modules()) + "\n".join(
        path.read_text() for path in (ROOT / "demonstration").rglob("*.py")
    )
    wiring = "\n".join(path.read_text() for path in (ROOT / "config").rglob("*.py"))
    pages = "\n".join(path.read_text() for _, path in _templates())
    demonstration = "\n".join(path.read_text() for path in (ROOT / "demonstration").rglob("*.html"))
    everything = code + wiring + pages + demonstration
    orphans = []
    for _, path in _templates():
        name = path.as_posix().split("/templates/", 1)[1]
        folder = name.rsplit("/", 1)[0]
        # Components, notices and the library's own pages are found by a rule, not by their name.
        if folder == "design/components" or name.split("/")[0] in {"account", "allauth", "socialaccount", "notices"}:
            continue
        if name not in everything and name.removesuffix(".html") not in everything and f"{folder}/{{" not in code:
            orphans.append(name)
    _none(orphans, "")


# ------------------------------------------------------------------------------------------------------------ memory


def _declared() -> list[EventType]:
    """The types of the house; a test may declare some of its own, under "<subject>_tests"."""
    return [kind for kind in declared_types() if not kind.code.split(".")[0].endswith("_tests")]


def _codes_in(path: Path) -> set[str]:
    """Every text of a module that has the form of an event's code."""
    return {
        node.value
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"[a-z]+\.[a-z_]+", node.value)
    }


def _constants() -> dict[str, str]:
    """Each event that a constant names: the constant's name -> the code."""
    named = {}
    for path in (*HOUSE.glob("*/events.py"), *HOUSE.glob("*/events/*.py")):
        for node in _tree(path).body:
            value = getattr(node, "value", None)
            declared = value.value if isinstance(value, ast.Attribute) else value  # declare(…).code
            if isinstance(node, ast.Assign) and isinstance(declared, ast.Call) and declared.args:
                named[ast.unparse(node.targets[0])] = ast.literal_eval(declared.args[0])
    return named


def test_each_event_declared_is_recorded_somewhere() -> None:
    used: set[str] = set()
    named = _constants()
    for path in _modules():
        if _room(path) != "events":
            used |= _codes_in(path)
            used |= {named[word] for word in re.findall(r"\b[A-Z_]{4,}\b", path.read_text()) if word in named}
    _none(sorted({kind.code for kind in _declared()} - used), "un événement déclaré que rien n’enregistre")


def test_each_event_recorded_is_declared() -> None:
    declared = {kind.code for kind in _declared()}
    faults = []
    for path in _modules():
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record" and node.args:
                code = node.args[0]
                if isinstance(code, ast.Constant) and code.value not in declared:
                    faults.append(f"{path.relative_to(ROOT)}:{node.lineno} {code.value}")
    _none(faults, "")


def test_each_event_reads_after_a_name() -> None:
    for kind in _declared():
        assert kind.sentence[0].islower(), kind
        assert not kind.sentence.endswith("."), kind
        assert kind.code.split(".")[0] in SUBJECTS, kind


# ------------------------------------------------------------------------------------------------- pages, migrations


def _views(resolver: URLResolver) -> Iterator[type]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _views(entry)
        elif isinstance(entry, URLPattern) and (view := getattr(entry.callback, "view_class", None)):
            yield view


def test_each_page_has_a_title() -> None:
    views = {view for view in _views(get_resolver()) if issubclass(view, Page)}
    pages = {view for view in views if view.__module__.startswith("accelerator.")}
    assert len(pages) > 3
    source = cache(inspect.getsource)
    faults = []
    for page in (page for page in pages if not page.title):
        # A title that depends on what is shown is set when it is loaded; an answer that is not a page has none.
        kinds = [kind for kind in page.__mro__ if kind is not Page and kind.__module__.startswith("accelerator")]
        own = "".join(map(source, kinds))
        if "self.title = " not in own and "def answer(" not in own and "def get(" not in own:
            faults.append(page.__qualname__)
    _none(faults, "chaque page a un titre")


def test_each_page_says_what_it_is() -> None:
    views = [view for view in _views(get_resolver()) if issubclass(view, Page)]
    _none([view.__qualname__ for view in views if not view.__doc__], "chaque page dit ce qu’elle est")


def test_migrations_are_named_by_hand() -> None:
    for path in HOUSE.glob("*/migrations/[0-9]*.py"):
        assert not re.search(r"_(auto|alter|initial)(_|$)|_\d{8}_", path.stem), path.name


def test_migrations_import_no_live_code() -> None:
    faults = []
    for path in HOUSE.glob("*/migrations/[0-9]*.py"):
        lines = re.findall(r"^\s*(?:from|import)\s+accelerator\S*.*$", path.read_text(), re.MULTILINE)
        faults += [f"{path.relative_to(ROOT)} : {line.strip()}" for line in lines]
    # The custom user's manager and the defaults of fields are written there by Django itself.
    assert [fault for fault in faults if "accounts.models" not in fault] == []


# ---------------------------------------------------------------------------------------------------- house and work


def test_the_schedules_are_those_of_the_documentation() -> None:
    written = (ROOT / "docs" / "operating.md").read_text()
    scheduled = {(entry.task.name, entry.cron) for entry in queue.periodic_registry.periodic_tasks.values()}
    told = set(re.findall(r"^\| `([a-z_.]+)` \| `([^`]+)` \|", written, re.MULTILINE))
    assert told == scheduled


def test_the_commands_of_the_documentation_exist() -> None:
    ours = {name for name, origin in get_commands().items() if not origin.startswith(("django", "pgtrigger"))}
    written = (ROOT / "docs" / "operating.md").read_text() + (ROOT / "README.md").read_text()
    told = set(re.findall(r"manage\.py ([a-z_]+)", written))
    _none(sorted(told - set(get_commands())), "une commande de la documentation n’existe pas")
    assert {"backup", "restore"} <= ours


def test_each_decision_has_one_number_and_stands_once_in_the_index_in_order() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(folder.glob("[0-9]*.md"))
    numbers = [path.name[:4] for path in records]
    assert len(numbers) == len(set(numbers)), numbers
    _none(
        [path.name for path in records if not path.read_text().startswith(f"# {path.name[:4]}. ")], "titre sans numéro"
    )
    listed = re.findall(r"\((\d{4}-[a-z0-9-]+\.md)\)", (folder / "README.md").read_text())
    assert listed == [path.name for path in records]


def test_each_decision_cited_exists() -> None:
    known = set(re.findall(r"^(\d+)\. ", (ROOT / "docs" / "decisions" / "founding.md").read_text(), re.MULTILINE))
    known |= {str(int(path.name[:4])) for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md")}
    cited = {
        (path.relative_to(ROOT).as_posix(), number)
        for path in (*HOUSE.rglob("*.py"), *(ROOT / "config").rglob("*.py"))
        for number in re.findall(r"\bdecisions? 0*(\d+)", path.read_text())
    }
    assert cited
    _none(sorted(f"{path} : décision {number}" for path, number in cited if number not in known), "décision inconnue")


def test_the_places_where_a_subject_plugs_in_are_those_of_the_table() -> None:
    table = (ROOT / "docs" / "decisions" / "README.md").read_text().split("plugs into a lower one", 1)[1]
    rows = re.findall(r"^\| `([a-z_.]+)` \| .+? \| (.+?) \| .+ \|$", table, re.MULTILINE)
    # A place refuses the same name twice; a period of retention is declared on its model.
    refusal = re.compile(r'raise ValueError\(f?".*deux fois')
    offered = {
        path.relative_to(HOUSE).with_suffix("").as_posix().replace("/", ".")
        for path in _modules()
        if refusal.search(path.read_text())
    }
    assert {place for place, _ in rows} == offered | {"journal.retention"}
    read = {
        argument.value.split(".")[0]
        for path in HOUSE.glob("*/apps.py")
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "autodiscover_modules"
        for argument in node.args
        if isinstance(argument, ast.Constant)
    }
    assert read
    told = {name for _, where in rows for name in re.findall(r"`([a-z_]+)(?:\.py|/)?`", where)}
    _none(sorted(read - told), "un module lu au démarrage n’est pas dans le tableau")


def _folded(term: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", term.lower().replace("œ", "oe").replace("’", " "))
    return re.findall(r"[a-z0-9]+", "".join(letter for letter in plain if not unicodedata.combining(letter)))


def test_the_glossary_is_one_table_in_the_order_of_a_dictionary() -> None:
    lines = (ROOT / "docs" / "glossary.md").read_text().split("|---|---|---|\n", 1)[1].splitlines()
    _none(
        [line for line in lines if not re.fullmatch(r"\| .+ \| .+ \| .+ \|", line)], "ce n’est pas une ligne du tableau"
    )
    terms = [line.split("|")[1].strip() for line in lines]
    assert terms == sorted(terms, key=_folded)
    assert len(terms) == len(set(terms))


def test_no_text_keeps_the_marks_of_a_conflict() -> None:
    texts = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *HOUSE.rglob("*.html"), *HOUSE.rglob("*.txt")]
    mark = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)
    _none([str(path.relative_to(ROOT)) for path in texts if mark.search(path.read_text())], "un conflit est resté")


def test_the_names_of_the_glossary_are_those_of_the_code() -> None:
    code = " ".join(path.read_text() for folder in (HOUSE, ROOT / "demonstration") for path in folder.rglob("*.py"))
    known = set(re.findall(r"\w+", code + " ".join(path.name for path in HOUSE.iterdir())))
    rows = re.findall(r"^\| (.+?) \| (.+?) \| .+ \|$", (ROOT / "docs" / "glossary.md").read_text(), re.MULTILINE)
    named = {(term, word) for term, cell in rows for name in re.findall(r"`([^`]+)`", cell) for word in name.split(".")}
    assert len(named) > 50
    _none(sorted(f"{term} : {word}" for term, word in named if word not in known), "un nom que le code n’a pas")
