/** Metric families of the daemon process: memory, processor time, event loop delay. */
import type { Family } from './exposition.ts';
import { labelsOf } from './exposition.ts';

/** Period of the measurement, milliseconds. */
const period = 500;
/** Length of a window of the maximum, milliseconds. */
const window = 30_000;

/** Measures the delay of timers while other work occupies the event loop. */
export class LoopLag {
  readonly #timer: NodeJS.Timeout;
  #due = performance.now() + period;
  #windowEnd = performance.now() + window;
  #last = 0;
  #longest = 0;
  #longestBefore = 0;

  constructor() {
    this.#timer = setInterval(() => this.#measure(), period).unref();
  }

  /** Delay of the last timer, seconds. */
  get last(): number {
    return this.#last;
  }

  /** Maximum delay in the last 30 to 60 s, seconds. */
  get longest(): number {
    return Math.max(this.#longest, this.#longestBefore);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #measure(): void {
    const now = performance.now();
    this.#last = Math.max(0, now - this.#due) / 1000;
    this.#due = now + period;
    if (now > this.#windowEnd) {
      this.#longestBefore = this.#longest;
      this.#longest = 0;
      this.#windowEnd = now + window;
    }
    this.#longest = Math.max(this.#longest, this.#last);
  }
}

/** Milliseconds for which what the kernel says of the memory is shown: it takes as long to ask as all families together. */
const memoryPeriod = 1000;
let memory = { at: Number.NEGATIVE_INFINITY, usage: process.memoryUsage() };

function memoryUsage(): NodeJS.MemoryUsage {
  const now = performance.now();
  if (now - memory.at >= memoryPeriod) memory = { at: now, usage: process.memoryUsage() };
  return memory.usage;
}

const started = Date.now() / 1000 - process.uptime();

/** Returns the families. Names are those of the Prometheus client libraries, where one exists. */
export function processFamilies(lag: LoopLag, version: string): Family[] {
  const { rss, heapUsed, heapTotal, external } = memoryUsage();
  const { user, system } = process.cpuUsage();
  const { active, idle } = performance.eventLoopUtilization();
  return [
    {
      name: 'redfishd_build',
      type: 'info',
      help: 'Versions of the daemon and of what it runs on.',
      samples: [[labelsOf({ version, node: process.versions.node, arch: process.arch }), 1]],
    },
    {
      name: 'process_cpu_seconds',
      type: 'counter',
      unit: 'seconds',
      help: 'Processor time of the daemon since its start.',
      samples: [['', (user + system) / 1e6]],
    },
    {
      name: 'process_start_time_seconds',
      type: 'gauge',
      unit: 'seconds',
      help: 'When the daemon started, since 1970, by the clock of that moment.',
      samples: [['', Math.round(started * 1000) / 1000]],
    },
    {
      name: 'process_resident_memory_bytes',
      type: 'gauge',
      unit: 'bytes',
      help: 'Memory of the daemon that is resident.',
      samples: [['', rss]],
    },
    {
      name: 'nodejs_heap_size_total_bytes',
      type: 'gauge',
      unit: 'bytes',
      help: 'Heap of JavaScript.',
      samples: [['', heapTotal]],
    },
    {
      name: 'nodejs_heap_size_used_bytes',
      type: 'gauge',
      unit: 'bytes',
      help: 'Heap of JavaScript that is in use.',
      samples: [['', heapUsed]],
    },
    {
      name: 'nodejs_external_memory_bytes',
      type: 'gauge',
      unit: 'bytes',
      help: 'Memory beside the heap of JavaScript.',
      samples: [['', external]],
    },
    {
      name: 'redfishd_event_loop_busy_seconds',
      type: 'counter',
      unit: 'seconds',
      help: 'Time in which the event loop had something to do.',
      samples: [['', Math.round(active) / 1000]],
    },
    {
      name: 'redfishd_event_loop_idle_seconds',
      type: 'counter',
      unit: 'seconds',
      help: 'Time in which the event loop waited.',
      samples: [['', Math.round(idle) / 1000]],
    },
    {
      name: 'nodejs_eventloop_lag_seconds',
      type: 'gauge',
      unit: 'seconds',
      help: 'How late the event loop came to a timer when it was last looked at.',
      samples: [['', lag.last]],
    },
    {
      name: 'nodejs_eventloop_lag_max_seconds',
      type: 'gauge',
      unit: 'seconds',
      help: 'The same at its longest in the last 30 to 60 seconds.',
      samples: [['', lag.longest]],
    },
  ];
}
