"""Saved replies and prepared answers: short texts in the templates' language, about one interview and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from .placeholder import Placeholder, available
from .states import Purpose
from .template import Compiled, TemplateProblem, compile_template, render
from .template_language import check_language

#: What belongs to the message around a reply, or would make it say itself.
_NOT_HERE: Final = frozenset({"hr_answer", "candidate_question", "answer_link", "respond_by"})
PLACEHOLDERS_OF_PHRASES: Final[Mapping[str, Placeholder]] = {
    name: each for name, each in available(Purpose.ANSWER).items() if name not in _NOT_HERE
}
#: What is typed after a slash: short, without blanks.
CODE: Final = re.compile(r"[\w-]{1,30}")


def compile_phrase(text: str) -> Compiled:
    """Check and compile. Raises TemplateProblem with every mistake."""
    problems, _ = check_language("body", text.replace("\r\n", "\n"), PLACEHOLDERS_OF_PHRASES)
    if problems:
        raise TemplateProblem(problems)
    return compile_template("-", text, Purpose.ANSWER)


def fill(text: str, context: Mapping[str, object]) -> str:
    """The text for one interview. Raises RenderProblem where a placeholder has no value."""
    return render(compile_phrase(text), context).text


def is_code(text: str) -> bool:
    return CODE.fullmatch(text) is not None
