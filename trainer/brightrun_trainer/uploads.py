"""Puts files under the run's prefix, part by part, and proves that what lies there is what was sent."""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .api import Api, Refused, SignedPart, worth_repeating
from .dataset import file_sha256
from .failures import RunFailure
from .spec import ManifestFile

log = logging.getLogger("brightrun")

#: URLs asked for at once; the contract takes 100, but a URL that waits is a URL that expires.
PARTS_PER_CALL = 20
#: S3 refuses a damaged part (400) or an expired URL (403); with fresh ones this often, something
#: else is wrong.
REFUSALS = 5
#: A small file is three calls of waiting: a few at once hide that, and more would press on the API.
SIDE_BY_SIDE = 3


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

    def __init__(self, api: Api) -> None:
        self._api = api

    def upload(self, file: Path, path: str, name: str, is_given_up: Callable[[], bool] = lambda: False) -> ManifestFile:
        """Uploads `file` to the run's `path`; `name` is what the manifest calls it. `is_given_up` is asked before each
        part: then nothing comes of it, and the bucket forgets the parts."""
        size, sha256 = file.stat().st_size, file_sha256(file)
        try:
            started = self._api.start_upload(path, size, sha256)
            digests = part_digests(file, started.part_bytes)
            self._put_all(file, path, started.upload_id, started.part_bytes, digests, is_given_up)
            version, composite = self._api.complete_upload(path, started.upload_id, size)
        except Refused as error:
            raise RunFailure("upload-failed", f"The file {name} could not be stored: {error}.") from error
        if composite != composite_sha256(digests):
            raise RunFailure("upload-failed", f"The file {name} lies in the bucket with another checksum than it has here.")
        log.info("uploaded %s (%d bytes)", name, size)
        return ManifestFile(name, size, sha256, started.part_bytes, composite, version)

    def upload_all(self, files: Sequence[tuple[Path, str, str]]) -> list[ManifestFile]:
        """Uploads several files side by side; the answers in the order of `files`."""
        with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
            return list(pool.map(lambda file: self.upload(*file), files))

    def _put_all(
        self, file: Path, path: str, upload_id: str, part_bytes: int, digests: list[bytes], is_given_up: Callable[[], bool]
    ) -> None:
        numbers = list(range(1, len(digests) + 1))
        encoded = [base64.b64encode(d).decode() for d in digests]
        for first in range(0, len(numbers), PARTS_PER_CALL):
            wanted = [(n, encoded[n - 1]) for n in numbers[first : first + PARTS_PER_CALL]]
            for part in self._api.sign_parts(path, upload_id, wanted):
                if is_given_up():
                    raise RunFailure("upload-failed", f"The file {file.name} was given up for a newer one.")
                self._put(file, path, upload_id, part_bytes, part, encoded[part.part_number - 1])

    def _put(self, file: Path, path: str, upload_id: str, part_bytes: int, part: SignedPart, digest: str) -> None:
        with file.open("rb") as source:
            source.seek((part.part_number - 1) * part_bytes)
            body = source.read(part_bytes)
        tries = refusals = 0
        deadline = self._api.clock() + self._api.patience
        while (status := self._api.put_part(part, body)) != 200:
            tries, refusals = tries + 1, refusals + (status in (400, 403))
            if refusals > REFUSALS or not (worth_repeating(status) or refusals) or self._api.clock() > deadline:
                raise RunFailure("upload-failed", f"A part of {file.name} was not accepted ({tries} tries, last status {status}).")
            self._api.pause(tries)
            [part] = self._api.sign_parts(path, upload_id, [(part.part_number, digest)])
