#!/bin/sh
# Refreshes both lock files; needs uv. Hashes only, no index addresses.
set -eu
cd "$(dirname "$0")/.."
flags="--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet"
# shellcheck disable=SC2086
uv pip compile $flags "$@" pyproject.toml requirements/build.in -o requirements/runtime.lock
# shellcheck disable=SC2086
uv pip compile $flags "$@" pyproject.toml requirements/build.in --group dev -o requirements/dev.lock
