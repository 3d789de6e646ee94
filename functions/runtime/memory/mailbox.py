"""The mailbox in memory."""

from typing import override

from functions.framework.ports import Mail, Mailbox


class MemoryMailbox(Mailbox):
    """A mailbox that keeps every mail in `sent`."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []

    @override
    def send(self, mail: Mail) -> str:
        self.sent.append(mail)
        return f"mail-{len(self.sent)}"
