"""Networks that two or more lessons or benchmarks use, as Keras models."""
