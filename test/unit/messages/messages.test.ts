import { describe, expect, expectTypeOf, it } from 'vitest';
import { registries } from '../../../src/messages/generated/registries.ts';
import {
  errorBody,
  httpStatusOf,
  isMessageKey,
  type MessageArgs,
  type MessageKey,
  message,
  messageDefinition,
  messagesOf,
  RedfishError,
  registryNames,
} from '../../../src/messages/messages.ts';
import { dmtfRegistry, hasRedfishFolder, jsonSchema } from '../redfish/support.ts';

const official = Object.keys(registries) as (keyof typeof registries)[];
const keys = registryNames.flatMap((name) =>
  [...messagesOf(name).keys()].map((key) => `${name}.${key}` as MessageKey),
);

const anyArgs = (key: MessageKey) => messageDefinition(key).argTypes.map((_, index) => `<${index + 1}>`);
const sample = (key: MessageKey) => message(key, anyArgs(key) as unknown as MessageArgs<MessageKey>);

describe('a message', () => {
  it('fills its arguments in, and names the registry without errata', () => {
    expect(
      message('Base.PropertyValueNotInList', ['Foo', 'ResetType'], { relatedProperties: ['#/ResetType'] }),
    ).toEqual({
      '@odata.type': '#Message.v1_3_0.Message',
      MessageId: 'Base.1.22.PropertyValueNotInList',
      Message: "The value 'Foo' of the property 'ResetType' is not one of the values that are allowed.",
      MessageArgs: ['Foo', 'ResetType'],
      MessageSeverity: 'Warning',
      Resolution: 'Choose one of the values that the schema or the AllowableValues annotation lists.',
      RelatedProperties: ['#/ResetType'],
    });
  });

  it('leaves a placeholder inside an argument alone', () => {
    expect(message('Base.PropertyValueTypeError', ['%2', 'A$&']).Message).toContain(
      "'%2' of the property 'A$&'",
    );
  });

  it('writes numbers as JSON does', () => {
    expect(message('Base.ArraySizeTooLong', ['NTPServers', 4]).MessageArgs).toEqual(['NTPServers', '4']);
  });

  it('takes the arguments that its registry names', () => {
    expectTypeOf<MessageArgs<'Base.NoOperation'>>().toEqualTypeOf<readonly []>();
    expectTypeOf<MessageArgs<'Base.PropertyUnknown'>>().toEqualTypeOf<readonly [string | number]>();
    expectTypeOf<'Base.PropertyUnknowm'>().not.toExtend<MessageKey>();
  });

  it.each(keys)('%s names each of its arguments once, in its text or its resolution', (key) => {
    const { text, resolution, argTypes } = messageDefinition(key);
    const used = [...`${text} ${resolution}`.matchAll(/%(\d+)/g)].map((match) => Number(match[1]));
    // The URI that GenerateSecretKeyRequired and its like name stands in the resolution.
    expect(used.sort()).toEqual(argTypes.map((_, index) => index + 1));
    expect(text).toMatch(/^['A-Z].*\.$|: %\d$/);
    expect(resolution).toMatch(/\.$/);
  });

  it('is known by its key and by nothing else', () => {
    expect(keys.every(isMessageKey)).toBe(true);
    for (const text of [
      '',
      'Base',
      'Base.',
      'Base.Nothing',
      'Base.constructor',
      'toString.length',
      'Nothing.Success',
    ]) {
      expect(isMessageKey(text)).toBe(false);
    }
  });
});

describe('an error body', () => {
  it('of one message carries its code; of several, GeneralError', () => {
    const one = message('Base.PropertyUnknown', ['A']);
    const two = message('Base.PropertyNotWritable', ['B']);
    expect(errorBody([one]).error).toMatchObject({ code: one.MessageId, message: one.Message });
    expect(errorBody([one, two]).error).toMatchObject({ code: 'Base.1.22.GeneralError' });
    expect(errorBody([one, two]).error['@Message.ExtendedInfo']).toEqual([one, two]);
    expect(errorBody([]).error['@Message.ExtendedInfo']).toHaveLength(1);
  });

  it.skipIf(!hasRedfishFolder)(
    'is valid against the DMTF schema, whatever its messages (needs the DMTF folder)',
    async () => {
      const validate = await jsonSchema('redfish-error.v1_0_2.json');
      for (const key of keys) {
        expect(validate(errorBody([sample(key)])), `${key}: ${JSON.stringify(validate.errors)}`).toBe(true);
      }
      expect(validate(errorBody(keys.slice(0, 5).map(sample)))).toBe(true);
      expect(validate({ error: { code: 1 } })).toBe(false);
    },
  );
});

describe('a RedfishError', () => {
  it('has the status of its first message unless told otherwise', () => {
    expect(new RedfishError([message('Base.ResourceNotFound', ['Sensor', 'x'])]).status).toBe(404);
    expect(new RedfishError([message('Base.PropertyUnknown', ['x'])]).status).toBe(400);
    expect(new RedfishError([message('Base.OperationNotAllowed', [])], 405, { Allow: 'GET' })).toMatchObject({
      status: 405,
      headers: { Allow: 'GET' },
    });
  });

  it.each([
    ['Base.PropertyUnknown', 400],
    ['Base.NoValidSession', 401],
    ['Base.InsufficientPrivilege', 403],
    ['Base.1.22.ResourceMissingAtURI', 404],
    ['Base.OperationNotAllowed', 405],
    ['Base.ResourceInUse', 409],
    ['Base.PreconditionFailed', 412],
    ['Base.PayloadTooLarge', 413],
    ['Base.InternalError', 500],
    ['Base.QueryNotSupported', 501],
    ['Base.ServiceTemporarilyUnavailable', 503],
  ])('%s means %i', (key, status) => expect(httpStatusOf(key)).toBe(status));
});

describe.skipIf(!hasRedfishFolder)('the registries (need the DMTF folder)', () => {
  interface Registry {
    RegistryVersion: string;
    Messages: Record<
      string,
      {
        MessageSeverity: string;
        NumberOfArgs: number;
        ParamTypes?: string[];
        Message: string;
        Resolution: string;
      }
    >;
  }

  it.each(official)('%s has the keys, severities and arguments of DMTF, in words of its own', (name) => {
    const theirs = dmtfRegistry<Registry>(name);
    const ours = messagesOf(name);
    expect(registries[name].version).toBe(theirs.RegistryVersion);
    expect([...ours.keys()].sort()).toEqual(Object.keys(theirs.Messages).sort());
    for (const [key, { MessageSeverity, NumberOfArgs, ParamTypes, ...prose }] of Object.entries(
      theirs.Messages,
    )) {
      const mine = ours.get(key);
      expect(mine?.severity, key).toBe(MessageSeverity);
      expect(mine?.argTypes, key).toEqual(ParamTypes ?? []);
      expect(mine?.argTypes.length, key).toBe(NumberOfArgs);
      if (prose.Resolution.length > 40) expect(mine?.resolution, key).not.toBe(prose.Resolution);
      if (prose.Message.length > 60) expect(mine?.text, key).not.toBe(prose.Message);
    }
  });
});
