from accelerator.design.boxes import boxes


def test_boxes_escape_what_they_are_given() -> None:
    drawn = boxes("theme", [('a"b', "Faim & <soif>", 1234, True), ("c", "C", 1, False)], form="recherche")
    assert 'id="f-theme-a&quot;b" name="theme" value="a&quot;b" checked>' in drawn
    assert 'Faim &amp; &lt;soif&gt; <span class="fi-facet__count">1\u202f234</span>' in drawn
    assert drawn.count("checked") == 1
