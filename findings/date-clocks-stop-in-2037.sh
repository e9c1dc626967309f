#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In Howard Hinnant's date library clocks are changed for the last time in 2037.
#
# Seen with date 3.0.1 (Debian libhowardhinnant-date-dev and libdate-tz3 3.0.1+ds-5), which reads the system's time zones.
#
# A file of Debian's tzdata lists transitions until 2037, and ends with the rule that holds from then on
# ("EST5EDT,M3.2.0,M11.1.0"; RFC 9636, section 3.3). The library passes over that rule: on 15 July 2040 it is 07:00 EST in New
# York for it, and 08:00 EDT for the C library and for Python; in Berlin it is winter for good, and in Sydney, whose last
# listed transition is of October, summer. Until 2037 all agree. (Files made by `zic -b slim`, as other systems have them, end
# their lists in 2007: there it would begin right away.) The library looks nowhere else than in /usr/share/zoneinfo: the
# files are those of the machine, here of tzdata 2025b-0+deb12u2.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/temp.sh"
. "$lib/fetch.sh"
command -v c++ >/dev/null || { echo 'a C++ compiler is needed' >&2; exit 2; }
fetch_packages bookworm libhowardhinnant-date-dev=3.0.1+ds-5 libdate-tz3=3.0.1+ds-5
for package in "$work"/apt/archives/*.deb; do dpkg -x "$package" "$work/root"; done

cat >"$work/zones.cpp" <<'END'
#include <date/tz.h>
#include <cstdlib>
#include <iostream>
int main(int, char** argv) {
  const date::sys_seconds at{std::chrono::seconds{std::atoll(argv[2])}};
  const auto info = date::locate_zone(argv[1])->get_info(at);
  std::cout << info.offset.count() << ' ' << info.abbrev << '\n';
}
END
libraries=$work/root/usr/lib/x86_64-linux-gnu
c++ -std=c++17 -DUSE_OS_TZDB=1 -DONLY_C_LOCALE=1 -DHAS_STRING_VIEW=1 -I"$work/root/usr/include" "$work/zones.cpp" -o "$work/zones" \
    "$libraries"/libdate-tz.so.3 -Wl,-rpath,"$libraries"

ZONES=$work/zones timeout 60 python3 - <<'END'
import datetime
import os
import subprocess
import zoneinfo

from expect import done, expect

noon = datetime.datetime(2037, 7, 15, 12, tzinfo=datetime.timezone.utc), datetime.datetime(2040, 7, 15, 12, tzinfo=datetime.timezone.utc)
for zone, wanted in (("America/New_York", (("-14400 EDT", "-14400 EDT"), ("-18000 EST", "-14400 EDT"))),
                            ("Europe/Berlin", (("7200 CEST", "7200 CEST"), ("3600 CET", "7200 CEST"))),
                            ("Australia/Sydney", (("36000 AEST", "36000 AEST"), ("39600 AEDT", "36000 AEST")))):
    for at, (by_date, by_others) in zip(noon, wanted):
        seconds = str(int(at.timestamp()))
        said = subprocess.run([os.environ["ZONES"], zone, seconds], capture_output=True, text=True, check=True).stdout.strip()
        local = at.astimezone(zoneinfo.ZoneInfo(zone))
        python = f"{int(local.utcoffset().total_seconds())} {local.tzname()}"
        libc = subprocess.run(["date", "-d", f"@{seconds}", "+%:::z %Z"], capture_output=True, text=True, check=True, env={"TZ": zone, "PATH": os.environ["PATH"]}).stdout.split()
        expect(f"{zone}, {at:%d %B %Y}, date library", said, by_date)
        expect(f"{zone}, {at:%d %B %Y}, Python", python, by_others)
        expect(f"{zone}, {at:%d %B %Y}, C library", libc[1], by_others.split()[1])
done()
END
