"""What persons do with their account, a module per noun."""

from accelerator.accounts.operations.account import (
    accept_terms,
    change_address,
    delete_account,
    enter,
    join,
    open_account,
    rename,
)
from accelerator.accounts.operations.codes import ask_code, confirm, count_try, forget_challenges, prove
from accelerator.accounts.operations.factors import (
    add_application,
    add_passkey,
    clear_factors,
    give_code,
    give_passkey,
    make_recovery_codes,
    remove_factor,
)
from accelerator.accounts.operations.identities import attest, link_identity, move_identity, unlink_identity
from accelerator.accounts.operations.sessions import end_sessions, forget_ended_sessions, note_session

__all__ = [
    "accept_terms",
    "add_application",
    "add_passkey",
    "ask_code",
    "attest",
    "change_address",
    "clear_factors",
    "confirm",
    "count_try",
    "delete_account",
    "end_sessions",
    "enter",
    "forget_challenges",
    "forget_ended_sessions",
    "give_code",
    "give_passkey",
    "join",
    "link_identity",
    "make_recovery_codes",
    "move_identity",
    "note_session",
    "open_account",
    "prove",
    "remove_factor",
    "rename",
    "unlink_identity",
]
