# SPDX-License-Identifier: Apache-2.0
"""A line between the daemon and its PBX that can be cut."""
import socket
import threading

from .listener import Listener, end


class Line(Listener):
    """Stands for the PBX behind it: give it to `Case.daemon`. Whatever is sent goes through until `cut`."""

    def __init__(self, pbx):
        self.pbx, self.USER, self.SECRET = pbx, pbx.USER, pbx.SECRET
        self.connections = 0
        self._open = []
        self._lock = threading.Lock()
        self._down = False
        super().__init__()

    def cut(self, stays_down=False):
        """Both ends lose the connection at once; `stays_down`: until `mend` new ones are closed as well."""
        with self._lock:
            self._down = stays_down
            end(self._open)
            self._open.clear()

    def mend(self):
        self._down = False

    def close(self):
        super().close()
        self.cut(stays_down=True)

    def taken(self, client):
        if self._down:
            return client.close()
        try:
            host, _, port = self.pbx.address.rpartition(":")
            server = socket.create_connection((host, int(port)), timeout=10)
        except OSError:
            return client.close()
        server.settimeout(None)
        with self._lock:
            self.connections += 1
            self._open += [client, server]
        for one, other in ((client, server), (server, client)):
            threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    @staticmethod
    def _carry(one, other):
        try:
            while data := one.recv(1 << 16):
                other.sendall(data)
        except OSError:
            pass
        end((one, other))
