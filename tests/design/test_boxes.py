from django.utils.safestring import mark_safe

from accelerator.design.boxes import boxes, card, picks, tag


def test_boxes_escape_what_they_are_given() -> None:
    drawn = boxes("theme", [('a"b', "Faim & <soif>", 1234, True), ("c", "C", 1, False)], form="recherche")
    assert 'id="f-theme-a&quot;b" name="theme" value="a&quot;b" checked>' in drawn
    assert 'Faim &amp; &lt;soif&gt; <span class="fi-facet__count">1\u202f234</span>' in drawn
    assert drawn.count("checked") == 1


def test_a_card_escapes_what_it_is_given_and_leaves_out_what_is_not() -> None:
    whole = card(title="<i>", url='/o"', text="A & B", detail="", badges=["<b>"], level="h2")
    assert '<h2 class="fr-card__title"><a href="/o&quot;">&lt;i&gt;</a></h2>' in whole
    assert "A &amp; B" in whole
    assert "&lt;b&gt;</p>" in whole
    assert "fr-card__detail" not in whole
    bare = card(title=mark_safe("<mark>x</mark>"), url="/o", text="", detail="", badges=(), level="h3")
    assert "<mark>x</mark>" in bare
    assert "<ul" not in bare
    assert "fr-card__desc" not in bare


def test_a_tag_escapes_what_it_is_given_and_leads_nowhere_without_an_address() -> None:
    assert tag(label="<i>", url='/t"') == '<a class="fr-tag fr-tag--sm" href="/t&quot;">&lt;i&gt;</a>'
    assert tag(label="A & B", url="") == '<p class="fr-tag fr-tag--sm">A &amp; B</p>'


def test_picks_escape_what_they_are_given() -> None:
    drawn = picks("choix", [('a"b', "<i>", "à cause de « A & B »")], form="choisir")
    assert 'form="choisir" id="choix-a&quot;b" name="choix" value="a&quot;b">' in drawn
    assert '&lt;i&gt;<span class="fr-hint-text">à cause de « A &amp; B »</span>' in drawn
