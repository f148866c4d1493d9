"""The usual rounds of interviews in the reader's language."""

from __future__ import annotations

from typing import Final

from .languages import nearest

#: As an organization stores them → language → as a candidate reads them.
ROUNDS: Final = {
    "初试": {
        "zh-hant": "初試",
        "en": "First interview",
        "ja": "一次面接",
        "ko": "1차 면접",
        "fr": "Premier entretien",
        "de": "Erstes Gespräch",
        "es": "Primera entrevista",
        "pt-br": "Primeira entrevista",
        "ru": "Первое собеседование",
        "ar": "المقابلة الأولى",
        "vi": "Phỏng vấn vòng 1",
        "th": "สัมภาษณ์รอบแรก",
        "id": "Wawancara pertama",
    },
    "复试": {
        "zh-hant": "複試",
        "en": "Second interview",
        "ja": "二次面接",
        "ko": "2차 면접",
        "fr": "Deuxième entretien",
        "de": "Zweites Gespräch",
        "es": "Segunda entrevista",
        "pt-br": "Segunda entrevista",
        "ru": "Второе собеседование",
        "ar": "المقابلة الثانية",
        "vi": "Phỏng vấn vòng 2",
        "th": "สัมภาษณ์รอบที่สอง",
        "id": "Wawancara kedua",
    },
    "终试": {
        "zh-hant": "最終面試",
        "en": "Final interview",
        "ja": "最終面接",
        "ko": "최종 면접",
        "fr": "Entretien final",
        "de": "Abschlussgespräch",
        "es": "Entrevista final",
        "pt-br": "Entrevista final",
        "ru": "Финальное собеседование",
        "ar": "المقابلة النهائية",
        "vi": "Phỏng vấn vòng cuối",
        "th": "สัมภาษณ์รอบสุดท้าย",
        "id": "Wawancara akhir",
    },
    "笔试": {
        "zh-hant": "筆試",
        "en": "Written test",
        "ja": "筆記試験",
        "ko": "필기시험",
        "fr": "Test écrit",
        "de": "Schriftlicher Test",
        "es": "Prueba escrita",
        "pt-br": "Prova escrita",
        "ru": "Письменный тест",
        "ar": "الاختبار التحريري",
        "vi": "Bài thi viết",
        "th": "ข้อสอบข้อเขียน",
        "id": "Tes tertulis",
    },
}
_KNOWN: Final = {said: name for name, words in ROUNDS.items() for said in (name, *words.values())}


def round_in(name: str, locale: str) -> str:
    """The usual rounds in the reader's language; any other name stays as HR wrote it."""
    known = _KNOWN.get(name)
    if known is None or locale.startswith(("zh-hans", "zh_Hans")) or locale == "zh":
        return known or name
    words = ROUNDS[known]
    return next((words[each] for each in nearest(locale) if each in words), name)
