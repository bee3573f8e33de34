# Two branches of different height cannot be concatenated along the channels.
import keras
from keras import layers

inputs = keras.Input((32, 32, 3))
left = layers.Conv2D(8, 3, padding="same")(inputs)
right = layers.Conv2D(8, 3, strides=2, padding="same")(inputs)
both = layers.Concatenate()([left, right])
model = keras.Model(inputs, both)
