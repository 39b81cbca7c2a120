"""Signatures made and checked with apsig, an implementation that knows nothing of ours.

Reads one JSON object a line, does what its `do` says, and writes one JSON object a line:

    keys                                            -> {rsa, ed25519}: PEM and multibase of the public halves
    cavage   {method, url, body}                    -> {headers}
    rfc9421  {method, url, body, covers, key}       -> {headers}
    check    {dialect, method, url, headers, body, pem}   -> {key}: the id of the key, or null
    prove    {document, method}                     -> {document}
    proven   {document, key}                        -> {key}: the verification method, or null
"""

import base64
import hashlib
import json
import sys
from datetime import UTC, datetime
from urllib.parse import urlsplit

from apsig import ProofSigner, ProofVerifier
from apsig.draft.sign import Signer
from apsig.draft.verify import Verifier
from apsig.rfc9421 import RFC9421Signer, RFC9421Verifier
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from multiformats import multibase, multicodec

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ED25519 = ed25519.Ed25519PrivateKey.generate()


def keys(_asked):
    pem = RSA.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    raw = ED25519.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return {"rsa": pem.decode(), "ed25519": multibase.encode(multicodec.wrap("ed25519-pub", raw), "base58btc")}


def cavage(asked):
    signer = Signer({}, RSA, asked["method"], asked["url"], asked["key"], asked["body"].encode())
    # It signs the date, the host, the target and the digest; the same stands in two headers, of which one is enough.
    headers = signer.sign()
    headers.pop("Authorization")
    return {"headers": headers}


def rfc9421(asked):
    url, body = urlsplit(asked["url"]), asked["body"].encode()
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    headers = {"content-type": "application/activity+json", "content-digest": f"sha-256=:{digest}:"}
    signer = RFC9421Signer(RSA, asked["key"])
    signer.sign_headers = signer.sign_headers + asked["covers"]
    while True:
        signed = signer.sign(asked["method"], url.path, url.netloc, headers, body)
        # What it puts there is a value of the header `Digest`, which is another one.
        signed["content-digest"] = headers["content-digest"]
        # It reads the clock twice: once a second it signs another time than it tells.
        if RFC9421Verifier(RSA.public_key(), asked["method"], url.path, url.netloc, signed, body).verify():
            return {"headers": signed}


def check(asked):
    url, body = urlsplit(asked["url"]), asked["body"].encode()
    if asked["dialect"] == "cavage":
        verifier = Verifier(asked["pem"], asked["method"], asked["url"], asked["headers"], body)
    else:
        # It knows the path and the host, not the whole target: that is handed to it as if it were a header.
        headers = {**asked["headers"], "@target-uri": asked["url"]}
        key = serialization.load_pem_public_key(asked["pem"].encode())
        verifier = RFC9421Verifier(key, asked["method"], url.path, url.netloc, headers, body)
    return {"key": verifier.verify()}


def prove(asked):
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": asked["method"],
        "proofPurpose": "assertionMethod",
        "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return {"document": ProofSigner(ED25519).sign(asked["document"], options)}


def proven(asked):
    verifier, document = ProofVerifier(asked["key"]), asked["document"]
    proof = document.pop("proof")
    signature = multibase.decode(proof.pop("proofValue"))
    # Its `verify` takes a context of addresses alone, before it comes to this: terms that stand in the context stop it.
    hashed = verifier.hashing(verifier.transform(document, proof), verifier.canonicalize(proof))
    try:
        verifier.verify_signature(signature, hashed)
    except InvalidSignature:
        return {"key": None}
    return {"key": proof["verificationMethod"]}


DOES = {"keys": keys, "cavage": cavage, "rfc9421": rfc9421, "check": check, "prove": prove, "proven": proven}

for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps(DOES[asked["do"]](asked)), flush=True)
