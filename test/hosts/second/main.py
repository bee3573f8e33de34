import keras
from sizes import UNITS

x = keras.Input((8,))
y = keras.layers.Dense(UNITS)(x)
