"""Checks ONNX files with the onnx package, independently of the program that wrote them: structure, types and inferred shapes.

Run as: /usr/bin/python3 check_onnx.py FILE... (Debian: apt-get install python3-onnx). Prints a line a file; exits 1 at the first bad one.
"""
import sys

import onnx

for path in sys.argv[1:]:
    onnx.checker.check_model(path)
    model = onnx.load(path)
    for tensor in model.graph.initializer: # no shape depends on weights, and passing them to and fro takes seconds
        if len(tensor.raw_data) > 4096:
            tensor.raw_data = b""
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)  # a full check's second half
    known = {value.name for value in inferred.graph.value_info} | {value.name for value in inferred.graph.output}
    unknown = [name for node in model.graph.node for name in node.output if name not in known]
    if unknown:
        sys.exit(f"{path}: no shape is inferred for {unknown[:5]}")
    print(f"{path}: IR {model.ir_version}, opset {model.opset_import[0].version}, {len(model.graph.node)} nodes")
