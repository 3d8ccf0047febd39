"""The pages by which a file is told a step at a time: the step, where its script sends what is typed, forgetting that.

A subject puts them before its own pages about a file, which load it, rule, and give `address`; its addresses are named
"step", "keep" and "forget", and hold the code of the step as `step`.
"""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django.http import Http404

from accelerator.design.forms import Form
from accelerator.design.pages import ActionPage
from accelerator.design.unsaved import Keeping, Resumed, forget_posted
from accelerator.workflow.prints import print_of
from accelerator.workflow.steps import Step

if TYPE_CHECKING:

    class _Before(ActionPage):
        def address(self, name: str, *arguments: Any) -> str: ...
else:
    _Before = object

# What saves a step: and goes on to the next one, or back to the file from the last.
NEXT_LABEL = "Enregistrer et continuer"
LAST_LABEL = "Enregistrer et revenir au dossier"
# What a form says of what its author had read is not typed by them.
_SEEN = "seen_"


class OfStep(_Before):
    """To put before a page about one step: 404 for a step that there is not."""

    steps: ClassVar[Collection[str]]

    def load(self) -> None:
        super().load()
        if self.kwargs["step"] not in self.steps:
            raise Http404


class StepPage(Resumed, OfStep):
    """One step. What was typed and not saved comes back; someone else's change meanwhile is told.

    A subject gives `steps` in their order, the form of each in `forms`, and the `thing` that is told.
    """

    submit_label = NEXT_LABEL
    done_message = "C’est enregistré."
    aside = (_SEEN,)
    steps: ClassVar[Mapping[str, Step]]
    forms: ClassVar[Mapping[str, type[Form]]]

    @property
    def thing(self) -> Any:
        """What has the values that the steps tell."""
        raise NotImplementedError

    def load(self) -> None:
        super().load()
        self.step = self.steps[self.kwargs["step"]]
        self.form_class = self.forms[self.step.code]
        self.title = self.step.title
        order = list(self.steps)
        self.place = order.index(self.step.code)
        self.previous, self.following = (
            self.steps[order[place]] if 0 <= place < len(order) else None for place in (self.place - 1, self.place + 1)
        )
        if not self.following:
            self.submit_label = LAST_LABEL

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.thing, name) for name in self.step.fields}

    def seen(self) -> dict[str, str]:
        """The prints of the values as they were when the page was opened."""
        return {name: self.request.POST.get(f"{_SEEN}{name}", "") for name in self.step.fields}

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "step": self.step,
            "number": self.place + 1,
            "total": len(self.steps),
            "following": self.following.title if self.following else "",
            "prints": [(name, print_of(getattr(self.thing, name))) for name in self.step.fields],
            "keep_url": self.address("keep", self.step.code),
            "forget_url": self.address("forget", self.step.code),
        }


class KeepStep(OfStep, Keeping):
    """Where the script of a step sends what is being typed; it changes nothing of the file."""

    aside = (_SEEN,)


class ForgetStep(OfStep):
    """Forget what one was typing: the step shows again what is saved. A subject gives `forget`."""

    title = "Oublier le texte non enregistré"
    submit_label = "Oublier ce texte"
    done_message = "Le texte non enregistré est oublié."
    told = "La page montrera de nouveau ce qui est enregistré dans le dossier."

    def forget(self) -> None:
        """Make the one call; the transaction is open."""
        raise NotImplementedError

    def page(self) -> str:
        """Where it was being typed."""
        return self.address("step", self.kwargs["step"])

    def perform(self, form: Any) -> None:
        self.forget()
        forget_posted(self.request, self.page())

    def done_url(self, result: None) -> str:
        return self.page()
