# A builder called twice, and a nested model.
import keras
from keras import layers


def build(units):
    inputs = keras.Input((8,))
    return keras.Model(inputs, layers.Dense(units)(inputs))


small = build(3)
large = build(5)
outer_input = keras.Input((8,))
outer = keras.Model(outer_input, layers.Dense(1)(small(outer_input)))
