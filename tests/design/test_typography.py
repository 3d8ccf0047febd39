"""A sign is never parted from its word, and what somebody typed stays as it was typed."""

import pytest
from django.test import Client

from accelerator.design.typography import unparted


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("<p>Qui aide, et où ?</p>", "<p>Qui aide, et où\u00a0?</p>"),
        ("<p><b>Attention</b> : 12 % ; 3 € !</p>", "<p><b>Attention</b>\u00a0: 12\u00a0%\u00a0; 3\u00a0€\u00a0!</p>"),
        ("<p>« <em>Figeac</em> »</p>", "<p>«\u00a0<em>Figeac</em>\u00a0»</p>"),
        ('<input aria-label="Quoi ?" value="Et alors ?">', '<input aria-label="Quoi\u00a0?" value="Et alors ?">'),
        ("<p>Où ?</p><textarea name=\"a\">\nQui ?\n« Eux »</textarea><p>Ici !</p>",
         "<p>Où\u00a0?</p><textarea name=\"a\">\nQui ?\n« Eux »</textarea><p>Ici\u00a0!</p>"),
        ("<pre>a ? b : c</pre><code>x !</code>", "<pre>a ? b : c</pre><code>x !</code>"),
        ("<!-- non --><p>a != b</p>", "<!-- non --><p>a\u00a0!= b</p>"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_sign_stays_with_its_word(written: str, sent: str) -> None:
    assert unparted(written.encode()).decode() == sent


def test_pages_are_sent_so_and_what_was_typed_comes_back_as_it_was() -> None:
    response = Client().get("/annuaire", {"q": "une ferme ?"})
    page = response.content.decode()
    assert "«\u00a0une ferme\u00a0?\u00a0»" in page
    assert 'value="une ferme ?"' in page
    assert int(response["Content-Length"]) == len(response.content)
