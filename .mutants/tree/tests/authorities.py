"""A time-stamp authority and an OpenTimestamps calendar on this machine, made for a test."""

import datetime
import hashlib
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import cms, tsp
from asn1crypto import x509 as der
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from opentimestamps.core.notary import BitcoinBlockHeaderAttestation, PendingAttestation
from opentimestamps.core.op import OpPrepend, OpSHA256
from opentimestamps.core.serialize import BytesSerializationContext
from opentimestamps.core.timestamp import Timestamp

DAY = datetime.timedelta(days=1)


@contextmanager
def listening(answer):
    """Serve POST and GET from a thread by ``answer(path, body) -> (status, bytes)``."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            self._answer(*answer(self.path, body))

        def do_GET(self):
            self._answer(*answer(self.path, b""))

        def _answer(self, status, body):
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Authority:
    """A time-stamp authority with a certificate of its own making.

    What it does wrong is set from outside: ``nonce`` and ``digest`` change what it answers with,
    ``status`` refuses.
    """

    def __init__(self, name="Test authority", time=None):
        self.time = time or datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        self.root_key, self.key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        self.root = self._certificate(f"{name} root", None)
        self.certificate = self._certificate(name, self.root)
        self.nonce = self.digest = lambda value: value
        self.status = "granted"

    @property
    def pem(self):
        return self.root.public_bytes(serialization.Encoding.PEM)

    def _certificate(self, name, issuer):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        key = self.root_key if issuer is None else self.key
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if issuer is None else issuer.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.time - 3650 * DAY)
            .not_valid_after(self.time + 3650 * DAY)
            .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), True)
        )
        if issuer is not None:
            purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(purpose, True)
        return builder.sign(self.root_key, hashes.SHA256())

    def answer(self, _, body):
        request = tsp.TimeStampReq.load(body)
        if self.status != "granted":
            content = {"status": self.status, "status_string": ["closed on Sundays"]}
            status = tsp.PKIStatusInfo(content).dump()
            return 200, bytes([0x30, len(status)]) + status  # a sequence without a token
        imprint = request["message_imprint"].native
        token = self.token(self.digest(imprint["hashed_message"]),
                           self.nonce(request["nonce"].native))  # fmt: skip
        response = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})
        return 200, response.dump()

    def token(self, digest, nonce):
        info = tsp.TSTInfo({
            "version": "v1", "policy": "1.2.3.4.1", "serial_number": 7, "gen_time": self.time,
            "nonce": nonce,
            "message_imprint": {"hash_algorithm": {"algorithm": "sha256"},
                                "hashed_message": digest},
        })  # fmt: skip
        content, own = info.dump(), self.certificate.public_bytes(serialization.Encoding.DER)
        ids = {"certs": [{"cert_hash": hashlib.sha256(own).digest()}]}
        attributes = cms.CMSAttributes([
            {"type": "content_type", "values": ["tst_info"]},
            {"type": "message_digest", "values": [hashlib.sha256(content).digest()]},
            {"type": "signing_certificate_v2", "values": [ids]},
        ])  # fmt: skip
        certificate = der.Certificate.load(own)
        signer = {
            "version": "v1",
            "sid": {"issuer_and_serial_number": {"issuer": certificate.issuer,
                                                 "serial_number": certificate.serial_number}},
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": self.key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256())),
        }  # fmt: skip
        signed = cms.SignedData({
            "version": "v3",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "tst_info", "content": info},
            "certificates": [certificate],
            "signer_infos": [signer],
        })  # fmt: skip
        return cms.ContentInfo({"content_type": "signed_data", "content": signed})


class Calendar:
    """A calendar of OpenTimestamps: a promise first, a block once ``height`` is set."""

    def __init__(self):
        self.url = ""
        self.height = None
        self.seen = []

    def answer(self, path, body):
        if path == "/digest":
            self.seen.append(body)
            stamp = Timestamp(body)
            stamp.attestations.add(PendingAttestation(self.url))
            return 200, _bytes(stamp)
        digest = bytes.fromhex(path.rpartition("/")[2])
        if self.height is None or digest not in self.seen:
            return 404, b"Pending confirmation in Bitcoin blockchain"
        stamp = Timestamp(digest)
        last = stamp.ops.add(OpPrepend(b"a block has more in it")).ops.add(OpSHA256())
        last.attestations.add(BitcoinBlockHeaderAttestation(self.height))
        return 200, _bytes(stamp)

    def header(self, time):
        """Return the header of a block that holds the last digest seen, in hexadecimal digits."""
        root = hashlib.sha256(b"a block has more in it" + self.seen[-1]).digest()
        seconds = int(time.timestamp()).to_bytes(4, "little")
        return (b"\2\0\0\0" + bytes(32) + root + seconds + bytes(8)).hex()


def _bytes(stamp):
    context = BytesSerializationContext()
    stamp.serialize(context)
    return context.getbytes()
