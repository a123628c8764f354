/**
 * Operations that continue after the response. A task is stored before its operation starts, so that every accepted one still
 * has a result after a loss of power.
 */
import { Listeners } from '../base/listeners.ts';
import type { Store } from '../store/store.ts';
import {
  decode,
  encode,
  type PartHandle,
  type Task,
  TaskCancelled,
  type TaskDefinition,
  type TaskEvent,
  type TaskHandle,
  type TaskMessages,
  type TaskPart,
  TaskTimeout,
  TooManyTasks,
} from './task.ts';

/** Tasks kept; the oldest that have ended are deleted. */
const kept = 100;
/** Tasks that may run at a time. */
const running = 16;
/** Messages kept per task; the oldest are dropped. */
const maxMessages = 20;

export class Tasks {
  readonly #store: Store;
  readonly #messages: TaskMessages;
  readonly #tasks = new Map<string, Task>();
  readonly #aborts = new Map<string, AbortController>();
  readonly #events = new Listeners<{ readonly event: TaskEvent; readonly task: Task }>();
  #revision = 0;

  constructor(store: Store, messages: TaskMessages) {
    this.#store = store;
    this.#messages = messages;
    for (const { id, body } of store.all<{ id: number; body: string }>(
      'SELECT id, body FROM tasks ORDER BY id',
    ))
      this.#tasks.set(String(id), decode(String(id), body));
  }

  /** Rises with every change of any task. */
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

  /** Ends the tasks that a previous run of the daemon left unfinished. */
  endInterrupted(): void {
    for (const task of this.list()) {
      if (task.ended !== null) continue;
      const { message, answer } = this.#messages.interrupted(task.id);
      const parts = ended(task.parts, 'Exception', (part) => [this.#messages.interrupted(part).message]);
      this.#end(task.id, { state: 'Exception', health: 'Critical', messages: [message], parts, answer });
    }
  }

  /**
   * Stores a task and starts its operation.
   * @throws TooManyTasks, StoreError; the operation has not started then
   */
  start({ name, request, user, timeout, run }: TaskDefinition): Task {
    if (this.list().filter(({ ended }) => ended === null).length >= running)
      throw new TooManyTasks(`${running} tasks are running: wait for one to end, or delete one`);
    const fresh: Omit<Task, 'id'> = {
      name,
      request,
      user,
      started: new Date(),
      ended: null,
      progress: null,
      messages: [],
      parts: [],
      answer: null,
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
    this.#emit('TaskStarted', task);
    const abort = new AbortController();
    this.#aborts.set(id, abort);
    const overdue = setTimeout(() => abort.abort(new TaskTimeout(timeout)), timeout).unref();
    const handle: TaskHandle = {
      signal: abort.signal,
      progress: (percent) => this.#change(id, { progress: Math.round(percent) }),
      addMessage: (message) => this.#change(id, { messages: [...(this.get(id)?.messages ?? []), message] }),
      parts: (names) => this.#divide(id, names),
    };
    // Starts in a later turn, so that the caller has the task before the operation reports anything.
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

  /** Cancels a running task, or deletes an ended one. @returns false when there is none @throws StoreError */
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
    this.#emit('TaskRemoved', task);
    return true;
  }

  #divide(id: string, names: readonly string[]): readonly PartHandle[] {
    const fresh = { state: 'Pending', health: 'OK', started: null, ended: null, messages: [] } as const;
    this.#change(id, { parts: names.map((name, at) => ({ id: String(at + 1), name, ...fresh })) });
    return names.map((_, at) => ({
      begin: () => {
        this.#changePart(id, at, { state: 'Running', started: new Date() });
        // Stores the results of earlier parts too.
        this.#save(id);
      },
      end: (error) => {
        const outcome: Partial<TaskPart> =
          error === undefined
            ? { state: 'Completed' }
            : { state: 'Exception', health: 'Critical', messages: this.#messages.failure(error).messages };
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
    const messages = [...(task?.messages ?? []), ...(incomplete ? [this.#messages.incomplete(id)] : [])];
    this.#end(id, {
      state: 'Completed',
      health: incomplete ? 'Warning' : 'OK',
      progress: 100,
      messages,
      answer,
      parts: ended(task?.parts ?? [], 'Cancelled', () => []),
    });
  }

  #failed(id: string, error: unknown): void {
    const { messages, answer } = this.#messages.failure(error);
    const task = this.get(id);
    const all = [...(task?.messages ?? []), ...messages];
    const state = task?.state === 'Cancelling' ? 'Cancelled' : 'Exception';
    const parts = ended(task?.parts ?? [], state, () => messages);
    this.#end(id, {
      state,
      health: state === 'Cancelled' ? 'Warning' : 'Critical',
      messages: all,
      parts,
      answer,
    });
  }

  #end(id: string, end: Partial<Task> & Pick<Task, 'state' | 'answer'>): void {
    const task = this.#change(id, { ...end, ended: new Date() });
    if (task === undefined) return;
    this.#events.emit({ event: eventOf(task), task });
    this.#save(id);
  }

  /** Stores a task. When that fails, the task counts as interrupted after a restart, which is the safer statement. */
  #save(id: string): void {
    const task = this.get(id);
    if (task === undefined) return;
    try {
      this.#store.run('UPDATE tasks SET body = ? WHERE id = ?', encode(task), Number(id));
    } catch {
      // Also reached at the end of the daemon, when the store is closed.
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

  #emit(event: TaskEvent, task: Task): void {
    this.#revision++;
    this.#events.emit({ event, task });
  }
}

/** Returns the final state of each part: a running part ends as its task does, a pending one is cancelled. */
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

/** Waits for an operation that cannot be stopped, at most until the signal aborts. @throws the signal's reason */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
