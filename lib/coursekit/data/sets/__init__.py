"""Data sets, one module each: its record (INFO), its sources, load()."""
