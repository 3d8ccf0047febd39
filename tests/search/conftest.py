from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from accelerator.search.index import Index
from tests.search.documents import PlayDocument, play_index


@pytest.fixture
def index(db: None) -> Iterator[Index]:
    """An empty index; its table lives as long as the test's transaction."""
    with connection.schema_editor() as editor:
        editor.create_model(PlayDocument)
    return play_index()


@pytest.fixture
def shared(elsewhere: Callable[..., Any]) -> Index:
    """An index that every connection sees."""

    def make() -> None:
        with connection.schema_editor() as editor:
            editor.create_model(PlayDocument)

    elsewhere(make)
    return play_index()
