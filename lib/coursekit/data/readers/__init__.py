"""Reading kinds of files: texts, pickles, pictures."""
