/** A task, what an operation reports while it runs, and the stored form. */
import type { Message } from '../messages/messages.ts';

/** The TaskState values in use (Task.v1_7_4). */
export type TaskState = 'Pending' | 'Running' | 'Cancelling' | 'Completed' | 'Cancelled' | 'Exception';

/** The final response of the operation, as if the client had waited for it. */
export interface TaskAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; null: no body. */
  readonly body: string | null;
}

/** The request that was accepted, without secrets. */
export interface TaskRequest {
  readonly method: string;
  readonly uri: string;
  readonly body: string;
}

/** A part of an operation that can fail on its own; shown as a sub-task. */
export interface TaskPart {
  readonly id: string;
  readonly name: string;
  readonly state: TaskState;
  readonly health: 'OK' | 'Warning' | 'Critical';
  /** Null until it starts. */
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
  /** Percent; null: unknown. */
  readonly progress: number | null;
  readonly messages: readonly Message[];
  readonly request: TaskRequest;
  readonly user: string | null;
  /** Empty for an operation without parts. */
  readonly parts: readonly TaskPart[];
  /** Null until the task ends. */
  readonly answer: TaskAnswer | null;
}

/** Reports progress of one part. */
export interface PartHandle {
  begin(): void;
  /** @param error reason of failure; other parts continue */
  end(error?: unknown): void;
}

/** Reports progress of a running operation. */
export interface TaskHandle {
  /** Aborted on cancellation or time-out; `reason` is a TaskCancelled or TaskTimeout. */
  readonly signal: AbortSignal;
  progress(percent: number): void;
  addMessage(message: Message): void;
  /** Declares the parts in order of execution; progress follows from them. */
  parts(names: readonly string[]): readonly PartHandle[];
}

/** What to run as a task. */
export interface TaskDefinition {
  readonly name: string;
  readonly request: TaskRequest;
  readonly user: string | null;
  /** Time limit in milliseconds. */
  readonly timeout: number;
  /** @throws any error that `TaskMessages.failure` can render */
  readonly run: (task: TaskHandle) => Promise<TaskAnswer>;
}

/** Renders results; tasks know no registry. */
export interface TaskMessages {
  /** Messages and response of a failed operation. */
  readonly failure: (error: unknown) => {
    readonly messages: readonly Message[];
    readonly answer: TaskAnswer;
  };
  /** Message of an operation of which some parts failed. */
  readonly incomplete: (id: string) => Message;
  /** Message and response of an operation that the end of the daemon interrupted. */
  readonly interrupted: (id: string) => { readonly message: Message; readonly answer: TaskAnswer };
}

export type TaskEvent =
  | 'TaskStarted'
  | 'TaskCompletedOK'
  | 'TaskCompletedWarning'
  | 'TaskAborted'
  | 'TaskCancelled'
  | 'TaskRemoved';

/** Too many tasks are running. */
export class TooManyTasks extends Error {}

/** A client cancelled the task. */
export class TaskCancelled extends Error {
  constructor() {
    super('the task was cancelled');
  }
}

/** The task exceeded its time limit. */
export class TaskTimeout extends Error {
  constructor(milliseconds: number) {
    super(`the task took longer than ${milliseconds / 1000} s`);
  }
}

/** Returns the stored form. */
export const encode = (task: Omit<Task, 'id'>): string => JSON.stringify(task);

type Stored<T> = Omit<T, 'started' | 'ended' | 'parts'> & {
  readonly started: string | null;
  readonly ended: string | null;
};
const dateOf = (text: string | null): Date | null => (text === null ? null : new Date(text));

/** Decodes what `encode` made, in this or an older version. */
export function decode(id: string, body: string): Task {
  const stored = JSON.parse(body) as Stored<Omit<Task, 'id'>> & {
    readonly parts?: readonly Stored<TaskPart>[];
  };
  const { started, ended, parts = [] } = stored;
  return {
    ...stored,
    id,
    started: new Date(started ?? 0),
    ended: dateOf(ended),
    parts: parts.map((part) => ({ ...part, started: dateOf(part.started), ended: dateOf(part.ended) })),
  };
}
