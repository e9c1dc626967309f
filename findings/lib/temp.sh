# SPDX-License-Identifier: Apache-2.0
# A temp folder, $work, that goes away with the script, and with it whatever runs with a pid in `started`.
lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d /tmp/finding-XXXXXX)  # short: the path of Asterisk's control socket must fit in 108 bytes
started=()
leave() {
    local status=$? pid
    trap - EXIT
    for pid in "${started[@]}"; do
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    if [ $status -ne 0 ] && [ -s "$work/log/messages" ]; then tail -n 20 "$work/log/messages" >&2; fi
    rm -rf "$work"
    exit $status
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
export PYTHONPATH=$lib PYTHONDONTWRITEBYTECODE=1
