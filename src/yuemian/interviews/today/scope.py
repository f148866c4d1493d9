"""What the Today page is about: one's own candidates, a branch's, everybody's; a value of the URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode
from uuid import UUID

from yuemian.accounts.models import Branch, Role, User
from yuemian.interviews.models import Interview, InterviewQuerySet

MINE, EVERYBODY = "me", "all"


@dataclass(frozen=True)
class Scope:
    """`branch` narrows everybody's; an interviewer's is always what they hold."""

    is_mine: bool = True
    branch: UUID | None = None
    #: The part that is shown to its end.
    whole: str = ""

    @classmethod
    def of(cls, user: User) -> Scope:
        """Where a person begins: recruiters with their own candidates, those who lead with all."""
        return cls(is_mine=user.role == Role.RECRUITER)

    @classmethod
    def from_query(cls, query: Mapping[str, str], user: User) -> Scope:
        """What `?whose=` asks for: `me`, `all`, or a branch; anything else is as good as nothing. So is `?whole=`."""
        return replace(cls._whose(query.get("whose", ""), user), whole=_word(query.get("whole", "")))

    @classmethod
    def _whose(cls, whose: str, user: User) -> Scope:
        if whose in {MINE, EVERYBODY}:
            return cls(is_mine=whose == MINE)
        branch = _branch(whose, user)
        return cls(is_mine=False, branch=branch) if branch else cls.of(user)

    @property
    def whose(self) -> str:
        return MINE if self.is_mine else str(self.branch or EVERYBODY)

    @property
    def query(self) -> str:
        whole = {"whole": self.whole} if self.whole else {}
        return urlencode({"whose": self.whose, **whole})

    def board_query(self, **more: str) -> str:
        """The board's filter for the same people."""
        own = {"recruiter": "me"} if self.is_mine else {"branch": str(self.branch)} if self.branch else {}
        return urlencode({**own, **more})

    def interviews(self, user: User) -> InterviewQuerySet:
        rows = Interview.objects.visible_to(user)
        if user.role == Role.INTERVIEWER:
            return rows
        if self.is_mine:
            return rows.filter(recruiter=user)
        return rows.filter(branch=self.branch) if self.branch else rows


def _word(text: str) -> str:
    """The name of a part, or what is none."""
    return text if text.isascii() and text.isalpha() and len(text) < 20 else ""


def _branch(text: str, user: User) -> UUID | None:
    try:
        wanted = UUID(text)
    except ValueError:
        return None
    return Branch.objects.visible_to(user).filter(pk=wanted).values_list("pk", flat=True).first()
