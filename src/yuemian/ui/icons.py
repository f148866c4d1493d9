"""Our own icons: bodies of 24 × 24 drawings with a 1.5 px stroke."""

# ruff: noqa: E501  (a drawing reads best on one line)
from __future__ import annotations

#: Point along the line of reading: mirrored where it runs from right to left.
POINTING = frozenset(
    {"arrow-left", "arrow-right", "chevron-left", "chevron-right", "external", "message", "send"}
)

ICONS: dict[str, str] = {
    "alert": '<path d="M12 4 2.8 19.5h18.4Z"/><path d="M12 10v4.5M12 17v.01"/>',
    "arrow-left": '<path d="M20 12H4m6-6-6 6 6 6"/>',
    "arrow-right": '<path d="M4 12h16m-6-6 6 6-6 6"/>',
    "bell": '<path d="M6 16V10a6 6 0 0 1 12 0v6l1.5 2h-15Z"/><path d="M10 21h4"/>',
    "briefcase": '<rect x="3" y="7.5" width="18" height="12" rx="2"/><path d="M9 7.5v-3h6v3M3 12.5h18"/>',
    "calendar": '<rect x="3.5" y="5" width="17" height="15.5" rx="2"/><path d="M3.5 10h17M8 2.8v4M16 2.8v4"/>',
    "calendar-check": '<rect x="3.5" y="5" width="17" height="15.5" rx="2"/>'
    '<path d="M3.5 10h17M8 2.8v4M16 2.8v4M9 15l2 2 4-4"/>',
    "check": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "check-circle": '<circle cx="12" cy="12" r="8.7"/><path d="m8 12.3 2.8 2.8L16 9.6"/>',
    "chevron-down": '<path d="m6 9.5 6 6 6-6"/>',
    "chevron-left": '<path d="m14.5 6-6 6 6 6"/>',
    "chevron-right": '<path d="m9.5 6 6 6-6 6"/>',
    "clock": '<circle cx="12" cy="12" r="8.7"/><path d="M12 7v5.2l3.4 2"/>',
    "copy": '<rect x="8.5" y="8.5" width="12" height="12" rx="2"/>'
    '<path d="M15.5 8.5v-3a2 2 0 0 0-2-2h-8a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h3"/>',
    "download": '<path d="M12 3.5V15m-4.5-4.2L12 15.3l4.5-4.5M4 17v2a1.5 1.5 0 0 0 1.5 1.5h13A1.5 1.5 0 0 0 20 19v-2"/>',
    "edit": '<path d="M4 20h4L19.3 8.7a1.8 1.8 0 0 0 0-2.5l-1.5-1.5a1.8 1.8 0 0 0-2.5 0L4 16Z"/>'
    '<path d="m13.5 6.5 4 4"/>',
    "external": '<path d="M14 4h6v6M20 4l-9 9M17 14v4.5a1.5 1.5 0 0 1-1.5 1.5h-10A1.5 1.5 0 0 1 4 18.5v-10'
    'A1.5 1.5 0 0 1 5.5 7H10"/>',
    "eye": '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z"/>'
    '<circle cx="12" cy="12" r="2.8"/>',
    "file": '<path d="M13.5 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8.5Z"/>'
    '<path d="M13.5 3v5.5H19M8.5 13h7M8.5 16.5h5"/>',
    "filter": '<path d="M3.5 6h17M7 12h10M10.5 18h3"/>',
    "globe": '<circle cx="12" cy="12" r="8.7"/><path d="M3.3 12h17.4M12 3.3c5 5.2 5 12.2 0 17.4'
    'M12 3.3c-5 5.2-5 12.2 0 17.4"/>',
    "help": '<circle cx="12" cy="12" r="8.7"/><path d="M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.7.4-1.1.9-1.1 1.8'
    'M12 16.5v.01"/>',
    "info": '<circle cx="12" cy="12" r="8.7"/><path d="M12 11v5M12 8v.01"/>',
    "keyboard": '<rect x="2.5" y="6" width="19" height="12" rx="2"/>'
    '<path d="M6 10v.01M9 10v.01M12 10v.01M15 10v.01M18 10v.01M8 14.3h8"/>',
    "link": '<path d="M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3'
    'A4 4 0 0 0 11 18.7l1-1"/>',
    "log-out": '<path d="M14 4H6.5A1.5 1.5 0 0 0 5 5.5v13A1.5 1.5 0 0 0 6.5 20H14M10 12h11m-4-4 4 4-4 4"/>',
    "mail": '<rect x="3" y="5" width="18" height="14" rx="2"/><path d="m3.5 7 8.5 6.5L20.5 7"/>',
    "map-pin": '<path d="M12 21s7-6.2 7-11.5a7 7 0 0 0-14 0C5 14.8 12 21 12 21Z"/><circle cx="12" cy="9.5" r="2.5"/>',
    "menu": '<path d="M4 7h16M4 12h16M4 17h16"/>',
    "message": '<path d="M4 5.5h16A1.5 1.5 0 0 1 21.5 7v9a1.5 1.5 0 0 1-1.5 1.5h-9L6.5 21v-3.5H4'
    'A1.5 1.5 0 0 1 2.5 16V7A1.5 1.5 0 0 1 4 5.5Z"/>',
    "monitor": '<rect x="3" y="4.5" width="18" height="12" rx="2"/><path d="M8.5 20h7M12 16.5V20"/>',
    "moon": '<path d="M20 14.2A8.3 8.3 0 0 1 9.8 4a8.3 8.3 0 1 0 10.2 10.2Z"/>',
    "more": '<g fill="currentColor"><circle cx="5.5" cy="12" r=".8"/><circle cx="12" cy="12" r=".8"/><circle cx="18.5" cy="12" r=".8"/></g>',
    "pause": '<path d="M9 5.5v13M15 5.5v13"/>',
    "phone": '<rect x="6.5" y="2.8" width="11" height="18.4" rx="2.3"/><path d="M10.8 18h2.4"/>',
    "play": '<path d="M7.5 5v14l11.5-7Z"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "refresh": '<path d="M19.5 9A8 8 0 0 0 5 8.2L4 10M4.5 15A8 8 0 0 0 19 15.8l1-1.8"/><path d="M4 5.5V10h4.5M20 18.5V14h-4.5"/>',
    "route": '<path d="M3.5 12H8c3.5 0 3.5-6 7-6h5.5M8 12c3.5 0 3.5 6 7 6h5.5m-3-15 3 3-3 3m0 6 3 3-3 3"/>',
    "search": '<circle cx="10.8" cy="10.8" r="6.3"/><path d="m15.5 15.5 5 5"/>',
    "send": '<path d="M20.5 3.5 3.5 10l7 3.5 3.5 7Z"/><path d="m10.5 13.5 4-4"/>',
    "settings": '<path d="M4 7h9M17.5 7H20M4 17h2.5M11 17h9"/><circle cx="15.2" cy="7" r="2.3"/>'
    '<circle cx="8.8" cy="17" r="2.3"/>',
    "sun": '<circle cx="12" cy="12" r="3.8"/><path d="M12 2.8v2M12 19.2v2M2.8 12h2M19.2 12h2M5.5 5.5l1.4 1.4'
    'M17.1 17.1l1.4 1.4M18.5 5.5l-1.4 1.4M6.9 17.1l-1.4 1.4"/>',
    "trash": '<path d="M4 6.5h16M9 6.5V4h6v2.5M6 6.5 7 20h10l1-13.5M10 10.5v5.5M14 10.5v5.5"/>',
    "undo": '<path d="M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11H8"/>',
    "upload": '<path d="M12 15.5V4m-4.5 4.2L12 3.7l4.5 4.5M4 17v2a1.5 1.5 0 0 0 1.5 1.5h13A1.5 1.5 0 0 0 20 19v-2"/>',
    "user": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5a7.5 7.5 0 0 1 15 0"/>',
    "users": '<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 19.5a6.5 6.5 0 0 1 13 0M15.5 5.3a3.5 3.5 0 0 1 0 6.4'
    'M18 14.2a6.5 6.5 0 0 1 3.5 5.3"/>',
    "video": '<rect x="3" y="6.5" width="12.5" height="11" rx="2"/><path d="m15.5 10.5 5.5-3v9l-5.5-3Z"/>',
    "x": '<path d="m6 6 12 12M18 6 6 18"/>',
}
