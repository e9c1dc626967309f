# SPDX-License-Identifier: Apache-2.0
# What the shell scripts share. Sourced, with `repo` set to the repository's root.
say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }
cores() { nproc 2>/dev/null || echo 2; }

# configure_and_build PRESET TARGET...: quiet when all is up to date; without a target, everything.
configure_and_build() {
    local preset=$1 target; shift
    local targets=()
    for target in "$@"; do targets+=(--target "$target"); done
    local log=$repo/build/$preset-configure.log
    mkdir -p "$repo/build"
    say "building ($preset) ..."
    (cd "$repo" && cmake --preset "$preset") >"$log" 2>&1 || { tail -n 40 "$log" >&2; die "configuring failed, see $log"; }
    cmake --build "$repo/build/$preset" --parallel "$(cores)" "${targets[@]}" >&2 || die "the build failed"
}
