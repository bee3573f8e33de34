"""VGG16 (Simonyan and Zisserman, 2014): stacks of 3x3 convolutions, one builder function."""
import keras
from keras import layers


def vgg_block(x, filters, convolutions, name):
    for i in range(convolutions):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"{name}_conv{i + 1}")(x)
    return layers.MaxPooling2D(2, strides=2, name=f"{name}_pool")(x)


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    inputs = keras.Input(shape=input_shape)
    x = inputs
    for i, (filters, convolutions) in enumerate([(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]):
        x = vgg_block(x, filters, convolutions, name=f"block{i + 1}")
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(4096, activation="relu", name="fc1")(x)
    x = layers.Dense(4096, activation="relu", name="fc2")(x)
    outputs = layers.Dense(classes, activation="softmax", name="predictions")(x)
    return keras.Model(inputs, outputs, name="vgg16")


model = build_vgg16()
model.compile(optimizer="sgd", loss="categorical_crossentropy", metrics=["accuracy"])
