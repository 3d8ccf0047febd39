"""The same questions asked of tantivy, a search engine in Rust: what is the limit on this machine?

The same documents (as the directory's search reads them), the same questions with their filters, one at a time, in this
process: twenty identifiers, the exact total, the counts of five facets over all that answers. French stop words and
stemming after folding; every word is required, or any of them when no document has them all.

What it is not asked: to forgive a typing error, to keep as many words of a sentence as documents have, to count each
facet as if it did not filter, to order by prominence, to be found by the transaction that wrote it; nor does it keep
anything when the database goes back. Its index stands beside the database, in a folder.
"""

import shutil
import time
from pathlib import Path

import tantivy
from django.db import connection

from accelerator.community.search import DIRECTORY, Entries, the_most_prominent_first
from accelerator.search.types import Question
from benchmarks import query_log
from benchmarks.report import Line, number, quantile
from config import embedded

FACETS = ("type", "theme", "region", "departement", "forme")
_WEIGHTS = {"name": 1.0, "summary": 0.4, "body": 0.2, "context": 0.1}
_BLOCK = 2000
_RUNS = 3


def measure(*, fresh: bool) -> list[Line]:
    """Its index made again when the data are new, then the log; ours beside, on the same five facets."""
    folder = embedded.data_folder("bench").with_name(f"bench-tantivy-{connection.settings_dict['NAME']}")
    built = _build(folder) if fresh or not folder.exists() else ""
    index = tantivy.Index.open(str(folder))
    _teach(index)
    searcher, schema = index.searcher(), index.schema
    size = sum(one.stat().st_size for one in folder.rglob("*")) / 1e6
    times, ours, empty = [], [], 0
    for logged in query_log.read():
        question = Question(logged.text, logged.filters, counted=FACETS)
        theirs_runs, ours_runs, found = [], [], 0
        for _ in range(_RUNS + 1):
            began = time.perf_counter()
            found = _ask(index, searcher, schema, question)
            theirs_runs.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            DIRECTORY.search(question)
            ours_runs.append((time.perf_counter() - began) * 1000)
        times.append(sorted(theirs_runs[1:])[_RUNS // 2])
        ours.append(sorted(ours_runs[1:])[_RUNS // 2])
        empty += not found
    note = f"{len(times)} questions, {empty} sans réponse ; {number(searcher.num_docs)} documents, {size:.0f} Mo{built}"
    return [
        Line("la nôtre, cinq facettes, p50 / p95", f"{quantile(ours, 0.5):.1f} / {quantile(ours, 0.95):.1f} ms"),
        Line(
            "tantivy, cinq facettes, p50 / p95",
            f"{quantile(times, 0.5):.1f} / {quantile(times, 0.95):.1f} ms",
            "",
            note,
        ),
    ]


def _teach(index: tantivy.Index) -> None:
    analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
    analyzer = analyzer.filter(tantivy.Filter.stopword("french")).filter(tantivy.Filter.ascii_fold())
    analyzer = analyzer.filter(tantivy.Filter.stemmer("french"))
    index.register_tokenizer("french", analyzer.build())


def _build(folder: Path) -> str:
    # An index that was stopped half-way is never taken for a whole one.
    making = folder.with_name(f"{folder.name}-making")
    for one in (folder, making):
        shutil.rmtree(one, ignore_errors=True)
    making.mkdir()
    builder = tantivy.SchemaBuilder().add_integer_field("id", fast=True, stored=True)
    for name in _WEIGHTS:
        builder = builder.add_text_field(name, tokenizer_name="french")
    for name in FACETS:
        builder = builder.add_text_field(f"facet_{name}", tokenizer_name="raw", fast=True, index_option="basic")
    index = tantivy.Index(builder.build(), path=str(making))
    _teach(index)
    read, ids, reading = Entries(), the_most_prominent_first(), 0.0
    began = time.perf_counter()
    writer = index.writer(512_000_000, 2)
    for first in range(0, len(ids), _BLOCK):
        before = time.perf_counter()
        entries = read(ids[first : first + _BLOCK])
        reading += time.perf_counter() - before
        for entry in entries:
            texts = {"summary": entry.summary, "body": entry.body, "context": entry.context}
            writer.add_document(
                tantivy.Document(
                    id=entry.id,
                    name=[entry.name, *entry.titles],
                    **{name: " ".join(some) for name, some in texts.items()},
                    **{f"facet_{name}": list(entry.facets.get(name, ())) for name in FACETS},
                )
            )
    writer.commit()
    writer.wait_merging_threads()
    took = time.perf_counter() - began
    making.rename(folder)
    return f" ; construit en {took:.0f} s, dont {reading:.0f} s à lire la base"


def _ask(index: tantivy.Index, searcher: tantivy.Searcher, schema: tantivy.Schema, question: Question) -> int:
    """How many answer; the twenty first and the counts are read too."""
    filters = [
        (tantivy.Occur.Must, tantivy.Query.term_set_query(schema, f"facet_{name}", list(values)))
        for name, values in question.filters.items()
    ]
    for every_word in (True, False):
        words, _ = index.parse_query_lenient(question.text, list(_WEIGHTS), _WEIGHTS, conjunction_by_default=every_word)
        query = tantivy.Query.boolean_query([(tantivy.Occur.Must, words), *filters])
        found = searcher.search(query, limit=20, count=True)
        if count := found.count:  # type: ignore[attr-defined]  # the stubs of tantivy do not know it
            break
    searcher.fast_field_values("id", [address for _, address in found.hits])
    searcher.aggregate(query, {name: {"terms": {"field": f"facet_{name}", "size": 150}} for name in FACETS})
    return int(count)
