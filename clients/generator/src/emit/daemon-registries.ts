/** The daemon's modules of message and privilege registries. */
import type { MessageRegistry, Operations, PrivilegeOverride, PrivilegeRegistry } from '../bundle.ts';

/** One line per message: its severity and the types of its arguments; and the type of a Message object. */
export function registriesModule(registries: readonly MessageRegistry[], messageType: string): string {
  const blocks = registries.map(({ RegistryPrefix: prefix, RegistryVersion: version, Messages: messages }) =>
    [
      `  ${prefix}: {`,
      `    version: '${version}',`,
      '    messages: {',
      ...Object.keys(messages)
        .sort()
        .map((key) => {
          const types = (messages[key]?.ParamTypes ?? []).map((type) => `'${type}'`);
          return `      ${key}: { severity: '${messages[key]?.MessageSeverity}', args: [${types.join(', ')}] },`;
        }),
      '    },',
      '  },',
    ].join('\n'),
  );
  return `/** \`@odata.type\` of a Message object. */\nexport const messageType = '${messageType}';\n\nexport const registries = {\n${blocks.join('\n')}\n} as const;\n`;
}

const methods = ['GET', 'HEAD', 'PATCH', 'POST', 'PUT', 'DELETE'];
const quoted = (names: readonly string[]): string => `[${names.map((name) => `'${name}'`).join(', ')}]`;

/** One line per entity; the few distinct operation maps stand once, above, and are shared. */
export function privilegesModule(registry: PrivilegeRegistry): string {
  const shared = new Map<string, string>();
  const map = (operations: Operations): string => {
    const literal = methods
      .filter((method) => operations[method])
      .map((method) => {
        const alternatives = operations[method]?.map((alternative) => quoted(alternative.Privilege));
        return `${method}: [${alternatives?.join(', ')}]`;
      })
      .join(', ');
    const name = shared.get(literal) ?? `map${shared.size + 1}`;
    shared.set(literal, name);
    return name;
  };
  const overrides = (name: string, list: readonly PrivilegeOverride[] | undefined): string =>
    list?.length
      ? `, ${name}: [${list.map((o) => `{ targets: ${quoted(o.Targets)}, operations: ${map(o.OperationMap)} }`).join(', ')}]`
      : '';
  const lines = [...registry.Mappings]
    .sort((a, b) => (a.Entity < b.Entity ? -1 : 1))
    .map((entry) => {
      if (entry.ResourceURIOverrides)
        throw new Error(`${entry.Entity} has ResourceURIOverrides, which are not read`);
      const property = overrides('property', entry.PropertyOverrides);
      const subordinate = overrides('subordinate', entry.SubordinateOverrides);
      return `  ${entry.Entity}: { operations: ${map(entry.OperationMap)}${property}${subordinate} },`;
    });
  return [
    "import type { EntityPrivileges, OperationMap } from '../service/privilege-map.ts';",
    '',
    ...[...shared].map(([literal, name]) => `const ${name}: OperationMap = { ${literal} };`),
    '',
    `export const registryId = '${registry.Id}';`,
    `export const privilegesUsed = ${quoted(registry.PrivilegesUsed)} as const;`,
    'export const privilegeMap: Readonly<Record<string, EntityPrivileges>> = {',
    ...lines,
    '};',
    '',
  ].join('\n');
}
