"""A coder as a folder: ``card.json`` for people, ``numbers.npz`` for the machine.

The numbers are plain arrays (loaded without pickle, so a foreign folder can run no code) and the
card holds their SHA-256.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from anlan.lib.refusals import BadInput
from anlan.methods.coding.calibration import Calibration, Curve, Scaling
from anlan.methods.coding.cards import Card
from anlan.methods.coding.coder import Coder
from anlan.methods.coding.features import Block, Features
from anlan.methods.coding.linear import Scorer

CARD = "card.json"
NUMBERS = "numbers.npz"
_NEXT_STEP = "请重新训练，或从备份取回整个文件夹。"


def pack_coder(coder: Coder) -> tuple[Coder, bytes]:
    """The coder with its digest on the card, and its numbers as ``numbers.npz`` holds them."""
    content = _packed(coder)
    return replace(coder, card=replace(coder.card, digest=_digest(content))), content


def open_coder(told: Mapping[str, Any], content: bytes) -> Coder:
    """From a card as plain values and its numbers. :class:`BadInput` if they are no pair."""
    try:
        card = Card.from_json(told)
    except (ValueError, KeyError, TypeError):
        raise BadInput(f"模型说明 {CARD} 无法识别。", _NEXT_STEP) from None
    if _digest(content) != card.digest:
        raise BadInput(f"{NUMBERS} 与模型说明记载的校验值不符。", _NEXT_STEP)
    try:
        return _unpacked(content, card)
    except (ValueError, KeyError, zipfile.BadZipFile):
        raise BadInput(f"{NUMBERS} 内容不完整。", _NEXT_STEP) from None


def save_coder(coder: Coder, folder: Path) -> Coder:
    """Write both files, the card last; the same coder gives the same bytes. Returns it as saved."""
    saved, content = pack_coder(coder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD).unlink(missing_ok=True)
    (folder / NUMBERS).write_bytes(content)
    told = json.dumps(saved.card.as_json(), ensure_ascii=False, indent=2)
    (folder / CARD).write_text(told + "\n", "utf-8")
    return saved


def load_coder(folder: Path) -> Coder:
    """Read a folder that ``save_coder`` wrote. :class:`BadInput` if it is incomplete or altered."""
    try:
        told = (folder / CARD).read_text("utf-8")
        content = (folder / NUMBERS).read_bytes()
    except OSError:
        raise BadInput(f"文件夹里没有完整的编码模型：{folder}", "请核对路径。") from None
    try:
        plain = json.loads(told)
    except ValueError:
        raise BadInput(f"模型说明 {CARD} 无法识别。", _NEXT_STEP) from None
    return open_coder(plain, content)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _packed(coder: Coder) -> bytes:
    curves = [*coder.calibration.curves, coder.calibration.together]
    arrays: dict[str, Any] = {
        "labels": np.array(coder.scorer.labels),
        "weights": coder.scorer.weights,
        "offsets": coder.scorer.offsets,
        "common_slope": np.array([coder.calibration.scaling.common]),
        "mixing": coder.calibration.scaling.mixing,
        "score_offsets": coder.calibration.scaling.offsets,
        "curve_lengths": np.array([len(curve.share) for curve in curves]),
        "curve_shares": np.concatenate([curve.share for curve in curves]),
        "curve_probabilities": np.concatenate([curve.probability for curve in curves]),
    }
    for at, block in enumerate(coder.features.blocks):
        arrays[f"buckets_{at}"] = block.buckets
        arrays[f"rarity_{at}"] = block.rarity
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def _unpacked(content: bytes, card: Card) -> Coder:
    with np.load(io.BytesIO(content), allow_pickle=False) as found:
        stored = {name: found[name] for name in found.files}
    labels = tuple(str(label) for label in stored["labels"])
    scorer = Scorer(labels, stored["weights"], stored["offsets"])
    ends = np.cumsum(stored["curve_lengths"])[:-1]
    shares = np.split(stored["curve_shares"], ends)
    probabilities = np.split(stored["curve_probabilities"], ends)
    curves = [Curve(x, y) for x, y in zip(shares, probabilities, strict=True)]
    common = float(stored["common_slope"][0])
    scaling = Scaling(common, stored["mixing"], stored["score_offsets"])
    calibration = Calibration(scaling, tuple(curves[:-1]), curves[-1])
    numbers = range(sum(name.startswith("buckets_") for name in stored))
    blocks = tuple(Block(stored[f"buckets_{at}"], stored[f"rarity_{at}"]) for at in numbers)
    features = Features(card.recipe.cut, blocks)
    if scorer.weights.shape != (features.width, len(labels)) or len(curves) != len(labels) + 1:
        raise ValueError("the arrays do not fit each other")
    return Coder(features, scorer, calibration, card)
