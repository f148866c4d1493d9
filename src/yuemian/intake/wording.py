"""The sentences people read for every code of the import, in the language of the page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yuemian.domain.header_words import Field
from yuemian.domain.headers import RowKind, Why
from yuemian.domain.reading import Notice, NoticeCode, Problem, ProblemCode, Repair, RepairCode
from yuemian.intake.checking import RowState
from yuemian.intake.models import WhyUnsorted
from yuemian.intake.refusal import Refusal, UnreadableFile

Text = Promise | str

PROBLEMS: Mapping[ProblemCode, Promise | str] = {
    ProblemCode.MISSING: _("This is needed."),
    ProblemCode.UNREADABLE: _("“%(text)s” cannot be read; type it again."),
    ProblemCode.TOO_LONG: _("This is too long; shorten it to %(limit)s characters."),
    ProblemCode.FORMULA_ERROR: _("The spreadsheet shows the error %(text)s here; type the value itself."),
    ProblemCode.LOOKS_LIKE_PHONE: _("This looks like a phone number; check whether the columns are shifted."),
    ProblemCode.LOOKS_LIKE_EMAIL: _(
        "This looks like an e-mail address; check whether the columns are shifted."
    ),
    ProblemCode.LOOKS_LIKE_ID_NUMBER: _(
        "This looks like an identity card number; do not import it, enter the contact instead."
    ),
    ProblemCode.PHONE_ROUNDED: _(
        "Excel has rounded this number (%(text)s) and digits are lost; "
        "format the column as text and enter it again."
    ),
    ProblemCode.PHONE_TOO_SHORT: _("“%(text)s” has only %(digits)s digits; a digit is missing."),
    ProblemCode.PHONE_TOO_LONG: _("“%(text)s” has %(digits)s digits; there are too many."),
    ProblemCode.PHONE_NO_AREA_CODE: _("“%(text)s” has no area or country code; add it, for example 021-."),
    ProblemCode.PHONE_NOT_ASSIGNED: _("No phone has the number “%(text)s”; check it with the candidate."),
    ProblemCode.PHONE_SERVICE_NUMBER: _(
        "“%(text)s” is a company service number; enter the candidate’s own number."
    ),
    ProblemCode.EMAIL_NO_AT: _("“%(text)s” is no e-mail address: it has no @."),
    ProblemCode.EMAIL_SEVERAL_AT: _("“%(text)s” has more than one @; enter one address."),
    ProblemCode.EMAIL_LOCAL_NOT_ASCII: _(
        "The part before @ (“%(local)s”) may hold only letters, digits "
        "and signs of ASCII; ask for another address."
    ),
    ProblemCode.EMAIL_BAD_LOCAL: _("The part before @ (“%(local)s”) is not possible in an e-mail address."),
    ProblemCode.EMAIL_BAD_DOMAIN: _("The part after @ (“%(domain)s”) is not possible in an e-mail address."),
    ProblemCode.NAME_WITHOUT_LETTER: _("“%(text)s” is no name; check whether the columns are shifted."),
    ProblemCode.NAME_CONTAINS_LINK: _("A name may not hold a web address."),
    ProblemCode.SEVERAL_PEOPLE: _(
        "“%(text)s” seems to be several people; give each a row of their own, or type the one name."
    ),
    ProblemCode.DATE_MISSING: _("The day is missing in “%(text)s”."),
    ProblemCode.TIME_MISSING: _("The time of day is missing in “%(text)s”."),
    ProblemCode.DATE_AMBIGUOUS: _("“%(text)s” can mean two days; choose one."),
    ProblemCode.DATE_IMPOSSIBLE: _("There is no day “%(text)s”."),
    ProblemCode.TIME_IMPOSSIBLE: _("There is no time “%(text)s”."),
    ProblemCode.TIME_SKIPPED_BY_CLOCK_CHANGE: _(
        "%(text)s does not exist in %(zone)s: the clocks go forward; choose another time."
    ),
    ProblemCode.SEVERAL_TIMES: _("“%(text)s” names several times; choose one."),
    ProblemCode.START_CONTRADICTION: _("The columns contradict each other: %(text)s; choose what is right."),
    ProblemCode.ZONE_UNKNOWN: _("The time zone “%(text)s” is unknown; use a name such as Asia/Shanghai."),
    ProblemCode.END_BEFORE_START: _("“%(text)s” ends before it starts."),
    ProblemCode.DURATION_IMPLAUSIBLE: _(
        "An interview of %(text)s minutes is not plausible; enter 5 to 720 minutes."
    ),
    ProblemCode.LINK_NOT_WEB: _(
        "“%(text)s” is no web address; enter one that begins with "
        "https:// and put meeting numbers into the note."
    ),
    ProblemCode.UNKNOWN_OPTION: _("“%(text)s” is unknown, or several are called so; choose what is meant."),
    ProblemCode.CONTACT_MISSING: _("Phone and e-mail are both missing; enter one of them."),
    ProblemCode.CONTACT_SHARED_IN_FILE: _(
        "Another person has the same contact (row %(rows)s); correct it, or confirm that they share it."
    ),
    ProblemCode.CONTACT_OF_OTHER_NAME: _(
        "This contact belongs to %(names)s; correct it, or confirm that they share it."
    ),
    ProblemCode.CONTACTS_OF_TWO_PEOPLE: _(
        "Name and contacts belong to different known people (%(names)s); "
        "check whether rows or columns were mixed up."
    ),
    ProblemCode.EXTERNAL_ID_OF_TWO_PEOPLE: _("Two people have this candidate number."),
}

REPAIRS: Mapping[RepairCode, Promise | str] = {
    RepairCode.TIDIED: _("Written as %(after)s."),
    RepairCode.INVISIBLE_REMOVED: _("Invisible characters removed."),
    RepairCode.SPACES_REMOVED: _("Spaces removed: %(after)s."),
    RepairCode.WORDS_REMOVED: _("Only %(after)s was kept."),
    RepairCode.DIGITS_RESTORED: _("%(before)s is the number %(after)s."),
    RepairCode.FIRST_OF_SEVERAL: _("The first of several is used: %(after)s."),
    RepairCode.REGION_ASSUMED: _("Country code added: %(after)s."),
    RepairCode.EMAIL_TYPO: _("Probably a slip: %(after)s instead of %(before)s."),
    RepairCode.YEAR_ASSUMED: _("No year given: %(after)s."),
    RepairCode.RELATIVE_DATE: _("“%(before)s” is %(after)s, counted from the day of the upload."),
    RepairCode.EXCEL_SERIAL: _("Excel’s day number %(before)s is %(after)s."),
    RepairCode.ORDER_ASSUMED: _("“%(before)s” is read as %(after)s."),
    RepairCode.CENTURY_ASSUMED: _("“%(before)s” is read as %(after)s."),
    RepairCode.AFTERNOON_ASSUMED: _("“%(before)s” probably means %(after)s in the afternoon."),
    RepairCode.WEEKDAY_DIFFERS: _("The weekday does not fit %(after)s; which of the two is right?"),
    RepairCode.FIRST_OF_TWO_CLOCK_TIMES: _(
        "The clocks go back: this time comes twice; the first is used (%(after)s)."
    ),
    RepairCode.ZONE_CONVERTED: _("Converted from the time zone named: %(after)s."),
    RepairCode.CLOSEST_OPTION: _("“%(before)s” probably means “%(after)s”."),
}

NOTICES: Mapping[NoticeCode, Promise | str] = {
    NoticeCode.IN_THE_PAST: _("%(text)s is in the past."),
    NoticeCode.FAR_AHEAD: _("%(text)s is more than a year ahead."),
    NoticeCode.UNUSUAL_HOUR: _("%(text)s is an unusual hour."),
    NoticeCode.NO_SMS: _("This number cannot receive text messages."),
    NoticeCode.MANY_ZEROS: _("This number ends in many zeros; check that Excel has not rounded it."),
    NoticeCode.NEW_OPTION: _("“%(text)s” is new and will be added."),
    NoticeCode.DEFAULT_USED: _("Not given; %(value)s is used."),
    NoticeCode.PLACE_MISSING: _("The place is missing; the candidate will not know where to come."),
    NoticeCode.LINK_MISSING: _("The video link is missing."),
    NoticeCode.KNOWN_CANDIDATE: _("This candidate exists already and gets one more interview."),
    NoticeCode.SEVERAL_INTERVIEWS: _("The same person also stands in row %(rows)s."),
    NoticeCode.OVERLAPPING_INTERVIEWS: _(
        "The same person has another interview at that time (row %(rows)s)."
    ),
    NoticeCode.SAME_AS_ROW: _("Same as row %(first)s; it will not be created twice."),
    NoticeCode.ALREADY_IMPORTED: _("This interview exists already; it will not be created twice."),
    NoticeCode.SHARED_CONTACT_CONFIRMED: _("You confirmed that the contact is shared."),
}

REFUSALS: Mapping[Refusal, Promise | str] = {
    Refusal.EMPTY: _("The file is empty. Check that you chose the right one."),
    Refusal.TOO_LARGE: _(
        "The file is larger than %(limit)s MB. Remove pictures and other sheets, or split it."
    ),
    Refusal.TOO_MANY_ROWS: _("The file has more than %(limit)s rows. Split it."),
    Refusal.BOMB: _(
        "Unpacked, this file would be enormous. Copy the rows into a new workbook and upload that."
    ),
    Refusal.MACROS: _("The workbook contains macros. Save it as “Excel Workbook (.xlsx)” and upload that."),
    Refusal.ENCRYPTED: _(
        "The workbook is protected by a password. Remove the password "
        "in Excel (File › Info) and upload it again."
    ),
    Refusal.LEGACY_XLS: _(
        "This is the old Excel format of 1997–2003. Open it and save it as “Excel Workbook (.xlsx)”."
    ),
    Refusal.BINARY_WORKBOOK: _("This is a binary workbook (.xlsb). Save it as “Excel Workbook (.xlsx)”."),
    Refusal.OPEN_DOCUMENT: _("This is an OpenDocument file. Save it as .xlsx or .csv."),
    Refusal.OTHER_OFFICE_FILE: _(
        "This is a document, not a spreadsheet. Copy the table into Excel and save it as .xlsx."
    ),
    Refusal.PICTURE: _("This is a picture, whatever its name says. Upload the spreadsheet itself."),
    Refusal.PDF: _("This is a PDF. Upload the spreadsheet it was made from."),
    Refusal.ARCHIVE: _("This is a packed archive. Unpack it and upload the spreadsheet inside."),
    Refusal.WEB_PAGE: _(
        "This is a web page or XML saved as a spreadsheet. Open it in "
        "Excel and save it as “Excel Workbook (.xlsx)”."
    ),
    Refusal.NOT_A_SPREADSHEET: _("This is no spreadsheet. Upload an .xlsx, .csv or .tsv file."),
    Refusal.ENTITIES: _(
        "The file contains XML declarations that no spreadsheet program "
        "writes. Copy the rows into a new workbook."
    ),
    Refusal.DAMAGED: _("The file is damaged. Open it in Excel, save it again, and upload that."),
    Refusal.FORMULAS_WITHOUT_RESULT: _(
        "Cells with formulas have no result (%(cells)s). Open the "
        "file in Excel, save it, and upload it again."
    ),
    Refusal.UNKNOWN_ENCODING: _(
        "The encoding of the text cannot be recognised, or some of it is damaged. "
        "Save it as “CSV UTF-8” or .xlsx."
    ),
    Refusal.BROKEN_QUOTES: _(
        "A quotation mark is not closed near line %(line)s. Correct it, or save the file as .xlsx."
    ),
    Refusal.NO_SUCH_SHEET: _("There is no visible sheet “%(sheet)s” in the file."),
    Refusal.NO_VISIBLE_SHEET: _("All sheets of the file are hidden. Show the one to import."),
}

STATES: Mapping[RowState, Promise | str] = {
    RowState.GOOD: _("Good"),
    RowState.REPAIRABLE: _("Repairable"),
    RowState.BAD: _("Needs correction"),
    RowState.DUPLICATE: _("Duplicate"),
    RowState.KNOWN: _("Already imported"),
    RowState.IGNORED: _("Left out"),
}

KINDS: Mapping[RowKind, Promise | str] = {
    RowKind.DATA: _("Interview"),
    RowKind.BLANK: _("Blank row"),
    RowKind.TOTAL: _("Total row"),
    RowKind.HEADER_AGAIN: _("Repeated header"),
    RowKind.FOOTNOTE: _("Remark below the table"),
}

WHYS: Mapping[Why, Promise | str] = {
    Why.EXACT: _("by its title"),
    Why.PART: _("by part of its title"),
    Why.SIMILAR: _("by a similar title"),
    Why.CONTENT: _("by its content"),
    Why.REMEMBERED: _("as last time"),
    Why.CHOSEN: _("chosen by you"),
    Why.NOTHING: _("not recognised"),
    Why.OF_ANOTHER: _("by its title not the candidate’s own"),
    Why.IDENTITY: _("holds identity numbers"),
}

FIELDS: Mapping[Field, Promise | str] = {
    Field.NAME: _("Name"),
    Field.GIVEN_NAME: _("First name"),
    Field.FAMILY_NAME: _("Last name"),
    Field.PHONE: _("Phone"),
    Field.EMAIL: _("E-mail"),
    Field.JOB: _("Job"),
    Field.ROUND: _("Round"),
    Field.DATE: _("Date"),
    Field.TIME: _("Time"),
    Field.START: _("Start"),
    Field.END: _("End"),
    Field.DURATION: _("Duration"),
    Field.ZONE: _("Time zone"),
    Field.MODE: _("Mode"),
    Field.PLACE: _("Place"),
    Field.LINK: _("Video link"),
    Field.BRANCH: _("Branch"),
    Field.RECRUITER: _("Recruiter"),
    Field.INTERVIEWERS: _("Interviewers"),
    Field.SOURCE: _("Source"),
    Field.MATERIALS: _("What to bring"),
    Field.FLOW: _("How it runs"),
    Field.EXTERNAL_ID: _("Candidate number"),
    Field.NOTE: _("Note"),
    Field.LANGUAGE: _("Language"),
}


ENCODINGS: Mapping[str, Text] = {
    "gb18030": _("Simplified Chinese (GB18030)"),
    "big5hkscs": _("Traditional Chinese (Big5)"),
    "cp932": _("Japanese (Shift JIS)"),
    "cp949": _("Korean (EUC-KR)"),
    "cp1252": _("Western European (Windows-1252)"),
    "cp1250": _("Central European (Windows-1250)"),
    "cp1251": _("Cyrillic (Windows-1251)"),
    "cp1258": _("Vietnamese (Windows-1258)"),
    "cp874": _("Thai (Windows-874)"),
}


def _fill(sentence: Promise | str, params: Mapping[str, str]) -> str:
    """A sentence with its parameters; a missing one leaves a gap rather than an error on the page."""
    return str(sentence) % defaultdict(str, params)


def problem_text(problem: Problem) -> str:
    return _fill(PROBLEMS[problem.code], problem.params)


def notice_text(notice: Notice) -> str:
    return _fill(NOTICES[notice.code], notice.params)


def repair_text(repair: Repair) -> str:
    return _fill(REPAIRS[repair.code], {"before": repair.before, "after": repair.after})


def refusal_text(refusal: UnreadableFile) -> str:
    return _fill(REFUSALS[refusal.code], refusal.params)


#: Why a person must place a mail.
UNSORTED: Mapping[str, Text] = {
    WhyUnsorted.UNKNOWN: _("No candidate has this address, and nothing says which message it answers."),
    WhyUnsorted.SEVERAL: _("More than one candidate has this address."),
    WhyUnsorted.ERASED: _("It answers a message that is gone, or a person who was erased."),
    WhyUnsorted.UNREADABLE: _("It could not be read; look at it in the mailbox itself."),
}
