"""A small writer of ONNX graphs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET, IR_VERSION = 17, 9
TYPES = {"float32": TensorProto.FLOAT, "int32": TensorProto.INT32}


class Graph:
    """Collects the nodes and constants of an ONNX graph.

    Example:
    >>> import numpy as np
    >>> from rnnapps.runtime.graph import Graph
    >>> graph = Graph()
    >>> graph.input("x", "float32", ("batch", 2))
    'x'
    >>> doubled = graph.node("Mul", ["x", graph.constant(np.float32(2))])
    >>> graph.output("y", doubled, ("batch", 2))
    >>> [node.op_type for node in graph.model().graph.node]
    ['Mul', 'Identity']
    """

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._names: dict[Any, str] = {}
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []

    def input(self, name: str, dtype: str, shape: Sequence[int | str]) -> str:
        """Adds an input; a string in `shape` names a free dimension."""
        self._inputs.append(helper.make_tensor_value_info(name, TYPES[dtype], shape))
        return name

    def constant(self, value: np.ndarray) -> str:
        """Adds a constant, unless the graph has the same already, and gives its name."""
        array = np.asarray(value, order="C")
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._names:
            self._names[key] = f"constant_{len(self._constants)}"
            self._constants.append(numpy_helper.from_array(array, self._names[key]))
        return self._names[key]

    def node(self, kind: str, inputs: Sequence[str], **attributes: Any) -> str:
        """Adds an operator with one output and gives its name."""
        return self.nodes(kind, inputs, 1, **attributes)[0]

    def nodes(self, kind: str, inputs: Sequence[str], outputs: int, **attributes: Any) -> list[str]:
        """Adds an operator and gives the names of its outputs."""
        base = f"{kind}_{len(self._nodes)}"
        names = [base if index == 0 else f"{base}_{index}" for index in range(outputs)]
        self._nodes.append(helper.make_node(kind, list(inputs), names, name=base, **attributes))
        return names

    def output(self, name: str, source: str, shape: Sequence[int | str]) -> None:
        """Makes a float value an output of the graph."""
        self._nodes.append(helper.make_node("Identity", [source], [name], name=f"output_{name}"))
        self._outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def model(self) -> onnx.ModelProto:
        """Gives the checked model."""
        graph = helper.make_graph(
            self._nodes, "rnnapps", self._inputs, self._outputs, self._constants
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="rnnapps",
        )
        onnx.checker.check_model(model)
        return model
