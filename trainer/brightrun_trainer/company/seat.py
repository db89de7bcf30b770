"""On a further machine of a run: the actor that Ray places there. It starts followers on what Ray gave it.

Its methods run one after the other on one thread, which is also the parent of the followers: they end with it, and it
ends with the leader's part in the cluster (`hold.py`), however that ends.
"""

from __future__ import annotations

import logging
import os
from typing import Any

from ..base_models import find_base_model
from ..failures import RunFailure, classify
from ..spec import BaseModel
from ..wire import read
from .followers import Followers, Places


class Seat:
    def address(self) -> str:
        from ray.util import get_node_ip_address

        return str(get_node_ip_address())

    def start(self, places: dict[str, Any], base: dict[str, Any]) -> dict[str, str] | None:
        """Finds the base model on this machine and starts its followers; what went wrong, once they are ready or one is not."""
        logging.basicConfig(level=logging.INFO)
        try:
            folder = find_base_model(read(BaseModel, base), os.environ.get("BRIGHTRUN_MODELS_DIR"))
        except (RunFailure, OSError) as error:
            failure = classify(error)
            return {"code": failure.code, "message": f"On another machine of the run: {failure.message}"}
        self._followers = Followers(Places(**places | {"base": str(folder), "further": True}))
        ended = self._followers.until_ready()
        return {"code": "trainer-crashed", "message": "One of the run's processes did not start. The log says more."} if ended else None

    def word(self) -> tuple[str, str]:
        """The next word of a follower; waits for it."""
        word = self._followers.word()
        return (word.kind, word.sentence) if word else ("ended", "All of the run's processes on another machine ended.")
