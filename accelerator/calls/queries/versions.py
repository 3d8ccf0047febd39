"""The versions of a call."""

from datetime import date

from accelerator.calls.criteria import Grid, GridFault
from accelerator.calls.eligibility import Either, Eligibility
from accelerator.calls.models import Call, CallVersion
from accelerator.calls.queries.facts import known_facts
from accelerator.calls.questions import Questionnaire


def published_version(call: Call) -> CallVersion | None:
    """The version that new applications are made under, or None before the first is published."""
    return call.versions.filter(published_at__isnull=False).order_by("-number").first()


def version_in_preparation(call: Call) -> CallVersion:
    """The version being written, or the last published one, from which the next will begin."""
    waiting = call.versions.filter(published_at__isnull=True).first()
    return waiting or call.versions.order_by("-number")[0]


def faults_of(version: CallVersion, on: date) -> list[str]:
    """All that an author must mend before publishing, in French; said on the page too."""
    form = Questionnaire.from_json(version.form)
    faults = form.faults()
    eligibility = Eligibility.from_json(version.eligibility)
    known = known_facts(version.call.purpose, form)
    faults += [
        f"La condition « {rule.label} » regarde une information que personne ne donne."
        for rule in eligibility.rules
        if rule.fact not in known
    ]
    faults += [
        f"« {item.label} » : une alternative compte au moins deux conditions."
        for item in eligibility.items
        if isinstance(item, Either) and len(item.rules) < 2
    ]
    faults += eligibility.contradictions(known, on)
    try:
        Grid.from_json(version.criteria)
    except GridFault as fault:
        faults.append(str(fault))
    before = version.call.versions.filter(published_at__isnull=False).order_by("-number").first()
    if before is not None:
        kinds = {question.code: question.kind for question in Questionnaire.from_json(before.form).questions}
        faults += [
            f"« {question.label} » a changé de sorte : donnez-lui un nouveau code, ses réponses ne se lisent plus."
            for question in form.questions
            if kinds.get(question.code, question.kind) != question.kind
        ]
    return faults
