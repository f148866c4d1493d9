"""Ten thousand letters written by shuffled workers: each is its own person's, and a swapped one is caught (R7)."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

from yuemian.domain.placeholder import samples
from yuemian.domain.results.checking import Letter, LetterProblem, cross_talk
from yuemian.domain.states import Channel, Purpose
from yuemian.domain.template import Compiled, compile_template, render
from yuemian.messaging.defaults import shipped_templates

COUNT = 10_000
FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = "子涵诗语浩宇欣怡梓轩雨泽若曦明远嘉怡思远书瑶俊熙诺言逸凡晓峰"


def people(chance: random.Random) -> dict[UUID, str]:
    """Distinct names of three signs, none of which is part of another."""
    names: set[str] = set()
    while len(names) < COUNT:
        names.add(chance.choice(FAMILY) + chance.choice(GIVEN) + chance.choice(GIVEN))
    return {uuid4(): name for name in sorted(names)}


def test_ten_thousand_renders_by_shuffled_workers_and_swaps_are_caught() -> None:
    chance = random.Random(7)
    (shipped,) = (each for each in shipped_templates() if each.outcome == "reject")
    text = shipped.texts[Channel.EMAIL, "zh-hans"]
    compiled: Compiled = compile_template(text.subject, text.body, Purpose.LETTER)
    facts = samples("zh-hans", Purpose.LETTER)
    snapshots = list(people(chance).items())
    chance.shuffle(snapshots)

    def write(snapshot: tuple[UUID, str]) -> Letter:
        person, name = snapshot
        said = render(compiled, {**facts, "candidate_name": name})
        return Letter(person, person, name, said.text, "zh-hans", facts=(str(facts["job_title"]),))

    with ThreadPoolExecutor(8) as workers:
        letters = list(workers.map(write, snapshots, chunksize=37))
    assert all(each.name in each.body for each in letters)
    assert not any(cross_talk(letters).values())

    # Two snapshots swapped, a hundred times: both letters of each pair are found, and nobody else's.
    swapped = list(letters)
    pairs = [(2 * at, 2 * at + 1) for at in chance.sample(range(COUNT // 2), 100)]
    for one, two in pairs:
        swapped[one] = letters[one]._replace(body=letters[two].body)
        swapped[two] = letters[two]._replace(body=letters[one].body)
    found = {id_ for id_, problems in cross_talk(swapped).items() if problems}
    assert found == {letters[at].id for pair in pairs for at in pair}
    problems = cross_talk(swapped)[letters[pairs[0][0]].id]
    assert problems[0] == LetterProblem.NO_NAME
    assert problems[1] == f"{LetterProblem.OTHER_NAME}:{letters[pairs[0][1]].person}"
