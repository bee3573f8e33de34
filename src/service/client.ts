/**
 * The host's side: asks the analysis thread one question at a time, the most urgent first, takes questions back, keeps the
 * thread's files up to date, and starts the thread again when it dies.
 */
import type { Fix } from '../features';
import type { FromThread, Question, ThreadQuestion, ToThread } from './messages';
import { Queue } from './queue';
import type { SharedTexts } from './sharedTexts';
import type { Thread, ThreadEvents } from './threads';

/** Milliseconds after which reading a program gives up and says so. */
export interface Patience {
  /** In a worker: nobody waits for a reading that is out of date. */
  readonly worker: number;
  /** On the host's own thread, which can do nothing else meanwhile. */
  readonly own: number;
}

const PATIENCE: Patience = { worker: 10_000, own: 1_500 };

/** A worker that cannot be told to stop may go on for so long; then another one takes its place. Milliseconds. */
const REPLACED_AFTER = 200;

/** What a thread may take beyond its patience before it is held to hang. Milliseconds. */
const GRACE = 20_000;

/** How often a question that a thread died of is asked. */
const ATTEMPTS = 2;

export interface Options {
  /** Makes the thread; called again after its death. */
  readonly start: (events: ThreadEvents) => Thread | Promise<Thread>;
  readonly texts: SharedTexts;
  /** Told of deaths, in English, for the log. */
  readonly onTrouble?: (reason: string) => void;
  readonly patience?: Patience;
}

/** An answer that is on its way. */
export interface Pending<T> {
  /** Undefined once it is taken back. Rejects with an Error that says why when there can be no answer. */
  readonly answer: Promise<T | undefined>;
  takeBack(): void;
}

type Answer<Type> = Extract<FromThread, { type: Type }>;
export type ReadAnswer = Answer<'read'>;

type Ask = (id: number, patience: number) => ThreadQuestion;

interface Item {
  id: number;
  readonly ask: Ask;
  urgency(): number;
  readonly settle: (answer: FromThread | undefined) => void;
  readonly fail: (reason: string) => void;
  attempts: number;
  takenBack: boolean;
}

export class AnalysisClient {
  private thread: Thread | undefined;
  private starting = false;
  private readonly queue = new Queue<Item>();
  /** What the thread works on. */
  private current: Item | undefined;
  private watch: ReturnType<typeof setTimeout> | undefined;
  private lastId = 0;
  private ended = false;

  constructor(private readonly options: Options) {}

  /** How the analysis runs, and whether a reading can be stopped; undefined until it has started. */
  get state(): { readonly kind: Thread['kind']; readonly stoppable: boolean } | undefined {
    return this.thread && { kind: this.thread.kind, stoppable: this.thread.stop !== null };
  }

  /** Starts the thread before the first question, so that it need not wait. */
  warmUp(): void {
    this.advance();
  }

  read(question: Question, urgency: () => number): Pending<ReadAnswer> {
    return this.ask(urgency, (id, patience) => ({ type: 'read', id, patience, question }));
  }

  /** Fixes of a finding, by its place among the diagnostics of what `read` was answered. */
  fixes(question: Question, read: number, finding: number, urgency: () => number): Pending<readonly Fix[]> {
    return then(
      this.ask<Answer<'fixes'>>(urgency, (id, patience) => ({
        type: 'fixes',
        id,
        patience,
        question,
        read,
        finding,
      })),
      ({ fixes }) => fixes,
    );
  }

  /** The syntax tree as text. */
  syntax(question: Question, urgency: () => number): Pending<string> {
    return then(
      this.ask<Answer<'syntax'>>(urgency, (id, patience) => ({ type: 'syntax', id, patience, question })),
      ({ text }) => text,
    );
  }

  dispose(): void {
    this.ended = true;
    clearTimeout(this.watch);
    this.thread?.end();
    this.thread = undefined;
    for (const item of [...(this.current ? [this.current] : []), ...this.queue.drain()])
      item.settle(undefined);
    this.current = undefined;
  }

