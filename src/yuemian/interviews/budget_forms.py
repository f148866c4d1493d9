"""The form of daily budgets: one amount per channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext

from yuemian.domain.states import Channel
from yuemian.interviews.wording import CHANNELS


class BudgetForm(forms.Form):
    """An empty amount is no limit; 0 stops the channel."""

    def __init__(
        self,
        channels: Sequence[Channel],
        present: Mapping[Channel, Decimal | None],
        currency: str,
        data: QueryDict | None = None,
    ) -> None:
        super().__init__(data, initial={channel.value: present.get(channel) for channel in channels})
        self.channels = channels
        for channel in channels:
            self.fields[channel.value] = forms.DecimalField(
                label=gettext("%(channel)s, at most a day (%(currency)s)")
                % {"channel": CHANNELS[channel], "currency": currency},
                required=False,
                min_value=Decimal(0),
                max_digits=10,
                decimal_places=2,
                widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
            )

    def budgets(self) -> dict[Channel, Decimal | None]:
        return {channel: self.cleaned_data[channel.value] for channel in self.channels}
