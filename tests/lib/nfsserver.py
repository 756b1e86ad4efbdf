# SPDX-License-Identifier: LGPL-2.1-or-later
"""nfsserver - an NFS 3 server of one folder with a few files, read-only, for machines under a test.

    with NfsServer({"hello": b"text"}) as server:      # on 127.0.0.1: a machine with QEMU's user network sees it as 10.0.2.2
        f"10.0.2.2:/share /mnt nfs {server.options()}"  # for the kernel's own mount, without mount.nfs

As much of RFC 1813 as a client needs to mount, look up and read; the rest is answered with "not supported".
"""

import socket
import struct
import threading

MOUNT, NFS = 100005, 100003
ROOT = b"root"
NOT_FOUND, NOT_SUPPORTED = 2, 10004


def _opaque(data):
    return struct.pack(">I", len(data)) + data + b"\0" * (-len(data) % 4)


class _Arguments:
    def __init__(self, data):
        self.data, self.at = data, 0

    def numbers(self, form):
        values = struct.unpack_from(">" + form, self.data, self.at)
        self.at += struct.calcsize(">" + form)
        return values

    def opaque(self):
        size, = self.numbers("I")
        value = self.data[self.at:self.at + size]
        self.at += size + -size % 4
        return value


class NfsServer:
    def __init__(self, files):
        self.files = {name.encode(): data for name, data in files.items()}
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.socket.close()

    def options(self):
        return (f"vers=3,proto=tcp,port={self.port},mountproto=tcp,mountport={self.port},addr=10.0.2.2,nolock,"
                "soft,timeo=100,retrans=2")

    # --- the protocol ------------------------------------------------------------------------------------------------

    def _accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, connection.makefile("rwb") as stream:
            try:
                while head := stream.read(4):
                    call = stream.read(struct.unpack(">I", head)[0] & 0x7FFFFFFF)  # clients send whole calls
                    reply = self._answer(_Arguments(call))
                    stream.write(struct.pack(">I", 0x80000000 | len(reply)) + reply)
                    stream.flush()
            except (OSError, struct.error):
                return

    def _answer(self, call):
        xid, _, _, program, _, procedure = call.numbers("6I")
        for _ in range(2):  # credentials and verifier
            call.numbers("I")
            call.opaque()
        accepted = struct.pack(">6I", xid, 1, 0, 0, 0, 0)
        if procedure == 0:
            return accepted
        if program == MOUNT:
            return accepted + (struct.pack(">I", 0) + _opaque(ROOT) + struct.pack(">2I", 1, 1) if procedure == 1 else b"")
        return accepted + self._nfs(procedure, call)

    def _nfs(self, procedure, call):
        handle = call.opaque()
        if procedure == 1:
            return struct.pack(">I", 0) + self._attributes(handle)
        about = struct.pack(">I", 1) + self._attributes(handle)
        if procedure == 3:
            name = call.opaque()
            if name not in self.files:
                return struct.pack(">I", NOT_FOUND) + about
            return struct.pack(">I", 0) + _opaque(name) + struct.pack(">I", 1) + self._attributes(name) + about
        good = struct.pack(">I", 0) + about
        if procedure == 4:
            return good + struct.pack(">I", 0x03)  # to read, to look up
        if procedure == 6:
            offset, count = call.numbers("QI")
            data = self.files[handle][offset:offset + count]
            return good + struct.pack(">II", len(data), offset + len(data) >= len(self.files[handle])) + _opaque(data)
        if procedure == 18:
            return good + struct.pack(">6QI", 1 << 20, 0, 0, 10, 0, 0, 0)
        if procedure == 19:
            return good + struct.pack(">7IQ3I", 65536, 65536, 512, 65536, 65536, 512, 65536, 1 << 40, 1, 0, 0x18)
        if procedure == 20:
            return good + struct.pack(">6I", 1, 255, 1, 1, 0, 1)
        return struct.pack(">II", NOT_SUPPORTED, 0)

    def _attributes(self, handle):
        data = self.files.get(handle)
        kind, mode, size = (2, 0o755, 4096) if data is None else (1, 0o644, len(data))
        number = 1 if data is None else 2 + list(self.files).index(handle)
        return struct.pack(">5I2Q2I2Q6I", kind, mode, 1, 0, 0, size, size, 0, 0, 1, number, 1, 0, 1, 0, 1, 0)
