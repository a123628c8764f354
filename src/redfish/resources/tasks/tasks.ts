/** TaskService, Task, their collections, and operations that become tasks. */
import { errorBody, message, RedfishError } from '../../../messages/messages.ts';
import {
  TaskCancelled,
  type TaskMessages,
  type TaskPart,
  TaskTimeout,
  TooManyTasks,
} from '../../../tasks/task.ts';
import { type App, collection, resource } from '../../app.ts';
import type { TaskBody, TaskServiceBody } from '../../generated/types.ts';
import { enabled, link, now } from '../../mapping/common.ts';
import type { WriteContext } from '../../service/declare.ts';
import type { JsonObject } from '../../service/json.ts';
import { Accepted } from '../../service/write/accepted.ts';
import { root } from '../../uris.ts';

export const taskUri = (id: string): string => `${root}TaskService/Tasks/${id}`;
const monitors = `${root}TaskService/TaskMonitors/`;
export const monitorUri = (id: string): string => `${monitors}${id}`;

export const taskService = resource({
  uri: '/redfish/v1/TaskService',
  schema: 'TaskService',
  live: true,
  find: (app) => app,
  body: ({ clock }): TaskServiceBody => ({
    Name: 'Task service',
    ServiceEnabled: true,
    DateTime: now(clock),
    CompletedTaskOverWritePolicy: 'Oldest',
    LifeCycleEventOnTaskStateChange: true,
    Tasks: link(`${root}TaskService/Tasks`),
    Status: enabled,
  }),
});

export const task = resource({
  uri: '/redfish/v1/TaskService/Tasks/{TaskId}',
  schema: 'Task',
  ids: (app) => app.tasks.list().map(({ id }) => id),
  find: (app, { TaskId }) => app.tasks.get(TaskId),
  body: (model, { uri }): TaskBody => ({
    Name: model.name,
    SubTasks: model.parts.length === 0 ? undefined : link(`${uri}/SubTasks`),
    TaskState: model.state,
    TaskStatus: model.health,
    StartTime: model.started.toISOString(),
    EndTime: model.ended?.toISOString(),
    PercentComplete: model.progress,
    TaskMonitor: monitorUri(model.id),
    HidePayload: false,
    Payload: {
      HttpOperation: model.request.method,
      TargetUri: model.request.uri,
      JsonBody: model.request.body,
      HttpHeaders: [],
    },
    Messages: model.messages,
  }),
  // One that is under way is cancelled by it, and forgotten by the next.
  remove: ({ id }, { app }) => {
    app.tasks.remove(id);
  },
});

export const tasks = collection({
  uri: '/redfish/v1/TaskService/Tasks',
  schema: 'TaskCollection',
  name: 'Tasks',
  members: task,
});

const partsOf = (app: App, id = ''): readonly TaskPart[] => app.tasks.get(id)?.parts ?? [];

/** A part of a task that can fail by itself (Task.SubTasks). */
export const subTask = resource({
  uri: '/redfish/v1/TaskService/Tasks/{TaskId}/SubTasks/{TaskId2}',
  schema: 'Task',
  ids: (app, { TaskId }) => partsOf(app, TaskId).map(({ id }) => id),
  find: (app, { TaskId, TaskId2 }) => partsOf(app, TaskId).find(({ id }) => id === TaskId2),
  body: ({ name, state, health, started, ended, messages }): TaskBody => ({
    Name: name,
    TaskState: state,
    TaskStatus: ended === null ? undefined : health,
    StartTime: started?.toISOString(),
    EndTime: ended?.toISOString(),
    Messages: messages,
  }),
});

export const subTasks = collection({
  uri: '/redfish/v1/TaskService/Tasks/{TaskId}/SubTasks',
  schema: 'TaskCollection',
  name: 'Parts of the task',
  members: subTask,
  exists: (app, { TaskId }) => partsOf(app, TaskId).length > 0,
});

/** The task that a monitor's URI stands for; undefined for any other URI. */
export const monitoredTask = (path: string): string | undefined =>
  path.startsWith(monitors) ? taskUri(path.slice(monitors.length).replace(/\/$/, '')) : undefined;

/** Hands an operation over to a task. @throws RedfishError 503 where there are too many, StoreError */
export function accepted(
  { app, principal, uri }: WriteContext<App>,
  wish: {
    readonly name: string;
    readonly action: string;
    /** Arguments of the action, without secrets. */
    readonly body: JsonObject;
    readonly timeout: number;
    readonly run: Parameters<App['tasks']['start']>[0]['run'];
  },
): Accepted {
  const { name, action, body, timeout, run } = wish;
  const request = { method: 'POST', uri: `${uri}/Actions/${action}`, body: JSON.stringify(body) };
  try {
    const { id } = app.tasks.start({ name, request, user: principal?.userName ?? null, timeout, run });
    return new Accepted(taskUri(id), monitorUri(id));
  } catch (error) {
    if (!(error instanceof TooManyTasks)) throw error;
    const said = message('Base.ServiceTemporarilyUnavailable', ['30']);
    throw new RedfishError([said], 503, { 'Retry-After': '30' });
  }
}

/** @param refusalOf what a client is told of an error that is not the protocol's own */
export function taskWords(refusalOf: (error: unknown) => RedfishError): TaskMessages {
  const json = (messages: RedfishError['messages']) => JSON.stringify(errorBody(messages));
  return {
    failure(error) {
      const refusal =
        error instanceof TaskCancelled || error instanceof TaskTimeout
          ? new RedfishError([message('Base.OperationFailed', [])], error instanceof TaskTimeout ? 504 : 500)
          : refusalOf(error);
      const cause = error instanceof Error && !(error instanceof RedfishError) ? error.message : undefined;
      const messages = refusal.messages.map((each) =>
        cause === undefined ? each : { ...each, Message: `${each.Message} Cause: ${cause}.` },
      );
      return {
        messages,
        answer: { status: refusal.status, headers: {}, body: json(messages) },
      };
    },
    incomplete: (id) => message('TaskEvent.TaskCompletedWarning', [id]),
    interrupted(id) {
      const said = message('TaskEvent.TaskAborted', [id]);
      const told = { ...said, Message: `${said.Message} The manager was restarted before it had ended.` };
      return {
        message: told,
        answer: { status: 500, headers: {}, body: json([message('Base.OperationFailed', [])]) },
      };
    },
  };
}
