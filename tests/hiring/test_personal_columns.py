"""Every column that can hold something of a person is known: who can read it, whether its person gets it, how it goes.

A new sealed column, or a new one of free text in a table that leads to a candidate, fails here until it is said.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import orjson
import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from tests.hiring.persons import personal_models
from yuemian.accounts.models import Organization
from yuemian.config.demo import found_demo
from yuemian.hiring.actions.erase import ask_erasure
from yuemian.hiring.export import as_json
from yuemian.hiring.holdings import holdings
from yuemian.hiring.models import Candidate
from yuemian.trust.models import Key, TenantModel
from yuemian.trust.vault import Unreadable, Vault

#: Whose key seals it.
PERSON, ORGANIZATION = "candidate", "organization"


class Sealed(NamedTuple):
    """`export` is the holding that lists it, or why none does; `goes` how an erasure or its age makes an end of it."""

    key: str
    export: str
    goes: str


_KEY, _DELETED, _BLANKED = "with the key", "deleted by the erasure", "emptied by the erasure"
_ASKED_FOR = "not listed: what colleagues think of somebody is given out by a person, when asked for"
_NOBODYS = "not listed: leads to nobody"
_SETTINGS = Sealed(ORGANIZATION, "not listed: the company's own credentials", "with the account")

_SEALED: Final = {
    "accounts_calendaraccount.config": _SETTINGS,
    "accounts_calendarlink.config": _SETTINGS,
    "hiring_contactpoint.value": Sealed(PERSON, "addresses", _DELETED),
    "hiring_correction.value": Sealed(PERSON, "corrections", _DELETED),
    "intake_import.content": Sealed(ORGANIZATION, _NOBODYS, "with the import, done or discarded"),
    "intake_import.edits": Sealed(ORGANIZATION, _NOBODYS, "with the import, done or discarded"),
    "intake_import.result": Sealed(ORGANIZATION, _NOBODYS, "with the import, done or discarded"),
    "intake_unsortedmail.content": Sealed(ORGANIZATION, _NOBODYS, "after a time: forget_unsorted"),
    "interviews_arrivalsignal.words": Sealed(PERSON, "arrivals", _BLANKED),
    "interviews_need.arrangement": Sealed(PERSON, "needs", _DELETED),
    "interviews_need.content": Sealed(PERSON, "needs", _DELETED),
    "interviews_reschedulerequest.note": Sealed(PERSON, "requests", _BLANKED),
    "interviews_response.note": Sealed(PERSON, "answers", _KEY),
    "interviews_statedreason.words": Sealed(PERSON, "reasons", _KEY),
    "interviews_surveyanswer.words": Sealed(ORGANIZATION, "not listed: anonymous", "never: it is nobody's"),
    "interviews_surveydrop.words": Sealed(ORGANIZATION, "not listed: anonymous", "when it is mixed with others"),
    "interviews_surveysigned.words": Sealed(PERSON, "surveys", _DELETED),
    "messaging_consultation.answer": Sealed(PERSON, "not listed: what was given out of it is", _KEY),
    "messaging_consultation.remark": Sealed(PERSON, _ASKED_FOR, _KEY),
    "messaging_labmessage.content": Sealed("either", "not listed: a copy for trying out", _DELETED),
    "messaging_mailbox.config": _SETTINGS,
    "messaging_message.attachments": Sealed(PERSON, "conversation", _KEY),
    "messaging_message.body": Sealed(PERSON, "conversation", _KEY),
    "messaging_message.mail_id": Sealed(PERSON, "not listed: a mail program's number", _KEY),
    "messaging_message.original": Sealed(PERSON, "conversation", _KEY),
    "messaging_message.sender_note": Sealed(PERSON, "not listed: another person's address", _KEY),
    "messaging_note.body": Sealed(PERSON, _ASKED_FOR, _KEY),
    "messaging_notification.parameters": Sealed("either", "not listed: holds a link's token", _BLANKED),
    "messaging_provideraccount.config": _SETTINGS,
    "messaging_sharedsnapshot.content": Sealed(ORGANIZATION, _NOBODYS, "with its batch"),
    "messaging_strayreport.content": Sealed(ORGANIZATION, _NOBODYS, "after a time: match_strays"),
    "onboarding_document.name": Sealed(PERSON, "onboarding_files", _DELETED),
    "onboarding_documentpiece.data": Sealed(PERSON, "not listed: shown on the form itself", _DELETED),
    "onboarding_onboardinganswer.comment": Sealed(PERSON, "onboarding", _DELETED),
    "onboarding_onboardinganswer.value": Sealed(PERSON, "onboarding", _DELETED),
    "onboarding_onboardingcase.offer": Sealed(PERSON, "onboarding", _BLANKED),
    "results_approval.comment": Sealed(PERSON, _ASKED_FOR, _KEY),
    "results_decision.note": Sealed(PERSON, _ASKED_FOR, _KEY),
    "results_feedback.draft": Sealed(PERSON, _ASKED_FOR, _KEY),
    "results_feedback.text": Sealed(PERSON, "not listed: what was told of it stands in the letter", _KEY),
    "results_languagemodel.config": _SETTINGS,
    "results_resultnotice.correction": Sealed(PERSON, _ASKED_FOR, _KEY),
    "results_resultnotice.personal": Sealed(PERSON, "not listed: stands in the letter", _KEY),
    "results_resultnotice.text": Sealed(PERSON, "results", _KEY),
    "results_scorecard.summary": Sealed(PERSON, _ASKED_FOR, _KEY),
    "results_scorecardentry.note": Sealed(PERSON, _ASKED_FOR, _KEY),
}  # fmt: skip
#: Bytes that hold no words: digests, keyed ones included, a wrapped key, a picture of a place.
_UNREADABLE: Final = {
    "accounts_calendarfeed.token_hash", "accounts_session.token_hash", "hiring_contactpoint.blind_index",
    "hiring_erasure.receipt_hash", "intake_columnmapping.signature", "intake_import.file_hash",
    "intake_takenmail.fingerprint", "interviews_interview.fingerprint", "interviews_place.photo",
    "messaging_accesslink.token_hash", "messaging_challenge.browser_hash", "messaging_challenge.code_hash",
    "messaging_provideraccount.callback_hash", "onboarding_consent.text_hash", "results_approval.content_hash",
    "results_feedback.answer_hash", "results_feedback.prompt_hash", "results_resultnotice.content_hash",
    "results_scorecardlink.browser_hash", "results_scorecardlink.code_hash", "results_scorecardlink.token_hash",
    "trust_auditentry.hash", "trust_auditentry.previous_hash", "trust_key.wrapped",
}  # fmt: skip
#: Readable columns of tables that lead to a person: of the person, and emptied or deleted by the erasure …
_EMPTIED: Final = {
    "hiring_candidate.name", "hiring_candidate.name_key", "hiring_candidate.time_zone", "hiring_candidate.external_id",
    "hiring_candidate.hold_reason", "interviews_change.reason", "interviews_surveysigned.extras",
    "interviews_surveysigned.round", "results_resultnotice.candidate_name", "results_resultnotice.contacts",
    "onboarding_document.key", "onboarding_document.section", "onboarding_document.kind",
    "onboarding_onboardinganswer.key", "messaging_challenge.purpose",
}  # fmt: skip
#: … lists of codes, of moments and of ids …
_CODES: Final = {
    "interviews_reschedulerequest.times", "results_decision.reasons", "results_feedback.findings",
    "results_wait.escalated_to",
}  # fmt: skip
#: … and those of the company's own words, of codes, and of times.
_NOT_THEIRS: Final = {
    "hiring_erasure.counts", "interviews_interview.round", "interviews_interview.time_zone",
    "interviews_interview.place_name", "interviews_interview.place_address", "interviews_interview.video_link",
    "interviews_interview.materials", "interviews_interview.flow", "interviews_statedreason.code",
    "interviews_steprecord.step_key", "messaging_accesslink.purpose", "messaging_accesslink.subject_kind",
    "messaging_delivery.provider", "messaging_delivery.explanation", "messaging_delivery.provider_id",
    "messaging_deliveryevent.provider_event_id", "messaging_deliveryevent.code", "messaging_deliveryevent.detail",
    "messaging_notification.subject_kind", "messaging_notification.step_key", "onboarding_consent.locale",
    "results_feedback.model", "results_feedback.prompt_edition", "results_feedback.fallback",
    "results_resultnotice.problems", "results_resultnotice.accepted", "results_resultnotice.came_back",
    "results_scorecard.source", "results_scorecard.external_id", "results_scorecard.author",
    "results_scorecardentry.key", "results_scorecardentry.name", "results_scorecardentry.name_en",
}  # fmt: skip


def place_of(field: models.Field[Any, Any]) -> str:
    """As the vault binds it: the table and the column, which says itself that it is sealed."""
    return f"{field.model._meta.db_table}.{(field.column or '').removesuffix('_sealed')}"


def columns(kinds: tuple[type[models.Field[Any, Any]], ...], among: set[type[TenantModel]]) -> set[str]:
    fields = [field for model in among for field in model._meta.concrete_fields]
    return {place_of(field) for field in fields if isinstance(field, kinds) and not field.choices}


def every_model() -> set[type[TenantModel]]:
    return {model for model in apps.get_models() if issubclass(model, TenantModel)}


def test_of_every_sealed_column_it_is_said_who_reads_it_and_how_it_goes() -> None:
    assert columns((models.BinaryField,), every_model()) == _SEALED.keys() | _UNREADABLE
    listed = {each.export for each in _SEALED.values() if not each.export.startswith("not listed")}
    assert listed <= {each.kind for each in holdings()}


def test_what_a_persons_key_seals_leads_to_that_person() -> None:
    tables = {model._meta.db_table for model in personal_models()}
    theirs = {place for place, each in _SEALED.items() if each.key != ORGANIZATION}
    assert {place.partition(".")[0] for place in theirs} <= tables
    # What only the company's key seals goes with no person's key: an erasure has to reach it by itself.
    others = {place for place in _SEALED.keys() - theirs if place.partition(".")[0] in tables}
    assert not others


def test_of_every_readable_column_of_a_person_it_is_said_whether_it_is_theirs() -> None:
    readable = (models.CharField, models.TextField, models.JSONField, ArrayField)
    found = columns(readable, personal_models())
    known = _EMPTIED | _NOT_THEIRS | _CODES
    assert found == known, found ^ known


# --- and all of it is so: the demo's week holds nearly everything that there is


@pytest.fixture
def week(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE yuemian_owner")
        assert found_demo(datetime(2026, 11, 25, 4, tzinfo=UTC)) is not None
        cursor.execute("SET LOCAL ROLE yuemian_app")


def records(place: str) -> list[tuple[Any, bytes]]:
    table, column = place.split(".")
    model = next(each for each in every_model() if each._meta.db_table == table)
    names = {field.column for field in model._meta.concrete_fields}
    name = column if column in names else f"{column}_sealed"
    rows = model._default_manager.exclude(**{name: None}).values_list("pk", name)
    return [(pk, bytes(record)) for pk, record in rows if record]


def words_of(plain: bytes) -> set[str]:
    """The sentences of a sealed text, whether or not it is JSON."""
    try:
        found = orjson.loads(plain)
    except orjson.JSONDecodeError:
        return {plain.decode()}
    values = (
        list(found.values()) if isinstance(found, dict) else found if isinstance(found, list) else [found]
    )
    return {value for value in values if isinstance(value, str) and len(value) > 1}


#: What stands in the export in other words; and of letters only what was told. Other tests look at them.
_IN_OTHER_WORDS: Final = {"results_resultnotice.text", "onboarding_onboardingcase.offer"}


def all_keys() -> dict[int, Key]:
    return {key.number: key for key in Key.objects.all()}


def key_of(record: bytes, keys: dict[int, Key]) -> Key:
    return keys[int.from_bytes(record[1:5], "big")]


def test_what_is_sealed_is_sealed_and_exported_as_is_said(week: None) -> None:
    people = list(Candidate.objects.select_related("key", "organization"))
    vault, keys, met = Vault(people[0].organization_id), all_keys(), set()
    exports = {each.key.number: as_json(each, vault, now=datetime.now(UTC)).decode() for each in people}
    for place, said in _SEALED.items():
        is_listed = not said.export.startswith("not listed") and place not in _IN_OTHER_WORDS
        for pk, record in records(place):
            key = key_of(record, keys)
            assert said.key in {key.purpose, "either"}, place
            met.add(place)
            for words in words_of(vault.open_bytes(key, place, pk, record)) if is_listed else ():
                assert orjson.dumps(words).decode()[1:-1] in exports[key.number], place
    assert len(met) > 15, met


def test_what_is_sealed_goes_as_is_said(week: None) -> None:
    for each in Candidate.objects.select_related("key", "organization"):
        ask_erasure(each, now=datetime.now(UTC))
    vault, keys = Vault(Organization.objects.get().pk), all_keys()
    for place, said in _SEALED.items():
        left = [(pk, record, key_of(record, keys)) for pk, record in records(place)]
        theirs = [each for each in left if each[2].purpose == PERSON]
        assert not theirs or said.goes not in {_DELETED, _BLANKED}, place
        for pk, record, key in theirs:
            with pytest.raises(Unreadable):
                vault.open_bytes(key, place, pk, record)
