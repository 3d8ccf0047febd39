"""How files stand beside one another."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accelerator.calls.criteria import OUT_OF, Grid, Severity, at_threshold, least_at, severities
from accelerator.calls.models import Application, Assignment, Call, Decision, Opinion, Review, Tally
from accelerator.calls.queries.judging import JUDGED_IN, RANKED_IN
from accelerator.workflow.prints import print_of


def _ranked(call: Call, among: QuerySet[Application] | None = None) -> QuerySet[Any]:
    """The files that are being judged, or were: those that nobody was given to read (inadmissible) are not."""
    files = Application.objects.all() if among is None else among
    return files.filter(Q(state__in=JUDGED_IN) | (Q(state__in=RANKED_IN) & Q(tally__isnull=False)), call=call)


def scored(call: Call, among: QuerySet[Application] | None = None) -> QuerySet[Any]:
    """The files that are judged, with `mean` alone: what a list to tick shows of each, by thousands.

    among  the files to choose from, all of them by default.
    """
    return _ranked(call, among).annotate(mean=F("tally__mean")).only("public_id", "number", "title", "state", "call")


def ranking(call: Call, among: QuerySet[Application] | None = None) -> QuerySet[Any]:
    """The files that are judged, with `mean`, `low`, `high`, `spread` (None before a review), `read`, `awaited`.

    With `outcome` too: that of the decision in preparation, else of the one that stands; None when there is neither.
    And `senses`: those of the opinions that were asked of services, "" when not given.

    among  the files to choose from, all of them by default.
    """
    stands = (
        Decision.objects.filter(application=OuterRef("pk"), replaced_by__isnull=True)
        .order_by(F("notified_at").desc(nulls_first=True))
        .values("outcome")[:1]
    )
    return _ranked(call, among).annotate(
        mean=F("tally__mean"),
        low=F("tally__low"),
        high=F("tally__high"),
        spread=F("tally__high") - F("tally__low"),
        read=Coalesce("tally__read", 0),
        awaited=Coalesce("tally__awaited", 0),
        outcome=Subquery(stands),
        senses=ArraySubquery(
            Opinion.objects.standing().filter(application=OuterRef("pk")).order_by("pk").values("sense")
        ),
    )


def best_first(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Files of a ranking from the best to the least, those without a review last; equal ones by number."""
    return rows.order_by(F("tally__mean").desc(nulls_last=True), "number", "pk")


def means_of(call: Call) -> list[tuple[int, float | None]]:
    """(application, mean) of every file that is judged. One query."""
    return list(_ranked(call).order_by("pk").values_list("pk", "tally__mean"))


class Standings:
    """The means of all the files of a call that were read, from the least to the best: where one stands among them."""

    def __init__(self, means: Sequence[float]) -> None:
        self._means = means

    def rank(self, mean: float | None) -> int | None:
        """The rank of a file of this mean, 1 for the best; equal means share theirs. None before a review."""
        return None if mean is None else 1 + len(self._means) - bisect_right(self._means, mean)

    def reaching(self, threshold: int) -> int:
        """How many reach a threshold, as `least_at` says."""
        return len(self._means) - bisect_left(self._means, least_at(threshold))

    def just_at(self, threshold: int) -> int:
        """How many are just at the threshold, as `at_threshold` says."""
        near = self._means[bisect_left(self._means, threshold - 1) : bisect_right(self._means, threshold + 1)]
        return sum(at_threshold(mean, threshold) for mean in near)


def standings_of(call: Call) -> Standings:
    """How the files of a call stand beside one another. One query, of one value: a page asks it each time."""
    scored = Tally.objects.filter(application__call=call, application__state__in=RANKED_IN, mean__isnull=False)
    found = scored.order_by().aggregate(means=ArrayAgg("mean", order_by="mean", default=Value([])))
    return Standings(found["means"])


def undrafted(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The files without a decision in preparation."""
    return rows.filter(~Exists(Decision.objects.filter(application=OuterRef("pk"), notified_at__isnull=True)))


def prints_to_draft(files: Iterable[Application]) -> dict[int, str]:
    """File -> the print of what its decision is drafted from: where it is, how it is judged, whether one is drafted.

    One query, whatever their number.
    """
    drafted = Exists(Decision.objects.filter(application=OuterRef("pk"), notified_at__isnull=True))
    read = Application.objects.filter(pk__in=[one.pk for one in files]).annotate(drafted=drafted).order_by("pk")
    return {pk: print_of(told) for pk, *told in read.values_list("pk", "state", "tally__mean", "drafted")}


@dataclass(frozen=True)
class CriterionLine:
    """A criterion across the reviews of a file: its mean out of 100, and what each gave."""

    label: str
    weight: int
    mean: float | None
    scores: tuple[tuple[int | None, str, str], ...]  # score, its words, the comment


def lines_of(grid: Grid, reviews: list[Review]) -> list[CriterionLine]:
    """Each criterion of a grid, with what the reviews say of it."""
    lines = []
    for one in grid.criteria:
        given = [(review.score_of(one.code), review.comment_of(one.code)) for review in reviews]
        values = [OUT_OF * (score - one.lowest) / (one.highest - one.lowest) for score, _ in given if score is not None]
        lines.append(
            CriterionLine(
                label=one.label,
                weight=one.weight,
                mean=sum(values) / len(values) if values else None,
                scores=tuple(
                    (score, one.words_of(score) if score is not None else "", comment) for score, comment in given
                ),
            )
        )
    return lines


def severities_of(readers: Collection[int]) -> dict[int, Severity]:
    """Reviewer -> how severe beside those who read the same files, for these reviewers. One query."""
    given = Assignment.objects.done().filter(reviewer__in=readers, review__mean__isnull=False)
    means = ("review__mean", "application__tally__mean", "application__tally__read")
    rows = given.order_by("pk").values_list("reviewer", *means)
    return severities(rows)
