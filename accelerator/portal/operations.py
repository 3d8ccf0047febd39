"""The public figures, counted and drawn."""

import logging
from datetime import datetime

from django.utils.timezone import localdate

from accelerator.design.charts import Look, draw
from accelerator.journal import Actor
from accelerator.portal import figures
from accelerator.portal.models import Census, Measure, Picture
from accelerator.workflow import operation

_log = logging.getLogger(__name__)


@operation
def count_figures(*, by: Actor, at: datetime) -> Census:
    """Count the public figures of the day, and draw them; the same day counted again is replaced.

    Derived from what is recorded elsewhere, they are no event of the journal. A picture that cannot be drawn is left
    out, and said in the log: the figures do not wait for it.
    """
    census, _ = Census.objects.update_or_create(day=localdate(at), defaults={"counted_at": at})
    # The row of the day is now ours: whoever counts at the same moment waits, then replaces.
    Measure.objects.filter(census=census).delete()
    Measure.objects.bulk_create(
        Measure(census=census, series=series, category=category[:80], value=value)
        for series, categories in figures.count(at).items()
        for category, value in categories.items()
    )
    Picture.objects.all().delete()
    shown = figures.of(census)
    charts = {code: chart for code in figures.SERIES if (chart := shown.chart(code))}
    for code, chart in charts.items():
        try:
            drawn = [Picture(census=census, series=code, look=look, svg=draw(chart, look)) for look in Look]
        except ValueError:
            _log.exception("Le dessin de la série %s n’a pas pu être fait.", code)
            continue
        Picture.objects.bulk_create(drawn)
    return census
