"""Networks: layers that run on every Keras backend and keep the fused (cuDNN) kernels."""
