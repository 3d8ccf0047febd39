"""Who may open what: every address × each relation to what it shows.

The addresses come from the resolver: a new one fails here until it has its line. A line gives the parts of the address
(names of things of the `World`) and what each relation gets, in this order:

    visitor stranger member manager representative helper former concerned moderator administrator

"·" is 200, "→" is the way to sign-in, otherwise a status. The `concerned` is whom the thing is about: who is invited,
who asked, who received the delegation, who wrote the message.
Each protected address is asked again as a visitor and as a stranger right after someone who may open it: nothing of
what was shown is kept for others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accelerator.accounts.models import Person
from accelerator.calls.models import (
    Commission,
    CommissionItem,
    CommissionMember,
    Decision,
    Jury,
    JuryMember,
    Lot,
    LotFile,
    Opinion,
    PiecesRequest,
    Promise,
    Slot,
)
from accelerator.calls.queries.letters import drafted_letter
from accelerator.calls.queries.opinions import link_for as opinion_link
from accelerator.calls.sittings import Rules
from accelerator.calls.states import ApplicationState, CallRoleName, CommissionState, LotAct
from accelerator.community.models import ContactMessage, Duplicate, ErrorReport, Organisation
from accelerator.community.queries.checks import link_for
from accelerator.community.states import Likeness, RoleName
from accelerator.credentials.operations import make_key
from accelerator.design.charts import Look
from accelerator.directory.models import Export, SavedSearch
from accelerator.directory.queries.searches import stop_token
from accelerator.journal import System
from accelerator.labels.models import (
    Action,
    CandidacyFile,
    Challenge,
    LabelAppeal,
    ProceedingFile,
    Proof,
    SteeringMinutes,
)
from accelerator.labels.operations.proving import prove
from accelerator.labels.states import ActionState, LabelState, Outcome
from accelerator.notices.models import Notice
from accelerator.portal.models import Census, Picture
from accelerator.projects.models import ProjectFile
from accelerator.registers.models import Run
from accelerator.workflow import transaction
from demonstration.models import Mail
from tests import factories
from tests.calls.conftest import ELIGIBILITY, FORM
from tests.calls.judging import Campaign
from tests.client import HostileClient

RELATIONS = (
    "visitor",
    "stranger",
    "member",
    "manager",
    "representative",
    "helper",
    "former",
    "concerned",
    "moderator",
    "administrator",
)
DAY = timedelta(days=1)
EVERYONE = "· · · · · · · · · ·"
SIGNED_IN = "→ · · · · · · · · ·"
AUTHOR = "→ 403 403 403 403 403 403 · 403 403"
# The two sides of an application made in the name of the organisation.
APPLICANT = "→ 404 404 · · · 404 404 404 404"
SERVICE = "→ 404 404 404 404 404 404 · 404 404"
BOTH_SIDES = "→ 404 404 · · · 404 · 404 404"
JUDGES = "→ 403 403 403 403 403 403 · 403 403"
# The file of a candidacy: read by its side, by whoever answers for a member, by the platform; written by its side.
CANDIDACY = "→ 404 404 · · · 404 · · ·"
CANDIDATES = "→ 404 404 · · · 404 403 403 403"
# Who holds a label, and who follows what becomes of it.
HOLDERS = "→ 403 403 · · · 403 403 403 403"
CONDUCT = "→ 404 403 403 403 404 404 · 404 404"
TABLE: dict[str, tuple[str, ...]] = {
    # The doors
    "portal:home": (EVERYONE,),
    "portal:territories": (EVERYONE,),
    "portal:territory_data": ("territory", EVERYONE),
    "portal:territory": ("territory", EVERYONE),
    "portal:figures": (EVERYONE,),
    "portal:figure_picture": ("series", EVERYONE),
    "portal:figure_csv": ("series", EVERYONE),
    "portal:figure_data": ("series", EVERYONE),
    "portal:dashboard": (SIGNED_IN,),
    "portal:about": (EVERYONE,),
    "portal:sitemap": (EVERYONE,),
    "portal:accessibility": (EVERYONE,),
    "portal:legal": (EVERYONE,),
    "portal:privacy": (EVERYONE,),
    "portal:terms": (EVERYONE,),
    "portal:sources": (EVERYONE,),
    # The record
    "community:register": (SIGNED_IN,),
    "community:register_details": (SIGNED_IN,),
    "community:already_registered": ("→ 404 404 404 404 404 404 404 404 404",),
    "community:logo": ("nothing", "404 404 404 404 404 404 404 404 404 404"),
    "community:edit": ("key", "→ 403 403 · · · 403 403 · ·"),
    "community:edit_section": ("key", "section", "→ 403 403 · · · 403 403 · ·"),
    "community:confirm_value": ("key", "value", "→ 403 403 · · · 403 403 · ·"),
    "community:ask_register": ("key", "→ 403 403 · · · 403 403 · ·"),
    "community:refresh_record": ("key", "→ 404 404 404 404 404 404 404 404 404"),
    "community:change_logo": ("key", "→ 403 403 · · · 403 403 · ·"),
    "community:remove_logo": ("key", "→ 403 403 · · · 403 403 · ·"),
    "community:accept_charter": ("key", "→ 403 403 403 · 403 403 403 403 403"),
    "community:withdraw_charter": ("key", "→ 403 403 403 · 403 403 403 403 403"),
    "community:report_error": ("key", EVERYONE),
    "community:write": ("key", SIGNED_IN),
    "community:charter": (EVERYONE,),
    "community:messages": (SIGNED_IN,),
    "community:message": ("message", "→ 404 404 · · 404 404 · 404 404"),
    "community:report_abuse": ("message", "→ 404 404 · · 404 404 403 404 404"),
    "community:themes": ("key", "→ 403 403 · · · 403 403 403 403"),
    "community:themeless": ("→ 403 403 403 403 403 403 403 · ·",),
    "community:themeless_choice": ("→ 403 403 403 403 403 403 403 302 302",),
    "community:reports": ("→ 403 403 403 403 403 403 403 · ·",),
    "community:report": ("report", "→ 404 404 404 404 404 404 404 · ·"),
    # What is read by all
    "community:organisation_suggestions": (EVERYONE,),
    "directory:directory": (EVERYONE,),
    "directory:directory_csv": (EVERYONE,),
    "directory:directory_xlsx": (EVERYONE,),
    "directory:export_directory": (EVERYONE,),
    "directory:whole_directory": ("404 404 404 404 404 404 404 404 404 404",),  # nothing was written yet
    # What a person keeps of the directory
    "directory:save_search": (SIGNED_IN,),
    "directory:saved_searches": (SIGNED_IN,),
    "directory:saved_search": ("search", "→ 404 404 404 404 404 404 · 404 404"),
    "directory:remove_search": ("search", "→ 404 404 404 404 404 404 · 404 404"),
    "directory:stop_alerts": ("stop", EVERYONE),
    "directory:stop_at_once": ("stop", "302 302 302 302 302 302 302 302 302 302"),
    "directory:my_exports": (SIGNED_IN,),
    "directory:export": ("export", "404 404 404 404 404 404 404 · 404 404"),
    "directory:export_news": ("export", "404 404 404 404 404 404 404 · 404 404"),
    "directory:export_file": ("export", "404 404 404 404 404 404 404 302 404 404"),
    "directory:reuse": (EVERYONE,),
    "directory:map": (EVERYONE,),
    "directory:organisation_data": ("key", EVERYONE),
    "community:organisation": ("key", EVERYONE),
    "portal:robots": (EVERYONE,),
    "portal:sitemap_index": (EVERYONE,),
    "portal:sitemap_organisations": ("one", EVERYONE),
    "portal:sitemap_projects": ("one", EVERYONE),
    "portal:sitemap_calls": (EVERYONE,),
    "portal:sitemap_labels": ("one", EVERYONE),
    # The people of an organisation
    "community:members": ("key", "→ 403 · · · 403 403 403 · ·"),
    "community:member": ("key", "member", "→ 403 · · · 403 403 403 · ·"),
    "community:change_role": ("key", "member", "→ 403 403 · · 403 403 403 · ·"),
    "community:end_role": ("key", "member", "→ 403 403 · · 403 403 403 · ·"),
    "community:confirm_representative": ("key", "representative", "→ 403 403 403 403 403 403 403 · ·"),
    "community:leave": ("key", "→ 403 · · · 403 403 403 403 403"),
    "community:show_name": ("key", "→ 403 · · · 403 403 403 403 403"),
    "community:history": ("key", "→ 403 · · · 403 403 403 · ·"),
    "community:invitations": ("key", "→ 403 403 · · 403 403 403 · ·"),
    "community:invite": ("key", "→ 403 403 · · 403 403 403 · ·"),
    "community:invitation_sent": ("key", "invitation", "→ 403 403 · · 403 403 403 · ·"),
    "community:resend_invitation": ("key", "invitation", "→ 403 403 · · 403 403 403 · ·"),
    "community:revoke_invitation": ("key", "invitation", "→ 403 403 · · 403 403 403 · ·"),
    "community:join_requests": ("key", "→ 403 403 · · 403 403 403 · ·"),
    "community:ask_to_join": ("key", "→ · 403 403 403 · · · · ·"),
    "community:join_request": ("key", "asked", "→ 403 403 · · 403 403 403 · ·"),
    "community:join_request_refusal": ("key", "asked", "→ 403 403 · · 403 403 403 · ·"),
    "community:cease": ("key", "→ 403 403 · · 403 403 403 · ·"),
    "community:revive": ("key", "→ 403 403 403 403 403 403 403 403 403"),
    "community:check_record": ("key", "→ 403 403 · · 403 403 403 403 403"),
    "community:check_by_link": ("check link", EVERYONE),
    "community:hand_over": ("key", "→ 403 403 · · 403 403 403 403 403"),
    "community:withdraw_handover": ("key", "→ 404 404 · 404 404 404 404 404 404"),
    "community:handover": ("handover", "→ 403 403 403 403 403 403 · 403 403"),
    "community:handover_refusal": ("handover", "→ 403 403 403 403 403 403 · 403 403"),
    "community:claim": ("key", "→ · 403 403 403 · · · · ·"),
    "community:claims": ("key", "→ 403 · · · 403 403 403 · ·"),
    "community:claim_made": ("key", "claim", "→ 403 · · · 403 403 403 · ·"),
    "community:contest_claim": ("key", "claim", "→ 403 · · · 403 403 403 · ·"),
    "community:reverse_claim": ("key", "claim", "→ 403 403 · · 403 403 403 · ·"),
    "community:choose_other": ("key", SIGNED_IN),
    "community:unite": ("key", "other", "→ 403 403 403 403 403 403 403 · ·"),
    "community:merges": ("key", "→ 403 · · · 403 403 403 · ·"),
    "community:merge": ("key", "merge", "→ 403 · · · 403 403 403 · ·"),
    "community:duplicates": ("→ 403 403 403 403 403 403 403 · ·",),
    "community:duplicate": ("pair", "→ 404 404 404 404 404 404 404 · ·"),
    "community:claims_desk": ("→ 403 403 403 403 403 403 403 · ·",),
    "community:domains": ("key", "→ 403 403 · · 403 403 403 403 403"),
    "community:add_domain": ("key", "→ 403 403 · · 403 403 403 403 403"),
    "community:confirm_domain": ("key", "domain", "→ 403 403 · · 403 403 403 403 403"),
    "community:remove_domain": ("key", "domain", "→ 403 403 · · 403 403 403 403 403"),
    "community:delegations": ("key", "→ 403 · · · 403 403 403 · ·"),
    "community:give_delegation": ("key", "→ 403 403 403 · 403 403 403 403 403"),
    "community:delegation_end": ("key", "delegation", "→ 403 · 403 · 403 403 403 · ·"),
    "community:mandates": ("key", "→ 403 · · · · 403 403 · ·"),
    "community:offer_mandate": ("key", "→ 403 403 · · 403 403 403 403 403"),
    "community:mandate_end": ("key", "mandate", "→ 403 403 · · · 403 403 · ·"),
    "community:invitation": ("link", EVERYONE),
    "community:invitation_refusal": ("link", EVERYONE),
    "community:my_invitations": (SIGNED_IN,),
    "community:my_invitation": ("invitation", "→ 404 404 404 404 404 404 · 404 404"),
    "community:my_invitation_refusal": ("invitation", "→ 404 404 404 404 404 404 · 404 404"),
    "community:withdraw_join": ("asked", "→ 404 404 404 404 404 404 · 404 404"),
    "community:platform_roles": ("→ 403 403 403 403 403 403 403 403 ·",),
    "community:clear_factors": ("→ 403 403 403 403 403 403 403 403 ·",),
    "community:appoint": ("→ 403 403 403 403 403 403 403 403 ·",),
    "community:platform_role_end": ("platform role", "→ 403 403 403 403 403 403 403 403 ·"),
    # Imports: the platform's staff
    "imports:imports": ("→ 403 403 403 403 403 403 403 · ·",),
    "imports:import": ("run", "→ 403 403 403 403 403 403 403 · ·"),
    "imports:import_news": ("run", "→ 403 403 403 403 403 403 403 · ·"),
    "imports:import_rejects": ("run", "→ 403 403 403 403 403 403 403 404 404"),
    # Calls: the concerned writes the call and examines its files
    "calls:calls": (EVERYONE,),
    "calls:call": ("call", EVERYONE),
    "calls:eligibility": ("call", EVERYONE),
    "calls:begin": ("call", SIGNED_IN),
    "calls:edit_call": ("call", AUTHOR),
    "calls:edit_section": ("call", "questions", AUTHOR),
    "calls:edit_question": ("call", "questions", "question", AUTHOR),
    "calls:edit_rule": ("call", "condition", AUTHOR),
    "calls:edit_criterion": ("call", "new thing", AUTHOR),
    "calls:settings": ("call", AUTHOR),
    "calls:simulator": ("call", AUTHOR),
    "calls:publish": ("call", AUTHOR),
    "calls:discard": ("call", "→ 403 403 403 403 403 403 403 403 403"),  # nothing is in preparation
    "calls:cancel": ("call", AUTHOR),
    "calls:add_wave": ("call", AUTHOR),
    "calls:new_call": ("→ 403 403 403 403 403 403 403 403 ·",),
    "calls:writing": ("call", "→ 403 403 403 403 403 403 · 403 ·"),
    "calls:people": ("call", "→ 403 403 403 403 403 403 · 403 ·"),
    "calls:end_role": ("call", "call role", "→ 403 403 403 403 403 403 · 403 ·"),
    "calls:enter_paper": ("call", "→ 403 403 403 403 403 403 · 403 403"),
    "calls:my_applications": (SIGNED_IN,),
    "calls:application": ("file", APPLICANT),
    "calls:section": ("draft", "questions", APPLICANT),
    "calls:piece_add": ("draft", "file question", APPLICANT),
    "calls:piece_asked_add": ("file", APPLICANT),
    "calls:piece": ("file", "piece", "→ 404 404 · · · 404 · 404 404"),
    "calls:piece_remove": ("draft", "draft piece", APPLICANT),
    "calls:submit": ("draft", APPLICANT),
    "calls:keep": ("draft", "questions", "→ 405 405 405 405 405 405 405 405 405"),
    "calls:forget": ("draft", "questions", APPLICANT),
    "calls:take_up": ("draft", APPLICANT),
    "calls:receipt": ("file", APPLICANT),
    "calls:receipt_pdf": ("file", APPLICANT),
    "calls:withdraw": ("file", APPLICANT),
    "calls:give_pieces": ("file", APPLICANT),
    "calls:message": ("file", APPLICANT),
    "calls:appeal": ("file", "→ 404 404 403 403 403 404 404 404 404"),  # nothing is notified yet
    "calls:desk": ("→ 403 403 403 403 403 403 · 403 403",),
    "calls:lot": ("→ 404 404 404 404 404 404 404 404 404",),  # nothing is chosen
    "calls:lots": (SIGNED_IN,),
    "calls:lot_page": ("lot", SERVICE),
    "calls:lot_news": ("lot", SERVICE),
    "calls:file": ("file", SERVICE),
    "calls:name_officer": ("file", SERVICE),
    "calls:ask_pieces": ("file", "→ 404 404 404 404 404 404 403 404 404"),  # some are asked already
    "calls:admit": ("file", SERVICE),
    "calls:begin_review": ("file", "→ 404 404 404 404 404 404 403 404 404"),  # it is not admissible yet
    "calls:inadmissible": ("file", SERVICE),
    "calls:ask_opinion": ("file", SERVICE),
    "calls:record_opinion": ("file", "opinion", SERVICE),
    "calls:withdraw_opinion": ("file", "opinion", SERVICE),
    "calls:opinion_file": ("file", "given opinion", SERVICE),
    "calls:give_opinion": ("opinion link", "· · 403 403 403 403 · · · ·"),  # not to whoever applies
    "calls:tie": ("file", "→ 404 404 404 404 404 404 403 404 404"),  # it came online
    "calls:answer_message": ("file", SERVICE),
    "calls:answer_appeal": ("file", "→ 404 404 404 404 404 404 403 404 404"),  # nobody appealed
    # Judging: the concerned examines, signs, presides, and reads what they were given
    "calls:reviewers": ("judged", JUDGES),
    "calls:reviewer_new": ("judged", JUDGES),
    "calls:reviewer": ("judged", "reviewer", JUDGES),
    "calls:reviewer_end": ("judged", "reviewer", JUDGES),
    "calls:assigning": ("judged", JUDGES),
    "calls:ask_proposal": ("judged", JUDGES),
    "calls:proposal_news": ("judged", JUDGES),
    "calls:take_back": ("judged", "to read", SERVICE),
    "calls:links": ("judged", JUDGES),
    "calls:dismiss_link": ("judged", "judged file", "former person", SERVICE),
    "calls:my_reviews": (SIGNED_IN,),
    "calls:my_expertise": ("reviewer", SERVICE),
    "calls:review": ("to read", SERVICE),
    "calls:recuse": ("to read", SERVICE),
    "calls:reopen_review": ("already read", SERVICE),
    "calls:reviewed_piece": ("to read", "judged piece", SERVICE),
    "calls:ranking": ("judged", JUDGES),
    "calls:pack": ("judged", JUDGES),
    "calls:reviews": ("judged", "judged file", JUDGES),
    "calls:juries": ("judged", JUDGES),
    "calls:jury_new": ("judged", JUDGES),
    "calls:jury_member_new": ("judged", "jury", JUDGES),
    "calls:jury_member_end": ("judged", "juror", JUDGES),
    "calls:slot_new": ("judged", "jury", JUDGES),
    "calls:slots_new": ("judged", JUDGES),
    "calls:slot_opinion": ("judged", "slot", JUDGES),
    "calls:my_juries": (SIGNED_IN,),
    "calls:jury_calendar": ("jury", SERVICE),
    "calls:hearing_calendar": ("judged file", BOTH_SIDES),
    "calls:commissions": ("judged", JUDGES),
    "calls:commission_new": ("judged", JUDGES),
    "calls:my_commissions": (SIGNED_IN,),
    "calls:commission": ("commission", SERVICE),
    "calls:commission_member_new": ("commission", SERVICE),
    "calls:commission_member_end": ("prepared commission", "prepared member", SERVICE),
    "calls:agenda": ("commission", SERVICE),
    "calls:convene": ("commission", "→ 404 404 404 404 404 404 403 404 404"),  # it sits already
    "calls:open_sitting": ("commission", SERVICE),
    "calls:second_convocation": ("adjourned commission", SERVICE),
    "calls:item": ("commission", "item", SERVICE),
    "calls:leave_item": ("commission", "item", SERVICE),
    "calls:close_sitting": ("commission", SERVICE),
    "calls:cancel_sitting": ("commission", SERVICE),
    "calls:minutes": ("commission", SERVICE),
    "calls:commission_pack": ("commission", SERVICE),
    "calls:draft_decisions": ("judged", JUDGES),
    "calls:draft_decision": ("judged", "judged file", JUDGES),
    "calls:letters": ("judged", JUDGES),
    "calls:sign_letters": ("judged", JUDGES),
    "calls:notify_letters": ("judged", JUDGES),
    "calls:letter": ("judged", "signed letter", SERVICE),
    "calls:letter_pdf": ("judged", "signed letter", SERVICE),
    "calls:undo_letter": ("judged", "signed letter", SERVICE),
    "calls:decision": ("judged file", BOTH_SIDES),
    "calls:decision_pdf": ("judged file", BOTH_SIDES),
    "calls:told_opinion": ("judged file", "told opinion", BOTH_SIDES),
    "calls:promises": ("judged", EVERYONE),
    "calls:promise_new": ("judged", "judged file", JUDGES),
    "calls:promise_end": ("judged", "promise", JUDGES),
    # The projects
    "projects:mine": (SIGNED_IN,),
    "projects:directory": (EVERYONE,),
    "projects:directory_file": ("csv", EVERYONE),
    "projects:reuse": (EVERYONE,),
    "projects:similar": (SIGNED_IN,),
    "projects:start": (SIGNED_IN,),
    "projects:propose": (SIGNED_IN,),
    "projects:take_over_by_link": ("project link", EVERYONE),
    "projects:decline_by_link": ("project link", EVERYONE),
    "projects:project_data": ("project", EVERYONE),
    "projects:project": ("project", EVERYONE),
    "projects:history": ("project", "→ 403 403 · · · 403 · · ·"),
    "projects:file_of": ("project", "private file", "404 404 404 · · · 404 · · ·"),
    "projects:remove_file": ("project", "private file", "→ 403 403 · · · 403 · 403 403"),
    "projects:add_file": ("project", "document", "→ 403 403 · · · 403 · 403 403"),
    "projects:file": ("project", "→ 403 403 · · · 403 · 403 403"),
    "projects:step": ("project", "step", "→ 403 403 · · · 403 · 403 403"),
    "projects:keep": ("project", "step", "→ 405 405 405 405 405 405 405 405 405"),
    "projects:forget": ("project", "step", "→ 403 403 · · · 403 · 403 403"),
    "projects:take_commune": ("project", "→ 403 403 · · · 403 · 403 403"),
    "projects:carrier": ("project", "→ 403 403 · · 403 403 · 403 403"),
    "projects:invite_partner": ("project", "→ 403 403 · · 403 403 · 403 403"),
    "projects:remove_partner": ("project", "partner", "→ 403 403 · · 403 403 · 403 403"),
    "projects:answer_partner": ("project", "partner", "→ 403 403 403 403 403 403 · 403 403"),
    "projects:diagnose": ("project", "→ 403 403 · · · 403 · 403 403"),
    "projects:publish": ("project", "→ 403 403 · · 403 403 · 403 403"),
    "projects:unpublish": ("project", "→ 403 403 · · 403 403 · · ·"),
    "projects:end": ("project", "→ 403 403 · · 403 403 · 403 403"),
    "projects:resume": ("project", "→ 403 403 · · 403 403 · 403 403"),
    "projects:take_over": ("proposal", "→ 404 404 · · 404 404 403 403 403"),
    "projects:decline": ("proposal", "→ 404 404 · · 404 404 403 403 403"),
    # The labels: the register, one label; the concerned examines and signs for the category
    "labels:register": (EVERYONE,),
    "labels:register_file": ("csv", EVERYONE),
    "labels:schema": (EVERYONE,),
    "labels:reuse": (EVERYONE,),
    "labels:desk": (JUDGES,),
    "labels:mine": (SIGNED_IN,),
    "labels:label": ("label", EVERYONE),
    "labels:label_data": ("label", EVERYONE),
    "labels:minutes_file": ("label", "public minutes", EVERYONE),
    "labels:proceedings": ("label", "→ 403 · · · 403 403 · 403 403"),
    "labels:open_proceeding": ("label", JUDGES),
    "labels:lift": ("suspended label", JUDGES),
    "labels:set_condition": ("label", JUDGES),
    "labels:close_condition": ("label", "label condition", JUDGES),
    "labels:follow": ("label", HOLDERS),
    "labels:note": ("label", "followed action", HOLDERS),
    "labels:drop": ("label", "followed action", HOLDERS),
    "labels:resume": ("label", "done action", HOLDERS),
    "labels:proceeding": ("proceeding", "→ 404 · · · 404 404 · 404 404"),
    "labels:proceeding_pdf": ("proceeding", "→ 404 · · · 404 404 · 404 404"),
    "labels:proceeding_file": ("proceeding", "proceeding file", "→ 404 · · · 404 404 · 404 404"),
    "labels:answer": ("proceeding", "→ 404 · · · 404 404 403 404 404"),
    "labels:join_file": ("proceeding", "→ 404 · · · 404 404 403 404 404"),
    "labels:ask_hearing": ("proceeding", "→ 404 · · · 404 404 403 404 404"),
    "labels:set_hearing": ("proceeding", CONDUCT),
    "labels:close_hearing": ("proceeding", CONDUCT),
    "labels:pronounce": ("proceeding", CONDUCT),
    "labels:drop_proceeding": ("proceeding", CONDUCT),
    "labels:file_appeal": ("pronounced", "→ 404 · 403 · 404 404 403 404 404"),
    "labels:record_appeal": ("pronounced", CONDUCT),
    "labels:answer_appeal": ("pronounced", "label appeal", CONDUCT),
    # What a label is worth
    "labels:verify": (EVERYONE,),
    "labels:proof": ("label", EVERYONE),
    "labels:proof_file": ("label", EVERYONE),
    "labels:certificate": ("label", EVERYONE),
    # What verifiers read
    "credentials:did": (EVERYONE,),
    "credentials:status_list": ("one", "purpose", EVERYONE),
    # The places
    "geography:suggestions": (EVERYONE,),
    # The account
    "account_login": ("· 302 302 302 302 302 302 302 302 302",),
    "account_signup": ("→ → → → → → → → → →",),
    "account_logout": (EVERYONE,),
    "account_inactive": ("· 302 302 302 302 302 302 302 302 302",),
    "accounts:account": (SIGNED_IN,),
    "accounts:code": ("nothing", "404 302 302 302 302 302 302 302 302 302"),
    "accounts:join": ("nothing", "404 302 302 302 302 302 302 302 302 302"),
    "accounts:passkey": ("· 302 302 302 302 302 302 302 302 302",),
    "accounts:second_factor": ("→ 302 302 302 302 302 302 302 302 302",),
    "accounts:confirm": ("→ 302 302 302 302 302 302 · 302 302",),
    "accounts:confirm_by_code": ("→ · · · · · · 404 · ·",),
    "accounts:confirm_code": ("nothing", "→ 404 404 404 404 404 404 404 404 404"),
    "accounts:security": (SIGNED_IN,),
    "accounts:passkey_add": (SIGNED_IN,),
    "accounts:application_add": (SIGNED_IN,),
    "accounts:factor_remove": ("factor", "→ 404 404 404 404 404 404 · 404 404"),
    "accounts:recovery_codes": (SIGNED_IN,),
    "accounts:sessions": (SIGNED_IN,),
    "accounts:session_end": ("session", "→ 404 404 404 404 404 404 · 404 404"),
    "accounts:sessions_end": (SIGNED_IN,),
    # ProConnect has no credentials here: see tests/accounts/test_proconnect.py for when it has
    "accounts:left": (EVERYONE,),
    "accounts:proconnect": ("404 404 404 404 404 404 404 404 404 404",),
    "accounts:proconnect_back": ("404 404 404 404 404 404 404 404 404 404",),
    "accounts:proconnect_leave": ("404 404 404 404 404 404 404 404 404 404",),
    "accounts:proconnect_left": ("404 404 404 404 404 404 404 404 404 404",),
    "accounts:identity_link": ("→ 404 404 404 404 404 404 404 404 404",),
    "accounts:identity_move": ("→ 404 404 404 404 404 404 404 404 404",),
    "accounts:identity_move_code": ("nothing", "→ 404 404 404 404 404 404 404 404 404"),
    "accounts:identity_unlink": ("identity", "→ 404 404 404 404 404 404 · 404 404"),
    "accounts:terms": (SIGNED_IN,),
    "accounts:rename": (SIGNED_IN,),
    "accounts:address": (SIGNED_IN,),
    "accounts:address_code": ("nothing", "→ 404 404 404 404 404 404 404 404 404"),
    "accounts:notices": (SIGNED_IN,),
    "accounts:notice": ("notice", "→ 404 404 404 404 404 404 · 404 404"),
    "accounts:data": (SIGNED_IN,),
    "accounts:export": (SIGNED_IN,),
    "accounts:deletion": (SIGNED_IN,),
    # The labels: a category, then the file of a candidacy, whose concerned answers for a member
    "labels:categories": (EVERYONE,),
    "labels:category": ("category", EVERYONE),
    "labels:category_data": ("category", EVERYONE),
    "labels:start": ("category", SIGNED_IN),
    "labels:candidacies": (SIGNED_IN,),
    "labels:candidacy": ("candidacy", CANDIDACY),
    "labels:candidacy_history": ("candidacy", CANDIDACY),
    "labels:candidacy_file": ("candidacy", "candidacy file", CANDIDACY),
    "labels:members": ("candidacy", CANDIDACY),
    "labels:plan": ("candidacy", CANDIDACY),
    "labels:step": ("candidacy", "candidacy step", CANDIDATES),
    "labels:keep": ("candidacy", "candidacy step", "→ 405 405 405 405 405 405 405 405 405"),
    "labels:forget": ("candidacy", "candidacy step", CANDIDATES),
    "labels:assessment": ("candidacy", CANDIDATES),
    "labels:follow_criteria": ("candidacy", CANDIDATES),
    "labels:add_proof": ("candidacy", "criterion", CANDIDATES),
    "labels:remove_proof": ("candidacy", "proof", CANDIDATES),
    "labels:challenge": ("candidacy", "one", CANDIDATES),
    "labels:remove_challenge": ("candidacy", "one", CANDIDATES),
    "labels:plan_action": ("candidacy", "one", CANDIDATES),
    "labels:action": ("candidacy", "action", CANDIDATES),
    "labels:remove_action": ("candidacy", "action", CANDIDATES),
    "labels:keep_minutes": ("candidacy", CANDIDATES),
    "labels:end_candidacy": ("candidacy", "→ 404 404 · · 403 404 403 403 403"),
    "labels:ask_member": ("candidacy", "→ 404 404 · · 403 404 403 403 403"),
    "labels:member": ("candidacy", "collective member", "→ 404 404 · · · 404 · 403 403"),
    "labels:answer_member": ("candidacy", "collective member", "→ 404 404 403 403 403 404 · 403 403"),
    "labels:remove_member": ("candidacy", "collective member", "→ 404 404 · · 403 404 403 403 403"),
    "labels:lead": ("candidacy", "collective member", "→ 404 404 · · 403 404 403 403 403"),
    # The service itself
    "health": (EVERYONE,),
    "readiness": (EVERYONE,),
    # The demonstration (absent from production)
    "demonstration:become": ("405 405 405 405 405 405 405 405 405 405",),
    "demonstration:people": (EVERYONE,),
    "demonstration:mails": (EVERYONE,),
    "demonstration:mail": ("mail", EVERYONE),
}


@dataclass
class World:
    """One organisation, one person for each relation to it, and one of each thing."""

    people: dict[str, Person]
    parts: dict[str, Any]

    def address(self, name: str, parts: tuple[str, ...]) -> str:
        return reverse(name, args=[self.parts[part] for part in parts])

    def ask(self, relation: str, address: str) -> HttpResponse:
        """What someone of this relation gets, in a browser of their own."""
        browser = HostileClient()
        if relation in self.people:
            browser.force_login(self.people[relation])
        response = browser.get(address)
        if response.streaming:
            b"".join(response)  # to the end, as a browser does
        return response

    def answer(self, relation: str, address: str) -> str:
        """The same, in the signs of the table."""
        response = self.ask(relation, address)
        if response.status_code == 302 and response["Location"].startswith(reverse(site.LOGIN_URL)):
            return "→"
        return "·" if response.status_code == 200 else str(response.status_code)


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> World:
    settings.MEDIA_ROOT, settings.CREDENTIAL_KEYS = tmp_path, tmp_path / "keys"
    with transaction():
        make_key(by=System("tests"), at=timezone.now())
    organisation = factories.organisation(siren="732829320")
    people = {relation: factories.person() for relation in RELATIONS[1:]}
    for name in (RoleName.REPRESENTATIVE, RoleName.MANAGER, RoleName.MEMBER):
        factories.role(organisation, name=name, holder=people[name])
    now, today = timezone.now(), timezone.localdate()
    factories.role(organisation, name=RoleName.MEMBER, holder=people["former"], ended_at=now)
    factories.role(None, name=RoleName.ADMINISTRATOR, holder=people["administrator"])
    moderator = factories.role(None, name=RoleName.MODERATOR, holder=people["moderator"])
    manager, concerned = people["manager"], people["concerned"]
    mandate = factories.mandate(organisation, helper=people["helper"], granted_by=manager)
    delegation = factories.delegation(organisation, giver=people["representative"], delegate=people["member"])
    invitation = factories.invitation(organisation, token="lien", invited_by=manager, email=concerned.email)
    claim = factories.claim(organisation)
    handover = factories.handover(organisation, giver=manager, email=concerned.email)
    other, absorbed = factories.organisation(), factories.organisation()
    merge = factories.united(absorbed, into=organisation, by=people["moderator"])
    pair = Duplicate.objects.create(
        first=organisation, second=other, reasons=[Likeness.NAME], likeness=95, found_at=now
    )
    domain = factories.email_domain(organisation, added_by=manager)
    asked = factories.join_request(organisation, asker=concerned, expected_on=today - timedelta(days=1))
    report = ErrorReport.objects.create(
        organisation=organisation, message="Une erreur.", reported_at=now, due_on=today, reporter=concerned
    )
    run = Run.objects.create(
        source="sirene", digest="x", state="done", by="system:import-sirene", started_at=now, told_at=now, ended_at=now
    )
    message = ContactMessage.objects.create(
        organisation=organisation, sender=concerned, subject="Bonjour", body="Un message.", sent_at=now
    )
    notice = Notice.objects.create(
        template="community/join_rejected",
        recipient=concerned.actor_key,
        email=concerned.email,
        subject="Un courriel",
        body="Son texte.",
        asked_at=now,
        sent_at=now,
    )
    search = SavedSearch.objects.create(
        person=concerned, name="Jardins", query="?q=jardin", saved_at=now, digested_on=today
    )
    export = Export.objects.create(
        person=concerned, name="Jardins", query="?q=jardin", kind="csv", number=1, asked_at=now, expires_at=now + DAY
    )
    call = factories.call()
    version = factories.call_version(call, form=FORM, eligibility=ELIGIBILITY)
    call_role = factories.call_role(call, name=CallRoleName.AUTHOR, holder=concerned)
    factories.call_role(call, holder=concerned)
    applicant = people["representative"]
    draft = factories.call_application(version, organisation=organisation, person=applicant)
    file = factories.call_application(
        version, organisation=organisation, person=applicant, state=ApplicationState.INCOMPLETE
    )
    asked_pieces = [{"name": "Comptes", "basis": "R"}]
    said = {"application": file, "asked_at": now, "asked_by": concerned, "question": "Votre avis ?"}
    said |= {"due_on": today + 30 * DAY, "remind_on": today + 23 * DAY}
    opinion = Opinion.objects.create(who="Un service", email="un@service.example", **said)
    told = Opinion(who="Un autre", email="autre@service.example", sense="favourable", **said)
    told.author, told.given_on, told.answered_at = "Cléo Exemple", today, now
    told.file.save("avis.pdf", ContentFile(b"%PDF-1.7\n%%EOF\n"), save=False)
    told.file_name, told.file_kind = "avis.pdf", "application/pdf"
    told.save()
    PiecesRequest.objects.create(
        application=file, asked_at=now, asked_by=concerned, pieces=asked_pieces, due_on=today + DAY
    )
    judged = judged_parts(organisation, people)
    mail = Mail.objects.create(to=concerned.email, subject="Un courriel", body="Son texte.", sent_at=now)
    census = Census.objects.create(day=today, counted_at=now)
    Picture.objects.create(series="roles", look=Look.WIDE, census=census, svg="<svg/>")
    project = factories.project(organisation=organisation, person=concerned)
    proposal = factories.proposal(organisation=organisation, proposed_by=concerned, claim_token="reprise")
    elsewhere = factories.organisation()
    factories.role(elsewhere, name=RoleName.REPRESENTATIVE, holder=concerned)
    partner = factories.partner(project, elsewhere)
    private = ProjectFile.objects.create(
        project=project,
        kind="document",
        name="budget.pdf",
        file=default_storage.save("projects/essai/budget.pdf", ContentFile(b"%PDF-1.7 %%EOF")),
        size=14,
        content_type="application/pdf",
        digest="x",
        added_at=now,
    )
    return World(
        people=people,
        parts={
            **label_parts(organisation, elsewhere),
            "project": project.key,
            "proposal": proposal.key,
            "project link": "reprise",
            "partner": partner.pk,
            "private file": private.pk,
            "step": "reponse",
            "csv": "csv",
            "document": "document",
            "key": organisation.key,
            "member": people["member"].public_id,
            "representative": people["representative"].public_id,
            "invitation": invitation.pk,
            "link": "lien",
            "asked": asked.pk,
            "claim": claim.pk,
            "handover": handover.public_id,
            "opinion": opinion.public_id,
            "given opinion": told.public_id,
            "opinion link": opinion_link(opinion),
            "check link": link_for(organisation, manager),
            "domain": domain.pk,
            "other": other.public_id,
            "merge": merge.pk,
            "pair": pair.pk,
            "delegation": delegation.pk,
            "mandate": mandate.pk,
            "platform role": moderator.pk,
            "report": report.pk,
            "run": run.pk,
            "message": message.public_id,
            "notice": notice.pk,
            "mail": mail.pk,
            "search": search.pk,
            "stop": stop_token(concerned),
            "export": export.token,
            "section": "presentation",
            "call": call.key,
            "draft": draft.public_id,
            "file": file.public_id,
            "questions": "projet",
            "question": "idea",
            "condition": "budget",
            "new thing": "nouvelle",
            "call role": call_role.pk,
            "file question": "statutes",
            "piece": factories.piece(file, by=applicant).public_id,
            "draft piece": factories.piece(draft, by=applicant, question="statutes").public_id,
            **judged,
            **awarded_parts(organisation, people),
            "series": "roles",
            "value": "name",
            "territory": "lot-departement-46",
            "identity": factories.external_identity(concerned).pk,
            "factor": factories.application(concerned).pk,
            "session": factories.open_session(concerned).pk,
            "nothing": "rien",
            "purpose": "revocation",
            "one": 1,
        },
    )


def awarded_parts(organisation: Organisation, people: dict[str, Person]) -> dict[str, Any]:
    """A label that the organisation holds, another that is suspended, and one of each thing around them."""
    concerned, now, today = people["concerned"], timezone.now(), timezone.localdate()
    call = factories.call(closes_at=None)
    for name in (CallRoleName.OFFICER, CallRoleName.SIGNATORY):
        factories.call_role(call, name=name, holder=concerned)
    category = factories.category(call=call)
    candidacy = factories.candidacy(category, organisation=organisation)
    label = factories.label(candidacy, since=today - 2 * DAY, awarded_on=today - 2 * DAY)
    with transaction():
        prove(label=label, by=System("tests"), at=now)
    suspended = factories.label(
        factories.candidacy(category, organisation=organisation),
        since=today - 2 * DAY,
        state=LabelState.SUSPENDED,
        suspended_on=today,
    )
    challenge = Challenge.objects.create(candidacy=candidacy, position=1, kind="social", title="Défi")
    pilot = candidacy.members.get()
    planned = {"challenge": challenge, "pilot": pilot, "due_on": today, "title": "Action"}
    action = Action.objects.create(**planned)
    done = Action.objects.create(**planned, state=ActionState.DONE)
    kept = CandidacyFile.objects.create(
        candidacy=candidacy,
        name="cr.pdf",
        file=default_storage.save("labels/cr.pdf", ContentFile(b"%PDF-1.7 %%EOF")),
        size=14,
        content_type="application/pdf",
        digest="x",
        added_at=now,
    )
    minutes = SteeringMinutes.objects.create(
        candidacy=candidacy, held_on=today, summary="Décidé.", file=kept, is_public=True, told_at=now
    )
    proceeding = factories.proceeding(label, answer="Notre réponse.", answered_at=now, hearing_asked_at=now)
    joined = ProceedingFile.objects.create(
        proceeding=proceeding,
        name="pv.pdf",
        file=default_storage.save("labels/pv.pdf", ContentFile(b"%PDF-1.7 %%EOF")),
        size=14,
        kind="application/pdf",
        digest="x",
        by=people["representative"],
        at=now,
    )
    pronounced = factories.proceeding(
        suspended,
        notified_at=now - 20 * DAY,
        answer_until=today - DAY,
        answer="R",
        answered_at=now,
        outcome=Outcome.PRONOUNCED,
        decided_at=now,
        from_on=today,
        reason="Motif.",
    )
    appeal = LabelAppeal.objects.create(
        proceeding=pronounced,
        kind="gracieux",
        grounds="G",
        filed_on=today,
        recorded_at=now,
        recorded_by=people["representative"],
    )
    return {
        "label": label.key,
        "suspended label": suspended.key,
        "public minutes": minutes.pk,
        "label condition": label.conditions.create(text="Condition", due_on=today + DAY).pk,
        "followed action": action.pk,
        "done action": done.pk,
        "proceeding": proceeding.public_id,
        "proceeding file": joined.public_id,
        "pronounced": pronounced.public_id,
        "label appeal": appeal.pk,
    }


def judged_parts(organisation: Organisation, people: dict[str, Person]) -> dict[str, Any]:
    """A call that is being judged, with one of each thing; the concerned holds every role in it."""
    campaign, concerned, now = Campaign(), people["concerned"], timezone.now()
    for name in (CallRoleName.OFFICER, CallRoleName.SIGNATORY, CallRoleName.CHAIR):
        factories.call_role(campaign.call, name=name, holder=concerned)
    signatory = campaign.call.roles.get(person=concerned, name=CallRoleName.SIGNATORY)
    file = campaign.file(organisation=organisation, person=people["representative"])
    reviewer = campaign.reviewer(concerned)
    to_read = campaign.given(file, reviewer)
    already = campaign.read(campaign.file(), 2, reviewer)
    file.state = ApplicationState.NOTIFIED
    file.save()
    decided = {"outcome": "retained", "reasons": "R", "drafted_at": now, "drafted_by": campaign.officer}
    signed = {"signed_at": now, "signatory": signatory}
    decision = Decision.objects.create(application=file, **decided, **signed, notified_at=now)
    decision.letter = drafted_letter(decision)
    decision.save()
    opinion = Opinion(application=file, who="S", email="s@service.example", question="Q", asked_at=now)
    opinion.asked_by, opinion.due_on, opinion.remind_on = concerned, timezone.localdate(), timezone.localdate()
    opinion.sense, opinion.author, opinion.given_on, opinion.answered_at = "none", "A", timezone.localdate(), now
    opinion.file.save("avis.pdf", ContentFile(b"%PDF-1.7\n%%EOF\n"), save=False)
    opinion.file_name, opinion.file_kind = "avis.pdf", "application/pdf"
    opinion.save()
    waiting = campaign.file(ApplicationState.DECIDED, decided_from=ApplicationState.REVIEW)
    letter = Decision.objects.create(application=waiting, **decided, **signed)
    promise = Promise.objects.create(
        application=file, kind="money", what="W", owner="O", due_on=timezone.localdate() + DAY, made_at=now
    )
    jury = Jury.objects.create(call=campaign.call, name="Jury", made_at=now)
    juror = JuryMember.objects.create(jury=jury, person=concerned, joined_at=now)
    slot = Slot.objects.create(jury=jury, application=file, starts_at=now, ends_at=now + DAY, where="Ici")
    sat = {"call": campaign.call, "name": "C", "held_at": now, "where": "Ici", "made_at": now}
    convened = {**sat, "convened_at": now, "rules": Rules.on(timezone.localdate()).to_json()}
    commission = Commission.objects.create(**convened, state=CommissionState.HELD, opened_at=now)
    item = CommissionItem.objects.create(
        commission=commission, application=already.application, position=1, proposal="retained"
    )
    prepared = Commission.objects.create(**sat)
    member = CommissionMember.objects.create(commission=prepared, person=people["stranger"])
    adjourned = Commission.objects.create(**convened, state=CommissionState.ADJOURNED)
    lot = Lot.objects.create(act=LotAct.TAKE, asked_by=concerned, asked_at=now, digest="x")
    LotFile.objects.create(lot=lot, application=already.application, seen="x")
    return {
        "judged": campaign.call.key,
        "judged file": file.public_id,
        "judged piece": factories.piece(file, by=people["representative"], question="photo").public_id,
        "former person": people["former"].public_id,
        "reviewer": reviewer.pk,
        "to read": to_read.pk,
        "already read": already.pk,
        "jury": jury.public_id,
        "juror": juror.pk,
        "slot": slot.public_id,
        "commission": commission.public_id,
        "item": item.pk,
        "prepared commission": prepared.public_id,
        "prepared member": member.pk,
        "adjourned commission": adjourned.public_id,
        "lot": lot.public_id,
        "signed letter": letter.pk,
        "told opinion": opinion.public_id,
        "promise": promise.pk,
    }


def label_parts(organisation: Organisation, elsewhere: Organisation) -> dict[str, Any]:
    """A candidacy led by the organisation, with one of each thing; another organisation is asked to take part."""
    now = timezone.now()
    candidacy = factories.candidacy(factories.category(challenges_wanted=3), organisation=organisation)
    file = CandidacyFile.objects.create(
        candidacy=candidacy,
        name="carte.pdf",
        file=default_storage.save("labels/essai/carte.pdf", ContentFile(b"%PDF-1.7 %%EOF")),
        size=14,
        content_type="application/pdf",
        digest="x",
        added_at=now,
    )
    challenge = Challenge.objects.create(candidacy=candidacy, position=1, kind="social", title="Un défi")
    pilot = candidacy.members.get()
    return {
        "candidacy": candidacy.key,
        "category": candidacy.category.code,
        "candidacy step": "essentiel",
        "candidacy file": file.pk,
        "criterion": "zone",
        "proof": Proof.objects.create(candidacy=candidacy, criterion="zone", what="C", file=file, added_at=now).pk,
        "action": Action.objects.create(challenge=challenge, title="A", pilot=pilot, due_on=now.date()).pk,
        "collective member": factories.member(candidacy, elsewhere).pk,
    }


def addresses(resolver: URLResolver | None = None, space: str = "") -> Iterator[str]:
    """The full name of every address."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"


def test_every_address_has_its_line() -> None:
    # One page may have two addresses of the same name: what is searched is a part of the second.
    assert sorted(set(addresses())) == sorted(TABLE)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_each_relation_gets_what_the_table_says(name: str, world: World) -> None:
    *parts, expected = TABLE[name]
    address = world.address(name, tuple(parts))
    got = " ".join(world.answer(relation, address) for relation in RELATIONS)
    assert got == expected, f"{name} ({address})\n{' '.join(RELATIONS)}"


PROTECTED = sorted(name for name, (*_, expected) in TABLE.items() if "·" in expected and not expected.startswith("·"))


@pytest.mark.parametrize("name", PROTECTED)
def test_nothing_is_kept_of_what_someone_else_was_shown(name: str, world: World) -> None:
    *parts, expected = TABLE[name]
    address = world.address(name, tuple(parts))
    answers = dict(zip(RELATIONS, expected.split(), strict=True))
    privileged = [relation for relation, answer in answers.items() if answer == "·"][-1]
    assert world.answer(privileged, address) == "·"
    for relation in ("visitor", "stranger"):
        assert world.answer(relation, address) == answers[relation]
