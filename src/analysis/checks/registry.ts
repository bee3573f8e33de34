/**
 * The fixes that each diagnostic code has, best first. A check lives in the file of its family; to add one, write its
 * function there and its row here.
 */
import type { Fix } from '../diagnostic';
import type { FixContext } from '../fixContext';
import {
  cropLess,
  groupCount,
  lastAxis,
  missingArgument,
  permutation,
  rate,
  reshapeSize,
  shapeArgument,
  suggestedValue,
  tupleLength,
  unknownArgument,
  wholeNumber,
} from './argumentFixes';
import {
  classCount,
  excessArguments,
  layersInList,
  lossKey,
  modelInputs,
  oneInput,
  givenTwice,
  returnResult,
  selfFirst,
  superInit,
  tensorInConstructor,
} from './calls';
import { inputAxis, inputRank, openDimension } from './inputs';
import { incompatibleShapes, mergeSingle } from './merging';
import {
  calledWhereMade,
  disconnected,
  duplicateName,
  layerAsTensor,
  missingCallArgument,
  notLayer,
} from './models';
import {
  index,
  kerasOperation,
  lastAxisOfOperation,
  matrixProduct,
  split,
  squeeze,
  transposition,
} from './operations';
import {
  callOutput,
  className,
  firstOutput,
  layerName,
  lossForLabels,
  modelInput,
  nameWithoutSlash,
  selfAttention,
} from './uses';
import {
  attributeName,
  callArguments,
  element,
  inList,
  statesToo,
  undefinedName,
  unpackCount,
  withoutCall,
} from './python';
import { outputPadding, stridesWithDilation, windowTooLarge } from './windows';

/** Ways to mend a failure; entries that do not apply are null. */
export type Fixes = (context: FixContext) => readonly (Fix | null)[];

const FIXES: Readonly<Record<string, Fixes>> = {
  'window-too-large': windowTooLarge,
  'pool-too-large': windowTooLarge,
  'strides-with-dilation': stridesWithDilation,
  'output-padding-stride': outputPadding,
  'input-rank': inputRank,
  'input-axis': inputAxis,
  'open-dimension-weight': openDimension,
  'merge-shape': incompatibleShapes,
  'broadcast-shape': incompatibleShapes,
  'concat-shape': incompatibleShapes,
  'merge-single-tensor': mergeSingle,
  'padding-name': suggestedValue,
  'activation-name': suggestedValue,
  'interpolation-name': suggestedValue,
  'data-format-name': suggestedValue,
  'unknown-argument': unknownArgument,
  'units-invalid': wholeNumber,
  'shape-argument': shapeArgument,
  'target-shape': shapeArgument,
  'tuple-argument': tupleLength,
  'crop-too-large': cropLess,
  'axis-out-of-range': lastAxis,
  'missing-argument': missingArgument,
  'filters-invalid': wholeNumber,
  'reshape-size': reshapeSize,
  'reshape-two-unknown': reshapeSize,
  'groups-divide-filters': groupCount,
  'groups-divide-channels': groupCount,
  'groups-invalid': groupCount,
  'groups-more-than-channels': groupCount,
  'rate-invalid': rate,
  'permute-dims': permutation,
  'sequential-not-layer': notLayer,
  'graph-disconnected': disconnected,
  'duplicate-name': duplicateName,
  'layer-as-tensor': layerAsTensor,
  'call-argument-missing': missingCallArgument,
  'tensorflow-function': kerasOperation,
  'matmul-shape': matrixProduct,
  'index-range': index,
  'index-count': index,
  'axis-range': lastAxisOfOperation,
  'squeeze-axis': squeeze,
  'split-size': split,
  'transpose-axes': transposition,
  'layer-class-name': className,
  'loss-shape': lossForLabels,
  'get-layer': layerName,
  'layer-name': nameWithoutSlash,
  'model-input-shape': modelInput,
  'input-count': (context) => [...firstOutput(context), ...oneInput(context)],
  'tensor-in-constructor': tensorInConstructor,
  'input-none': returnResult,
  'super-init': superInit,
  'excess-arguments': excessArguments,
  'loss-key': lossKey,
  'class-count': classCount,
  'attention-inputs': selfAttention,
  'model-not-tensor': (context) => [
    calledWhereMade(context, true),
    ...callOutput(context),
    ...modelInputs(context),
  ],
  'stack-shape': incompatibleShapes,
  'undefined-name': undefinedName,
  'call-arguments': callArguments,
  'element-range': element,
  'unpack-count': unpackCount,
  'attribute-name': attributeName,
  'not-iterable': (context) => [...returnResult(context), ...inList(context)],
  'no-return': returnResult,
  'missing-self': selfFirst,
  'argument-twice': givenTwice,
  'not-callable': withoutCall,
  'tensor-unpack': statesToo,
  'sequential-list': layersInList,
  'embedding-size': wholeNumber,
  'attention-size': wholeNumber,
  'repeat-count': wholeNumber,
  'depth-multiplier-invalid': wholeNumber,
  'num-tokens': wholeNumber,
};

/** Fixes of a failure, best first; a code without a row of its own still gets the suggestion that interpretation had. */
export function fixesFor(context: FixContext): Fix[] {
  const fixes = (FIXES[context.failure.code] ?? suggestedValue)(context);
  const titles = new Set<string>();
  return fixes.filter((fix): fix is Fix => {
    if (fix === null || titles.has(fix.title)) return false;
    titles.add(fix.title);
    return true;
  });
}
