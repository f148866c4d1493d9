"""What the inbox's address asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self
from uuid import UUID

from django.http import QueryDict

from yuemian.accounts.models import Role, User
from yuemian.domain.states import ConversationState
from yuemian.interviews.board import read_choice, read_id
from yuemian.interviews.keyset import Place


class Whose(StrEnum):
    MINE = "mine"
    UNASSIGNED = "unassigned"
    ALL = "all"


@dataclass(frozen=True)
class Filters:
    """A value that cannot be read is as good as none."""

    whose: Whose = Whose.ALL
    #: None: whatever state, as a search asks for.
    state: ConversationState | None = ConversationState.OPEN
    job: UUID | None = None
    branch: UUID | None = None
    search: str = ""
    after: Place | None = None

    @classmethod
    def from_query(cls, query: QueryDict, user: User) -> Self:
        """Recruiters begin with their own conversations, everybody else with all; a search looks at every state."""
        own = Whose.MINE if user.role == Role.RECRUITER else Whose.ALL
        search = query.get("q", "").strip()[:120]
        wanted = query.get("state")
        state = read_choice(ConversationState, wanted)
        if state is None and wanted != "any" and not search:
            state = ConversationState.OPEN
        return cls(
            whose=read_choice(Whose, query.get("whose")) or (Whose.ALL if search else own),
            state=state,
            job=read_id(query.get("job")),
            branch=read_id(query.get("branch")),
            search=search,
            after=Place.read(query.get("after", "")),
        )

    @property
    def is_oldest_first(self) -> bool:
        """Who has waited longest comes first; what is done shows its newest."""
        return self.state in {ConversationState.OPEN, ConversationState.SNOOZED}

    @property
    def order_field(self) -> str:
        return "ranked_at" if self.state else "last_message_at"

    @property
    def is_narrowed(self) -> bool:
        return bool(self.search or self.job or self.branch)

    def of(self, whose: Whose) -> Self:
        return replace(self, whose=whose, after=None)

    def within(self, state: ConversationState | None) -> Self:
        return replace(self, state=state, after=None)
