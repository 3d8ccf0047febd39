"""A mail server on this machine, speaking SMTP: it keeps what it is given."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message


class _Conversation(socketserver.StreamRequestHandler):
    server: "MailServer"

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.say("220 essai")
        while line := self.rfile.readline():
            verb = line.split(b" ")[0].strip().upper()
            if verb == b"DATA":
                self.say("354 dites")
                lines = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(line)
                self.server.messages.append(message_from_bytes(b"".join(lines)))
                self.server.before_answer()
                self.say(self.server.answer)
            elif verb == b"QUIT":
                self.say("221 au revoir")
                return
            else:
                self.say("250 oui")


class MailServer(socketserver.ThreadingTCPServer):
    """The messages received; `before_answer` runs between the reception of a message and the answer."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.messages: list[Message] = []
        self.before_answer: Callable[[], None] = lambda: None
        self.answer = "250 pris"

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A client killed in the middle of a conversation is expected here."""


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A mail server, for a time."""
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()
