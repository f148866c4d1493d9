#!/bin/sh
# The browser and the fonts of the journeys, the mail servers of the post office: found, or installed where we may, or named.
set -eu
PATH="$PATH:/usr/sbin:/sbin"

missing=""
has_browser() {
    for name in chromium-headless-shell chromium chromium-browser google-chrome; do
        ! command -v "$name" >/dev/null 2>&1 || return 0
    done
    [ -n "${CHROMIUM:-}" ]
}
# Without the windows and services around it the same engine takes three fifths of the CPU; not every system has it so.
if ! has_browser; then
    missing="chromium-headless-shell"
    apt-cache show "$missing" >/dev/null 2>&1 || missing="chromium"
fi
if ! command -v fc-list >/dev/null 2>&1 || [ -z "$(fc-list :lang=zh 2>/dev/null | head -n 1)" ]; then
    missing="$missing fonts-noto-cjk"
fi
for language in ar th; do
    if ! command -v fc-list >/dev/null 2>&1 || [ -z "$(fc-list ":lang=$language" 2>/dev/null | head -n 1)" ]; then
        missing="$missing fonts-noto-core"
        break
    fi
done
command -v postfix >/dev/null 2>&1 || missing="$missing postfix"
# The package of the IMAP half brings this program; the server alone cannot read mail to anybody.
[ -x /usr/lib/dovecot/imap ] || [ -x /usr/libexec/dovecot/imap ] || missing="$missing dovecot-imapd"
[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" != 0 ]; then
    as_root="sudo -n"
    if ! command -v sudo >/dev/null 2>&1 || ! sudo -n true 2>/dev/null; then as_root="nobody"; fi
fi

# Mail servers begin to serve as soon as they are installed; ours are started by the tests alone, elsewhere.
hold_services() {
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        printf '#!/bin/sh\nexit 101\n' | $as_root tee /usr/sbin/policy-rc.d >/dev/null
        $as_root chmod +x /usr/sbin/policy-rc.d
        held=yes
    fi
    echo "postfix postfix/main_mailer_type select No configuration" | $as_root debconf-set-selections 2>/dev/null || true
}
release_services() {
    [ "${held:-}" != yes ] || $as_root rm -f /usr/sbin/policy-rc.d
    if command -v systemctl >/dev/null 2>&1; then
        case "$missing" in *postfix*) $as_root systemctl disable -q postfix >/dev/null 2>&1 || true ;; esac
        case "$missing" in *dovecot*) $as_root systemctl disable -q dovecot >/dev/null 2>&1 || true ;; esac
    fi
}

if command -v apt-get >/dev/null 2>&1 && [ "$as_root" != nobody ]; then
    echo "Installing for the tests: $missing" >&2
    install="$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends"
    hold_services
    trap release_services EXIT
    # shellcheck disable=SC2086
    if $install $missing >/dev/null 2>&1; then exit 0; fi
    # shellcheck disable=SC2086
    if $as_root apt-get update -qq >/dev/null 2>&1 && $install $missing >/dev/null 2>&1; then exit 0; fi
fi

echo "The tests need:$(printf ' %s' $missing); install with: apt-get install $missing" >&2
[ "${CI:-}" != true ]
