"""How well the checks of feedback tell faulty sentences from good ones; and how fast drafts are written and checked.

`python -m bench.feedback [--json] [--write]`. The figures of the checks are the same on every machine; `--write` puts
them into docs/howto/feedback.md, and a test compares. `known` and `subtle` are the sentences by which the checks were
set, `held` those that were set aside meanwhile, `late` those that were written afterwards to get past them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

from tests.domain.feedback.reading import Labelled, cards, ground_of, labelled
from yuemian.domain.feedback import BLOCKING, Code, Length, Options, Tone, check, compose

PAGE: Final = Path(__file__).parents[1] / "docs" / "howto" / "feedback.md"
BEGIN: Final = "<!-- figures: python -m bench.feedback --write -->"
END: Final = "<!-- end of figures -->"
SETS: Final = {
    "known": "plain ones, by which the checks were set",
    "subtle": "subtle ones, by which they were widened",
    "held": "set aside, their totals seen",
    "late": "**written afterwards, never used**",
}


def judge(sentences: list[Labelled]) -> dict[str, Any]:
    """Positive means: the checks object to it."""
    counts: Counter[str] = Counter()
    by_code: dict[str, Counter[str]] = {}
    for each in sentences:
        codes = {str(found.code) for found in check(each.text, each.ground)}
        is_faulty, is_red = each.label != "ok", not codes.isdisjoint(BLOCKING)
        counts["red good"] += is_red and not is_faulty
        if is_faulty and Code(each.label) in BLOCKING:
            counts["must be red"] += 1
            counts["red"] += is_red
        counts[
            "hit" if is_faulty and codes else "missed" if is_faulty else "false" if codes else "passed"
        ] += 1
        if is_faulty:
            row = by_code.setdefault(each.label, Counter())
            row["all"] += 1
            row["found"] += bool(codes)
            row["named"] += each.label in codes
    hit, missed, false = counts["hit"], counts["missed"], counts["false"]
    return {
        "sentences": len(sentences),
        "faulty": hit + missed,
        "precision": hit / (hit + false),
        "recall": hit / (hit + missed),
        "named": sum(row["named"] for row in by_code.values()) / max(1, hit),
        "false_alarms": false / (false + counts["passed"]),
        "red": counts["red"] / counts["must be red"],
        "false_reds": counts["red good"] / (false + counts["passed"]),
        "codes": {code: dict(row) for code, row in sorted(by_code.items())},
    }


def measure() -> dict[str, Any]:
    return {name: judge(list(labelled(name))) for name in SETS}


def table(figures: dict[str, Any]) -> str:
    lines = [
        "| sentences | number | faulty | precision | recall | right reason | red where due | good: any | good: red |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, what in SETS.items():
        row = figures[name]
        shares = [
            *(row["precision"], row["recall"], row["named"]),
            *(row["red"], row["false_alarms"], row["false_reds"]),
        ]
        said = " | ".join(f"{share * 100:.1f} %" for share in shares)
        lines.append(f"| {what} | {row['sentences']} | {row['faulty']} | {said} |")
    lines += ["", "| fault | plain | subtle | set aside | written afterwards |", "|---|---|---|---|---|"]
    codes = sorted({code for name in SETS for code in figures[name]["codes"]})
    for code in codes:
        cells = []
        for name in SETS:
            row = figures[name]["codes"].get(code, {"found": 0, "all": 0})
            cells.append(f"{row['found']} of {row['all']}")
        lines.append(f"| `{code}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def with_figures(page: str, figures: dict[str, Any]) -> str:
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table(figures)}\n\n{END}{after}"


def speed() -> float:
    """Drafts written and checked per second, of one process."""
    golden, done, began = cards(), 0, time.perf_counter()
    while time.perf_counter() - began < 2:
        for card in golden:
            options = Options(card.locale, card.outcome, seed=str(done), family=card.family, tone=Tone.WARM)
            draft = compose(card.facts, card.told, options)
            check(draft.text, ground_of(card, Length.MEDIUM, None))
            done += 1
    return done / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    figures = measure()
    if arguments.write:
        PAGE.write_text(with_figures(PAGE.read_text("utf-8"), figures), "utf-8")
    if arguments.json:
        print(json.dumps(figures | {"drafts_per_second": round(speed())}, ensure_ascii=False, indent=1))
        return
    print(table(figures))
    print(f"\n{speed():,.0f} drafts written and checked per second")


if __name__ == "__main__":
    main()
