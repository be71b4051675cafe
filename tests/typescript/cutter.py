# SPDX-License-Identifier: LGPL-2.1-or-later
"""A way to a TCP port that breaks where a test wants it."""

import socket
import threading


class Cutter:
    """Passes connections on. When the daemon has sent the first text of @cuts, what follows is lost and the connection breaks; the
    next text is waited for on any connection. When all are used up, everything stays whole."""

    def __init__(self, port, cuts=()):
        self.target = port
        self.cuts = list(cuts)
        self.longest = max(map(len, cuts), default=1) - 1 or 1
        self.lock = threading.Lock()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.open = []
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            try:
                daemon = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            self.open += [client, daemon]
            threading.Thread(target=self.copy, args=(client, daemon), daemon=True).start()
            threading.Thread(target=self.answer, args=(daemon, client), daemon=True).start()

    @staticmethod
    def end(*sockets):
        for one in sockets:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def copy(self, source, sink):
        try:
            while piece := source.recv(65536):
                sink.sendall(piece)
        except OSError:
            pass
        self.end(source, sink)

    def find(self, seen):
        """Where to stop in what was seen: behind the text that is due."""
        with self.lock:
            place = seen.find(self.cuts[0].encode()) if self.cuts else -1
            return place + len(self.cuts.pop(0).encode()) if place >= 0 else None

    def answer(self, daemon, client):
        """What the daemon says, up to the text at which this connection has to break."""
        kept = b""
        try:
            while piece := daemon.recv(65536):
                stop = self.find(kept + piece)
                client.sendall(piece if stop is None else piece[:max(0, stop - len(kept))])
                if stop is not None:
                    break
                kept = (kept + piece)[-self.longest:]
        except OSError:
            pass
        self.end(daemon, client)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.end(self.server, *self.open)
        self.server.close()
        for one in self.open:
            one.close()
        self.thread.join(10)


class Silent:
    """A port that takes everything and says nothing but that a stream begins."""

    HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n:\n\n\r\n"

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.open = []
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        while True:
            try:
                client, _ = self.server.accept()
                self.open.append(client)
                client.recv(65536)
                client.sendall(self.HEAD)
            except OSError:
                return

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        Cutter.end(self.server)
        self.server.close()
        for one in self.open:
            one.close()
        self.thread.join(10)
