"""Mail codes over TLS: STARTTLS, and TLS from the start, with a real mail server whose certificate is made here."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mail_codes import ANN, asked, opened
from mailboxes import mailbox

KINDS = ("starttls", "tls")


def certificate(folder: Path, address: str = "127.0.0.1") -> Path:
    """A certificate of its own for an address, with its key in the same file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "mail.pem"
    file.write_bytes(made.public_bytes(encoding) + key.private_bytes(encoding, *plain))
    return file


def server_side(file: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("login", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_code_comes_over_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, login: bool) -> None:
    file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("HUSHGATE_SMTP_PASSWORD", "geheim")
    with mailbox(login=login, tls=(kind, server_side(file))) as box, opened(tmp_path / "gate", box.url) as desk:
        offer = asked(desk)
        assert offer.problem == "", offer.message
        assert desk.gate.step_up.answer(offer.ticket, box.code()) and box.mails[0][0] == [ANN]
        assert len(box.logins) == login


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("trusted", ["nobody", "somebody else's address"])
def test_a_server_that_cannot_prove_itself_is_told_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, kind: str, trusted: str
) -> None:
    file = certificate(tmp_path, "127.0.0.1" if trusted == "nobody" else "192.0.2.1")
    if trusted != "nobody":
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with mailbox(tls=(kind, server_side(file))) as box, opened(tmp_path / "gate", box.url) as desk:
        assert asked(desk).problem == "step-lost"
        assert box.mails == [] and box.logins == []
    assert "the mail server failed (SSLCertVerificationError)" in caplog.text
