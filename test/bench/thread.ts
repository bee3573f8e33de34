// Measures the analysis in its thread: the time from a key press to new hints in a 300-line file, and how much of it the host is
// busy. Prints one JSON object. Milliseconds throughout. Argument: the thread's bundle.
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { inlayHints } from '../../src/features';
import {
  AnalysisClient,
  analysisOf,
  nodeThread,
  readWhole,
  SharedTexts,
  type Question,
} from '../../src/service';
import { edits, longProgram, quantile } from './keystrokes';

const bundle = path.resolve(process.argv[2]);
const texts = new SharedTexts({ current: () => null, fetch: async () => undefined });

async function main(): Promise<void> {
  const began = performance.now();
  const client = new AnalysisClient({ texts, start: (events) => nodeThread(bundle, events) });
  const read = async (text: string): Promise<number> => {
    const question: Question = { program: { path: 'edited.py', text }, searchPath: [] };
    const provide = async (asked: Question, missing: readonly string[]): Promise<Question> => {
      await texts.provide(missing);
      return asked;
    };
    const answer = await readWhole(client, question, { urgency: () => 1, provide }).answer;
    if (!answer) throw new Error('no answer');
    return inlayHints(analysisOf(question, answer)).length;
  };
  const program = longProgram(300);
  const hints = await read(program);
  const first = performance.now() - began;
  const versions = edits(program);
  for (let i = 0; i < 30; i++) await read(versions[i % versions.length]);
  const whole: number[] = [];
  const busy: number[] = [];
  for (const text of [...versions, ...versions].slice(0, 200)) {
    const before = performance.eventLoopUtilization();
    const start = performance.now();
    await read(text);
    whole.push(performance.now() - start);
    busy.push(performance.eventLoopUtilization(before).active);
  }
  client.dispose();
  console.log(
    JSON.stringify({
      hints,
      firstWithStart: quantile([first], 0.5),
      toHintsMedian: quantile(whole, 0.5),
      toHintsP95: quantile(whole, 0.95),
      hostBusyMedian: quantile(busy, 0.5),
      hostBusyP95: quantile(busy, 0.95),
    }),
  );
}

void main();
