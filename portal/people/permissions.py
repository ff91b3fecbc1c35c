"""The permission table: the one place that says which role may do what.

A permission says what kind of act; *which* community it may be done for is decided
by team, recusal and, for sealed texts, by the keys themselves.
"""

from collections.abc import Mapping
from enum import StrEnum

from portal.kernel.errors import ForbiddenError


class Role(StrEnum):
    """Everybody of domain.md who signs in; residents and the public never do."""

    ADMIN = "admin"  # 系统管理员: accounts, never content
    OFFICE = "office"  # 巡察办: sets up rounds, prints, publishes
    CHIEF = "chief"  # 巡察办负责人: approves, closes the vote
    MEMBER = "member"  # 巡察组成员: reads and sorts their own communities
    DISCIPLINE = "discipline"  # 纪检监察: receives leads
    UNIT = "unit"  # 整改责任单位: told what to fix
    SUPERVISOR = "supervisor"  # 监督责任: 村务监督, 街道纪工委
    ENTRY = "entry"  # 代录员: types paper forms in


class Permission(StrEnum):
    """One kind of act on the desk."""

    MANAGE_STAFF = "manage_staff"
    MANAGE_PLACES = "manage_places"
    MANAGE_ROUNDS = "manage_rounds"
    MANAGE_ENTRANCES = "manage_entrances"
    READ_LETTERS = "read_letters"
    OPEN_LETTERBOX = "open_letterbox"
    WRITE_FINDINGS = "write_findings"
    READ_FINDINGS = "read_findings"
    APPROVE_FINDINGS = "approve_findings"
    HAND_OVER = "hand_over"
    READ_LEADS = "read_leads"
    RECTIFY = "rectify"
    REVIEW_RECTIFICATION = "review_rectification"
    REVISIT = "revisit"
    PUBLISH = "publish"
    RUN_VOTE = "run_vote"
    CLOSE_VOTE = "close_vote"
    READ_FIGURES = "read_figures"
    READ_AUDIT = "read_audit"
    ASSIST = "assist"  # 代填: fill in together with a resident
    ENTER_PAPER = "enter_paper"  # 录入: type sheets of paper in
    ENTER_ANYWHERE = "enter_anywhere"  # not only for one's team's communities
    ENTER_BALLOTS = "enter_ballots"  # 纸质选票: by two people


_OFFICE = frozenset(
    {
        Permission.MANAGE_PLACES,
        Permission.MANAGE_ROUNDS,
        Permission.MANAGE_ENTRANCES,
        Permission.OPEN_LETTERBOX,
        Permission.READ_FINDINGS,
        Permission.HAND_OVER,
        Permission.REVIEW_RECTIFICATION,
        Permission.REVISIT,
        Permission.PUBLISH,
        Permission.RUN_VOTE,
        Permission.CLOSE_VOTE,
        Permission.READ_FIGURES,
        Permission.READ_AUDIT,
        Permission.ENTER_PAPER,
        Permission.ENTER_ANYWHERE,
        Permission.ENTER_BALLOTS,
    }
)

ALLOWED: Mapping[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset({Permission.MANAGE_STAFF, Permission.READ_AUDIT}),
    Role.OFFICE: _OFFICE,
    Role.CHIEF: _OFFICE | {Permission.APPROVE_FINDINGS, Permission.READ_LEADS},
    Role.MEMBER: frozenset(
        {
            Permission.READ_LETTERS,
            Permission.WRITE_FINDINGS,
            Permission.READ_FINDINGS,
            Permission.APPROVE_FINDINGS,
            Permission.REVISIT,
            Permission.READ_FIGURES,
            Permission.ASSIST,
            Permission.ENTER_PAPER,
        }
    ),
    Role.DISCIPLINE: frozenset({Permission.READ_LEADS}),
    Role.UNIT: frozenset({Permission.RECTIFY}),
    Role.SUPERVISOR: frozenset({Permission.REVIEW_RECTIFICATION, Permission.REVISIT}),
    Role.ENTRY: frozenset(
        {
            Permission.ENTER_PAPER,
            Permission.ENTER_ANYWHERE,
            Permission.ENTER_BALLOTS,
        }
    ),
}


def permits(role: Role, permission: Permission) -> bool:
    """Whether the table allows `permission` to `role`."""
    return permission in ALLOWED[role]


def require(role: Role, permission: Permission) -> None:
    """Refuse what the table does not allow.

    Raises ForbiddenError.
    """
    if not permits(role, permission):
        raise ForbiddenError
