"""The programs that made the files in data/ (``make data``)."""
