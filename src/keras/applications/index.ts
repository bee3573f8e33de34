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
import { source as preprocessing } from './preprocessing';
import { source as resnet } from './resnet';
import { source as vgg } from './vgg';
import { source as xception } from './xception';

/** Root under which the interpreter finds the shipped programs; no file system has it. */
export const SHIPPED = '<convlens>';

/** True for a file of the shipped programs. */
export function isShipped(file: string): boolean {
  return file.startsWith(`${SHIPPED}/`);
}

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
  preprocessing,
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

/** Which function of the module `preprocessing` a submodule of `keras.applications` offers as `preprocess_input`. */
export const PREPROCESSING: Readonly<Record<string, string>> = {
  vgg16: 'caffe_style',
  vgg19: 'caffe_style',
  resnet: 'caffe_style',
  resnet50: 'caffe_style',
  resnet_v2: 'tf_style',
  inception_v3: 'tf_style',
  inception_resnet_v2: 'tf_style',
  mobilenet: 'tf_style',
  mobilenet_v2: 'tf_style',
  mobilenet_v3: 'unchanged',
  densenet: 'torch_style',
  nasnet: 'tf_style',
  xception: 'tf_style',
  efficientnet: 'unchanged',
  efficientnet_v2: 'unchanged',
  convnext: 'unchanged',
  imagenet_utils: 'caffe_style',
};
