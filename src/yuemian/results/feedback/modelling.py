"""Ask the organization's language model for a draft. No transaction may be open: the network is slow."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Any, Final

import orjson
from django.conf import settings

from yuemian.channels.base import BadConfig
from yuemian.channels.http import Network
from yuemian.channels.language_model import Answer, ChatModel, LanguageModelConfig, ModelTrouble, Trouble
from yuemian.channels.language_model.chat import WORTH_A_RETRY
from yuemian.domain.feedback import Draft, Ground, Length, Options, Tone
from yuemian.domain.feedback.asking import EDITION, SCHEMA, Question, Unusable, ask, taken
from yuemian.results.feedback.material import House, Material, ground
from yuemian.results.models import Feedback, LanguageModel
from yuemian.trust.vault import Unreadable, Vault

#: One question, and one more when the answer could not be used.
TRIES: Final = 2


@dataclass(frozen=True)
class Asked:
    """What is asked, as plain values; read in a transaction that has ended."""

    config: LanguageModelConfig
    question: Question
    told: tuple[str, ...]
    options: Options
    ground: Ground


@dataclass(frozen=True)
class Outcome:
    """`draft`, or the reason why there is none; hashes of what left the house and of what came back."""

    draft: Draft | None
    reason: str
    provenance: dict[str, object]


def open_config(row: LanguageModel, vault: Vault) -> LanguageModelConfig | None:
    """None when the stored settings cannot be read any more."""
    try:
        return LanguageModelConfig(
            **orjson.loads(vault.open_bytes(row.key, row.PLACE, row.pk, row.config_sealed))
        )
    except (TypeError, ValueError, Unreadable):
        return None


def prepare(
    row: LanguageModel, feedback: Feedback, material: Material, house: House, vault: Vault
) -> Asked | None:
    config = open_config(row, vault)
    if config is None:
        return None
    length = Length(feedback.length)
    job = material.decision.application.job
    options = Options(
        locale=material.locale,
        outcome=material.outcome,
        seed=str(material.decision.pk),
        length=length,
        tone=Tone(feedback.tone),
        family=job.family.name,
        again_after=house.again_after,
        names=material.interviewers,
    )
    title = job.title_in(material.locale) if row.is_title_told else ""
    question = ask(material.facts, options, title=title)
    return Asked(config, question, material.told, options, ground(material, house, length))


def fetch_draft(asked: Asked) -> Outcome:
    return asyncio.run(_fetch(asked))


async def _fetch(asked: Asked) -> Outcome:
    if not asked.question.evidence:
        return Outcome(None, "no_facts", {})
    try:
        model = ChatModel(asked.config, network=Network(settings.PRIVATE_NETWORKS))
    except BadConfig:
        return Outcome(None, Trouble.SETTINGS.value, {})
    try:
        return await _try(model, asked)
    finally:
        await model.close()


async def _try(model: ChatModel, asked: Asked) -> Outcome:
    messages: list[dict[str, str]] = list(asked.question.messages)
    reason, provenance = "", _provenance(asked, None)
    for _ in range(TRIES):
        try:
            answer = await model.ask(messages, SCHEMA)
        except ModelTrouble as trouble:
            reason = trouble.why.value
            if trouble.why not in WORTH_A_RETRY:
                break
            continue
        provenance = _provenance(asked, answer)
        try:
            draft = taken(answer.text, asked.question, asked.told, asked.options, asked.ground)
        except Unusable as problem:
            reason = problem.reason
            # What was wrong is said, the answer itself is not sent back: it may hold what should not travel twice.
            mend = f"Your last answer could not be used. {problem} Answer again with the JSON object alone."
            messages = [*asked.question.messages, {"role": "user", "content": mend}]
            continue
        return Outcome(draft, "", provenance)
    return Outcome(None, reason, provenance)


def _provenance(asked: Asked, answer: Answer | None) -> dict[str, object]:
    found: dict[str, Any] = {
        "model": (answer.model if answer and answer.model else asked.config.model)[:80],
        "prompt_edition": EDITION,
        "prompt_hash": hashlib.sha256(asked.question.text.encode()).digest(),
        "answer_hash": hashlib.sha256(answer.text.encode()).digest() if answer else None,
    }
    return found


async def _probe(config: LanguageModelConfig) -> str:
    """A word about a harmless question; empty: it answers."""
    try:
        model = ChatModel(config, network=Network(settings.PRIVATE_NETWORKS))
    except BadConfig:
        return Trouble.SETTINGS.value
    try:
        await model.ask(
            [{"role": "user", "content": 'Answer with the JSON object {"ok": true}.'}], {"type": "object"}
        )
    except ModelTrouble as trouble:
        return trouble.why.value
    finally:
        await model.close()
    return ""


def probe(config: LanguageModelConfig) -> str:
    return asyncio.run(_probe(config))
