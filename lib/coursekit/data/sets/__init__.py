"""Data sets: records.toml says what they are, a module each loads them."""
