/** Descriptions of every type, property, value, action and message: DMTF's words, with its notice beside them. */
import type { Bundle } from '../bundle.ts';
import { annotation, baseTypes, type Csdl, members } from '../csdl.ts';
import type { Model } from '../model.ts';
import type { Element } from '../xml.ts';
import { dmtfLicense } from './dmtf-license.ts';
import type { Files } from './files.ts';

const text = (element: Element): string => annotation(element, 'OData.Description')?.attributes.String ?? '';

/** Descriptions by name; that of the type itself under the empty name. */
type Descriptions = Record<string, string>;

function objectDocs(csdl: Csdl, fullName: string): Descriptions {
  const docs: Descriptions = {};
  for (const element of baseTypes(csdl, fullName)) {
    const own = text(element);
    if (own) docs[''] = own;
    for (const child of element.children) {
      const name = child.attributes.Name;
      if (name !== undefined && /Property$/.test(child.name) && text(child)) docs[name] = text(child);
    }
  }
  return docs;
}

/** The description of an action and of its parameters; the first one names what the action is bound to. */
function actionDocs(action: Element): Descriptions {
  const parameters = action.children.filter((child) => child.name === 'Parameter').slice(1);
  return Object.fromEntries([
    ['', text(action)],
    ...parameters.map((parameter) => [parameter.attributes.Name ?? '', text(parameter)]),
  ]);
}

function enumDocs(element: Element): Descriptions {
  return Object.fromEntries([
    ['', text(element)],
    ...members(element).map(({ name, element: member }) => [name, text(member)]),
  ]);
}

/** `docs.json`: `Schema.Type` → name → description; actions as `Schema.#Action`, messages as `Registry.Key` under `messages`. */
export function docsFiles({ csdl, registries }: Bundle, model: Model): Files {
  const types = new Map<string, Descriptions>();
  for (const key of model.facts.keys()) {
    const fullName = csdl.latest.get(key) ?? '';
    const element = csdl.definitions.get(fullName);
    if (!element) continue;
    types.set(key, model.facts.get(key)?.kind === 'enum' ? enumDocs(element) : objectDocs(csdl, fullName));
  }
  for (const [schema, actions] of csdl.actions) {
    for (const action of actions) types.set(`${schema}.#${action.attributes.Name}`, actionDocs(action));
  }
  const line = (key: string, docs: Descriptions): string => {
    const filled = Object.entries(docs).filter(([, description]) => description !== '');
    return `${JSON.stringify(key)}:${JSON.stringify(Object.fromEntries(filled))}`;
  };
  const lines = [...types].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, docs]) => line(key, docs));
  const messages = [...registries].flatMap(([prefix, { Messages: all }]) =>
    Object.entries(all)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { Message: message = '', Resolution: resolution = '' }]) =>
        line(`${prefix}.${key}`, { message, resolution }),
      ),
  );
  return {
    'docs.json': `{"types":{\n${lines.join(',\n')}\n},"messages":{\n${messages.join(',\n')}\n}}\n`,
    'LICENSE-DMTF.md': dmtfLicense,
  };
}
