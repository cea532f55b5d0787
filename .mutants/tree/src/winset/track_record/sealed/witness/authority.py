"""Time-stamp authorities, RFC 3161: a signed answer that names the digest of an entry and a time.

The answer is of the entry's canonical text, whose SHA-256 is the name of the entry: ``openssl ts
-verify -digest NAME -in FILE -CAfile CA.pem`` checks it, too.
"""

import hashlib
import urllib.error
import urllib.request
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from winset.errors import WinsetError
from winset.track_record.sealed.witness.attested import (
    SilentWitnessError,
    State,
    Witness,
    WitnessError,
)

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

SHA256 = "2.16.840.1.101.3.4.2.1"
MOST_BYTES = 1_000_000
MISSING = "needs the package rfc3161-client (the extra “witness”)"


def ask(url: str, text: bytes, certificates: Sequence["Certificate"], timeout: float) -> bytes:
    """Return the answer of the authority at ``url`` about ``text``, checked.

    Raises:
        SilentWitnessError: when there is no answer.
        WitnessError: when the answer is not about ``text`` or not to this request, or is not
            signed under one of ``certificates``.
    """
    library = client()
    request = (
        library.TimestampRequestBuilder()
        .data(text)
        .hash_algorithm(library.HashAlgorithm.SHA256)
        .cert_request(cert_request=True)
        .build()
    )
    data = _post(url, request.as_bytes(), timeout)
    answer = _parsed(url, data)
    wrong = (
        "is of another digest"
        if not _is_of(answer, hashlib.sha256(text).digest())
        else "is to another request: its nonce differs"
        if answer.tst_info.nonce != request.nonce
        else _fault(answer, certificates)
    )
    if wrong:
        raise WitnessError(f"{url}: the time stamp {wrong}; it was not stored")
    return data


def client() -> Any:
    """Return the library that speaks RFC 3161.

    Raises:
        WinsetError: when it is not installed.
    """
    try:
        import rfc3161_client
    except ImportError:
        raise WinsetError(f"RFC 3161 {MISSING}") from None
    return rfc3161_client


def _post(url: str, body: bytes, timeout: float) -> bytes:
    if not url.startswith(("http://", "https://")):
        raise WinsetError(f"{url}: must be an address such as https://tsa.example")
    request = urllib.request.Request(  # noqa: S310
        url,
        data=body,
        headers={"content-type": "application/timestamp-query"},
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310
            data: bytes = answer.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "reason", None) or error
        raise SilentWitnessError(f"{url}: no answer ({why})") from None
    if len(data) > MOST_BYTES:
        raise WitnessError(f"{url}: the answer is longer than {MOST_BYTES:,} bytes")
    return data


def _parsed(url: str, data: bytes) -> Any:
    try:
        answer = client().decode_timestamp_response(data)
        status, words = int(answer.status), answer.status_string
    except (ValueError, TypeError) as error:
        raise WitnessError(f"{url}: the answer is no time stamp ({error})") from None
    if status != 0:
        reason = "; ".join(map(str, words)) or f"status {status}"
        raise WitnessError(f"{url}: the authority refuses: {reason}")
    return answer


def _is_of(answer: Any, digest: bytes) -> bool:
    imprint = answer.tst_info.message_imprint
    return bool(imprint.hash_algorithm.dotted_string == SHA256 and imprint.message == digest)


def _fault(answer: Any, roots: Sequence["Certificate"]) -> str:
    """Return why ``answer`` is not signed under one of ``roots``; nothing if it is."""
    library = client()
    if not roots:
        return "was not checked: no certificate of the authority was named"
    verifier = library.VerifierBuilder(roots=list(roots)).build()
    try:
        verifier.verify(answer, answer.tst_info.message_imprint.message)
    except library.VerificationError as error:
        return f"is not signed by an authority that you trust ({error})"
    return ""


def read_certificates(paths: Iterable[Path]) -> tuple["Certificate", ...]:
    """Return the certificates in the PEM files at ``paths``.

    Raises:
        WinsetError: when one is no such file.
    """
    paths = tuple(paths)
    if not paths:
        return ()
    try:
        from cryptography.x509 import load_pem_x509_certificates
    except ImportError:
        raise WinsetError(f"RFC 3161 {MISSING}") from None
    certificates: list[Certificate] = []
    for path in paths:
        try:
            certificates += load_pem_x509_certificates(path.read_bytes())
        except ValueError:
            raise WinsetError(
                f"{path}: must hold certificates in PEM form (-----BEGIN CERTIFICATE-----)"
            ) from None
    return tuple(certificates)


def check(
    data: bytes,
    entry: str,
    *,
    file: str,
    trusted: Sequence["Certificate"],
    beside: Sequence["Certificate"],
) -> Witness:
    """Return what the answer ``data`` attests about ``entry``.

    Args:
        data: the answer of the authority.
        entry: name of the entry.
        file: its path.
        trusted: certificates that the reader trusts.
        beside: certificates that the writer put beside it.
    """
    try:
        answer = _parsed(file, data)
        info = answer.tst_info
        by, time = _name(answer), info.gen_time
        own_words = f"attests that the entry existed by {time.isoformat()}"
    except WitnessError as error:
        return Witness(entry=entry, kind="rfc3161", state="wrong", by="", time=None,
                       says=str(error), file=file)  # fmt: skip
    except WinsetError as error:
        return Witness(entry=entry, kind="rfc3161", state="unchecked", by="", time=None,
                       says=f"not checked: {error}", file=file)  # fmt: skip
    state: State
    if not _is_of(answer, bytes.fromhex(entry)):
        state, says = "wrong", "is of another digest"
    elif trusted and not _fault(answer, trusted):
        state, says = "checked", f"{own_words}; signed under a certificate that you trust"
    elif not _fault(answer, beside):
        state = "unchecked"
        says = (
            f"{own_words}; signed under the certificate that the writer put beside it: name the "
            "authority's own with `winset verify CASE --trust CA.pem`"
        )
    elif trusted or beside:
        state = "wrong"
        says = _fault(answer, trusted or beside)
    else:
        state = "unchecked"
        says = (
            f"{own_words}; its signature was not checked: name the authority's certificate with "
            "`winset verify CASE --trust CA.pem`"
        )
    return Witness(entry=entry, kind="rfc3161", state=state, by=by, time=time, says=says,
                   file=file)  # fmt: skip


def _name(answer: Any) -> str:
    """Return who signed, by the certificate in the answer."""
    from cryptography.x509 import load_der_x509_certificate

    signers = {(info.issuer, info.serial_number) for info in answer.signed_data.signer_infos}
    for der in answer.signed_data.certificates:
        certificate = load_der_x509_certificate(der)
        if (certificate.issuer, certificate.serial_number) in signers:
            return certificate.subject.rfc4514_string()
    return "an authority that does not name itself"
