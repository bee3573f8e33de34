# A small network with named layers, for walking through the panel.
import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(8, 3, activation="relu", name="edges"),
        layers.MaxPooling2D(name="halve"),
        layers.Conv2D(16, 3, activation="relu", name="shapes"),
        layers.Flatten(name="flat"),
        layers.Dense(10, activation="softmax", name="digits"),
    ]
)
