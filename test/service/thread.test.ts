// The analysis in a thread of its own, with real workers of Node running the bundle that ships: the same answers as on the host's
// thread, files that come later, questions taken back, urgent ones first, and a thread that dies.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { analyze, diagnostics, dumpSyntax, type Environment, type Program } from '../../src/features';
import {
  AnalysisClient,
  analysisOf,
  nodeThread,
  ownThread,
  readWhole,
  SharedTexts,
  type HostFiles,
  type Question,
  type ReadAnswer,
  type Thread,
  type ThreadEvents,
} from '../../src/service';
import { BROKEN } from '../features/broken.table';

const ROOT = path.resolve(__dirname, '../..');
const BUNDLE = path.join(ROOT, 'dist/analysis.js');
const nothing: Environment = { reader: { read: () => undefined }, searchPath: [] };

/** Loops that keep an analysis busy for some hundred times as long as a small program. */
const HEAVY = `import keras\n${'n = 0\nfor i in range(1000):\n    n = n + i * i\n'.repeat(40)}x = keras.Input((8,))\n`;
const LIGHT = 'import keras\nx = keras.Input((8,))\ny = keras.layers.Dense(3)(x)\n';

/** Files in memory, as a host keeps them: what is only on disk must be fetched. */
class MemoryFiles implements HostFiles {
  readonly memory = new Map<string, string | null>();
  readonly fetched: string[] = [];

  constructor(readonly disk: Record<string, string> = {}) {}

  current(file: string): string | null | undefined {
    return this.memory.get(file);
  }

  async fetch(file: string): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.fetched.push(file);
    this.memory.set(file, this.disk[file] ?? null);
  }
}

interface Rig {
  readonly client: AnalysisClient;
  readonly texts: SharedTexts;
  readonly troubles: string[];
  read(question: Question | string, urgency?: number): Promise<ReadAnswer | undefined>;
}

const questionOf = (text: string): Question => ({ program: { path: 'main.py', text }, searchPath: [''] });

