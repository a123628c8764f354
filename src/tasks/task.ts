/** What a task is, and what is stored of it. */
import type { Message } from '../messages/messages.ts';

/** The TaskState values that occur (Task.v1_7_4). */
export type TaskState = 'Pending' | 'Running' | 'Cancelling' | 'Completed' | 'Cancelled' | 'Exception';

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

/** A part of an operation, which can fail by itself: a sub-task. */
export interface TaskPart {
  readonly id: string;
  readonly name: string;
  readonly state: TaskState;
  readonly health: 'OK' | 'Warning' | 'Critical';
  /** Null until it has begun. */
  readonly started: Date | null;
  readonly ended: Date | null;
  readonly messages: readonly Message[];
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
  readonly messages: readonly Message[];
  readonly request: TaskRequest;
  readonly user: string | null;
  /** Empty for an operation that is done in one. */
  readonly parts: readonly TaskPart[];
  /** Null until it has ended. */
  readonly answer: TaskAnswer | null;
}

/** What an operation may say of one of its parts. */
export interface PartHandle {
  begin(): void;
  /** @param error why it failed; the rest goes on */
  end(error?: unknown): void;
}

/** What an operation may say of itself while it runs. */
export interface TaskHandle {
  /** Aborted when somebody cancels the task or it takes too long; its reason says which. */
  readonly signal: AbortSignal;
  progress(percent: number): void;
  say(message: Message): void;
  /** Names the parts of the operation, in the order in which they are done; its progress follows from theirs. */
  parts(names: readonly string[]): readonly PartHandle[];
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
    readonly messages: readonly Message[];
    readonly answer: TaskAnswer;
  };
  /** What it is told of one that is done, less some of its parts. */
  readonly incomplete: (id: string) => Message;
  /** What it is told of one that the end of the daemon cut off. */
  readonly interrupted: (id: string) => { readonly message: Message; readonly answer: TaskAnswer };
}

export type TaskEvent =
  | 'TaskStarted'
  | 'TaskCompletedOK'
  | 'TaskCompletedWarning'
  | 'TaskAborted'
  | 'TaskCancelled'
  | 'TaskRemoved';

/** There are too many tasks under way. */
export class TooManyTasks extends Error {}

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

/** As the store has it. */
export const encode = (task: Omit<Task, 'id'>): string => JSON.stringify(task);

type Stored<T> = Omit<T, 'started' | 'ended' | 'parts'> & {
  readonly started: string | null;
  readonly ended: string | null;
};
const dateOf = (text: string | null): Date | null => (text === null ? null : new Date(text));

/** What `encode` made, also before there were parts. */
export function decode(id: string, body: string): Task {
  const stored = JSON.parse(body) as Stored<Omit<Task, 'id'>> & {
    readonly parts?: readonly Stored<TaskPart>[];
  };
  const { started, ended, parts = [] } = stored;
  return {
    ...stored,
    ...{ id, started: new Date(started ?? 0), ended: dateOf(ended) },
    parts: parts.map((part) => ({ ...part, started: dateOf(part.started), ended: dateOf(part.ended) })),
  };
}
