"""Components with closed attributes.

A component is declared once: its tag, its template in `design/components/`, its attributes. In a template:

    {% button label="Chercher" icon="search-line" %}
    {% alert title="Attention" level="warning" %}…{% endalert %}

An unknown attribute is an error when the template is compiled, and the error lists those that exist; a missing
required one too; a value outside the declared choices is an error when it is rendered.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe

from accelerator.design.boxes import card, cards, tag

REQUIRED: Final = object()


@dataclass(frozen=True)
class Component:
    """What a component accepts.

    attributes  name -> default value, or `REQUIRED`.
    choices     name -> the values allowed.
    block       whether it encloses content, shown as `{{ content }}` in its template.
    draw        what draws it instead of a template, when pages hold it by the dozen.
    """

    name: str
    attributes: Mapping[str, Any]
    choices: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    block: bool = False
    draw: Callable[..., SafeString] | None = None

    @property
    def template_name(self) -> str:
        return f"design/components/{self.name}.html"

    def check_names(self, given: Mapping[str, Any]) -> None:
        """Raise `TemplateSyntaxError` for an unknown or a missing attribute."""
        known = ", ".join(sorted(self.attributes))
        if unknown := sorted(set(given) - set(self.attributes)):
            raise template.TemplateSyntaxError(
                f"{self.name} : attribut inconnu {', '.join(unknown)}. Attributs connus : {known}."
            )
        missing = sorted(name for name, default in self.attributes.items() if default is REQUIRED and name not in given)
        if missing:
            raise template.TemplateSyntaxError(f"{self.name} : il manque {', '.join(missing)}.")

    def check_values(self, values: Mapping[str, Any]) -> None:
        """Raise `ValueError` for a value outside the declared choices."""
        for name, allowed in self.choices.items():
            if values[name] not in allowed:
                raise ValueError(f"{self.name} : {name}={values[name]!r} ; valeurs possibles : {allowed}.")


class _Node(template.Node):
    def __init__(self, component: Component, given: dict[str, FilterExpression], content: NodeList | None) -> None:
        self.component = component
        self.given = given
        self.nodelist = content or NodeList()

    def render(self, context: Context) -> SafeString:
        values = dict(self.component.attributes)
        values.update({name: expression.resolve(context) for name, expression in self.given.items()})
        self.component.check_values(values)
        if self.component.draw:
            return self.component.draw(**values)
        if self.component.block:
            values["content"] = mark_safe(self.nodelist.render(context))  # noqa: S308  rendered by the engine just above
        loaded = context.template.engine.get_template(self.component.template_name)  # type: ignore[union-attr]  # rendering
        for shared in ("csrf_token", "request", "once"):
            values.setdefault(shared, context.get(shared, ""))
        return loaded.render(context.new(values))


def register(library: template.Library, component: Component) -> None:
    """Make a template tag of a component."""

    def compile_tag(parser: Parser, token: Token) -> _Node:
        bits = token.split_contents()[1:]
        given = token_kwargs(bits, parser)
        if bits:
            raise template.TemplateSyntaxError(f"{component.name} : tout attribut est nommé ({' '.join(bits)} ?).")
        component.check_names(given)
        content = None
        if component.block:
            content = parser.parse((f"end{component.name}",))
            parser.delete_first_token()
        return _Node(component, given, content)

    library.tag(component.name, compile_tag)


LEVELS = ("info", "success", "warning", "error")
COMPONENTS: Final = (
    Component("accordion", {"title": REQUIRED, "opened": False}, block=True),
    Component("alert", {"title": "", "level": "info", "small": False}, {"level": LEVELS}, block=True),
    Component("badge", {"label": REQUIRED, "level": "", "small": True}, {"level": ("", "new", *LEVELS)}),
    Component(
        "button",
        {"label": REQUIRED, "icon": "", "look": "primary", "name": "", "value": ""},
        {"look": ("primary", "secondary", "tertiary")},
    ),
    Component("callout", {"title": "", "icon": ""}, block=True),
    Component(
        "card",
        {"title": REQUIRED, "url": REQUIRED, "text": "", "detail": "", "badges": (), "level": "h3"},
        {"level": ("h2", "h3", "h4")},
        draw=card,
    ),
    Component("cards", {"cards": REQUIRED, "level": "h3"}, {"level": ("h2", "h3", "h4")}, draw=cards),
    Component("chart", {"url": REQUIRED, "described": REQUIRED, "version": REQUIRED}),
    Component("chips", {"chips": REQUIRED, "reset_url": "", "id": "filtres-en-vigueur"}),
    Component("facts", {"lines": REQUIRED}),
    # The first column of a figure's table names the line, the others are figures.
    Component(
        "figure",
        {"title": REQUIRED, "header": (), "rows": (), "note": "", "downloads": (), "source": "", "opened": False},
        block=True,
    ),
    Component("keyfigure", {"value": REQUIRED, "label": REQUIRED, "note": "", "url": ""}),
    Component("nothing", {"title": REQUIRED}, block=True),
    Component(
        "link",
        {"label": REQUIRED, "url": REQUIRED, "icon": "", "look": "link"},
        {"look": ("link", "primary", "secondary", "tertiary")},
    ),
    Component("pagination", {"pages": REQUIRED, "label": "Pages"}),
    Component(
        "post",
        {"label": REQUIRED, "action": "", "about": "", "look": "primary", "icon": "", "inline": False, "files": False},
        {"look": ("primary", "secondary", "tertiary")},
        block=True,
    ),
    Component("proconnect", {"url": REQUIRED}),
    Component("progress", {"label": REQUIRED, "value": REQUIRED, "maximum": 100, "text": REQUIRED}),
    Component("provenance", {"source": REQUIRED, "url": "", "on": "", "note": ""}),
    Component("stepper", {"title": REQUIRED, "current": REQUIRED, "total": REQUIRED, "following": ""}),
    Component(
        "tabular",
        {"caption": REQUIRED, "look": "wide", "region": "", "small": False},
        {"look": ("wide", "wrap", "stacked", "provenance")},
        block=True,
    ),
    Component("tag", {"label": REQUIRED, "url": ""}, draw=tag),
    Component(
        "tile",
        {"title": REQUIRED, "url": REQUIRED, "text": "", "detail": "", "level": "h3"},
        {"level": ("h2", "h3", "h4")},
    ),
    Component("timeline", {"lines": REQUIRED, "empty": "Rien n’a encore été enregistré."}),
)
