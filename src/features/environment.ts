/** What hosts give the analysis: re-exported so that hosts import features only. */
export type { FileReader } from '../python/source';
export type { Environment } from '../analysis/analyze';
