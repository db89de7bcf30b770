"""Puts files under the run's prefix, part by part, and proves that what lies there is what was sent."""

from __future__ import annotations

import base64
import hashlib
import logging
import time
from collections.abc import Callable
from pathlib import Path

from .api import Api, Refused, SignedPart, worth_repeating
from .dataset import file_sha256
from .failures import RunFailure
from .spec import ManifestFile

log = logging.getLogger("brightrun")

#: URLs asked for at once; the contract takes 100, but a URL that waits is a URL that expires.
PARTS_PER_CALL = 20
#: Tries for one part, with a fresh URL each time.
TRIES = 6


def part_digests(path: Path, part_bytes: int) -> list[bytes]:
    """SHA-256 of each part."""
    digests = []
    with path.open("rb") as file:
        while chunk := file.read(part_bytes):
            digests.append(hashlib.sha256(chunk).digest())
    return digests


def composite_sha256(digests: list[bytes]) -> str:
    """S3's checksum of a multipart object: the digest over the parts' digests, a dash, their number."""
    return f"{base64.b64encode(hashlib.sha256(b''.join(digests)).digest()).decode()}-{len(digests)}"


class Uploader:
    """Uploads files of one run."""

    def __init__(self, api: Api, sleep: Callable[[float], None] = time.sleep) -> None:
        self._api, self._sleep = api, sleep

    def upload(self, file: Path, path: str, name: str) -> ManifestFile:
        """Uploads `file` to the run's `path`; `name` is what the manifest calls it."""
        size, sha256 = file.stat().st_size, file_sha256(file)
        try:
            started = self._api.start_upload(path, size, sha256)
            digests = part_digests(file, started.part_bytes)
            self._put_all(file, path, started.upload_id, started.part_bytes, digests)
            version, composite = self._api.complete_upload(path, started.upload_id, size)
        except Refused as error:
            raise RunFailure("upload-failed", f"The file {name} could not be stored: {error}.") from error
        if composite != composite_sha256(digests):
            raise RunFailure("upload-failed", f"The file {name} lies in the bucket with another checksum than it has here.")
        log.info("uploaded %s (%d bytes)", name, size)
        return ManifestFile(name, size, sha256, started.part_bytes, composite, version)

    def _put_all(self, file: Path, path: str, upload_id: str, part_bytes: int, digests: list[bytes]) -> None:
        numbers = list(range(1, len(digests) + 1))
        encoded = [base64.b64encode(d).decode() for d in digests]
        for first in range(0, len(numbers), PARTS_PER_CALL):
            wanted = [(n, encoded[n - 1]) for n in numbers[first : first + PARTS_PER_CALL]]
            for part in self._api.sign_parts(path, upload_id, wanted):
                self._put(file, path, upload_id, part_bytes, part, encoded[part.part_number - 1])

    def _put(self, file: Path, path: str, upload_id: str, part_bytes: int, part: SignedPart, digest: str) -> None:
        with file.open("rb") as source:
            source.seek((part.part_number - 1) * part_bytes)
            body = source.read(part_bytes)
        for attempt in range(TRIES):
            status = self._api.put_part(part, body)
            if status == 200:
                return
            # 403: the URL expired. 400: damaged on the way. All else that repeats is S3's own.
            if not worth_repeating(status) and status not in (400, 403):
                break
            self._sleep(min(10.0, 0.3 * 2**attempt))
            [part] = self._api.sign_parts(path, upload_id, [(part.part_number, digest)])
        raise RunFailure("upload-failed", f"A part of {file.name} was not accepted (status {status}).")
