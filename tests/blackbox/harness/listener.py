# SPDX-License-Identifier: Apache-2.0
"""A port on loopback that takes connections: what plays a server is made of it."""
import socket
import threading


def end(sockets):
    """Both sides of each notice it at once, also a thread that waits in recv."""
    for one in sockets:
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Listener:
    """Calls `taken(connection)` on a thread of its own for each connection. Begins to take them when it is made: whoever is
    made of it has all else ready by then."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def close(self):
        end([self._listener])  # who waits in accept would keep the port open
        self._listener.close()

    def taken(self, connection):
        raise NotImplementedError

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self.taken, args=(connection,), daemon=True).start()
