// Measures the panel in Chromium on large networks of `keras.applications`: first drawing, an edit redrawn, frames while it
// pans and zooms, and a thousand edits one after another. Prints one JSON object. All times in milliseconds; `cpu` is what the
// page's main thread worked, which a busy machine changes little.
import { analyze, snapshot } from '../../src/features';
import type { Snapshot } from '../../src/protocol';
import type { CDPSession } from 'playwright-core';
import { PanelHarness, type PanelPage } from '../panel/harness/panelPage';

const NETWORKS = ['ResNet152', 'NASNetLarge'];
const EDITS = Number(process.env.CONVLENS_EDITS ?? 1000);
const environment = { reader: { read: () => undefined }, searchPath: [] };

/** A snapshot of a program with one of the networks; `width` is what an edit changes. */
function drawn(name: string, version: number, width: number): Snapshot {
  const text = [
    'import keras',
    `base = keras.applications.${name}(weights=None, include_top=False, pooling="avg", input_shape=(224, 224, 3))`,
    `x = keras.layers.Dense(${width})(base.output)`,
    'model = keras.Model(base.input, x)',
  ].join('\n');
  const analysis = analyze({ path: 'model.py', text }, environment);
  const made = snapshot(analysis, { uri: 'file:///model.py', version, fileName: 'model.py', language: 'en' });
  return { ...made, model: made.graph.models.length - 1 };
}

/** Runs in the page: hands a snapshot over and waits until it is drawn and on the screen. */
async function timeOf(data: unknown): Promise<number> {
  const began = performance.now();
  window.postMessage({ type: 'snapshot', snapshot: data }, '*');
  await new Promise((resolve) => setTimeout(resolve));
  while (!document.querySelector('.network-drawing .box'))
    await new Promise((resolve) => setTimeout(resolve));
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - began;
}

/** Runs in the page: frames of two seconds in which the drawing is moved in every frame. */
async function framesOf(gesture: 'pan' | 'zoom'): Promise<{ fps: number; worst: number }> {
  const network = document.querySelector('.network')!;
  const { left, top, width, height } = network.getBoundingClientRect();
  const at = { clientX: left + width / 2, clientY: top + height / 2, bubbles: true, cancelable: true };
  const times: number[] = [];
  await new Promise<void>((resolve) => {
    const step = (now: number): void => {
      times.push(now);
      if (now - times[0] > 2000) return resolve();
      const forward = Math.floor((now - times[0]) / 500) % 2 === 0;
      // No scale comes twice: what was painted at one is of no use at the next.
      const zoomBy = (forward ? 6 : -6) * (0.9 + 0.2 * Math.random());
      const how = gesture === 'pan' ? { deltaY: forward ? 24 : -24 } : { deltaY: zoomBy, ctrlKey: true };
      network.dispatchEvent(new WheelEvent('wheel', { ...at, ...how }));
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
  const gaps = times.slice(1).map((time, i) => time - times[i]);
  return {
    fps: Math.round((gaps.length * 10_000) / (times[times.length - 1] - times[0])) / 10,
    worst: Math.round(Math.max(...gaps)),
  };
}

/** Runs in the page: alternates between snapshots, one per frame; how long the page was busy with each. */
async function editsOf({
  first,
  second,
  count,
}: {
  first: unknown;
  second: unknown;
  count: number;
}): Promise<number[]> {
  const busy: number[] = [];
  for (let i = 0; i < count; i++) {
    const data = { ...((i % 2 === 0 ? second : first) as object), version: i + 10 };
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const began = performance.now();
    // Handlers of a dispatched event run before it returns: what is timed is the page's own work and its layout.
    window.dispatchEvent(new MessageEvent('message', { data: { type: 'snapshot', snapshot: data } }));
    document.querySelector('.network-drawing')!.getBoundingClientRect();
    busy.push(performance.now() - began);
  }
  return busy;
}

/** Time that the page's main thread has worked since `begin`, by the thread's own clock. */
class Worked {
  private constructor(private readonly session: CDPSession) {}

  static async on({ page }: PanelPage): Promise<Worked> {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    return new Worked(session);
  }

  async during<T>(act: () => Promise<T>): Promise<[T, number]> {
    const before = await this.total();
    const result = await act();
    return [result, (await this.total()) - before];
  }

  private async total(): Promise<number> {
    const { metrics } = await this.session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1000;
  }
}

async function measure(harness: PanelHarness, name: string): Promise<Record<string, unknown>> {
  const first = drawn(name, 1, 100);
  const second = drawn(name, 2, 200);
  const all = await open(harness);
  const worked = await Worked.on(all);
  const [firstDrawing, firstCpu] = await worked.during(() => all.page.evaluate(timeOf, first as unknown));
  const edits: { wall: number; cpu: number }[] = [];
  for (let i = 0; i < 7; i++) {
    const next = { ...(i % 2 ? first : second), version: i + 3 } as unknown;
    const [wall, cpu] = await worked.during(() => all.page.evaluate(timeOf, next));
    edits.push({ wall, cpu });
  }
  const frames: Record<string, unknown> = {};
  for (const open of ['folded', 'unfolded'] as const) {
    if (open === 'unfolded') await unfold(all);
    for (const zoom of ['near', 'far'] as const) {
      await all.page.locator(`[data-tool="fit"]`).click();
      if (zoom === 'near') for (let i = 0; i < 12; i++) await all.page.locator('[data-tool="in"]').click();
      await all.page.waitForTimeout(300);
      for (const gesture of ['pan', 'zoom'] as const) {
        const [seen, cpu] = await worked.during(() => all.page.evaluate(framesOf, gesture));
        frames[`${open} ${zoom} ${gesture}`] = { ...seen, cpuPerFrame: tenths(cpu / (seen.fps * 2)) };
      }
    }
  }
  const busy = await all.page.evaluate(editsOf, { first, second, count: EDITS } as never);
  await all.close();
  const sorted = [...busy].sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] * 10) / 10;
  return {
    nodes: first.graph.models[first.model!].nodes.length,
    firstDrawing: { wall: Math.round(firstDrawing), cpu: Math.round(firstCpu) },
    edit: { wall: median(edits.map((edit) => edit.wall)), cpu: median(edits.map((edit) => edit.cpu)) },
    frames,
    edits: {
      count: EDITS,
      median: at(0.5),
      p99: at(0.99),
      worst: at(1),
      over50: busy.filter((time) => time > 50).length,
    },
    errors: all.errors,
  };
}

const tenths = (value: number): number => Math.round(value * 10) / 10;
const median = (values: number[]): number => Math.round(values.sort((a, b) => a - b)[values.length >> 1]);

function open(harness: PanelHarness): Promise<PanelPage> {
  return harness.open({ width: 1000, height: 800 });
}

/** Opens every box, as the state of a page that was used. */
async function unfold({ page }: PanelPage): Promise<void> {
  for (let round = 0; round < 12; round++) {
    const closed = page.locator('.box .body[aria-expanded="false"]');
    const count = await closed.count();
    if (count === 0) return;
    await page.evaluate(() => {
      for (const body of document.querySelectorAll('.box .body[aria-expanded="false"]')) {
        body
          .parentElement!.querySelector('.chevron')
          ?.dispatchEvent(new MouseEvent('click', { bubbles: true }));
      }
    });
    await page.waitForTimeout(100);
  }
}

async function main(): Promise<void> {
  const harness = await PanelHarness.start();
  try {
    const figures: Record<string, unknown> = {};
    for (const name of NETWORKS) {
      figures[name] = await measure(harness, name);
    }
    console.log(JSON.stringify(figures));
  } finally {
    await harness.stop();
  }
}

void main();
