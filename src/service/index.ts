/** The analysis as a service, as hosts use it. The thread's own entry is `worker.ts`, which is a bundle of its own. */
export { AnalysisClient, type Pending, type ReadAnswer } from './client';
export type { Question } from './messages';
export { analysisOf, readWhole, unreadAnalysis } from './reading';
export { SharedTexts, type HostFiles } from './sharedTexts';
export { nodeThread, onNode, ownThread, webThread, type Thread, type ThreadEvents } from './threads';
