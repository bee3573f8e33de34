/**
 * Which texts of files the analysis thread has, and what it must be told before the next question: texts that were fetched
 * for it, those of open documents that have changed, and files that it must ask for again.
 */
import type { FileText, ToThread } from './messages';

/** The host's files by path. */
export interface HostFiles {
  /** The text as it is in memory: an open document's, or what was read; null for no such file, undefined for one not read yet. */
  current(path: string): string | null | undefined;
  /** Reads a file into memory. Never rejects: what cannot be read is no file. */
  fetch(path: string): Promise<void>;
}

export class SharedTexts {
  /** Paths that the thread has asked for. */
  private readonly known = new Set<string>();
  /** Of these, the ones of which it has no text or an old one. */
  private readonly stale = new Set<string>();

  constructor(private readonly files: HostFiles) {}

  /** The text of a path may have changed. */
  changed(path: string): void {
    if (this.known.has(path)) this.stale.add(path);
  }

  /** Reads what the thread has asked for, to be sent before the next question. */
  async provide(paths: readonly string[]): Promise<void> {
    await Promise.all(
      paths.map(async (path) => {
        if (this.files.current(path) === undefined) await this.files.fetch(path);
        this.known.add(path);
        this.stale.add(path);
      }),
    );
  }

  /** The thread is a new one and has no texts. */
  forgotten(): void {
    for (const path of this.known) this.stale.add(path);
  }

  /** What to tell the thread before the next question; undefined when it is up to date. */
  news(): Extract<ToThread, { type: 'files' }> | undefined {
    if (this.stale.size === 0) return undefined;
    const texts: FileText[] = [];
    const forget: string[] = [];
    for (const path of this.stale) {
      const text = this.files.current(path);
      if (text === undefined) forget.push(path);
      else texts.push([path, text]);
    }
    this.stale.clear();
    return { type: 'files', texts, forget };
  }
}
