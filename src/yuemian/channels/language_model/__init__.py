"""Language models that speak OpenAI's chat/completions, behind the one guarded door to the network."""

from __future__ import annotations

from .chat import Answer, Capability, ChatModel, LanguageModelConfig, ModelTrouble, Trouble

__all__ = ["Answer", "Capability", "ChatModel", "LanguageModelConfig", "ModelTrouble", "Trouble"]
