"""Work asked of the worker inside a transaction: it is there if, and only if, what asked for it stands.

Note [The job goes through Django's connection]
Inside the worker the global application of the queue speaks through a connection of its own: a job deferred with it
would outlive the rollback of the task that asked for it. Here it always goes through Django's connection, hence its
transaction.
"""

from typing import Any

from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from accelerator.workflow.transactions import demand_transaction


def defer(task: str, *arguments: dict[str, Any], **how: Any) -> None:
    """Ask for a task by its name, once for each set of arguments: JSON values, by name.

    how  what the queue is told of it: `queue`, `lock`.
    """
    demand_transaction("defer")
    configure_task(name=task, job_manager=JobManager(DjangoConnector()), **how).batch_defer(*arguments)
