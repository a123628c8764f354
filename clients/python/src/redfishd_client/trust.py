"""Whom connections trust: certificate authorities, a pinned certificate, or the first one that is seen."""

from __future__ import annotations

import hashlib
import json
import os
import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from .errors import RedfishError


class PinStore(Protocol):
    """Remembers the certificate of each service: SHA-256 of its DER form in lower-case hex, by ``host:port``."""

    def get(self, host: str) -> str | None: ...

    def set(self, host: str, fingerprint: str) -> None: ...


@dataclass(frozen=True)
class TlsOptions:
    ca: str | bytes | None = field(default=None, repr=False)
    """Authorities in PEM, in place of those of the system."""
    cert: str | os.PathLike[str] | None = None
    """File of the client certificate in PEM, with its key unless ``key`` names another."""
    key: str | os.PathLike[str] | None = None
    passphrase: str | None = field(default=None, repr=False)
    pin: str | None = None
    """SHA-256 of the only certificate to accept, in hex, colons allowed. It need not be signed by anyone."""
    trust: Literal["verify", "first-use", "none"] = "verify"
    """``verify``: an authority must vouch for the certificate and its name.

    ``first-use``: an unknown certificate is remembered in ``pins``, and must stay the same from then on.
    ``none``: any certificate; whoever is in between reads the password.
    """
    pins: PinStore | None = None
    """Where ``first-use`` remembers; in memory, for this client, when left out."""


def plain_fingerprint(text: str) -> str:
    """A hex fingerprint in the form in which they are compared."""
    return re.sub(r"^sha256[:/]", "", text, flags=re.IGNORECASE).replace(":", "").lower()


class MemoryPins:
    """Pins in memory."""

    def __init__(self) -> None:
        self._pins: dict[str, str] = {}

    def get(self, host: str) -> str | None:
        return self._pins.get(host)

    def set(self, host: str, fingerprint: str) -> None:
        self._pins[host] = fingerprint


class FilePins:
    """Pins in a JSON file of mode 0600, ``{"host:port": "fingerprint"}``, replaced as a whole."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)

    def _read(self) -> dict[str, str]:
        try:
            pins = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise RedfishError("usage", f"{self._path} is no JSON file of pins: mend or remove it") from error
        return pins if isinstance(pins, dict) else {}

    def get(self, host: str) -> str | None:
        return self._read().get(host)

    def set(self, host: str, fingerprint: str) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = self._path.with_name(f"{self._path.name}.new")
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(json.dumps({**self._read(), host: fingerprint}, indent=2) + "\n")
        os.replace(made, self._path)


class Trust:
    """Decides on certificates as handshakes end, before a byte of a request is sent."""

    def __init__(self, host: str, options: TlsOptions) -> None:
        """``host``: ``name:port``."""
        self._host = host
        self._options = options
        self._pins: PinStore = options.pins or MemoryPins()
        self.refused: RedfishError | None = None
        """Why the latest handshake was refused; httpx reports only that it failed."""

    def context(self) -> ssl.SSLContext:
        """A context whose handshakes end with this decision."""
        context = self._base()
        trust = self

        class Judged(ssl.SSLObject):
            def do_handshake(self) -> None:
                super().do_handshake()
                trust.judge(self.getpeercert(True))

        # Certificates of authorities are checked apart: a refusal has to name the fingerprint.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.sslobject_class = Judged
        return context

    def _base(self) -> ssl.SSLContext:
        options = self._options
        ca = options.ca.decode() if isinstance(options.ca, bytes) else options.ca
        try:
            context = ssl.create_default_context(cadata=ca)
            if options.cert is not None:
                context.load_cert_chain(options.cert, options.key, options.passphrase)
        except (ssl.SSLError, OSError) as error:
            raise RedfishError("usage", f"the certificates given for {self._host} cannot be used: {error}") from error
        context.set_alpn_protocols(["http/1.1"])
        # From Python 3.13 on, what many BMCs sign themselves would be refused for missing key identifiers.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        return context

    @property
    def needs_authority(self) -> bool:
        """Whether a check by authorities counts: with a pin, or without any trust, it does not."""
        return self._options.pin is None and self._options.trust != "none"

    def verifying(self) -> ssl.SSLContext:
        """A context that checks authorities and name, for a handshake on which nothing is sent."""
        return self._base()

    def authorized(self, reason: str | None) -> None:
        """The result of the check by authorities: None, or why they do not vouch for the certificate."""
        self._reason = reason

    _reason: str | None = "it was not checked"

    def judge(self, raw: bytes | None) -> None:
        """Raises ssl.SSLError for a certificate that is not trusted, and keeps the reason in ``refused``."""
        self.refused = self._refusal(hashlib.sha256(raw or b"").hexdigest())
        if self.refused is not None:
            raise ssl.SSLError("the certificate is not trusted")

    def _refusal(self, fingerprint: str) -> RedfishError | None:
        options = self._options
        if options.pin is not None:
            expected = plain_fingerprint(options.pin)
            return None if fingerprint == expected else self._changed(fingerprint, expected)
        if options.trust == "none" or self._reason is None:
            return None
        if options.trust == "first-use":
            known = self._pins.get(self._host)
            if known is None:
                self._pins.set(self._host, fingerprint)
            elif plain_fingerprint(known) != fingerprint:
                return self._changed(fingerprint, known)
            return None
        return RedfishError(
            "tls",
            f"the certificate of {self._host} is not trusted ({self._reason}; SHA-256 {fingerprint}): "
            "give the authority that signed it (ca), or pin this certificate (pin, or trust on first use)",
            fingerprint=fingerprint,
            sent=False,
        )

    def _changed(self, fingerprint: str, expected: str) -> RedfishError:
        return RedfishError(
            "pin",
            f"{self._host} shows another certificate than the one that is trusted (now {fingerprint}, before {expected}): "
            "find out why, then trust the new one or remove the pin",
            fingerprint=fingerprint,
            sent=False,
        )


def reason_of(error: BaseException) -> str:
    """Why authorities do not vouch for a certificate, in the words of OpenSSL."""
    seen: Any = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return str(seen.verify_message)
        seen = seen.__cause__ or seen.__context__
    return str(error)
