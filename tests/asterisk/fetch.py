# SPDX-License-Identifier: Apache-2.0
"""Asterisk 22 out of Debian's packages, unpacked and not installed."""
import fcntl
import os
import re
import shutil
import subprocess
from pathlib import Path

SUITES = ("forky", "sid")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# What Asterisk depends on only when it is installed as a service, or with everything there is.
LEFT_OUT = {"asterisk-modules", "asterisk-config", "asterisk-core-sounds-en", "adduser", "debconf", "init-system-helpers",
            "lsb-base", "sysvinit-utils", "perl", "perl-base", "dpkg", "systemd", "dbus"}


class Unavailable(Exception):
    """Asterisk cannot be had here; the text says why."""


def cache_folder():
    here = Path(__file__).resolve().parent.parent.parent
    return Path(os.environ.get("RINGMASTER_CACHE") or here / "build" / "asterisk")


def tree():
    """The folder with the unpacked Asterisk; makes it the first time. Safe to call from several processes."""
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    root = cache / "root"
    with open(cache / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (root / "VERSION").exists():
            return root
        reasons = []
        for suite in SUITES:
            try:
                return build(suite, cache, root)
            except (Unavailable, subprocess.CalledProcessError, OSError) as why:
                reasons.append(f"{suite}: {why}")
        raise Unavailable("no Asterisk 22 from Debian's mirror (" + "; ".join(reasons) + ")")


def mirrors():
    """Where this machine's own apt gets its Debian from."""
    release = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    codename = release.get("VERSION_CODENAME", "").strip('"')
    listed = subprocess.run(["apt-get", "update", "--print-uris"], capture_output=True, text=True).stdout
    found = re.findall(rf"'(\S+)/dists/{codename}/\w*InRelease'", listed)
    if not found:
        raise Unavailable("this machine's apt has no Debian mirror")
    return list(dict.fromkeys(found))


def apt_settings(folder, mirror, suite):
    """An apt of its own: its own lists, and a machine on which nothing is installed."""
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("lists/partial", "archives/partial"):
        (folder / part).mkdir(parents=True)
    (folder / "status").touch()
    (folder / "sources").write_text(f"deb [signed-by={KEYRING}] {mirror} {suite} main\n")
    settings = {"Dir::State": folder, "Dir::State::status": folder / "status", "Dir::Cache": folder, "Dir::Etc::sourcelist": folder / "sources",
                "Dir::Etc::sourceparts": "/dev/null", "Dir::Etc::preferences": "/dev/null", "Dir::Etc::preferencesparts": "/dev/null",
                "APT::Sandbox::User": "root", "APT::Update::Error-Mode": "any", "Acquire::Languages": "none", "Acquire::Retries": "3",
                "Debug::NoLocking": "true"}
    path = folder / "apt.conf"
    path.write_text("".join(f'{k} "{v}";\n' for k, v in settings.items()))
    return {**os.environ, "APT_CONFIG": str(path)}


def needed(index):
    """The packages that Asterisk links to, `index` being apt's list of all there are."""
    depends, provided = {}, {}
    name = None
    for line in index.splitlines():
        key, _, value = line.partition(": ")
        if key == "Package":
            name = value
        elif key in ("Depends", "Pre-Depends"):
            depends.setdefault(name, []).extend(value.split(", "))
        elif key == "Provides":
            for virtual in value.split(", "):
                provided.setdefault(virtual.split(" ")[0], name)
        elif key == "Version":
            depends.setdefault(name, [])
    if "asterisk" not in depends:
        raise Unavailable("the suite has no asterisk")
    chosen, todo = {"asterisk-modules"}, ["asterisk"]
    while todo:
        package = todo.pop()
        if package in chosen or package in LEFT_OUT:
            continue
        chosen.add(package)
        for group in depends[package]:
            names = [re.split(r"[ (:]", option.strip())[0] for option in group.split("|")]
            real = next((n for n in names if n in depends), None) or next((provided[n] for n in names if n in provided), None)
            if real and not set(names) & LEFT_OUT:
                todo.append(real)
    return sorted(chosen)


def build(suite, cache, root):
    new = cache / "root.new"
    apt = cache / "apt"
    for mirror in mirrors():
        env = apt_settings(apt, mirror, suite)
        if subprocess.run(["apt-get", "-qq", "update"], env=env, capture_output=True).returncode == 0:
            break
    else:
        raise Unavailable("apt-get update failed")
    index = subprocess.run(["apt-cache", "dumpavail"], env=env, capture_output=True, text=True, check=True).stdout
    packages = needed(index)
    version = re.search(r"^Package: asterisk\n(?:.+\n)*?Version: (.+)$", index, re.M).group(1)
    if not re.match(r"(1:)?22\.", version):
        raise Unavailable(f"the suite has Asterisk {version}")
    got = subprocess.run(["apt-get", "-qq", "download", *packages], cwd=apt / "archives", env=env, capture_output=True, text=True)
    if got.returncode:
        raise Unavailable(f"apt-get download: {got.stderr.strip().splitlines()[-1:]}")
    shutil.rmtree(new, ignore_errors=True)
    for part in ("bin", "sbin", "lib", "lib64"):  # where merged systems have links, so that every package lands in one place
        (new / "usr" / part).mkdir(parents=True)
        (new / part).symlink_to(f"usr/{part}")
    for deb in (apt / "archives").glob("*.deb"):
        unpack = (f"dpkg-deb --fsys-tarfile '{deb}' | tar -x -C '{new}' --keep-directory-symlink --no-same-owner --exclude='./etc' "
                  "--exclude='./usr/share' --exclude='./var' --exclude='./usr/lib/*/gconv' --exclude='./usr/lib/systemd'")
        subprocess.run(["bash", "-o", "pipefail", "-c", unpack], check=True, capture_output=True)
    # Asterisk's own documentation of its applications is wanted at the start.
    modules = apt / "archives"
    for deb in modules.glob("asterisk*.deb"):
        subprocess.run(["bash", "-o", "pipefail", "-c", f"dpkg-deb --fsys-tarfile '{deb}' | tar -x -C '{new}' --no-same-owner --wildcards './usr/share/asterisk/*' 2>/dev/null || true"],
                       check=True, capture_output=True)
    (new / "VERSION").write_text(f"{version} from {suite}, {len(packages)} packages\n")
    shutil.rmtree(root, ignore_errors=True)
    new.rename(root)
    shutil.rmtree(apt, ignore_errors=True)
    return root
