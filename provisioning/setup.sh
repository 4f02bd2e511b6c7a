#!/usr/bin/env bash
# Set this checkout up: system packages, virtual environment, cr-sqlite, static files, messages.
# Every step is skipped when it is done already; the second run takes a moment.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
while read -r package; do
  case "$package" in '' | '#'*) continue ;; esac
  dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
done < provisioning/packages.txt
command -v npm >/dev/null || missing+=(npm)
command -v cargo >/dev/null || [ -x /usr/bin/cargo-web ] || missing+=(cargo-web rustc-web)

if [ ${#missing[@]} -gt 0 ]; then
  line="apt-get install -y --no-install-recommends ${missing[*]}"
  if [ "$(id -u)" -ne 0 ]; then
    echo "Some system packages are missing. As root, run:" >&2
    echo "  apt-get update && $line" >&2
    exit 1
  fi
  echo "Installing ${#missing[@]} system packages …" >&2
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  $line -qq >/dev/null
fi

stamp=.venv/.ready
inputs=$(cat pyproject.toml sync/crsqlite/pyproject.toml sync/crsqlite/patches/* \
  sync/crsqlite/src/crsqlite/*.py | sha256sum | cut -d' ' -f1)
if [ ! -x .venv/bin/dangxia ] || [ "$(cat "$stamp" 2>/dev/null)" != "$inputs" ]; then
  echo "Preparing the virtual environment …" >&2
  [ -x .venv/bin/python ] || python3 -m venv .venv
  wheel=$(python3 sync/crsqlite/build.py | tail -n 1)
  .venv/bin/pip install -q --disable-pip-version-check --force-reinstall --no-deps "$wheel"
  .venv/bin/pip install -q --disable-pip-version-check -e '.[dev]'
  echo "$inputs" > "$stamp"
fi

.venv/bin/python -m kiosk_ui.build
