"""What every program of the oracle may use beside Keras: layers, a cell and a model of its own, as people write them."""

import keras
from keras import layers, ops
from keras.layers import *


class Scale(layers.Layer):
    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False, name="count")

    def call(self, inputs):
        return inputs * self.scale


class Block(layers.Layer):
    def __init__(self, units, rate=0.1, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(units, activation="relu")
        self.norm = layers.LayerNormalization()
        self.dropout = layers.Dropout(rate)
        self.project = None
        self.units = units

    def build(self, input_shape):
        if input_shape[-1] != self.units:
            self.project = layers.Dense(self.units, use_bias=False)

    def call(self, inputs, training=None):
        x = self.dropout(self.dense(self.norm(inputs)), training=training)
        if self.project is not None:
            inputs = self.project(inputs)
        return x + inputs


class Split(layers.Layer):
    def call(self, inputs):
        return inputs, ops.mean(inputs, axis=-1, keepdims=True)


class MinimalCell(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
        self.recurrent_kernel = self.add_weight(shape=(self.units, self.units), name="recurrent_kernel")

    def call(self, inputs, states):
        output = ops.matmul(inputs, self.kernel) + ops.matmul(states[0], self.recurrent_kernel)
        return output, [output]


class Tower(keras.Model):
    def __init__(self, widths=(4, 4)):
        super().__init__()
        self.stack = [layers.Dense(width, activation="relu") for width in widths]
        self.head = layers.Dense(2)

    def call(self, inputs):
        x = inputs
        for layer in self.stack:
            x = layer(x)
        return self.head(x)
