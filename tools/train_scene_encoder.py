"""Train the scenes' image encoder again, and print its exam (minutes).

    PYTHONPATH=lib python tools/train_scene_encoder.py

Writes lib/coursekit/captions/scene_encoder.keras.
"""

from coursekit.captions import scene_encoder, scene_training

if __name__ == "__main__":
    trained, exam = scene_training.train()
    trained.save(scene_encoder.PATH)
    print({name: round(value, 4) for name, value in exam.items()})
