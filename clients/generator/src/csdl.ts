/** Reads CSDL documents (OData 4.0 Common Schema Definition Language) and finds things in them. */
import type { Element } from './xml.ts';

/** The definitions of a CSDL folder: full names (`Sensor.v1_0_0.Sensor`) and, per `Schema.Type`, the latest of them. */
export interface Csdl {
  readonly definitions: ReadonlyMap<string, Element>;
  readonly latest: ReadonlyMap<string, string>;
  /** Action elements by schema: the one whose unversioned namespace contains them. */
  readonly actions: ReadonlyMap<string, readonly Element[]>;
  /** Called for a type that no document defines; the value becomes `any` when it returns. Throws unless replaced. */
  readonly missing: (typeName: string) => void;
}

const definitionKinds = new Set(['EntityType', 'ComplexType', 'EnumType', 'TypeDefinition']);

export const schemaOf = (fullName: string): string => fullName.slice(0, fullName.indexOf('.'));
const typeOf = (fullName: string): string => fullName.slice(fullName.lastIndexOf('.') + 1);
export const keyOf = (fullName: string): string => `${schemaOf(fullName)}.${typeOf(fullName)}`;
export const versionOf = (fullName: string): string | undefined => /\.(v\d+_\d+_\d+)\./.exec(fullName)?.[1];

function rank(version: string | undefined): number {
  const [major = 0, minor = 0, errata = 0] = version?.slice(1).split('_').map(Number) ?? [-1];
  return (major * 1000 + minor) * 1000 + errata;
}

/** The annotation of an element for a term. */
export function annotation(element: Element, term: string): Element | undefined {
  return element.children.find((child) => child.name === 'Annotation' && child.attributes.Term === term);
}

/** Every element of that name below another, not within each other. */
export function* within(element: Element | undefined, name: string): Generator<Element> {
  for (const child of element?.children ?? []) {
    if (child.name === name) yield child;
    else yield* within(child, name);
  }
}

/** The records of an annotation, each as property → value. */
export function records(element: Element, term: string): Record<string, string>[] {
  return [...within(annotation(element, term), 'Record')].map((record) =>
    Object.fromEntries(
      record.children.map(({ attributes }) => [
        attributes.Property ?? '',
        attributes.String ?? attributes.Bool ?? attributes.EnumMember ?? '',
      ]),
    ),
  );
}

/** The version of a revision annotation. */
export function revision(element: Element, kind: 'Added' | 'Deprecated'): string | undefined {
  return records(element, 'Redfish.Revisions').find((entry) => entry.Kind === `Redfish.RevisionKind/${kind}`)
    ?.Version;
}

/** Collects every definition of the documents, which are parsed CSDL files. */
export function readCsdl(documents: Iterable<Element>): Csdl {
  const definitions = new Map<string, Element>();
  const latest = new Map<string, string>();
  const actions = new Map<string, Element[]>();
  for (const document of documents) {
    for (const schema of within(document, 'Schema')) {
      const namespace = schema.attributes.Namespace ?? '';
      for (const element of schema.children) {
        const fullName = `${namespace}.${element.attributes.Name}`;
        if (element.name === 'Action') {
          actions.set(namespace, [...(actions.get(namespace) ?? []), element]);
        } else if (definitionKinds.has(element.name)) {
          definitions.set(fullName, element);
          const known = latest.get(keyOf(fullName));
          if (!known || rank(versionOf(fullName)) > rank(versionOf(known)))
            latest.set(keyOf(fullName), fullName);
        }
      }
    }
  }
  const missing = (typeName: string): never => {
    throw new Error(`The CSDL names the type ${typeName} but does not define it`);
  };
  return { definitions, latest, actions, missing };
}

/**
 * The values of an enumeration, each with the element that has its annotations. A type definition lists values that no
 * CSDL identifier can spell, each as a record.
 * @throws Error for a record without a name
 */
export function members(element: Element): { readonly name: string; readonly element: Element }[] {
  const named = element.children.filter((child) => child.name === 'Member');
  const collection = annotation(element, 'Redfish.Enumeration')?.children[0];
  return [
    ...named.map((member) => ({ name: member.attributes.Name ?? '', element: member })),
    ...(collection?.children ?? []).map((record) => {
      const value = record.children.find((child) => child.attributes.Property === 'Member');
      const name = value?.attributes.String;
      if (name === undefined)
        throw new Error(`Enumeration ${element.attributes.Name} has a record without Member`);
      return { name, element: record };
    }),
  ];
}

/** A type and those it derives from, the most basic first. @throws Error where one is not defined */
export function baseTypes(csdl: Csdl, fullName: string): Element[] {
  return baseChain(csdl, fullName).map(([, element]) => element);
}

/** A type and those it derives from by their full names, the most basic first. @throws Error where one is not defined */
export function baseChain(csdl: Csdl, fullName: string): [name: string, element: Element][] {
  const chain: [name: string, element: Element][] = [];
  for (let name: string | undefined = fullName; name; ) {
    const element = csdl.definitions.get(name);
    if (!element) throw new Error(`The CSDL names ${name} as a base type but does not define it`);
    chain.unshift([name, element]);
    name = element.attributes.BaseType;
  }
  return chain;
}
