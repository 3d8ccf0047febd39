"""The machine's own housework: what no subject owns.

Each subject schedules its tasks beside them, in its `tasks.py`; docs/operating.md lists every schedule, and a test
compares that list with what is registered.
"""

import logging
from datetime import timedelta

from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from procrastinate import App, JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from accelerator.workflow import transaction
from accelerator.workflow.limits import forget_limits_before
from accelerator.workflow.submissions import forget_submissions_before
from config.logs import log_job

QUEUE = "housework"
# A form may stay open all day, in a tab: its token is kept longer than that.
SUBMISSIONS_KEPT = timedelta(days=2)
FINISHED_JOBS_KEPT_HOURS = 7 * 24
# A job that killed its worker this many times is the cause, not the victim.
MOST_ATTEMPTS = 5

logger = logging.getLogger("impact.work")


def on_ready(ready: App) -> None:
    """Log every job (called by Procrastinate, `PROCRASTINATE_ON_APP_READY`)."""
    ready.worker_defaults["worker_middleware"] = [log_job]


@app.periodic(cron="15 3 * * *")
@app.task(name="housework.purge", queue=QUEUE, queueing_lock="housework.purge")
def purge(timestamp: int) -> dict[str, int]:
    """Remove what has served: tokens of forms, counters of limits, passing states, sessions. Returns the counts."""
    now = timezone.now()
    with transaction():
        removed = {
            "submissions": forget_submissions_before(now - SUBMISSIONS_KEPT),
            "limits": forget_limits_before(now),
        }
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_cache WHERE expires < %s", [now])
            removed["passing_states"] = cursor.rowcount
    call_command("clearsessions", verbosity=0)
    return removed


@app.periodic(cron="25 3 * * *")
@app.task(
    name="housework.forget_finished_jobs",
    queue=QUEUE,
    queueing_lock="housework.forget_finished_jobs",
    pass_context=True,
)
async def forget_finished(context: JobContext, timestamp: int) -> None:
    """Remove the jobs that ended well a week ago; those that failed stay to be looked at."""
    await context.app.job_manager.delete_old_jobs(nb_hours=FINISHED_JOBS_KEPT_HOURS)


@app.periodic(cron="* * * * *")
@app.task(name="housework.take_up_stalled", queue=QUEUE, queueing_lock="housework.take_up_stalled", pass_context=True)
async def take_up_stalled(context: JobContext, timestamp: int) -> int:
    """Give back to the queue what a worker was doing when it died without a word; returns how many.

    A worker says every 10 seconds that it lives; after 30 seconds of silence its jobs are taken up. So a job may run
    twice: every task is written to stand it.
    """
    stalled = list(await context.app.job_manager.get_stalled_jobs())
    for job in stalled:
        if job.attempts >= MOST_ATTEMPTS:
            logger.error("job given up", extra={"task": job.task_name, "job": job.id, "attempt": job.attempts})
            await context.app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
        else:
            logger.warning("job taken up", extra={"task": job.task_name, "job": job.id, "attempt": job.attempts})
            await context.app.job_manager.retry_job(job)
    return len(stalled)
