#!/bin/sh
# The browser and the fonts of the journeys: found, or installed where we may, or named.
set -eu

missing=""
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
    command -v google-chrome >/dev/null 2>&1 || missing="chromium"
if ! command -v fc-list >/dev/null 2>&1 || [ -z "$(fc-list :lang=zh 2>/dev/null | head -n 1)" ]; then
    missing="$missing fonts-noto-cjk"
fi
for language in ar th; do
    if ! command -v fc-list >/dev/null 2>&1 || [ -z "$(fc-list ":lang=$language" 2>/dev/null | head -n 1)" ]; then
        missing="$missing fonts-noto-core"
        break
    fi
done
[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" != 0 ]; then
    as_root="sudo -n"
    if ! command -v sudo >/dev/null 2>&1 || ! sudo -n true 2>/dev/null; then as_root="nobody"; fi
fi
if command -v apt-get >/dev/null 2>&1 && [ "$as_root" != nobody ]; then
    echo "Installing for the browser tests: $missing" >&2
    install="$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends"
    # shellcheck disable=SC2086
    if $install $missing >/dev/null 2>&1; then exit 0; fi
    # shellcheck disable=SC2086
    if $as_root apt-get update -qq >/dev/null 2>&1 && $install $missing >/dev/null 2>&1; then exit 0; fi
fi

echo "The browser tests need:$(printf ' %s' $missing); install with: apt-get install $missing" >&2
[ "${CI:-}" != true ]
