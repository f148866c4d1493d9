"""Which text somebody gets, and how each language writes dates, zones and rounds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from yuemian.domain.languages import CONSOLE, LANGUAGES, best_language, direction
from yuemian.domain.mail_reply import cut_reply, marker
from yuemian.domain.round_name import ROUNDS, round_in
from yuemian.domain.when import present

HOUR = timedelta(hours=1)
AT = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("there", "own", "others", "expected"),
    [
        (["zh-hans", "en", "fr"], "fr", ["zh-hans"], "fr"),
        (["zh-hans", "en"], "zh-hant", ["en"], "zh-hans"),
        (["zh-hant", "en"], "zh-hans", ["en"], "zh-hant"),
        (["zh-hans", "en"], "ja", ["zh-hans"], "en"),
        (["zh-hans", "de"], "ja", ["zh-hans"], "zh-hans"),
        (["de"], "ja", ["zh-hans"], "de"),
        (["en", "de"], "zh-hans", ["zh-hans"], "en"),
        ([], "ja", ["zh-hans"], None),
    ],
)
def test_somebody_gets_the_nearest_text_there_is(
    there: list[str], own: str, others: list[str], expected: str | None
) -> None:
    assert best_language(there, own, others) == expected


def test_there_are_fourteen_languages_and_one_runs_from_right_to_left() -> None:
    assert len(LANGUAGES) == len(set(LANGUAGES.values())) == 14
    assert set(CONSOLE) <= set(LANGUAGES)
    assert [code for code in LANGUAGES if direction(code) == "rtl"] == ["ar"]


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("zh-hans", "2026年11月25日 周三 14:00（北京时间）"),
        ("zh-hant", "2026年11月25日 週三 14:00（北京時間，UTC+8）"),
        ("en", "Wed, 25 Nov 2026, 14:00 (Beijing time, UTC+8)"),
        ("ja", "2026年11月25日(水) 14:00（北京時間、UTC+8）"),
        ("ko", "2026년 11월 25일 (수) 14:00 (베이징 시간, UTC+8)"),
        ("fr", "mer. 25 nov. 2026, 14:00 (heure de Pékin, UTC+8)"),
        ("de", "Mi., 25. Nov. 2026, 14:00 Uhr (Ortszeit Peking, UTC+8)"),
        ("es", "mié, 25 nov 2026, 14:00 (hora de Pekín, UTC+8)"),
        ("pt-br", "qua., 25 de nov. de 2026, 14:00 (horário de Pequim, UTC+8)"),
        ("ru", "ср, 25 нояб. 2026\u202fг., 14:00 (часовой пояс: Пекин, UTC+8)"),
        ("ar", "الأربعاء، 25 نوفمبر 2026، 14:00 (بتوقيت بكين، UTC+8)"),
        ("vi", "Thứ Tư, 25/11/2026, 14:00 (giờ Bắc Kinh, UTC+8)"),
        ("th", "พุธ 25 พ.ย. 2026 เวลา 14:00 น. (เวลาปักกิ่ง, UTC+8)"),
        ("id", "Rab, 25 Nov 2026, 14:00 (waktu Beijing, UTC+8)"),
    ],
)
def test_a_time_is_written_as_its_language_writes_it(locale: str, expected: str) -> None:
    text = present(AT, "Asia/Shanghai", locale).full
    assert text.replace("\u00a0", " ").replace("\u202f", " ") == expected.replace("\u202f", " ")


@pytest.mark.parametrize("locale", LANGUAGES)
def test_digits_are_latin_and_the_clock_has_24_hours(locale: str) -> None:
    shown = present(AT, "Europe/Berlin", locale, duration=HOUR)
    assert "07:00" in shown.full
    assert {"07:00", "08:00"} <= {shown.time[:5], shown.time[-5:]}
    assert all(sign.isascii() for sign in f"{shown.full}{shown.time}" if sign.isdigit())


def test_spans_are_joined_by_a_word_where_direction_could_mislead() -> None:
    assert present(AT, "Asia/Shanghai", "ar", duration=HOUR).time == "14:00 إلى 15:00"
    assert present(AT, "Asia/Shanghai", "ja", duration=HOUR).time == "14:00～15:00"


@pytest.mark.parametrize(
    ("zone", "said"), [("Africa/Cairo", "heure du Caire"), ("Africa/Abidjan", "heure d’Abidjan")]
)
def test_french_bends_the_citys_article(zone: str, said: str) -> None:
    assert said in present(AT, zone, "fr").full


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("name", ROUNDS)
def test_the_usual_rounds_have_a_name_in_every_language(name: str, locale: str) -> None:
    said = round_in(name, locale)
    assert (said == name) == (locale == "zh-hans")
    assert round_in(said, "zh-hans") == name
    assert round_in("技术面", locale) == "技术面"


@pytest.mark.parametrize("locale", LANGUAGES)
def test_what_stands_below_the_line_of_a_mail_is_no_answer_in_any_language(locale: str) -> None:
    assert cut_reply(f"Yes, I come\n\n{marker(locale)}\nwhat was written before") == "Yes, I come"
    assert cut_reply(f"Yes, I come\n\n> {marker(locale)}\n> before") == "Yes, I come"
    assert len({marker(each) for each in LANGUAGES}) == len(LANGUAGES)
