"""The commands of coursekit, one module each."""
