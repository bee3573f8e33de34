/**
 * `keras.applications` as ConvLens' own compact Python programs, read by the same interpreter as the user's code: layer names,
 * order, shapes and arguments are Keras' (3.16), so that `get_layer("conv4_block6_out")` works without Keras installed.
 */
import { source as common } from './common';
import { source as convnext } from './convnext';
import { source as densenet } from './densenet';
import { source as efficientnet } from './efficientnet';
import { source as inception } from './inception';
import { source as mobilenet } from './mobilenet';
import { source as nasnet } from './nasnet';
import { source as resnet } from './resnet';
import { source as vgg } from './vgg';
import { source as xception } from './xception';

/** Dotted name of the package that the programs form, for their relative imports. */
export const PACKAGE = 'convlens_applications';

/** Source text by module name within the package. */
export const SOURCES: Readonly<Record<string, string>> = {
  common,
  convnext,
  densenet,
  efficientnet,
  inception,
  mobilenet,
  nasnet,
  resnet,
  vgg,
  xception,
};

/** Which module defines an architecture of `keras.applications`. */
export const MODULE_OF: Readonly<Record<string, string>> = {
  ConvNeXtTiny: 'convnext',
  ConvNeXtSmall: 'convnext',
  ConvNeXtBase: 'convnext',
  ConvNeXtLarge: 'convnext',
  ConvNeXtXLarge: 'convnext',
  DenseNet121: 'densenet',
  DenseNet169: 'densenet',
  DenseNet201: 'densenet',
  EfficientNetB0: 'efficientnet',
  EfficientNetB1: 'efficientnet',
  EfficientNetB2: 'efficientnet',
  EfficientNetB3: 'efficientnet',
  EfficientNetB4: 'efficientnet',
  EfficientNetB5: 'efficientnet',
  EfficientNetB6: 'efficientnet',
  EfficientNetB7: 'efficientnet',
  EfficientNetV2B0: 'efficientnet',
  EfficientNetV2B1: 'efficientnet',
  EfficientNetV2B2: 'efficientnet',
  EfficientNetV2B3: 'efficientnet',
  EfficientNetV2S: 'efficientnet',
  EfficientNetV2M: 'efficientnet',
  EfficientNetV2L: 'efficientnet',
  InceptionV3: 'inception',
  InceptionResNetV2: 'inception',
  MobileNet: 'mobilenet',
  MobileNetV2: 'mobilenet',
  MobileNetV3Small: 'mobilenet',
  MobileNetV3Large: 'mobilenet',
  NASNetMobile: 'nasnet',
  NASNetLarge: 'nasnet',
  ResNet50: 'resnet',
  ResNet101: 'resnet',
  ResNet152: 'resnet',
  ResNet50V2: 'resnet',
  ResNet101V2: 'resnet',
  ResNet152V2: 'resnet',
  VGG16: 'vgg',
  VGG19: 'vgg',
  Xception: 'xception',
};

/** Submodules of `keras.applications` and what each offers beside `preprocess_input` and `decode_predictions`. */
export const SUBMODULES: Readonly<Record<string, readonly string[]>> = {
  vgg16: ['VGG16'],
  vgg19: ['VGG19'],
  resnet: ['ResNet50', 'ResNet101', 'ResNet152'],
  resnet50: ['ResNet50'],
  resnet_v2: ['ResNet50V2', 'ResNet101V2', 'ResNet152V2'],
  inception_v3: ['InceptionV3'],
  inception_resnet_v2: ['InceptionResNetV2'],
  mobilenet: ['MobileNet'],
  mobilenet_v2: ['MobileNetV2'],
  mobilenet_v3: ['MobileNetV3Small', 'MobileNetV3Large'],
  densenet: ['DenseNet121', 'DenseNet169', 'DenseNet201'],
  nasnet: ['NASNetMobile', 'NASNetLarge'],
  xception: ['Xception'],
  efficientnet: ['0', '1', '2', '3', '4', '5', '6', '7'].map((size) => `EfficientNetB${size}`),
  efficientnet_v2: ['B0', 'B1', 'B2', 'B3', 'S', 'M', 'L'].map((size) => `EfficientNetV2${size}`),
  convnext: ['Tiny', 'Small', 'Base', 'Large', 'XLarge'].map((size) => `ConvNeXt${size}`),
  imagenet_utils: [],
};
