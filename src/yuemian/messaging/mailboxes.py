"""From a stored mailbox to one that can be opened: settings as JSON, sealed with the organization's key."""

from __future__ import annotations

import dataclasses
from typing import Any

import orjson
from django.conf import settings

from yuemian.channels.base import BadConfig, ChannelError
from yuemian.channels.http import Network
from yuemian.channels.imap import Box, IMAPConfig
from yuemian.messaging.models import Mailbox
from yuemian.messaging.reply_addresses import ReplyAddresses
from yuemian.trust.vault import Vault


def open_config(mailbox: Mailbox, vault: Vault) -> IMAPConfig:
    """In clear, password included. Raises BadConfig, or Unreadable when the key is gone."""
    plain = vault.open_bytes(mailbox.key, Mailbox.PLACE, mailbox.pk, mailbox.config_sealed)
    known = {field.name for field in dataclasses.fields(IMAPConfig)}
    values: dict[str, Any] = {name: value for name, value in orjson.loads(plain).items() if name in known}
    try:
        return IMAPConfig(**values)
    except TypeError as error:
        raise BadConfig("A setting is missing or of the wrong kind; fill in the form anew.") from error


def seal_config(vault: Vault, mailbox: Mailbox, config: IMAPConfig) -> bytes:
    return vault.seal_bytes(mailbox.key, Mailbox.PLACE, mailbox.pk, orjson.dumps(dataclasses.asdict(config)))


def box_of(config: IMAPConfig) -> Box:
    """Connects only where the operator lets accounts connect to."""
    return Box(config, Network(settings.PRIVATE_NETWORKS))


def addresses_of(mailbox: Mailbox) -> ReplyAddresses:
    return ReplyAddresses(mailbox.organization_id, mailbox.reply_pattern, mailbox.bounce_pattern)


def try_out(config: IMAPConfig) -> ChannelError | None:
    """Sign in, open the inbox and have both folders; what is wrong, or None. No transaction may be open."""
    try:
        with box_of(config) as box:
            box.check_folders()
    except ChannelError as error:
        return error
    return None
