"""What awaits a person of the labels: the reads of their own space, in one question."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from accelerator.community.models.organisations import of_any
from accelerator.labels.models import Label, LabelCondition, Member, Proceeding
from accelerator.labels.models.candidacies import answering_for
from accelerator.labels.queries.candidacies import memberships_to_answer
from accelerator.labels.queries.proceedings import categories_followed, desk_labels, waiting_for_the_service
from accelerator.labels.states import ConditionState, LabelState, Outcome
from accelerator.workflow.together import Short, read_together

_SHOWN: Final = 20
_COUNTED: Final = 1000


@dataclass(frozen=True)
class Space:
    """What the labels have to say to a person.

    collectives  that name an organisation for which they answer, and wait for it.
    proceedings  under way upon the labels of these organisations; conditions: to be met, the first due first.
    serves       whether they examine or sign for a category; waiting: how many of its labels ask something of them, as
                 far as `_COUNTED`.
    """

    collectives: list[tuple[Member, str]]
    proceedings: list[tuple[Proceeding, str]]
    conditions: list[LabelCondition]
    serves: bool
    waiting: int

    @property
    def awaits(self) -> int:
        """How many things wait for this person as a holder or a member."""
        return len(self.collectives) + len(self.proceedings) + len(self.conditions)


def space_of(person: Any, today: date) -> Space:
    """Everything that the person's own space shows of the labels. One query."""
    held = Label.objects.filter(of_any(answering_for(person))).values("pk")
    proceedings = Proceeding.objects.filter(outcome=Outcome.PENDING, label__in=held).order_by("answer_until", "pk")
    open_ = LabelCondition.objects.filter(state=ConditionState.OPEN, label__in=held)
    conditions = open_.filter(label__state__in=(LabelState.ACTIVE, LabelState.SUSPENDED)).order_by("due_on", "pk")
    waiting = waiting_for_the_service(desk_labels(person), today).select_related(None).order_by("pk")
    members = memberships_to_answer(person).select_related(None)
    named = ("organisation__pk", "organisation__name", "candidacy__pk", "candidacy__title", "candidacy__public_id")
    told = ("hearing_asked_at", "hearing_closed_at", "hearing_on")
    read = read_together(
        {
            "collectives": Short(members[:_SHOWN], ("role", "state", "answer_until", *named)),
            "proceedings": Short(
                proceedings[:_SHOWN],
                ("public_id", "kind", "answer_until", "answered_at", *told, "label__pk", "label__title"),
            ),
            "conditions": Short(conditions[:_SHOWN], ("text", "due_on", "label__pk", "label__title")),
            "serves": Short(categories_followed(person)[:1], ("code",)),
            "waiting": Short(waiting[:_COUNTED], ("number",)),
        }
    )
    return Space(
        collectives=[(one, one.said_state(today).lower()) for one in read["collectives"]],
        proceedings=[(one, one.said_wait(today)) for one in read["proceedings"]],
        conditions=read["conditions"],
        serves=bool(read["serves"]),
        waiting=len(read["waiting"]),
    )
