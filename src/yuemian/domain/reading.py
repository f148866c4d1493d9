"""What came of reading one cell that a person typed: good, repairable or bad, and in which exact way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class ProblemCode(StrEnum):
    """Why a cell, or a row, cannot be used as it stands."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    TOO_LONG = "too_long"
    FORMULA_ERROR = "formula_error"
    LOOKS_LIKE_PHONE = "looks_like_phone"
    LOOKS_LIKE_EMAIL = "looks_like_email"
    LOOKS_LIKE_ID_NUMBER = "looks_like_id_number"

    PHONE_ROUNDED = "phone_rounded"
    PHONE_TOO_SHORT = "phone_too_short"
    PHONE_TOO_LONG = "phone_too_long"
    PHONE_NO_AREA_CODE = "phone_no_area_code"
    PHONE_NOT_ASSIGNED = "phone_not_assigned"
    PHONE_SERVICE_NUMBER = "phone_service_number"

    EMAIL_NO_AT = "email_no_at"
    EMAIL_SEVERAL_AT = "email_several_at"
    EMAIL_LOCAL_NOT_ASCII = "email_local_not_ascii"
    EMAIL_BAD_LOCAL = "email_bad_local"
    EMAIL_BAD_DOMAIN = "email_bad_domain"

    NAME_WITHOUT_LETTER = "name_without_letter"
    NAME_CONTAINS_LINK = "name_contains_link"
    SEVERAL_PEOPLE = "several_people"

    DATE_MISSING = "date_missing"
    TIME_MISSING = "time_missing"
    DATE_AMBIGUOUS = "date_ambiguous"
    DATE_IMPOSSIBLE = "date_impossible"
    TIME_IMPOSSIBLE = "time_impossible"
    TIME_SKIPPED_BY_CLOCK_CHANGE = "time_skipped_by_clock_change"
    SEVERAL_TIMES = "several_times"
    START_CONTRADICTION = "start_contradiction"
    ZONE_UNKNOWN = "zone_unknown"
    END_BEFORE_START = "end_before_start"
    DURATION_IMPLAUSIBLE = "duration_implausible"

    LINK_NOT_WEB = "link_not_web"
    UNKNOWN_OPTION = "unknown_option"
    CONTACT_MISSING = "contact_missing"
    CONTACT_SHARED_IN_FILE = "contact_shared_in_file"
    CONTACT_OF_OTHER_NAME = "contact_of_other_name"
    CONTACTS_OF_TWO_PEOPLE = "contacts_of_two_people"
    EXTERNAL_ID_OF_TWO_PEOPLE = "external_id_of_two_people"


class RepairCode(StrEnum):
    """What was changed, or is proposed to be changed, to make a cell usable."""

    TIDIED = "tidied"
    INVISIBLE_REMOVED = "invisible_removed"
    SPACES_REMOVED = "spaces_removed"
    WORDS_REMOVED = "words_removed"
    DIGITS_RESTORED = "digits_restored"
    FIRST_OF_SEVERAL = "first_of_several"
    REGION_ASSUMED = "region_assumed"
    EMAIL_TYPO = "email_typo"
    YEAR_ASSUMED = "year_assumed"
    RELATIVE_DATE = "relative_date"
    EXCEL_SERIAL = "excel_serial"
    ORDER_ASSUMED = "order_assumed"
    CENTURY_ASSUMED = "century_assumed"
    AFTERNOON_ASSUMED = "afternoon_assumed"
    WEEKDAY_DIFFERS = "weekday_differs"
    FIRST_OF_TWO_CLOCK_TIMES = "first_of_two_clock_times"
    ZONE_CONVERTED = "zone_converted"
    CLOSEST_OPTION = "closest_option"


class NoticeCode(StrEnum):
    """What a person should know although nothing is wrong."""

    IN_THE_PAST = "in_the_past"
    FAR_AHEAD = "far_ahead"
    UNUSUAL_HOUR = "unusual_hour"
    NO_SMS = "no_sms"
    MANY_ZEROS = "many_zeros"
    NEW_OPTION = "new_option"
    DEFAULT_USED = "default_used"
    PLACE_MISSING = "place_missing"
    LINK_MISSING = "link_missing"
    KNOWN_CANDIDATE = "known_candidate"
    SEVERAL_INTERVIEWS = "several_interviews"
    OVERLAPPING_INTERVIEWS = "overlapping_interviews"
    SAME_AS_ROW = "same_as_row"
    ALREADY_IMPORTED = "already_imported"
    SHARED_CONTACT_CONFIRMED = "shared_contact_confirmed"


class ReadingState(StrEnum):
    """The three outcomes."""

    GOOD = "good"
    REPAIRABLE = "repairable"
    BAD = "bad"


@dataclass(frozen=True)
class Problem:
    """A reason to stop; `params` fill the sentence shown to people."""

    code: ProblemCode
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Notice:
    """A remark that stops nothing."""

    code: NoticeCode
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Repair:
    """One change. A sure one is applied and mentioned; the others wait for a person's consent."""

    code: RepairCode
    before: str
    after: str
    is_sure: bool = True


@dataclass(frozen=True)
class Reading(Generic[T]):
    """A value with everything that had to be done, or asked, to get it.

    `alternatives` are other values the same cell could mean; a person may choose one of them.
    """

    value: T | None = None
    repairs: tuple[Repair, ...] = ()
    problem: Problem | None = None
    notices: tuple[Notice, ...] = ()
    alternatives: tuple[T, ...] = ()

    @property
    def state(self) -> ReadingState:
        """Bad beats repairable beats good; sure repairs leave a reading good."""
        if self.problem is not None:
            return ReadingState.BAD
        if self.repairs and any(not repair.is_sure for repair in self.repairs):
            return ReadingState.REPAIRABLE
        return ReadingState.GOOD

    @property
    def is_empty(self) -> bool:
        """The cell held nothing, and nobody complained."""
        return self.value is None and self.problem is None

    def with_repair(self, repair: Repair) -> Reading[T]:
        return Reading(self.value, (*self.repairs, repair), self.problem, self.notices, self.alternatives)

    def with_notice(self, code: NoticeCode, **params: str) -> Reading[T]:
        notices = (*self.notices, Notice(code, params))
        return Reading(self.value, self.repairs, self.problem, notices, self.alternatives)

    def accepted(self) -> Reading[T]:
        """The same reading after a person agreed to its repairs."""
        if all(repair.is_sure for repair in self.repairs):
            return self
        return replace(self, repairs=tuple(replace(repair, is_sure=True) for repair in self.repairs))

    def map(self, convert: Callable[[T], U]) -> Reading[U]:
        """The same reading with its value and alternatives converted."""
        return Reading(
            None if self.value is None else convert(self.value),
            self.repairs,
            self.problem,
            self.notices,
            tuple(convert(each) for each in self.alternatives),
        )


def bad(code: ProblemCode, *, alternatives: tuple[T, ...] = (), **params: str) -> Reading[T]:
    """A reading that cannot be used, with what it might mean instead."""
    return Reading(problem=Problem(code, params), alternatives=alternatives)
