/**
 * Operations that go on after they were accepted. A task is stored before its operation begins, so that after a loss of
 * power each one that was accepted still says what became of it.
 */
import { Listeners } from '../base/listeners.ts';
import type { Store } from '../store/store.ts';
import {
  decode,
  encode,
  type PartHandle,
  type Task,
  TaskCancelled,
  type TaskEvent,
  type TaskHandle,
  type TaskPart,
  TaskTimeout,
  type TaskWish,
  type TaskWords,
  TooManyTasks,
} from './task.ts';

/** Tasks that are kept; of those that have ended the oldest go. */
const kept = 100;
const running = 16;
const maxMessages = 20;

export class Tasks {
  readonly #store: Store;
  readonly #words: TaskWords;
  readonly #tasks = new Map<string, Task>();
  readonly #aborts = new Map<string, AbortController>();
  readonly #events = new Listeners<{ readonly event: TaskEvent; readonly task: Task }>();
  #revision = 0;

  constructor(store: Store, words: TaskWords) {
    this.#store = store;
    this.#words = words;
    for (const { id, body } of store.all<{ id: number; body: string }>(
      'SELECT id, body FROM tasks ORDER BY id',
    ))
      this.#tasks.set(String(id), decode(String(id), body));
  }

  /** Grows with every change of any task. */
  get revision(): number {
    return this.#revision;
  }

