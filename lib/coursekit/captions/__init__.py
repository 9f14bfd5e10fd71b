"""What the captioning lessons (21 to 23) and ``coursekit caption`` share.

Words: scoring (BLEU, and whether what is said is true).
Seeing: image_encoders, scene_encoder, features (grids on disk), pictures (a
learner's own files). Speaking: captioner with its two kinds,
attention_captioner and luong_captioner, and decoding. Learning: batches,
training, checkpoints. All of it in one call: inference, with the network of
scene_captioner.
"""