  private ask<T extends FromThread>(urgency: () => number, ask: Ask): Pending<T> {
    let takeBack = (): void => undefined;
    const answer = new Promise<T | undefined>((resolve, reject) => {
      const item: Item = {
        id: 0,
        ask,
        urgency,
        settle: (message) => resolve(message as T | undefined),
        fail: (reason) => reject(new Error(reason)),
        attempts: 0,
        takenBack: false,
      };
      takeBack = () => this.takeBack(item);
      if (this.ended) item.settle(undefined);
      else this.queue.push(item);
    });
    this.makeWay(urgency());
    this.advance();
    return { answer, takeBack };
  }

  private takeBack(item: Item): void {
    if (item.takenBack) return;
    item.takenBack = true;
    item.settle(undefined);
    if (!this.queue.remove(item) && this.current === item) this.stop(item);
  }

  /** What is less urgent than a new question stops, and is asked again later. */
  private makeWay(urgency: number): void {
    const { current } = this;
    if (current && !current.takenBack && current.urgency() < urgency) this.stop(current);
  }

  private stop(item: Item): void {
    const { thread } = this;
    if (thread?.stop) Atomics.store(thread.stop, 0, item.id);
    else if (thread?.kind === 'worker')
      setTimeout(() => {
        if (this.current === item && this.thread === thread) this.replace(thread, item);
      }, REPLACED_AFTER);
  }

  /** Ends a thread that works on what nobody waits for now. */
  private replace(thread: Thread, item: Item): void {
    thread.end();
    clearTimeout(this.watch);
    this.thread = undefined;
    this.current = undefined;
    if (!item.takenBack) {
      item.attempts--;
      this.queue.putBack(item);
    }
    this.advance();
  }

  private advance(): void {
    if (this.ended || this.current) return;
    if (!this.thread) {
      if (!this.starting) void this.start();
      return;
    }
    const item = this.queue.next();
    if (!item) return;
    item.id = ++this.lastId;
    item.attempts++;
    this.current = item;
    const { thread } = this;
    const patience = { ...PATIENCE, ...this.options.patience };
    const given = patience[thread.kind];
    const files = this.options.texts.news();
    if (files) this.post(files);
    this.post(item.ask(item.id, given));
    clearTimeout(this.watch);
    this.watch = setTimeout(
      () => {
        thread.end();
        this.died(thread, `it gave no answer for ${Math.round((2 * given + GRACE) / 1000)} seconds`);
      },
      2 * given + GRACE,
    );
  }

  private post(message: ToThread): void {
    this.thread?.post(message);
  }

  private async start(): Promise<void> {
    let thread: Thread | undefined;
    let early: string | undefined;
    this.starting = true;
    try {
      thread = await this.options.start({
        onMessage: (message) => this.receive(message),
        onDeath: (reason) => {
          if (thread) this.died(thread, reason);
          else early = reason;
        },
      });
    } catch (error) {
      early = error instanceof Error ? error.message : String(error);
    }
    this.starting = false;
    if (this.ended) {
      thread?.end();
      return;
    }
    this.options.texts.forgotten();
    if (thread && early === undefined) {
      this.thread = thread;
      this.advance();
      return;
    }
    const reason = `the analysis could not be started: ${early ?? 'no reason was given'}`;
    this.options.onTrouble?.(reason);
    for (const item of this.queue.drain()) item.fail(reason);
  }

  private receive(message: FromThread): void {
    const { current } = this;
    if (!current || current.id !== message.id) return;
    clearTimeout(this.watch);
    this.current = undefined;
    if (!current.takenBack) {
      if (message.type === 'stopped') {
        // It made way for another question.
        current.attempts--;
        this.queue.putBack(current);
      } else if (message.type === 'failed') {
        this.options.onTrouble?.(message.reason);
        current.fail(message.reason);
      } else current.settle(message);
    }
    this.advance();
  }

  private died(thread: Thread, reason: string): void {
    if (this.thread !== thread) return;
    clearTimeout(this.watch);
    this.thread = undefined;
    const { current } = this;
    this.current = undefined;
    const told = `the analysis ended: ${reason}`;
    this.options.onTrouble?.(told);
    if (current && !current.takenBack) {
      if (current.attempts < ATTEMPTS) this.queue.putBack(current);
      else current.fail(told);
    }
    // Without a question no new thread: one that cannot live must not be made again and again.
    if (this.queue.size > 0) this.advance();
  }
}

function then<A, B>({ answer, takeBack }: Pending<A>, make: (answer: A) => B): Pending<B> {
  return { answer: answer.then((found) => (found === undefined ? undefined : make(found))), takeBack };
}
