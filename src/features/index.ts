/** The features as hosts use them: analyse a program, then ask. Offsets are those of the file, or of a notebook's cell. */
export { GraphAnalysis, type Analysis } from '../analysis/analysis';
export { analyze, type Environment, type MendableAnalysis } from '../analysis/analyze';
export type { FileReader } from '../python/source';
export { ProgramText, type Place, type Program } from '../analysis/program';
export { LineIndex, type Position } from '../analysis/lineIndex';
export type { Diagnostic, Finding, Fix, Severity, TextEdit } from '../analysis/diagnostic';
export type { FieldFigures, ModelTotals, NodeFigures } from '../analysis/figures';
export { isSame, type Comparison } from '../analysis/compare';
export { compareModels, comparisonReport, counterpart, type ComparedModel } from './comparison';
export { hover, type Hover } from './hover';
export { inlayHints, type HintStyle, type InlayHint } from './inlayHints';
export { codeLenses, type CodeLens } from './codeLenses';
export {
  applyFix,
  diagnostics,
  editorFixes,
  messageOf,
  type EditorDiagnostic,
  type EditorFix,
  type SeveritySetting,
} from './diagnostics';
export { heldBy, hierarchyAt, holdersOf, type HierarchyCall, type HierarchyItem } from './hierarchy';
export { tensorUses, type TensorUses } from './tensorFlow';
export { describeLayer, describeModels, describeProblems } from './assistant';
export { parseInput, statedInput, whatIf, type StatedShape, type WhatIf } from './whatIf';
export { lensTitle } from './codeLenses';
export { short } from './format';
export { type Host } from './explain';
export { type Theme } from './windowPicture';
export type { Builder, Builders } from '../analysis/builders';
export { translationOf } from './elsewhere';
export { english, speak, t, type Translate } from './words';
export { ignoreEdit, type IgnoreEdit } from './ignore';
export { searchFolders } from './searchPath';
export { symbols, type DocumentSymbol } from './symbols';
export { linkedSummary, modelName, summary, totalsText, type SummaryFormat } from './summary';
export {
  defaultModel,
  snapshot,
  type PanelSnapshot,
  type PanelWhatIf,
  type SnapshotOptions,
} from './snapshot';
export { Trial } from './trial';
export { planChange, type ArgumentChange, type ArgumentValue, type Refusal, type Told } from './tryArgument';
export { locate, modelAt, nodesAt } from './locate';
export { jsonFile, type JsonFile } from './contract';
export { counts, githubReport, sarifReport, textReport } from './checkReport';
export { notebookProgram } from './notebook';
export { dumpGraph, dumpTimings, dumpValues } from './debug';
export { dumpSyntax } from './syntax';
export { weightFileCandidates } from './weightFiles';
