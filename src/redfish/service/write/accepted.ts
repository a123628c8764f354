/** What an action answers that has only begun (DSP0266 clause 7.14, 202 Accepted): where to look for how it goes on. */
export class Accepted {
  /** URI of the Task. */
  readonly task: string;
  /** URI that answers as the operation itself will, once it has ended. */
  readonly monitor: string;

  constructor(task: string, monitor: string) {
    this.task = task;
    this.monitor = monitor;
  }
}
