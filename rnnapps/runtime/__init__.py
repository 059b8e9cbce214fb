"""Running trained networks: lowered to ONNX on a CPU, compiled Keras on a GPU."""
