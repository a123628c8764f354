/**
 * Operations that go on after they were accepted. A task is stored before its operation begins, so that after a loss of
 * power each one that was accepted still says what became of it.
 */
import { Listeners } from '../store/listeners.ts';
import type { Store } from '../store/store.ts';

/** The TaskState values that occur (Task.v1_7_4). */
export type TaskState = 'Running' | 'Cancelling' | 'Completed' | 'Cancelled' | 'Exception';

/** A message of a registry, as a client gets it. */
export type TaskMessage = Readonly<Record<string, unknown>>;

/** What the operation answers in the end, as if it had been waited for. */
export interface TaskAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text; null for none. */
  readonly body: string | null;
}

/** The request that was accepted, without secrets. */
export interface TaskRequest {
  readonly method: string;
  readonly uri: string;
  readonly body: string;
}

export interface Task {
  readonly id: string;
  readonly name: string;
  readonly state: TaskState;
  readonly health: 'OK' | 'Warning' | 'Critical';
  readonly started: Date;
  readonly ended: Date | null;
  /** Percent; null where nobody can tell. */
  readonly progress: number | null;
  readonly messages: readonly TaskMessage[];
  readonly request: TaskRequest;
  readonly user: string | null;
  /** Null until it has ended. */
  readonly answer: TaskAnswer | null;
}

/** What an operation may say of itself while it runs. */
export interface TaskHandle {
  /** Aborted when somebody cancels the task or it takes too long; its reason says which. */
  readonly signal: AbortSignal;
  progress(percent: number): void;
  say(message: TaskMessage): void;
}

export interface TaskWish {
  readonly name: string;
  readonly request: TaskRequest;
  readonly user: string | null;
  /** Milliseconds that it may take. */
  readonly timeout: number;
  /** @throws whatever the words of `failure` can say */
  readonly run: (task: TaskHandle) => Promise<TaskAnswer>;
}

/** What the words of the protocol are made by. */
export interface TaskWords {
  /** What a client is told of an operation that failed. */
  readonly failure: (error: unknown) => {
    readonly messages: readonly TaskMessage[];
    readonly answer: TaskAnswer;
  };
  /** What it is told of one that the end of the daemon cut off. */
  readonly interrupted: (id: string) => { readonly message: TaskMessage; readonly answer: TaskAnswer };
}

export type TaskEvent = 'TaskStarted' | 'TaskCompletedOK' | 'TaskAborted' | 'TaskCancelled' | 'TaskRemoved';

/** There are too many tasks under way. */
export class TooManyTasks extends Error {}

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
      this.#end(task.id, { state: 'Exception', health: 'Critical', messages: [message], answer });
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
    };
    // A turn later: whoever started it has its answer before the operation can say anything.
    void Promise.resolve()
      .then(() => run(handle))
      .then(
        (answer) => this.#end(id, { state: 'Completed', health: 'OK', progress: 100, answer }),
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

  #failed(id: string, error: unknown): void {
    const { messages, answer } = this.#words.failure(error);
    const told = [...(this.get(id)?.messages ?? []), ...messages];
    const state = this.get(id)?.state === 'Cancelling' ? 'Cancelled' : 'Exception';
    this.#end(id, { state, health: state === 'Cancelled' ? 'Warning' : 'Critical', messages: told, answer });
  }

  #end(id: string, end: Partial<Task> & Pick<Task, 'state' | 'answer'>): void {
    const task = this.#change(id, { ...end, ended: new Date() });
    if (task === undefined) return;
    const event = { Completed: 'TaskCompletedOK', Cancelled: 'TaskCancelled' } as const;
    this.#events.emit({ event: event[task.state as keyof typeof event] ?? 'TaskAborted', task });
    try {
      this.#store.run('UPDATE tasks SET body = ? WHERE id = ?', encode(task), Number(id));
    } catch {
      // It stays as begun in the store; after a restart it counts as cut off, which is the safer thing to say.
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

/** Somebody cancelled the task. */
export class TaskCancelled extends Error {
  constructor() {
    super('the task was cancelled');
  }
}

/** The task took longer than it may. */
export class TaskTimeout extends Error {
  constructor(milliseconds: number) {
    super(`the task took longer than ${milliseconds / 1000} s`);
  }
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

const encode = (task: Omit<Task, 'id'>): string => JSON.stringify(task);

function decode(id: string, body: string): Task {
  const task = JSON.parse(body) as Omit<Task, 'id' | 'started' | 'ended'> & {
    readonly started: string;
    readonly ended: string | null;
  };
  const { started, ended } = task;
  return { ...task, id, started: new Date(started), ended: ended === null ? null : new Date(ended) };
}
