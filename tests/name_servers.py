"""A real DNS server on a free port, over UDP, which answers as a test says."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

MAIL_HOSTS = {
    ("gmail.com", "MX"): "5 smtp.google.com.",
    ("firm.example.com", "MX"): "10 mx.firm.example.com.",
    ("null.example.com", "MX"): "0 .",
    ("old.example.com", "A"): "192.0.2.7",
    ("bare.example.com", "TXT"): '"no mail here"',
}
"""Mail domains of each kind: they take mail, say that they take none, have an address alone, or have neither."""

Answer = Callable[[str, str], str | None]


class NameServer:
    """A DNS server over UDP. ``answer`` gives the record of a name and kind, "" for none of this kind, None for no such name."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.asked, self.delay = answer, list[tuple[str, str]](), 0.0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            wire, caller = self.socket.recvfrom(4096)
            if not wire:
                return
            query = dns.message.from_wire(wire)
            question = query.question[0]
            name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
            self.asked.append((name, kind))
            time.sleep(self.delay)
            response = dns.message.make_response(query)
            response.flags |= dns.flags.RA
            found = self.answer(name, kind)
            if found:
                response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, found))
            response.set_rcode(dns.rcode.NXDOMAIN if found is None else dns.rcode.NOERROR)
            self.socket.sendto(response.to_wire(), caller)

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self.socket.getsockname())
        self.thread.join(10)
        self.socket.close()


def zone_of(records: dict[tuple[str, str], str]) -> Answer:
    """The answers of a server that has these records, by name and kind."""

    def answer(name: str, kind: str) -> str | None:
        known = any(entry == name for entry, _ in records)
        return records.get((name, kind), "") if known else None

    return answer


honest = zone_of(MAIL_HOSTS)
