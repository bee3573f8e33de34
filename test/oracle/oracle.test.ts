/** Random programs against real Keras: a recorded part always, a fresh part where a Python with Keras is present. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compare } from './compare';
import { answerOf } from './convlens';
import { Drawer } from './draw';
import { printProgram, text, type Program } from './expression';
import { findPython, Keras, type Answer } from './keras';
import { differences } from './oracle';
import type { Found } from './shrink';

/** Fails on any wrong value or false alarm, and where more than `share` of the programs hide an error. */
function judge(found: readonly Found[], programs: number, share: number): void {
  const text = ({ program, difference }: Found): string =>
    `${printProgram(program)}${difference.kind} at ${difference.where}: Keras ${difference.keras}; ConvLens ${difference.convlens}`;
  const missed = found.filter(({ difference }) => difference.kind === 'missed error');
  const wrong = found.filter(({ difference }) => difference.kind !== 'missed error');
  assert.equal(wrong.length, 0, wrong.map(text).join('\n\n'));
  assert.ok(missed.length <= share * programs, missed.map(text).join('\n\n'));
}

describe('oracle', () => {
  it('draws every class, and the same programs from the same seed', () => {
    const drawer = new Drawer(5);
    const first = [...drawer.layers(200), ...drawer.graphs(3)].map(printProgram);
    const again = new Drawer(5);
    assert.deepEqual([...again.layers(200), ...again.graphs(3)].map(printProgram), first);
    assert.deepEqual(drawer.missing(), []);
    assert.notDeepEqual(new Drawer(6).layers(5).map(printProgram), first.slice(0, 5));
  });

  it('tells a wrong shape, a false alarm and a missed error', () => {
    const program: Program = [
      { name: 'x0', value: text('keras.Input(shape=(8,))') },
      { name: 'y', value: text('Dense(3)(x0)') },
    ];
    const right = answerOf(program);
    const kindOf = (keras: Answer): string | undefined => compare(program, keras, right)?.kind;
    assert.equal(kindOf(right), undefined);
    assert.equal(kindOf({ ...right, outputs: [right.outputs[0]!, [[[null, 4], 'float32']]] }), 'shape');
    assert.equal(kindOf({ ...right, outputs: [right.outputs[0]!, [[[null, 3], 'float16']]] }), 'dtype');
    assert.equal(
      kindOf({ outputs: [right.outputs[0]!], layers: {}, error: 'ValueError', message: '', at: 1 }),
      'missed error',
    );
    const alarm: Answer = { ...right, error: 'input-rank', at: 1 };
    assert.equal(compare(program, right, alarm)?.kind, 'false alarm');
  });

  it('agrees with the recorded answers', () => {
    const { programs } = JSON.parse(readFileSync(path.join(__dirname, 'facts/random.json'), 'utf8')) as {
      programs: (readonly [readonly (readonly [string, string])[], Answer])[];
    };
    const found = programs.flatMap(([statements, answer]) => {
      const program = statements.map(([name, value]) => ({ name, value: text(value) }));
      const difference = compare(program, answer, answerOf(program));
      return difference === undefined ? [] : [{ program, difference }];
    });
    judge(found, programs.length, 0.005);
  }).timeout(30_000);

  const python = findPython();
  if (python !== undefined) {
    it('agrees with Keras on programs drawn today', async () => {
      const drawer = new Drawer(Math.floor(Date.now() / 86_400_000));
      const programs = [...drawer.layers(200), ...drawer.graphs(20)];
      const keras = await Keras.start(python);
      try {
        const { found } = await differences(programs, keras);
        // So few programs say little of a rate: four times as many as `npm run oracle` allows.
        judge(found, programs.length, 0.02);
      } finally {
        keras.stop();
      }
    }).timeout(300_000);
  }
});
