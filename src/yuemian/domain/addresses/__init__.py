"""Phone numbers and e-mail addresses as people type them, made sendable, comparable and maskable."""

from __future__ import annotations

from yuemian.domain.addresses.email import email_index_form, read_email
from yuemian.domain.addresses.masking import mask_email, mask_name, mask_phone
from yuemian.domain.addresses.phone import (
    Phone,
    PhoneKind,
    parse_stored_phone,
    phone_index_form,
    read_phone,
    supported_regions,
)

__all__ = [
    "Phone",
    "PhoneKind",
    "email_index_form",
    "mask_email",
    "mask_name",
    "mask_phone",
    "parse_stored_phone",
    "phone_index_form",
    "read_email",
    "read_phone",
    "supported_regions",
]
