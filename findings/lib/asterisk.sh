# SPDX-License-Identifier: Apache-2.0
# What the findings about Asterisk have in common. A script sources this file, writes $etc/extensions.conf and what else it
# needs ($options: lines for [options] of asterisk.conf), calls `start_asterisk MODULE...` and then `look`, which runs Python from standard input, with ami.py at hand.
#
# The packages are Debian's, by exact version. They are unpacked into the temp folder and never installed: Asterisk runs by
# its own loader, with its own C library beside the machine's. Needs amd64, apt and python3; no root.
packages=(
    asterisk=1:22.10.1+dfsg+~cs6.17.60671434-1 asterisk-modules=1:22.10.1+dfsg+~cs6.17.60671434-1
    libbsd0=0.12.2-3 libc6=2.43-7 libcap2=1:2.78-1+b1 libcrypt1=1:4.5.2+20251210-1 libedit2=3.1-20260512-1
    libgcc-s1=16.2.0-3 libjansson4=2.15.1-1 libmd0=1.3.0-1 libsqlite3-0=3.53.4-2 libssl3t64=3.6.5-1
    "libstdc++6=16.2.0-3" libsystemd0=262-1 libtinfo6=6.6+20260608-2 liburiparser1=1.0.1+dfsg-1 libuuid1=2.42.4-1
    libxml2-16=2.15.4+dfsg-1+b1 libxslt1.1=1.1.45-0.1 libzstd1=1.5.7+dfsg-4 zlib1g=1:1.3.dfsg+really1.3.2-3)

. "$(dirname "${BASH_SOURCE[0]}")/temp.sh"
. "$lib/fetch.sh"
etc=$work/etc
mkdir -p "$etc" "$work"/{log,spool,data,run} "$work/root/usr/"{bin,sbin,lib,lib64}
fetch_packages forky "${packages[@]}"
ln -s usr/bin usr/sbin usr/lib usr/lib64 "$work/root/"
for deb in "$work"/apt/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" |
        tar -x -C "$work/root" --keep-directory-symlink --no-same-owner --exclude='./etc' --exclude='./var'
done
libraries=$work/root/usr/lib/x86_64-linux-gnu
printf '#!/bin/sh\nexec "%s" --inhibit-cache --library-path "%s" "%s" -C "%s" "$@"\n' \
    "$work/root/usr/lib64/ld-linux-x86-64.so.2" "$libraries" "$work/root/usr/sbin/asterisk" "$etc/asterisk.conf" > "$work/asterisk"
chmod +x "$work/asterisk"

export ASTERISK=$work/asterisk ETC=$etc AMI_PORT AMI_SECRET
AMI_PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
AMI_SECRET=$(python3 -c 'import secrets; print(secrets.token_hex(16))')

start_asterisk() {  # MODULE...
    printf '[directories]\n' > "$etc/asterisk.conf"
    printf 'ast%sdir => %s\n' etc "$etc" mod "$libraries/asterisk/modules" data "$work/root/usr/share/asterisk" \
        varlib "$work/data" db "$work/data" key "$work/data" cache "$work/data" agi "$work/data" \
        spool "$work/spool" run "$work/run" log "$work/log" >> "$etc/asterisk.conf"
    printf '[options]\n%s\n' "${options:-}" >> "$etc/asterisk.conf"
    printf '[modules]\nautoload = no\n' > "$etc/modules.conf"
    printf 'load = %s.so\n' res_timing_timerfd bridge_simple bridge_holding pbx_config "$@" >> "$etc/modules.conf"
    printf '[general]\n[logfiles]\nmessages => notice,warning,error\n' > "$etc/logger.conf"
    printf '[general]\nenabled = yes\nbindaddr = 127.0.0.1\nport = %s\n[finding]\nsecret = %s\nread = all\nwrite = all\n' \
        "$AMI_PORT" "$AMI_SECRET" > "$etc/manager.conf"
    "$work/asterisk" -f </dev/null >"$work/log/console" 2>&1 &
    started+=($!)
    for _ in $(seq 200); do
        kill -0 "${started[-1]}" 2>/dev/null || break
        if "$work/asterisk" -rx 'core waitfullybooted' 2>/dev/null | grep -q 'fully booted'; then
            "$work/asterisk" -V
            return
        fi
        sleep 0.1
    done
    cat "$work/log/console" >&2
    echo 'Asterisk did not start' >&2
    exit 1
}

look() { timeout --kill-after=5 70 python3 -; }
