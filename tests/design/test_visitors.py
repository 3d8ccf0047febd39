"""Where a visitor comes from: what limits are counted by."""

import pytest
from django.test import RequestFactory

from accelerator.design.visitors import client_address


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("198.51.100.7:40312", "198.51.100.7"),
        ("[2001:db8:1:2:3:4:5:6]:40312", "2001:db8:1:2::"),
        ("unix:", "unix:"),
    ],
)
def test_visitors_are_told_apart_however_their_address_is_written(said: str, known: str) -> None:
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=said)) == known
