"""A small GAN: a generator of transposed convolutions (28 x 28 digits from noise) and its discriminator."""
from tensorflow import keras
from tensorflow.keras import Sequential, layers

NOISE = 100

generator = Sequential(name="generator")
generator.add(keras.Input(shape=(NOISE,)))
generator.add(layers.Dense(7 * 7 * 256, use_bias=False))
generator.add(layers.BatchNormalization())
generator.add(layers.LeakyReLU())
generator.add(layers.Reshape((7, 7, 256)))
for filters, strides in [(128, 1), (64, 2)]:
    generator.add(layers.Conv2DTranspose(filters, 4, strides=strides, padding="same", use_bias=False))
    generator.add(layers.BatchNormalization())
    generator.add(layers.LeakyReLU())
generator.add(layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh"))

discriminator = Sequential(
    [
        keras.Input(shape=generator.output_shape[1:]),
        layers.Conv2D(64, 5, strides=2, padding="same"),
        layers.LeakyReLU(),
        layers.Dropout(0.3),
        layers.Conv2D(128, 5, strides=2, padding="same"),
        layers.LeakyReLU(),
        layers.Dropout(0.3),
        layers.Flatten(),
        layers.Dense(1),
    ],
    name="discriminator",
)

noise = keras.Input(shape=(NOISE,))
gan = keras.Model(noise, discriminator(generator(noise)), name="gan")
