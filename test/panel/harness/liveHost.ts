// Stands in for the extension host beside a page under test: analyses a program, sends snapshots, and tries arguments as the
// extension does (`features/trial`), so that what-if is tested with real figures.
import { analyze, snapshot, Trial, type Analysis, type Program } from '../../../src/features';
import type { Snapshot, ToHost } from '../../../src/protocol';
import type { PanelPage } from './panelPage';

export class LiveHost {
  trial: Trial;
  private handled = 0;
  private stopped = false;
  version = 1;

  constructor(
    private readonly panel: PanelPage,
    public text: string,
    private readonly options: {
      readonly model?: number;
      readonly cursor?: string;
      readonly language?: string;
    } = {},
  ) {
    this.trial = new Trial(analyzed(text), tryOut);
  }

  /** Sends the snapshot and answers the page's messages until `stop`. */
  async start(): Promise<void> {
    await this.send();
    const poll = async (): Promise<void> => {
      while (!this.stopped) {
        const messages = await this.panel.received().catch(() => []);
        for (const message of messages.slice(this.handled)) await this.answer(message);
        this.handled = messages.length;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    void poll().catch(() => undefined);
  }

  stop(): void {
    this.stopped = true;
  }

  /** Another version of the source. */
  async edit(text: string): Promise<void> {
    this.text = text;
    this.version++;
    this.trial = new Trial(analyzed(text), tryOut);
    await this.send();
  }

  get snapshot(): Snapshot {
    const { trial, options } = this;
    const at = options.cursor === undefined ? -1 : trial.analysis.program.text.indexOf(options.cursor);
    return snapshot(trial.analysis, {
      uri: 'file:///model.py',
      version: this.version,
      fileName: 'model.py',
      language: options.language ?? 'en',
      model: options.model,
      cursor: at < 0 ? undefined : { cell: 0, offset: at },
      whatIf: trial.told,
    });
  }

  private send(): Promise<void> {
    return this.panel.send({ type: 'snapshot', snapshot: this.snapshot });
  }

  private async answer(message: ToHost): Promise<void> {
    const { trial } = this;
    if (message.type === 'tryArgument') {
      const refusal = await trial.change(message);
      if (refusal) await this.panel.send({ type: 'refused', reason: refusal });
      else await this.send();
    } else if (message.type === 'whatIf') {
      if (message.action === 'write') return this.edit(trial.analysis.program.text);
      if (message.action === 'undo') trial.undo();
      else this.trial = new Trial(trial.base, tryOut);
      await this.send();
    }
  }
}

const environment = { reader: { read: () => undefined }, searchPath: [] };

const tryOut = async (program: Program): Promise<Analysis> => analyze(program, environment);

function analyzed(text: string): Analysis {
  return analyze({ path: 'model.py', text }, environment);
}