  list(): readonly Task[] {
    return [...this.#tasks.values()];
  }

  get(id: string): Task | undefined {
    return this.#tasks.get(id);
  }

  onEvent(listener: (event: { readonly event: TaskEvent; readonly task: Task }) => void): () => void {
    return this.#events.add(listener);
  }

  /** Says of those that a former run of the daemon left what became of them. */
  settle(): void {
    for (const task of this.list()) {
      if (task.ended !== null) continue;
      const { message, answer } = this.#words.interrupted(task.id);
      const parts = ended(task.parts, 'Exception', (part) => [this.#words.interrupted(part).message]);
      this.#end(task.id, { state: 'Exception', health: 'Critical', messages: [message], parts, answer });
    }
  }

  /**
   * Accepts an operation and begins it.
   * @throws TooManyTasks, StoreError: it has not begun then
   */
  start({ name, request, user, timeout, run }: TaskWish): Task {
    if (this.list().filter(({ ended }) => ended === null).length >= running)
      throw new TooManyTasks(`${running} tasks are under way`);
    const fresh: Omit<Task, 'id'> = {
      ...{
        name,
        request,
        user,
        started: new Date(),
        ended: null,
        progress: null,
        messages: [],
        parts: [],
        answer: null,
      },
      state: 'Running',
      health: 'OK',
    };
    const id = this.#store.transaction(() => {
      const { lastId } = this.#store.run('INSERT INTO tasks (body) VALUES (?)', encode(fresh));
      for (const { id: old } of this.#surplus())
        this.#store.run('DELETE FROM tasks WHERE id = ?', Number(old));
      return String(lastId);
    });
    for (const { id: old } of this.#surplus()) this.#tasks.delete(old);
    const task: Task = { id, ...fresh };
    this.#tasks.set(id, task);
    this.#moved('TaskStarted', task);
    const abort = new AbortController();
    this.#aborts.set(id, abort);
    const overdue = setTimeout(() => abort.abort(new TaskTimeout(timeout)), timeout).unref();
    const handle: TaskHandle = {
      signal: abort.signal,
      progress: (percent) => this.#change(id, { progress: Math.round(percent) }),
      say: (message) => this.#change(id, { messages: [...(this.get(id)?.messages ?? []), message] }),
      parts: (names) => this.#divide(id, names),
    };
    // A turn later: whoever started it has its answer before the operation can say anything.
    void Promise.resolve()
      .then(() => run(handle))
      .then(
        (answer) => this.#done(id, answer),
        (error: unknown) => this.#failed(id, error),
      )
      .finally(() => {
        clearTimeout(overdue);
        this.#aborts.delete(id);
      });
    return task;
  }

  /** Asks an operation to stop, or forgets one that has ended. @returns false when there is none @throws StoreError */
  remove(id: string): boolean {
    const task = this.#tasks.get(id);
    if (task === undefined) return false;
    const abort = this.#aborts.get(id);
    if (abort !== undefined) {
      this.#change(id, { state: 'Cancelling' });
      abort.abort(new TaskCancelled());
      return true;
    }
    this.#store.run('DELETE FROM tasks WHERE id = ?', Number(id));
    this.#tasks.delete(id);
    this.#moved('TaskRemoved', task);
    return true;
  }

  #divide(id: string, names: readonly string[]): readonly PartHandle[] {
    const fresh = { state: 'Pending', health: 'OK', started: null, ended: null, messages: [] } as const;
    this.#change(id, { parts: names.map((name, at) => ({ id: String(at + 1), name, ...fresh })) });
    return names.map((_, at) => ({
      begin: () => {
        this.#changePart(id, at, { state: 'Running', started: new Date() });
        // What became of those before it is stored with it.
        this.#keep(id);
      },
      end: (error) => {
        const outcome: Partial<TaskPart> =
          error === undefined
            ? { state: 'Completed' }
            : { state: 'Exception', health: 'Critical', messages: this.#words.failure(error).messages };
        this.#changePart(id, at, { ...outcome, ended: new Date() });
        this.#change(id, { progress: Math.round((100 * (at + 1)) / names.length) });
      },
    }));
  }

  #changePart(id: string, at: number, change: Partial<TaskPart>): void {
    const parts = this.get(id)?.parts ?? [];
    this.#change(id, { parts: parts.map((part, index) => (index === at ? { ...part, ...change } : part)) });
  }

  #done(id: string, answer: Task['answer']): void {
    const task = this.get(id);
    const incomplete = task?.parts.some(({ state }) => state !== 'Completed') === true;
    const messages = [...(task?.messages ?? []), ...(incomplete ? [this.#words.incomplete(id)] : [])];
    this.#end(id, {
      ...{ state: 'Completed', health: incomplete ? 'Warning' : 'OK', progress: 100, messages, answer },
      parts: ended(task?.parts ?? [], 'Cancelled', () => []),
    });
  }

  #failed(id: string, error: unknown): void {
    const { messages, answer } = this.#words.failure(error);
    const task = this.get(id);
    const told = [...(task?.messages ?? []), ...messages];
    const state = task?.state === 'Cancelling' ? 'Cancelled' : 'Exception';
    const parts = ended(task?.parts ?? [], state, () => messages);
    this.#end(id, {
      ...{ state, health: state === 'Cancelled' ? 'Warning' : 'Critical' },
      ...{ messages: told, parts, answer },
    });
  }

  #end(id: string, end: Partial<Task> & Pick<Task, 'state' | 'answer'>): void {
    const task = this.#change(id, { ...end, ended: new Date() });
    if (task === undefined) return;
    this.#events.emit({ event: eventOf(task), task });
    this.#keep(id);
  }

  /** What cannot be stored stays as it was; after a restart it counts as cut off, which is the safer thing to say. */
  #keep(id: string): void {
    const task = this.get(id);
    if (task === undefined) return;
    try {
      this.#store.run('UPDATE tasks SET body = ? WHERE id = ?', encode(task), Number(id));
    } catch {
      // Also at the end of the daemon, when there is no store any more.
    }
  }

  #change(id: string, change: Partial<Task>): Task | undefined {
    const task = this.#tasks.get(id);
    if (task === undefined) return undefined;
    const changed = { ...task, ...change };
    const { messages } = changed;
    this.#tasks.set(id, { ...changed, messages: messages.slice(-maxMessages) });
    this.#revision++;
    return this.#tasks.get(id);
  }

  #surplus(): readonly Task[] {
    const ended = this.list().filter((task) => task.ended !== null);
    return ended.slice(0, Math.max(0, this.#tasks.size + 1 - kept));
  }

  #moved(event: TaskEvent, task: Task): void {
    this.#revision++;
    this.#events.emit({ event, task });
  }
}

/** The last word on each part: one that was under way ends as its task does, one that had not begun never will. */
const ended = (
  parts: readonly TaskPart[],
  state: 'Exception' | 'Cancelled',
  messages: (id: string) => TaskPart['messages'],
): readonly TaskPart[] =>
  parts.map((part) => {
    if (part.ended !== null) return part;
    if (part.state === 'Pending' || state === 'Cancelled')
      return { ...part, state: 'Cancelled', health: 'Warning', ended: new Date() };
    return { ...part, state, health: 'Critical', ended: new Date(), messages: messages(part.id) };
  });

function eventOf({ state, health }: Task): TaskEvent {
  if (state === 'Cancelled') return 'TaskCancelled';
  if (state !== 'Completed') return 'TaskAborted';
  return health === 'OK' ? 'TaskCompletedOK' : 'TaskCompletedWarning';
}

/** Waits for an operation that cannot be stopped, but no longer than until its task ends. @throws why it ended */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
