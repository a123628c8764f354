/** Tasks: waiting for work that the service does after its answer, through re-login, restarts and vanished monitors. */
import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, errorOf } from './answer.ts';
import { RedfishError } from './errors.ts';
import { idOf, isObject, type JsonObject, numberOf } from './json.ts';
import { type Message, messagesOf, messageText } from './messages.ts';
import { retryAfterSeconds } from './retry.ts';
import type { Service } from './service.ts';

export interface Progress {
  /** TaskState as last seen; undefined while only the monitor answers. */
  readonly state: string | undefined;
  /** 0 to 100, when the service says. */
  readonly percent: number | undefined;
  readonly messages: readonly Message[];
}

export interface WaitOptions {
  /** Seconds for the whole; default none. */
  readonly timeout?: number;
  /** Seconds for which the service may be unreachable, as when it restarts; default 600. */
  readonly outage?: number;
  /** Seconds between two polls; default 1 growing to 5. The service's Retry-After counts more. */
  readonly interval?: number;
  /** Called when something changed. */
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/** How a task ended well: the answer of the monitor, or the task itself. */
export interface TaskResult {
  readonly status: number;
  /** The body that the request would have had without a task, or the Task. */
  readonly body: JsonObject | undefined;
  /** Of what the task created. */
  readonly location: string | undefined;
  readonly task: JsonObject | undefined;
}

const failed = new Set(['exception', 'cancelled', 'killed']);

/** The verdict on a Task resource: undefined while it goes on. @throws RedfishError `task` or `intervention` */
export function verdict(task: JsonObject, uri: string): 'completed' | undefined {
  const state = typeof task.TaskState === 'string' ? task.TaskState : '';
  const messages = messagesOf({ '@Message.ExtendedInfo': task.Messages });
  const words = messageText(messages) || 'the task gives no reason';
  if (failed.has(state.toLowerCase()))
    throw new RedfishError('task', `${uri} ended as ${state}: ${words}`, { uri, messages });
  if (state.toLowerCase() === 'userintervention')
    throw new RedfishError('intervention', `${uri} waits for a person: ${words}`, { uri, messages });
  if (state.toLowerCase() !== 'completed') return undefined;
  if (task.TaskStatus === 'Critical')
    throw new RedfishError('task', `${uri} completed with errors: ${words}`, { uri, messages });
  return 'completed';
}

const isTask = (body: unknown): body is JsonObject =>
  isObject(body) && (typeof body.TaskState === 'string' || /^#Task\./.test(String(body['@odata.type'])));

/** A task that was accepted. Nothing is asked of the service until `wait` or `poll`. */
export class TaskHandle {
  /** Where the result will be; undefined when the service did not say. */
  readonly monitor: string | undefined;
  /** The Task resource, when known. */
  uri: string | undefined;
  readonly #service: Service;
  #last: JsonObject | undefined;
  #monitorGone = false;

  /** @param accepted the answer of status 202, or undefined for a task known by its URI */
  constructor(service: Service, monitor: string | undefined, uri: string | undefined, accepted?: unknown) {
    this.#service = service;
    this.monitor = monitor;
    this.uri = uri;
    if (isTask(accepted)) {
      this.#last = accepted;
      this.uri ??= idOf(accepted);
    }
    if (monitor === undefined && accepted !== undefined)
      service.findings.report('monitor-missing', this.uri ?? '');
  }

  /** The Task as last read. */
  get task(): JsonObject | undefined {
    return this.#last;
  }

  /** Waits for the end. @throws RedfishError `task` (failed, cancelled, vanished), `intervention`, `timeout`, or of the service */
  async wait(options: WaitOptions = {}): Promise<TaskResult> {
    const started = performance.now();
    let answeredAt = started;
    let shown = '';
    for (let polls = 0; ; polls += 1) {
      let pause: number | undefined;
      try {
        const found = await this.#poll(options.signal);
        answeredAt = performance.now();
        const progress = this.progress();
        if (JSON.stringify(progress) !== shown && this.#last) {
          shown = JSON.stringify(progress);
          options.onProgress?.(progress);
        }
        if ('status' in found) return found;
        pause = found.retryAfter;
      } catch (error) {
        const away = (performance.now() - answeredAt) / 1000;
        if (!isOutage(error) || away > (options.outage ?? 600)) throw error;
      }
      const seconds = pause ?? options.interval ?? Math.min(5, 1 + polls * 0.5);
      const elapsed = (performance.now() - started) / 1000;
      if (options.timeout !== undefined && elapsed + seconds > options.timeout) {
        const { state, percent } = this.progress();
        const where = `${state ?? 'unknown state'}${percent === undefined ? '' : `, ${percent} %`}`;
        throw new RedfishError(
          'timeout',
          `${this.uri ?? this.monitor} has not ended within ${options.timeout} s (${where}); it goes on`,
        );
      }
      await this.#pause(seconds, options.signal);
    }
  }

  /** What the Task said last. */
  progress(): Progress {
    const state = this.#last?.TaskState;
    return {
      state: typeof state === 'string' ? state : undefined,
      percent: numberOf(this.#last?.PercentComplete),
      messages: messagesOf({ '@Message.ExtendedInfo': this.#last?.Messages }),
    };
  }

  /** Asks the service to cancel it. */
  async cancel(): Promise<void> {
    const uri = this.monitor !== undefined && !this.#monitorGone ? this.monitor : this.uri;
    if (uri === undefined)
      throw new RedfishError('usage', 'the task has neither monitor nor URI: it cannot be cancelled');
    const answer = await this.#service.ask({ method: 'DELETE', uri });
    if (answer.status >= 400) throw errorOf(answer);
  }

  /** One poll: the monitor first, then the Task. */
  async #poll(signal: AbortSignal | undefined): Promise<TaskResult | { retryAfter: number | undefined }> {
    if (this.monitor !== undefined && !this.#monitorGone) {
      const answer = await this.#service.ask({ method: 'GET', uri: this.monitor, signal });
      if (answer.status === 202) return this.#running(answer, signal);
      if (answer.status !== 404 && answer.status !== 410) return this.#ended(answer, signal);
      this.#monitorGone = true;
      this.#service.findings.report('monitor-vanished', this.monitor);
    }
    return this.#pollTask(signal);
  }

  async #running(
    answer: Answer,
    signal: AbortSignal | undefined,
  ): Promise<{ retryAfter: number | undefined } | TaskResult> {
    const retryAfter = retryAfterSeconds(answer.headers['retry-after'], Date.now());
    if (isTask(answer.body)) {
      this.#last = answer.body;
      this.uri ??= idOf(answer.body);
      verdict(answer.body, this.uri ?? answer.uri);
    } else if (this.uri !== undefined) {
      await this.#pollTask(signal);
    }
    return { retryAfter };
  }

  /** The monitor has given the result: of the task, or of the operation. */
  async #ended(
    answer: Answer,
    signal: AbortSignal | undefined,
  ): Promise<TaskResult | { retryAfter: number | undefined }> {
    if (answer.status >= 400) {
      const { kind, messages, message } = errorOf(answer);
      if (kind === 'auth' || kind === 'forbidden') throw errorOf(answer);
      throw new RedfishError('task', message, { uri: answer.uri, status: answer.status, messages });
    }
    if (isTask(answer.body)) {
      this.#last = answer.body;
      this.uri ??= idOf(answer.body);
      if (verdict(answer.body, this.uri ?? answer.uri) === undefined)
        return { retryAfter: retryAfterSeconds(answer.headers['retry-after'], Date.now()) };
    } else if (this.uri !== undefined) {
      // What was seen of the task is from before its end; a service that has removed it meanwhile is right to.
      const last = await this.#service.ask({ method: 'GET', uri: this.uri, signal });
      this.#last = last.status < 400 && isObject(last.body) ? last.body : undefined;
    }
    const { location } = answer.headers;
    return {
      status: answer.status,
      body: isObject(answer.body) ? answer.body : undefined,
      location: location === undefined ? undefined : this.#service.location(location, answer.uri),
      task: this.#last,
    };
  }

  async #pollTask(signal: AbortSignal | undefined): Promise<TaskResult | { retryAfter: number | undefined }> {
    const gone = (): RedfishError =>
      new RedfishError(
        'task',
        `${this.monitor ?? this.uri} and its task vanished before an end was seen: look at what it was to do`,
      );
    if (this.uri === undefined) throw gone();
    const answer = await this.#service.ask({ method: 'GET', uri: this.uri, signal });
    if (answer.status === 404 || answer.status === 410) throw gone();
    if (answer.status >= 400) throw errorOf(answer);
    if (!isObject(answer.body)) return { retryAfter: undefined };
    this.#last = answer.body;
    if (verdict(answer.body, this.uri) === undefined)
      return { retryAfter: retryAfterSeconds(answer.headers['retry-after'], Date.now()) };
    return { status: 200, body: answer.body, location: undefined, task: answer.body };
  }

  async #pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
    const { closing } = this.#service;
    try {
      await wait(seconds * 1000, undefined, {
        signal: signal ? AbortSignal.any([signal, closing]) : closing,
      });
    } catch (error) {
      throw new RedfishError('cancelled', 'cancelled by the caller; the task goes on', { cause: error });
    }
  }
}

/** Errors of a service that restarts: it is unreachable, or answers that it is not ready. */
function isOutage(error: unknown): boolean {
  if (!(error instanceof RedfishError)) return false;
  if (error.kind === 'network' || error.kind === 'timeout') return true;
  return error.status !== undefined && [502, 503, 504].includes(error.status);
}
