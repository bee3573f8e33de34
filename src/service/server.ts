/**
 * The thread's side: answers questions about programs, one after the other, from texts that the host has sent. Keeps syntax
 * trees from run to run, and the last analyses for questions about their fixes.
 */
import { analyze, dumpSyntax, type Environment, type FileReader, type MendableAnalysis } from '../features';
import type { FileText, FromThread, Question, ThreadQuestion, ToThread } from './messages';

/** Where messages come from and answers go. */
export interface Port {
  post(message: FromThread): void;
  onMessage(receive: (message: ToThread) => void): void;
}

/** Analyses that are kept for questions about their fixes; older ones are made again when asked about. */
const KEPT = 4;

export function serve(port: Port): void {
  const server = new Server();
  port.onMessage((message) => {
    const answer = server.receive(message);
    if (answer !== null) port.post(answer);
  });
}

class Server {
  private readonly texts = new Map<string, string | null>();
  private readonly parsed: NonNullable<Environment['parsed']> = new Map();
  /** By the id of the question that they answered, oldest first. */
  private readonly kept = new Map<number, MendableAnalysis>();
  private stop: Int32Array | null = null;
  /** The question that is worked on. */
  private current = 0;
  /** When work on it ends at the latest, by `performance.now()`. */
  private end = Infinity;

  /** The answer; null for what is no question. */
  receive(message: ToThread): FromThread | null {
    switch (message.type) {
      case 'hello':
        this.stop = message.stop && new Int32Array(message.stop);
        return null;
      case 'files':
        for (const [path, text] of message.texts) this.texts.set(path, text);
        for (const path of message.forget) this.texts.delete(path);
        return null;
      default:
        return this.answer(message);
    }
  }

  private answer(message: ThreadQuestion): FromThread {
    const { id } = message;
    this.current = id;
    this.end = Infinity;
    try {
      const answer = this.found(message);
      return this.toldToStop() ? { type: 'stopped', id } : answer;
    } catch (error) {
      return { type: 'failed', id, reason: error instanceof Error ? error.message : String(error) };
    }
  }

  private found(message: ThreadQuestion): FromThread {
    const { id, question, patience } = message;
    switch (message.type) {
      case 'read': {
        const asked = new Set<string>();
        const pending = new Set<string>();
        const analysis = this.read(question, patience, asked, pending);
        if (!this.toldToStop()) this.keep(id, analysis);
        return {
          type: 'read',
          id,
          graph: analysis.graph,
          builders: analysis.builders,
          interpretMs: analysis.timings.interpretMs,
          asked: [...asked],
          pending: [...pending],
        };
      }
      case 'fixes': {
        const analysis = this.kept.get(message.read) ?? this.read(question, patience);
        // Trying the fixes reads the program many times; what is not tried by then comes untried.
        this.end = performance.now() + patience;
        const fixes = analysis.diagnostics[message.finding]?.fixes ?? [];
        if (!this.toldToStop()) this.keep(message.read, analysis);
        return { type: 'fixes', id, fixes };
      }
      case 'syntax':
        return { type: 'syntax', id, text: dumpSyntax(this.read(question, patience)) };
    }
  }

  private read(
    { program, searchPath, kerasVersion, files }: Question,
    patience: number,
    asked = new Set<string>(),
    pending = new Set<string>(),
  ): MendableAnalysis {
    return analyze(program, {
      reader: this.reader(files, asked, pending),
      searchPath,
      kerasVersion,
      patience,
      parsed: this.parsed,
      stopped: () => this.toldToStop() || performance.now() > this.end,
    });
  }

  private reader(
    files: readonly FileText[] | undefined,
    asked: Set<string>,
    pending: Set<string>,
  ): FileReader {
    const texts = files ? new Map(files) : this.texts;
    return {
      read(path) {
        asked.add(path);
        const text = texts.get(path);
        if (text !== undefined) return text ?? undefined;
        pending.add(path);
        return 'pending';
      },
    };
  }

  private toldToStop(): boolean {
    return this.stop !== null && Atomics.load(this.stop, 0) === this.current;
  }

  private keep(read: number, analysis: MendableAnalysis): void {
    this.kept.delete(read);
    this.kept.set(read, analysis);
    const [oldest] = this.kept.keys();
    if (this.kept.size > KEPT && oldest !== undefined) this.kept.delete(oldest);
  }
}