describe('analysis thread', function () {
  this.timeout(120_000);
  const rigs: Rig[] = [];
  before(() => assert.ok(existsSync(BUNDLE), 'dist/analysis.js is missing: npm run build'));
  afterEach(() => rigs.splice(0).forEach(({ client }) => client.dispose()));

  function rig(
    files: HostFiles = new MemoryFiles(),
    start: (events: ThreadEvents) => Thread | Promise<Thread> = (events) => nodeThread(BUNDLE, events),
  ): Rig {
    const texts = new SharedTexts(files);
    const troubles: string[] = [];
    const client = new AnalysisClient({ start, texts, onTrouble: (reason) => troubles.push(reason) });
    const made: Rig = {
      client,
      texts,
      troubles,
      read: (question, urgency = 1) =>
        readWhole(client, typeof question === 'string' ? questionOf(question) : question, {
          urgency: () => urgency,
          async provide(asked, missing) {
            await texts.provide(missing);
            return asked;
          },
        }).answer,
    };
    rigs.push(made);
    return made;
  }

  const SAMPLES = path.join(ROOT, 'media/samples');
  const programs: Program[] = [
    ...readdirSync(SAMPLES)
      .filter((name) => name.endsWith('.py'))
      .map((name) => ({ path: name, text: readFileSync(path.join(SAMPLES, name), 'utf8') })),
    ...BROKEN.map(({ program }, i) => ({ path: `broken${i}.py`, text: program })),
    {
      path: 'book.ipynb',
      cells: ['import keras\nx = keras.Input((8, 8, 3))\n', 'y = keras.layers.Reshape((7, 7))(x)\n'],
      indices: [1, 4],
    },
  ];

  for (const [kind, make] of [
    ['worker', (events: ThreadEvents) => nodeThread(BUNDLE, events)],
    ['own', (events: ThreadEvents) => ownThread(BUNDLE, events)],
  ] as const) {
    it(`tells the same graphs, findings and fixes as an analysis in place (${kind})`, async () => {
      const { client, read } = rig(new MemoryFiles(), make);
      for (const program of programs) {
        const here = analyze(program, nothing);
        const question = { program, searchPath: [] };
        const answer = await read(question);
        assert.ok(answer);
        assert.deepEqual(client.state, { kind, stoppable: kind === 'worker' });
        const there = analysisOf(question, answer);
        assert.deepEqual(there.graph, here.graph);
        assert.deepEqual(there.builders, here.builders);
        assert.deepEqual(
          diagnostics(there).map(({ source: _, ...rest }) => rest),
          diagnostics(here).map(({ source: _, ...rest }) => rest),
        );
        for (const [index, { fixes }] of here.diagnostics.entries())
          assert.deepEqual(await client.fixes(question, answer.id, index, () => 1).answer, fixes);
      }
      assert.equal(
        await client.syntax({ program: programs[0], searchPath: [] }, () => 1).answer,
        dumpSyntax(analyze(programs[0], nothing)),
      );
    });
  }

  it('fetches what a program imports, once, and follows it when it changes', async () => {
    const files = new MemoryFiles({ 'a.py': 'from b import N\n', 'b.py': 'N = 5\n' });
    const { texts, read } = rig(files);
    const program = 'import keras\nfrom a import N\nx = keras.Input((8,))\ny = keras.layers.Dense(N)(x)\n';
    const units = async (): Promise<unknown> => {
      const answer = await read(program);
      return answer?.graph.layers.find(({ type }) => type === 'Dense')?.config.units;
    };
    assert.equal(await units(), 5);
    const before = files.fetched.length;
    assert.equal(await units(), 5);
    assert.equal(files.fetched.length, before, 'nothing is fetched twice');
    // An open document is typed in: its text is in memory.
    files.memory.set('b.py', 'N = 7\n');
    texts.changed('b.py');
    assert.equal(await units(), 7);
    // A saved file changes: it must be fetched again.
    files.disk['b.py'] = 'N = 9\n';
    files.memory.delete('b.py');
    texts.changed('b.py');
    assert.equal(await units(), 9);
    delete files.disk['b.py'];
    files.memory.delete('b.py');
    texts.changed('b.py');
    assert.notEqual(await units(), 9, 'a file that is gone is not remembered');
  });

  it('reads from texts that stand in place of the workspace, and leaves those alone', async () => {
    const files = new MemoryFiles({ 'a.py': 'N = 5\n' });
    const { client, read } = rig(files);
    const program = 'import keras\nfrom a import N\nx = keras.Input((N,))\n';
    const shape = (answer: ReadAnswer | undefined): unknown => answer?.graph.tensors[0].shape;
    const then = await readWhole(
      client,
      { ...questionOf(program), files: [] },
      {
        urgency: () => 1,
        provide: async (asked, missing) => ({
          ...asked,
          files: [
            ...(asked.files ?? []),
            ...missing.map((file) => [file, file === 'a.py' ? 'N = 4\n' : null] as const),
          ],
        }),
      },
    ).answer;
    assert.deepEqual((shape(then) as unknown[])[1], 4);
    assert.deepEqual((shape(await read(program)) as unknown[])[1], 5);
  });

  for (const [what, shared, make] of [
    ['', true, (events: ThreadEvents) => nodeThread(BUNDLE, events)],
    [
      ', also where no memory can be shared',
      false,
      async (events: ThreadEvents): Promise<Thread> => ({
        ...(await nodeThread(BUNDLE, events)),
        stop: null,
      }),
    ],
  ] as const) {
    it(`gives up a reading that is taken back, long before its end${what}`, async () => {
      let threads = 0;
      const { client, read, troubles } = rig(new MemoryFiles(), (events) => {
        threads++;
        return make(events);
      });
      await read(LIGHT);
      const whole = await read(HEAVY);
      assert.ok(whole);
      const heavy = client.read(questionOf(`${HEAVY}# again\n`), () => 1);
      const light = read(LIGHT);
      // It is being worked on by then.
      await new Promise((resolve) => setTimeout(resolve, 50));
      const began = performance.now();
      heavy.takeBack();
      assert.equal(await heavy.answer, undefined);
      assert.ok(await light);
      const taken = performance.now() - began;
      // A thread that cannot be told has been replaced, which takes a while of its own.
      if (threads === 1)
        assert.ok(taken < whole.interpretMs / 2, `${taken} ms, where reading takes ${whole.interpretMs} ms`);
      assert.equal(threads, shared ? 1 : 2);
      assert.deepEqual(troubles, []);
    });

    it(`answers what is urgent first; what it interrupts is answered afterwards${what}`, async () => {
      const { read } = rig(new MemoryFiles(), make);
      await read(LIGHT);
      const order: string[] = [];
      const told = async (name: string, text: string, urgency: number): Promise<void> => {
        assert.ok(await read(text, urgency));
        order.push(name);
      };
      const all = [told('background', HEAVY, 0), told('open', LIGHT, 1), told('visible', LIGHT, 2)];
      await new Promise((resolve) => setTimeout(resolve, 50));
      all.push(told('typed', `${LIGHT}# typed\n`, 5));
      await Promise.all(all);
      assert.deepEqual(order.slice(-1), ['background']);
      assert.ok(order.indexOf('visible') < order.indexOf('open'), order.join());
    });
  }

  it('is started again when it dies, with the files that it had, and asked again', async () => {
    const files = new MemoryFiles({ 'a.py': 'N = 5\n' });
    let threads = 0;
    let kill = (): void => undefined;
    const { read, troubles } = rig(files, async (events) => {
      threads++;
      const thread = await nodeThread(BUNDLE, events);
      kill = () => {
        thread.end();
        events.onDeath('killed');
      };
      return thread;
    });
    const program = 'import keras\nfrom a import N\nx = keras.Input((N,))\n';
    assert.ok(await read(program));
    const fetched = files.fetched.length;
    const heavy = read(HEAVY);
    await new Promise((resolve) => setTimeout(resolve, 50));
    kill();
    assert.ok(await heavy, 'the question survives');
    assert.equal(threads, 2);
    assert.deepEqual(troubles, ['the analysis ended: killed']);
    const again = await read(program);
    assert.equal((again?.graph.tensors[0].shape as unknown[])[1], 5);
    assert.equal(files.fetched.length, fetched, 'nothing is fetched again');
  });

  it('says why it cannot read what takes all its memory, and reads the next program', async () => {
    const small = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 40 };
    const { read, troubles } = rig(new MemoryFiles(), (events) => nodeThread(BUNDLE, events, small));
    const greedy = `import keras\n${Array.from({ length: 6000 }, (_, i) => `m${i} = keras.applications.ResNet50(weights=None)`).join('\n')}\n`;
    await assert.rejects(read(greedy), /memory/);
    assert.equal(troubles.length, 2, troubles.join('\n'));
    const answer = await read(LIGHT);
    assert.ok(answer?.graph.nodes.some(({ type }) => type === 'Dense'));
  });

  it('fixes are found by a new thread too', async () => {
    let kill = (): void => undefined;
    const { client, read } = rig(new MemoryFiles(), async (events) => {
      const thread = await nodeThread(BUNDLE, events);
      kill = () => {
        thread.end();
        events.onDeath('killed');
      };
      return thread;
    });
    const { program } = BROKEN[0];
    const here = analyze({ path: 'main.py', text: program }, nothing).diagnostics[0].fixes;
    const answer = await read(program);
    kill();
    assert.deepEqual(await client.fixes(questionOf(program), answer!.id, 0, () => 1).answer, here);
  });

  it('says so when no thread can be made, each time, and tries again', async () => {
    let broken = true;
    let missing = false;
    const { read, troubles } = rig(new MemoryFiles(), (events) => {
      if (broken) throw new Error('no threads here');
      return nodeThread(missing ? path.join(ROOT, 'nowhere.js') : BUNDLE, events);
    });
    await assert.rejects(read(LIGHT), /no threads here/);
    missing = true;
    broken = false;
    await assert.rejects(read(LIGHT), /nowhere/);
    missing = false;
    assert.ok(await read(LIGHT));
    assert.ok(
      troubles.every((reason) => /no threads here|nowhere/.test(reason)),
      troubles.join('\n'),
    );
  });
});
