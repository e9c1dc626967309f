#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A full LMDB database cannot be emptied: more than every fourth record refuses to be deleted.
#
# Seen with LMDB 0.9.24 (Debian liblmdb0 0.9.24-1), called from Python by ctypes, on pages of 4096 bytes.
#
# A database of 1 MiB is filled with records of 100 bytes, one transaction each, until mdb_put says MDB_MAP_FULL. Nobody reads.
# Then each record is deleted in a transaction of its own. 5,785 of 7,954 deletes succeed; 2,169 fail with MDB_MAP_FULL, which
# lmdb.h does not list among the errors of mdb_del. The room that the others left does not help: a second and third round
# delete none, and in shuffled order as many are left. Yet a new record can be put, and mdb_drop empties the whole table. After
# mdb_env_set_mapsize to twice the size all are deleted at once. So what must be deleted on a full database needs a reserve.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/temp.sh"
. "$lib/fetch.sh"
fetch_packages bookworm liblmdb0=0.9.24-1
dpkg -x "$work"/apt/archives/liblmdb0_*.deb "$work/root"
export LIBRARY=$work/root/usr/lib/x86_64-linux-gnu/liblmdb.so.0 WORK=$work

timeout 60 python3 - <<'END'
import ctypes
import os
import random
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_uint, c_void_p

from expect import done, expect

lmdb = ctypes.CDLL(os.environ["LIBRARY"])
MAP_FULL = -30792  # MDB_MAP_FULL of lmdb.h


class Val(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("data", c_char_p)]


for name, *arguments in (
        ("mdb_env_create", POINTER(c_void_p)), ("mdb_env_set_mapsize", c_void_p, c_size_t),
        ("mdb_env_open", c_void_p, c_char_p, c_uint, c_uint), ("mdb_env_close", c_void_p),
        ("mdb_txn_begin", c_void_p, c_void_p, c_uint, POINTER(c_void_p)), ("mdb_txn_commit", c_void_p),
        ("mdb_txn_abort", c_void_p), ("mdb_dbi_open", c_void_p, c_char_p, c_uint, POINTER(c_uint)),
        ("mdb_drop", c_void_p, c_uint, c_int), ("mdb_put", c_void_p, c_uint, POINTER(Val), POINTER(Val), c_uint),
        ("mdb_del", c_void_p, c_uint, POINTER(Val), c_void_p)):
    getattr(lmdb, name).argtypes = arguments
lmdb.mdb_version.restype = lmdb.mdb_strerror.restype = c_char_p
lmdb.mdb_env_close.restype = lmdb.mdb_txn_abort.restype = None
print(lmdb.mdb_version(None, None, None).decode())


class Database:
    def __init__(self, name):
        folder = os.path.join(os.environ["WORK"], name)
        os.mkdir(folder)
        self.env, self.table = c_void_p(), c_uint()
        for code in (lmdb.mdb_env_create(byref(self.env)), lmdb.mdb_env_set_mapsize(self.env, 1 << 20),
                     lmdb.mdb_env_open(self.env, folder.encode(), 0x10000, 0o600),  # MDB_NOSYNC: nobody will miss it
                     self.do(lambda txn: lmdb.mdb_dbi_open(txn, None, 0, byref(self.table)))):
            assert code == 0, lmdb.mdb_strerror(code)
        self.count = 0
        while (code := self.put(self.count)) == 0:
            self.count += 1
        self.full = code

    def do(self, work):
        """The error of a transaction of its own; 0 is none."""
        txn = c_void_p()
        assert lmdb.mdb_txn_begin(self.env, None, 0, byref(txn)) == 0
        code = work(txn)
        if code:
            lmdb.mdb_txn_abort(txn)
            return code
        return lmdb.mdb_txn_commit(txn)

    def put(self, number):
        key, value = b"%08d" % number, b"x" * 100
        return self.do(lambda txn: lmdb.mdb_put(txn, self.table, Val(len(key), key), Val(len(value), value), 0))

    def delete(self, numbers):
        """Those that are left, and the errors there were."""
        codes = {n: self.do(lambda txn: lmdb.mdb_del(txn, self.table, Val(8, b"%08d" % n), None)) for n in numbers}
        return [n for n in numbers if codes[n]], {code for code in codes.values() if code}


full = Database("in-order")
expect("records when mdb_put says MDB_MAP_FULL", (full.count, full.full), (7954, MAP_FULL))
left, errors = full.delete(range(full.count))
expect("left after deleting each in order, errors of mdb_del", (len(left), errors), (2169, {MAP_FULL}))
for attempt in ("second", "third"):
    again, errors = full.delete(left)
    expect(f"left after a {attempt} try", len(again), len(left))
expect("error of putting a new record", full.put(10**7), 0)
expect("error of mdb_drop", full.do(lambda txn: lmdb.mdb_drop(txn, full.table, 0)), 0)

shuffled = Database("shuffled")
numbers = list(range(shuffled.count))
random.Random(1).shuffle(numbers)
left, errors = shuffled.delete(numbers)
expect("left after deleting in shuffled order", (len(left), errors), (2169, {MAP_FULL}))
expect("error of mdb_env_set_mapsize to 2 MiB", lmdb.mdb_env_set_mapsize(shuffled.env, 2 << 20), 0)
expect("left after another try", len(shuffled.delete(left)[0]), 0)
for database in (full, shuffled):
    lmdb.mdb_env_close(database.env)
done()
END
