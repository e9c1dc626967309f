# SPDX-License-Identifier: Apache-2.0
# fetch_packages SUITE NAME=VERSION...   Debian packages of exact versions into $work/apt/archives, signatures checked, by an
# apt of its own. From the mirror that this machine's apt uses, else from deb.debian.org, else, once later versions have
# taken their places there, from snapshot.debian.org, which keeps all (that last way could not be tried where this was
# written). Ends with 2 where they are not to be had.
fetch_packages() {
    local suite=$1 mirror release apt=$work/apt
    shift
    [ "$(dpkg --print-architecture)" = amd64 ] || { echo 'the versions are those of amd64' >&2; exit 2; }
    release=$(. /etc/os-release && echo "${VERSION_CODENAME:-none}")
    mkdir -p "$apt"/{lists,archives}/partial
    : > "$apt/status"
    printf '%s "%s";\n' Dir::State "$apt" Dir::State::status "$apt/status" Dir::Cache "$apt" \
        Dir::Etc::sourcelist "$apt/sources" Dir::Etc::sourceparts /dev/null Dir::Etc::preferences /dev/null \
        Dir::Etc::preferencesparts /dev/null APT::Sandbox::User root APT::Update::Error-Mode any \
        Acquire::Languages none Acquire::Retries 3 Acquire::Check-Valid-Until false Debug::NoLocking true > "$apt/apt.conf"
    for mirror in $(apt-get update --print-uris 2>/dev/null | sed -n "s|^'\(.*\)/dists/$release/.*|\1|p" | sort -u) \
        http://deb.debian.org/debian http://snapshot.debian.org/archive/debian/20261130T000000Z; do
        echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" > "$apt/sources"
        if (export APT_CONFIG=$apt/apt.conf && apt-get -qq update && cd "$apt/archives" &&
            apt-get -qq download "$@") >"$apt/log" 2>&1; then
            return
        fi
    done
    cat "$apt/log" >&2
    echo "no mirror has these versions: $*" >&2
    exit 2
}
