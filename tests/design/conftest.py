import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from accelerator.workflow.models import Submission

Make = Callable[..., Submission]


@pytest.fixture(autouse=True)
def _trial_addresses(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.design.addresses"


@pytest.fixture
def submission(at: datetime) -> Make:
    """A row for the lists."""

    def make(sender: str, answer: str = "") -> Submission:
        return Submission.objects.create(token=uuid.uuid4(), sender=sender, answer=answer, received_at=at)

    return make
