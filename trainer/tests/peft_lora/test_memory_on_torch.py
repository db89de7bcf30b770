"""What the memory plan says of activations is what torch keeps of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from brightrun_trainer.backend import LoraSettings
from brightrun_trainer.masking import Sample
from brightrun_trainer.memory_plan import Demand, ModelShape, block_bytes_per_token
from brightrun_trainer.peft_lora import PeftLora
from brightrun_trainer.peft_lora.placement import Placement

SHAPE = ModelShape(4, 128, 128, 32, 448, 300, tied=False)
TOKENS = 512
RANK = 4


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """The same model with two and with four blocks: their difference is two blocks and nothing else."""
    folders = {}
    for layers in (2, 4):
        folders[layers] = tmp_path_factory.mktemp(f"layers-{layers}")
        config = LlamaConfig(
            hidden_size=SHAPE.hidden, intermediate_size=SHAPE.feed_forward, num_hidden_layers=layers, num_attention_heads=4,
            num_key_value_heads=1, vocab_size=SHAPE.vocabulary,
        )
        LlamaForCausalLM(config).save_pretrained(folders[layers])
    return folders


def kept(base: Path, placement: Placement, settings: LoraSettings) -> int:
    """Bytes that autograd keeps for the backward pass of one row, weights not counted."""
    backend = PeftLora(base, settings, set(), placement)
    weights = {p.untyped_storage().data_ptr() for p in backend._model.parameters()}
    storages: dict[int, torch.UntypedStorage] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storages[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage()
        return tensor

    backend._model.train()
    ids = tuple(i % SHAPE.vocabulary for i in range(TOKENS + 1))
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        backend._backward([Sample(ids, (True,) * len(ids), False)], TOKENS)
    return sum(storage.nbytes() for pointer, storage in storages.items() if pointer not in weights)


@pytest.mark.parametrize("dropout", [0.0, 0.05])
@pytest.mark.parametrize("targets", ["attention", "all-linear"])
@pytest.mark.parametrize(("precision", "kind"), [("float32", "float32"), ("bf16", "bfloat16")])
def test_a_block_keeps_what_the_plan_says(bases: dict[int, Path], precision: str, kind: str, targets: str, dropout: float) -> None:
    """Within 3 %: the adapter's bf16 copies are counted with the adapter, attention's row sums not at all."""
    settings = LoraSettings(RANK, 8.0, dropout, targets, 0.0, 1.0, 1)
    two, four = (kept(bases[n], Placement("cpu", precision), settings) for n in (2, 4))
    demand = Demand(SHAPE, RANK, targets, kind, [TOKENS], 1, dropout=dropout, shares_inputs=True)
    assert (four - two) / 2 / TOKENS == pytest.approx(block_bytes_per_token(demand), rel=0.03)


def test_a_checkpointed_block_keeps_its_input(bases: dict[int, Path]) -> None:
    settings = LoraSettings(RANK, 8.0, 0.0, "all-linear", 0.0, 1.0, 1)
    two, four = (kept(bases[n], Placement("cpu", "bf16", gradient_checkpointing=True), settings) for n in (2, 4))
    assert (four - two) / 2 / TOKENS == 2 * SHAPE.hidden
