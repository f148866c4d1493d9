"""A checked sheet as JSON: for storage, for `yuemian import --check --json`, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yuemian.domain.header_words import Field
from yuemian.domain.headers import Column, Header, RowKind, Why
from yuemian.domain.reading import Notice, NoticeCode, Problem, ProblemCode, Reading, Repair, RepairCode
from yuemian.intake.checking import CheckedRow, CheckedSheet, RowState, UnknownText
from yuemian.intake.table import Origin


def sheet_to_json(sheet: CheckedSheet) -> dict[str, Any]:
    return {
        "sheet": sheet.origin.sheet,
        "other_sheets": list(sheet.origin.other_sheets),
        "hidden_rows": list(sheet.origin.hidden_rows),
        "struck_rows": list(sheet.origin.struck_rows),
        "encoding": sheet.origin.encoding,
        "other_encodings": list(sheet.origin.other_encodings),
        "is_encoding_doubtful": sheet.origin.is_encoding_doubtful,
        "header": header_to_json(sheet.header),
        "counts": {str(state): count for state, count in sheet.counts.items()},
        "is_ready": sheet.is_ready,
        "missing": [str(name) for name in sheet.missing],
        "suspicious": [[index, str(name)] for index, name in sheet.suspicious],
        "unknown": [
            {
                "field": str(each.field),
                "text": each.text,
                "rows": each.rows,
                "suggestions": list(each.suggestions),
            }
            for each in sheet.unknown
        ],
        "rows": [row_to_json(row) for row in sheet.rows],
    }


def sheet_from_json(data: Mapping[str, Any]) -> CheckedSheet:
    return CheckedSheet(
        header=header_from_json(data["header"]),
        rows=tuple(row_from_json(row) for row in data["rows"]),
        missing=tuple(Field(name) for name in data["missing"]),
        suspicious=tuple((index, Field(name)) for index, name in data["suspicious"]),
        unknown=tuple(
            UnknownText(Field(each["field"]), each["text"], each["rows"], tuple(each["suggestions"]))
            for each in data["unknown"]
        ),
        origin=origin_from_json(data),
    )


def origin_from_json(data: Mapping[str, Any]) -> Origin:
    """Reports of earlier versions do not say it."""
    return Origin(
        data.get("sheet", ""),
        tuple(data.get("other_sheets", ())),
        tuple(data.get("hidden_rows", ())),
        tuple(data.get("struck_rows", ())),
        data.get("encoding", ""),
        tuple(data.get("other_encodings", ())),
        data.get("is_encoding_doubtful", False),
    )


def header_to_json(header: Header) -> dict[str, Any]:
    columns = [
        [each.index, each.title, each.field or "", each.score, str(each.why)] for each in header.columns
    ]
    return {"row": header.row, "columns": columns}


def header_from_json(data: Mapping[str, Any]) -> Header:
    return Header(
        data["row"],
        tuple(
            Column(index, title, Field(name) if name else None, score, Why(why))
            for index, title, name, score, why in data["columns"]
        ),
    )


def row_to_json(row: CheckedRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "state": str(row.state),
        "kind": str(row.kind),
        "cells": list(row.cells),
        "fields": {str(name): reading_to_json(reading) for name, reading in row.fields.items()},
        "problems": [_remark_to_json(each) for each in row.problems],
        "notices": [_remark_to_json(each) for each in row.notices],
        "candidate": row.candidate,
        "fingerprints": list(row.fingerprints),
    }


def row_from_json(data: Mapping[str, Any]) -> CheckedRow:
    return CheckedRow(
        number=data["number"],
        cells=tuple(data["cells"]),
        fields={Field(name): reading_from_json(reading) for name, reading in data["fields"].items()},
        kind=RowKind(data["kind"]),
        state=RowState(data["state"]),
        problems=tuple(_problem_from_json(each) for each in data["problems"]),
        notices=tuple(_notice_from_json(each) for each in data["notices"]),
        candidate=data["candidate"],
        fingerprints=tuple(data["fingerprints"]),
    )


def reading_to_json(reading: Reading[str]) -> dict[str, Any]:
    """Leaves out what is empty: most cells are simply good, and a file has many."""
    data: dict[str, Any] = {"value": reading.value}
    if reading.repairs:
        data["repairs"] = [
            [str(each.code), each.before, each.after, each.is_sure] for each in reading.repairs
        ]
    if reading.problem is not None:
        data["problem"] = _remark_to_json(reading.problem)
    if reading.notices:
        data["notices"] = [_remark_to_json(each) for each in reading.notices]
    if reading.alternatives:
        data["alternatives"] = list(reading.alternatives)
    return data


def reading_from_json(data: Mapping[str, Any]) -> Reading[str]:
    problem = data.get("problem")
    return Reading(
        data["value"],
        tuple(Repair(RepairCode(code), *rest) for code, *rest in data.get("repairs", ())),
        None if problem is None else _problem_from_json(problem),
        tuple(_notice_from_json(each) for each in data.get("notices", ())),
        tuple(data.get("alternatives", ())),
    )


def _remark_to_json(remark: Problem | Notice) -> list[Any]:
    return [str(remark.code), dict(remark.params)]


def _problem_from_json(data: list[Any]) -> Problem:
    return Problem(ProblemCode(data[0]), data[1])


def _notice_from_json(data: list[Any]) -> Notice:
    return Notice(NoticeCode(data[0]), data[1])
