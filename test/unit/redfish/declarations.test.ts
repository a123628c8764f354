/** What the resources declare, against the facts of the schemas. */
import { describe, expect, it } from 'vitest';
import { declarations } from '../../../src/redfish/resources/index.ts';
import { descriptions } from '../../../src/redfish/service/descriptions.ts';
import { actionFacts, property, schemaFacts } from '../../../src/redfish/service/facts.ts';
import { Tree } from '../../../src/redfish/service/tree.ts';

const resources = declarations.flatMap((each) => (each.kind === 'resource' ? [each.resource] : []));
/** Templates differ in the names of their parameters, which say nothing to a client. */
const shape = (template: string) => template.replace(/\{\w+\}/g, '{}').replace(/\/$/, '');

describe('the declarations', () => {
  it('claim each URI once', () => {
    expect(() => new Tree(declarations)).not.toThrow();
  });

  it.each(resources.map((resource) => [resource.uri, resource] as const))(
    '%s lets be written only what its schema does',
    (_, resource) => {
      for (const path of (resource.writes ?? []).flatMap(({ properties }) => properties)) {
        const facts = property(resource.schema, path);
        expect(facts, path).toBeDefined();
        const whole = facts?.ref !== undefined || facts?.array === true;
        if (!whole)
          expect(['ReadWrite', 'Write'], `${path} is ${facts?.permission}`).toContain(facts?.permission);
      }
    },
  );

  it.each(
    resources
      .filter(({ actions }) => actions !== undefined)
      .map((resource) => [resource.uri, resource] as const),
  )('%s has only actions and parameters of its schema', (_, resource) => {
    for (const [name, action] of Object.entries(resource.actions ?? {})) {
      const facts = actionFacts(name);
      expect(facts, name).toBeDefined();
      for (const parameter of Object.keys(action.parameters))
        expect(Object.keys(facts?.parameters ?? {})).toContain(parameter);
    }
  });

  it.each(
    declarations
      .map((each) => (each.kind === 'resource' ? each.resource : each.collection))
      .map((each) => [each.uri, each.schema] as const),
  )('%s is a place where %s may stand', (uri, schema) => {
    const uris = schemaFacts(schema)?.uris ?? [];
    // A template may name the id of a member that there always is, where the schema has a parameter.
    const fits = (template: string) =>
      new RegExp(`^${shape(template).replaceAll('{}', '(\\{\\}|[A-Za-z]+)').replaceAll('/', '\\/')}$`).test(
        shape(uri),
      );
    expect(uris.some(fits), uri).toBe(true);
  });

  it.each([...new Set(new Tree(declarations).entries.map(({ schema }) => schema))])(
    'say what a %s is',
    (schema) => {
      expect(descriptions[schema]).toMatch(/^[A-Z].*\.$/);
    },
  );

  it('offer no method that the schema forbids', () => {
    for (const { schema, methods } of new Tree(declarations).entries) {
      const { insert, update, delete: removal } = schemaFacts(schema);
      const member = schemaFacts(schema.replace(/Collection$/, ''));
      if (methods.has('PATCH')) expect(update, `${schema} PATCH`).not.toBe(false);
      if (methods.has('DELETE')) expect(removal, `${schema} DELETE`).not.toBe(false);
      if (methods.has('POST')) expect(insert ?? member.insert, `${schema} POST`).not.toBe(false);
      expect(methods.has('PUT')).toBe(false);
    }
  });
});
