/** The identify light of a node is as the board has it, also where its controller was away or has forgotten. */
import {
  COMPLETION,
  chassisIdentify,
  getChassisStatus,
  IpmiNode,
  NETFN,
  refuse,
  run,
  simpleChassis,
} from 'node-ipmi';
import { describe, expect, it } from 'vitest';
import { DeviceError } from '../../../../drivers/errors.ts';
import { nodeLamp } from '../../../../src/board/nodes/lamp.ts';
import { pass, useOwnTime } from '../support.ts';
import { settled, startPair } from './support.ts';

useOwnTime();

const minute = 60_000;

/** A light of a controller that may be away. */
function lit() {
  const node = new IpmiNode({ chassis: simpleChassis() });
  let isAway = false;
  const lamp = nodeLamp({
    async use(job) {
      if (isAway) throw new DeviceError('no-answer', 'node', 'it is away');
      return job(node);
    },
  });
  return {
    ...{ node, lamp },
    away(away: boolean) {
      isAway = away;
    },
    shown: async () => (await run(node, getChassisStatus, undefined)).identify,
  };
}

describe('the identify light of a node', () => {
  it('is lit and put out, and that of another is not', async () => {
    const b = await startPair();
    const light = (id: string) => b.twin.status().nodes.find((each) => each.id === id)?.identifying;
    expect(await settled(b.board.setIdentify('a', true))).toBe('done');
    expect([light('bmc-a'), light('bmc-b')]).toEqual(['on', 'off']);
    expect(await settled(b.board.setIdentify('a', false))).toBe('done');
    expect(light('bmc-a')).toBe('off');
  });

  it('cannot be lit while the node does not answer, and is not shown as if it were', async () => {
    const b = await startPair();
    b.twin.inject({ kind: 'deadNode', node: 'bmc-a' });
    expect(await settled(b.board.setIdentify('a', true))).toContain('no answer after');
    expect(b.board.chassis.get('a')?.identify).toBe(false);
  });

  it('that somebody else has lit is left alone', async () => {
    const { node, lamp, shown } = lit();
    await run(node, chassisIdentify, 'on');
    lamp.show(false);
    await pass(3 * minute);
    expect(await shown()).toBe('on');
  });

  it('is lit again by a controller that has forgotten it', async () => {
    const { node, lamp, shown } = lit();
    await lamp.set(true);
    await run(node, chassisIdentify, 0);
    await pass(minute);
    expect(await shown()).toBe('on');
    await lamp.set(false);
    await run(node, chassisIdentify, 'on');
    await pass(3 * minute);
    // That is somebody else's now.
    expect(await shown()).toBe('on');
    lamp.stop();
  });

  it.each([true, false])('follows once the node is back: %s', async (on) => {
    const { lamp, shown, away } = lit();
    await lamp.set(!on);
    away(true);
    lamp.show(on);
    await pass(3 * minute);
    expect(await shown()).toBe(on ? 'off' : 'on');
    away(false);
    await pass(minute);
    expect(await shown()).toBe(on ? 'on' : 'off');
    lamp.stop();
  });

  it('is lit for as long as can be, and again in time, where "until told otherwise" is not known', async () => {
    const asked: number[] = [];
    const node = new IpmiNode({
      routes: [
        [
          ...([NETFN.chassis, 0x04, 0] as const),
          (request) => {
            const seconds = request.u8();
            if (request.left > 0) refuse(COMPLETION.requestLengthInvalid);
            asked.push(seconds);
            return [];
          },
        ],
      ],
    });
    const lamp = nodeLamp({ use: (job) => job(node) });
    await lamp.set(true);
    await pass(2 * minute);
    expect(asked).toEqual([255, 255, 255]);
    await lamp.set(false);
    expect(asked.at(-1)).toBe(0);
    lamp.stop();
  });
});
