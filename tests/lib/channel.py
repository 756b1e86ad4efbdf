# SPDX-License-Identifier: LGPL-2.1-or-later
"""channel - a stream from a machine: a serial port or the monitor, read as it comes, with the time of each line."""

import re
import socket
import time

# Escape sequences of a terminal: colours, cursor, and the title and device queries of shells and getty.
_ESCAPES = re.compile(rb"\x1b(\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][0-9A-B]|[=>78cM])|\r|\x07|\x00")


class Channel:
    def __init__(self, name):
        self.name = name
        self.ours, self.theirs = socket.socketpair()
        self.ours.setblocking(False)
        self.raw = b""
        self.text = ""  # all that has come, cleaned
        self.at = 0  # how much of it expect() has consumed
        self.stamps = []  # (offset into text, time)
        self.closed = False

    def fileno(self):
        return self.ours.fileno()

    def read(self):
        """Take what is there now. Never blocks."""
        try:
            data = self.ours.recv(65536)
        except BlockingIOError:
            return
        except ConnectionResetError:
            data = b""
        if not data:
            self.closed = True
            return
        self.raw += data
        # An escape sequence may be cut in two by the end of this read; the rest of it comes with the next.
        cut = self.raw.rfind(b"\x1b", max(0, len(self.raw) - 16))
        whole, self.raw = (self.raw, b"") if cut < 0 or _ESCAPES.match(self.raw, cut) else (self.raw[:cut], self.raw[cut:])
        self.stamps.append((len(self.text), time.monotonic()))
        self.text += _ESCAPES.sub(b"", whole).decode("utf-8", "replace")

    def search(self, pattern):
        """The first match after what was consumed; consumes up to its end."""
        match = pattern.search(self.text, self.at)
        if match:
            self.at = match.end()
        return match

    def send(self, data):
        self.ours.settimeout(10)
        try:
            self.ours.sendall(data if isinstance(data, bytes) else data.encode())
        finally:
            self.ours.setblocking(False)

    def close(self):
        self.ours.close()
        self.theirs.close()

    def transcript(self, started, limit=400):
        """The text with the host's time, in seconds since started, before each line; of a long one the last lines."""
        lines, offset, stamp = [], 0, 0
        for line in self.text.splitlines(keepends=True):
            while stamp + 1 < len(self.stamps) and self.stamps[stamp + 1][0] <= offset:
                stamp += 1
            seconds = self.stamps[stamp][1] - started if self.stamps else 0
            lines.append(f"  | {seconds:7.2f} {line.rstrip()}")
            offset += len(line)
        if len(lines) > limit:
            lines = [f"  | ({len(lines) - limit} lines left out)"] + lines[-limit:]
        return "\n".join(lines)
