#!/bin/sh
# Makes the virtual environment and installs the locked requirements into it. Called by make.
#   scripts/environment.sh requirements   python, uv, everything in requirements.lock
#   scripts/environment.sh package        the product itself; its build hook builds the assets
set -eu
VENV=${VENV:-.venv}
ENOUGH='import sys; raise SystemExit(sys.version_info < (3, 11))'

find_python() {
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11 /usr/bin/python3; do
        if command -v "$name" >/dev/null 2>&1 && "$name" -c "$ENOUGH" 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    echo "Python 3.11 or later is needed and was not found. 需要 Python 3.11 或更新版本。" >&2
    echo "  Debian 12 / Ubuntu 24.04: sudo apt-get install python3 python3-venv" >&2
    echo "  Elsewhere, name it:       make run PYTHON=/path/to/python3" >&2
    return 1
}

make_venv() {
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "$python can't make virtual environments. 缺少 venv 模块。" >&2
        echo "  Debian / Ubuntu: sudo apt-get install python3-venv" >&2
        return 1
    fi
    echo "Making $VENV with $("$python" --version)"
    "$python" -m venv "$VENV"
}

# uv is five times as quick; pip does the same where uv can't be had or can't reach its index.
install() {
    if [ -x "$VENV/bin/uv" ] || "$VENV/bin/python" -m pip install -qq uv; then
        if VIRTUAL_ENV="$VENV" "$VENV/bin/uv" pip install -q "$@"; then
            return
        fi
        echo "uv could not install; trying pip" >&2
    fi
    "$VENV/bin/python" -m pip install -q "$@"
}

[ -x "$VENV/bin/python" ] && "$VENV/bin/python" -c "$ENOUGH" || make_venv
case ${1:-} in
    requirements)
        echo "Installing what requirements.lock names"
        install -r requirements.lock
        ;;
    package)
        echo "Installing Anlan and building its pages"
        install --no-deps -e .
        ;;
    *)
        echo "usage: scripts/environment.sh requirements|package" >&2
        exit 2
        ;;
esac
