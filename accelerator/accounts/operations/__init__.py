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
from accelerator.accounts.operations.codes import ask_code, count_try, forget_challenges, prove
from accelerator.accounts.operations.identities import attest, link_identity, move_identity, unlink_identity

__all__ = [
    "accept_terms",
    "ask_code",
    "attest",
    "change_address",
    "count_try",
    "delete_account",
    "enter",
    "forget_challenges",
    "join",
    "link_identity",
    "move_identity",
    "open_account",
    "prove",
    "rename",
    "unlink_identity",
]
