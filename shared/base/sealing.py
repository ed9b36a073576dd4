"""Texts that only this instance can read: encrypted and authenticated with keys that are derived from its secret."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12


def seal(secret: bytes, purpose: str, text: str) -> str:
    """The text as only `unseal` reads it, with the same secret and for the same purpose."""
    nonce = token_bytes(NONCE_BYTES)
    return urlsafe_b64encode(nonce + _cipher(secret, purpose).encrypt(nonce, text.encode(), None)).decode()


def unseal(secret: bytes, purpose: str, sealed: str) -> str | None:
    """The text; None where it was sealed otherwise, or changed since."""
    try:
        content = urlsafe_b64decode(sealed.encode())
        nonce, encrypted = content[:NONCE_BYTES], content[NONCE_BYTES:]
        return _cipher(secret, purpose).decrypt(nonce, encrypted, None).decode()
    except (InvalidTag, ValueError):
        return None


def _cipher(secret: bytes, purpose: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, None, purpose.encode()).derive(secret))
