"""Networks ready to run: checked bytes, one thread, no memory kept back."""

import onnxruntime

from anlan.vision.models import Model, content_of


def session_of(
    content: bytes | Model, *, plain_weights: bool = False
) -> "onnxruntime.InferenceSession":
    """A session on one thread of the CPU.

    `plain_weights` keeps block-quantised weights as they are unpacked: with the fused form a frame
    costs several times as much on processors without the newer instructions.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False
    if plain_weights:
        options.add_session_config_entry("session.disable_quant_qdq", "1")
    raw = content_of(content) if isinstance(content, Model) else content
    return onnxruntime.InferenceSession(raw, options, providers=["CPUExecutionProvider"])
