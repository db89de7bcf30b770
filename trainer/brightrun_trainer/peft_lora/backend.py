"""The loop's contract over torch, transformers and peft.

Batches come as they are: order, learning rate and the seed of each step are the loop's. How rows are laid
out for a pass is `feeding.py`'s.
"""

from __future__ import annotations

import gc
import resource
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from peft import LoraConfig
from peft.tuners.lora import LoraLayer
from torch import nn

from ..backend import Arrays, LoraSettings, RowLoss, StepResult, adapted_modules, initial_adapter
from ..failures import RunFailure, runs_out_of_memory
from ..masking import Pair, Sample
from ..micro_batches import Row, by_length, sides
from ..tokens_at_once import TokensAtOnce
from .adapted_linear import take_products
from .base import load_base, plain_head
from .feeding import feed_packed, feed_padded, placed
from .packed_attention import take_packing
from .placement import Placement, placement_here
from .predictions import HiddenPredictions, LogitPredictions, Predictions
from .sharded_base import attached, forget_pass
from .world import World

T = TypeVar("T")

#: What a process sends through the model that has no row left while others have.
IDLE = Sample((0, 0), (False, True))


class PeftLora:
    """A base model of transformers with a peft adapter on its linear layers."""

    name = "peft_lora"

    def __init__(
        self, model_dir: Path, settings: LoraSettings, ends: set[int], placement: Placement | None = None, world: World | None = None,
    ) -> None:
        self._settings, self._ends = settings, ends
        self._placement, self._world = placement or placement_here(), world or World()
        self._near = self._world.near(self._placement.shares)
        self._model = load_base(model_dir, self._placement, settings.quantization, self._near, self._world)
        self._packs = self._placement.packing and take_packing(self._model, self._agreed)
        self.at_once = TokensAtOnce(self._placement.micro_batch_tokens, self._packs)
        self._head = plain_head(self._model)
        self.modules = adapted_modules(
            [path for path, layer in self._model.named_modules() if isinstance(layer, nn.Linear)], settings.target_modules
        )
        if not self.modules:
            raise RunFailure("base-model-invalid", "The base model has no linear layer that an adapter could sit on.")
        self._with_adapter = attached(self._model, self._lora_config())
        self._layers: dict[str, LoraLayer] = {path: self._model.get_submodule(path) for path in self.modules}  # type: ignore[misc]
        take_products(self._layers.values())
        self._parameters = self._named_parameters()
        for parameter in self._parameters.values():
            parameter.grad = torch.zeros_like(parameter)
        self.load_adapter(initial_adapter(self._shapes(), settings.rank, settings.seed))
        self._optimizer = torch.optim.AdamW(
            list(self._parameters.values()), lr=0.0, weight_decay=settings.weight_decay,
            fused=self._placement.device.startswith("cuda"),
        )

    def _lora_config(self) -> LoraConfig:
        s = self._settings
        return LoraConfig(
            r=s.rank, lora_alpha=s.alpha, lora_dropout=s.dropout, target_modules=self.modules, bias="none",
            task_type="CAUSAL_LM", use_rslora=s.variant == "rslora", use_dora=s.variant == "dora",
        )

    def _named_parameters(self) -> dict[str, nn.Parameter]:
        """What is trained, by the adapter's names, in one order for every run and machine."""
        named: dict[str, nn.Parameter] = {}
        for path, layer in self._layers.items():
            named[f"{path}.lora_a"] = layer.lora_A["default"].weight
            named[f"{path}.lora_b"] = layer.lora_B["default"].weight
            if self._settings.variant == "dora":
                named[f"{path}.magnitude"] = layer.lora_magnitude_vector["default"].weight
        return named

    def _shapes(self) -> dict[str, tuple[int, int]]:
        return {path: (layer.in_features, layer.out_features) for path, layer in self._layers.items()}

    # One step ------------------------------------------------------------------

    def step(self, batch: Sequence[Sample], learning_rate: float, step: int) -> StepResult:
        """One optimizer step on the mean loss over all learned tokens of the batch. Several processes
        call it alike, with the whole batch: each works through its share, and all make the same update."""
        targets = sum(s.targets for s in batch)
        loss, norm = self._update(batch, lambda part: self._backward(part, targets), learning_rate, step)
        return StepResult(loss, norm, sum(s.length for s in batch), targets)

    def step_pairs(
        self, batch: Sequence[Pair], base_leads: Sequence[float], beta: float, learning_rate: float, step: int
    ) -> StepResult:
        leads = dict(zip(batch, base_leads, strict=True))

        def backward(part: Sequence[Pair]) -> torch.Tensor:
            base = placed(np.array([leads[pair] for pair in part], np.float32), self._placement.device)
            return self._backward_pairs(sides(part), base, beta, len(batch))

        loss, norm = self._update(batch, backward, learning_rate, step)
        return StepResult(loss, norm, sum(pair.tokens for pair in batch), sum(pair.targets for pair in batch))

    def _update(
        self, batch: Sequence[Row], backward: Callable[[Sequence[Row]], torch.Tensor], learning_rate: float, step: int
    ) -> tuple[float, float]:
        """Changes the adapter by the gradients of all parts of all processes; returns the sum of what `backward` made of
        the parts, and the gradient's norm before clipping."""
        self._model.train()
        share = self._world.share(batch)
        loss = self._until_it_fits(lambda: self._accumulate(share, backward, step))
        self._world.add_up([loss, *(p.grad for p in self._parameters.values() if p.grad is not None)])
        norm = nn.utils.clip_grad_norm_(self._parameters.values(), self._settings.max_gradient_norm)
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate
        self._optimizer.step()
        return float(loss), float(norm)

    def _agreed(self, verdict: int) -> int:
        """What all processes make of something that each of them tries and may fail at."""
        return self._world.worst(verdict) if self._near.size > 1 else verdict

    def _rounds(self, parts: int) -> int:
        """How many passes this process makes that has so many parts of its own: of a divided base as many as any
        other, for a block is put together by all or not at all."""
        forget_pass(self._model)
        return self._agreed(parts)

    def _until_it_fits(self, work: Callable[[], T]) -> T:
        def free() -> None:
            gc.collect()
            if self._placement.device.startswith("cuda"):
                torch.cuda.empty_cache()

        return self.at_once.until_it_fits(work, runs_out_of_memory, free, self._world.worst)

    def _accumulate(self, share: Sequence[Row], backward: Callable[[Sequence[Row]], torch.Tensor], step: int) -> torch.Tensor:
        """Adds up the gradients of all parts of this process's share, and what `backward` says of each. Dropout
        draws from a seed made of run, process and step, so that a resumed run draws the same."""
        # Agreed on before anything is allocated: from here on one that runs out of memory says so.
        rounds = self._rounds(self.at_once.count(share))
        torch.manual_seed(self._settings.seed * 1_000_003 + step + self._world.rank * 0x9E3779B9)
        # Zero, not none: a process without a row has a gradient to add up as well. The same tensors at each step.
        self._optimizer.zero_grad(set_to_none=False)
        total = torch.zeros((), device=self._placement.device)
        for part in self.at_once.parts(share):
            total += backward(part)
            rounds -= 1
        for _ in range(rounds):
            self._backward_idle()
        return total

    def _backward(self, part: Sequence[Sample], targets: int) -> torch.Tensor:
        """Adds the gradient of the part's loss over the batch's learned tokens, and returns that loss. Divided by
        the batch's tokens, not by the part's own: a long part weighs more."""
        with self._products():
            predictions = self._predictions(part)
            loss = predictions.weighted_loss(torch.ones(len(predictions.targets), device=self._placement.device)) / targets
        loss.backward()
        return loss.detach()

    def _backward_pairs(self, rows: Sequence[Sample], base_leads: torch.Tensor, beta: float, count: int) -> torch.Tensor:
        """Adds the gradient of the pairs' losses over `count`, and returns their sum over `count`.

        The loss of a pair falls with its margin m by sigmoid(-m), and m with the chosen answer's loss by beta: so it has
        the gradient of a weighted cross-entropy, beta x sigmoid(-m) on the chosen answer's tokens and its negative on
        the rejected one's."""
        counts = [row.targets for row in rows]
        with self._products():
            predictions = self._predictions(rows)
            losses = torch.stack([part.sum() for part in predictions.measured()[0].split(counts)])
            margins = beta * (losses[1::2] - losses[::2] - base_leads)
            pull = beta * torch.sigmoid(-margins) / count
            signed = torch.stack((pull, -pull), dim=1).flatten()
            sides_of_tokens = placed(np.repeat(np.arange(len(rows)), counts), self._placement.device)
            weighted = predictions.weighted_loss(signed.index_select(0, sides_of_tokens))
        weighted.backward()
        return nn.functional.softplus(-margins).sum() / count

    def _backward_idle(self) -> None:
        """Takes part in a pass of others, and adds nothing."""
        with self._products():
            loss = self._predictions([IDLE]).weighted_loss(torch.zeros(IDLE.targets, device=self._placement.device))
        loss.backward()

    def _products(self) -> torch.autocast:
        """Products in bf16 where so asked; sums, norms and the adapter's own weights stay float32."""
        return torch.autocast(torch.device(self._placement.device).type, torch.bfloat16, enabled=self._placement.precision == "bf16")

    def _predictions(self, rows: Sequence[Sample]) -> Predictions:
        fed = (feed_packed if self._packs else feed_padded)(rows, self._placement.device)
        if self._head is None:
            logits = self._model(**fed.inputs, use_cache=False).logits
            return LogitPredictions(logits.flatten(0, 1).index_select(0, fed.picked).float(), fed.targets)
        hidden = self._model.base_model(**fed.inputs, use_cache=False).last_hidden_state
        return HiddenPredictions(hidden.flatten(0, 1).index_select(0, fed.picked), self._head, fed.targets)

    # Measuring and answering -----------------------------------------------------

    def row_losses(self, samples: Sequence[Sample]) -> list[RowLoss]:
        """Losses in the order of `samples`; rows of like length go through together, and several processes
        measure their shares."""
        share = self._world.share(range(len(samples)))
        measured_here = self._until_it_fits(lambda: self._row_losses([samples[i] for i in share]))
        return self._world.gathered(share, measured_here)

    @torch.no_grad()
    def _row_losses(self, samples: Sequence[Sample]) -> list[RowLoss]:
        rounds = self._rounds(sum(1 for _ in by_length(samples, self.at_once.cut)))
        self._model.eval()
        found: dict[int, RowLoss] = {}
        measured = []
        for part in by_length(samples, self.at_once.parts):
            rounds -= 1
            with self._products():
                measured.append((part, *self._predictions([samples[i] for i in part]).measured()))
        # Asked for after the last part: a GPU that is asked after each would wait for the next.
        for part, losses, right in measured:
            # One row's tokens lie together, in the order of the rows.
            counts = [samples[i].targets for i in part]
            for i, loss, correct in zip(part, losses.cpu().split(counts), right.cpu().split(counts), strict=True):
                found[i] = RowLoss(float(loss.sum()), len(loss), int(correct.sum()))
        for _ in range(rounds):
            self._predictions([IDLE])
        return [found[i] for i in range(len(samples))]

    @torch.no_grad()
    def generate(self, prompt: Sequence[int], limit: int) -> list[int]:
        """The greedy answer, without the token that ends it. Of a divided base all processes work it out, and go by the
        first one's tokens, so that all end at the same."""
        if self._model is None:
            return []
        self._model.eval()
        answer: list[int] = []
        fed, cache = torch.tensor([list(prompt)], device=self._placement.device), None
        while len(answer) < limit:
            with self._products():
                out = self._model(input_ids=fed, past_key_values=cache, use_cache=True)
            token = int(out.logits[0, -1].argmax())
            if self._near.size > 1:
                token = self._world.leaders(token)
            if token in self._ends:
                break
            answer.append(token)
            fed, cache = torch.tensor([[token]], device=self._placement.device), out.past_key_values
        return answer

    @torch.no_grad()
    def logits(self, ids: Sequence[int], last: int) -> np.ndarray:
        if self._model is None:
            return np.empty((0, 0), np.float32)
        self._model.eval()
        with self._products():
            out = self._model(input_ids=torch.tensor([list(ids)], device=self._placement.device), use_cache=False, logits_to_keep=last)
        return out.logits[0, -last:].float().cpu().numpy()

    def reload(self, folder: Path) -> None:
        """Of a divided base the leader's machine alone has the folder: processes elsewhere go on without a model."""
        # The old weights first: two models may be more than the GPU holds.
        del self._model, self._with_adapter, self._head, self._layers, self._parameters, self._optimizer
        gc.collect()
        if self._placement.device.startswith("cuda"):
            torch.cuda.empty_cache()
        is_near, self._world = self._world.rank < self._placement.shares, self._near
        self._model = load_base(folder, self._placement, "none", self._near, self._near) if is_near else None

    @contextmanager
    def without_adapter(self) -> Iterator[None]:
        """The base model alone, as long as the context lasts."""
        with self._with_adapter.disable_adapter():
            yield

    # What a checkpoint holds -------------------------------------------------------

    def adapter(self) -> Arrays:
        return {name: _stored(name, p.detach().float().cpu().numpy()) for name, p in self._parameters.items()}

    @torch.no_grad()
    def load_adapter(self, arrays: Arrays) -> None:
        """DoRA's magnitudes may be missing: then they stay as they are, the norms of the base's rows."""
        for name, parameter in self._parameters.items():
            if name in arrays:
                parameter.copy_(torch.from_numpy(_stored(name, arrays[name])))

    def optimizer_state(self) -> Arrays:
        """Both moments and the count of steps for each part of the adapter; empty before the first step."""
        return {
            f"{name}/{moment}": value.detach().cpu().numpy().copy()
            for name, parameter in self._parameters.items()
            for moment, value in self._optimizer.state.get(parameter, {}).items()
        }

    def load_optimizer_state(self, arrays: Arrays) -> None:
        self._optimizer.state.clear()
        for key, value in arrays.items():
            name, moment = key.rsplit("/", 1)
            parameter = self._parameters[name]
            where, shape = ("cpu", ()) if moment == "step" else (parameter.device, parameter.shape)
            if moment == "step" and self._optimizer.defaults["fused"]:
                where = parameter.device  # the fused kernel counts on the GPU
            self._optimizer.state[parameter][moment] = torch.from_numpy(value.copy()).reshape(shape).to(where)

    def peak_memory_bytes(self) -> int:
        """On a GPU what its tensors took; on a CPU the whole process, which shares that memory."""
        if self._placement.device.startswith("cuda"):
            return int(torch.cuda.max_memory_allocated())
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _stored(name: str, values: np.ndarray) -> np.ndarray:
    """Between torch's layout and the adapter's: both matrices are transposed, a vector is not. A copy:
    training goes on while a checkpoint is written."""
    return np.ascontiguousarray(values.T).copy() if values.ndim == 2 else values.copy()
