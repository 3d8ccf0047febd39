"""The components, as template tags (loaded everywhere: see settings)."""

from django import template

from accelerator.design.components import COMPONENTS
from accelerator.design.components import register as declare

register = template.Library()
for _component in COMPONENTS:
    declare(register, _component)
