"""What the captioning lessons (21 to 23) share.

vocabulary: words and numbers; encoder: what sees; decoding: compiled loops
that speak; scoring: BLEU, and whether what is said is true; pictures: a
learner's own files.
"""
