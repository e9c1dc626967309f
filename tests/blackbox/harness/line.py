"""A line between the daemon and its PBX that can be cut."""
import socket
import threading


class Line:
    """Stands for the PBX behind it: give it to `Case.daemon`. Whatever is sent goes through until `cut`."""

    def __init__(self, pbx):
        self.pbx, self.USER, self.SECRET = pbx, pbx.USER, pbx.SECRET
        self.connections = 0
        self._open = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._down = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def cut(self, stays_down=False):
        """Both ends lose the connection at once; `stays_down`: until `mend` new ones are closed as well."""
        with self._lock:
            self._down = stays_down
            for end in self._open:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
            self._open.clear()

    def mend(self):
        self._down = False

    def close(self):
        self._listener.close()
        self.cut(stays_down=True)

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._down:
                client.close()
                continue
            try:
                host, _, port = self.pbx.address.rpartition(":")
                server = socket.create_connection((host, int(port)), timeout=10)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            with self._lock:
                self.connections += 1
                self._open += [client, server]
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one, other):
        try:
            while data := one.recv(1 << 16):
                other.sendall(data)
        except OSError:
            pass
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
