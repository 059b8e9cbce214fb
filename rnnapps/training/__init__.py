"""Training: one loop over `keras.Model.fit`, resumable, with gradients clipped."""
