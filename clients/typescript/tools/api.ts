/** Writes API.md: every export of the package with its signature and docstring, from the compiled declarations. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Export {
  readonly name: string;
  /** Below `dist` and `src`, without extension. */
  readonly module: string;
}

/** The exports of an index, in their order; `export *` lines are data and left out. */
function exportsOf(index: string): Export[] {
  return [...index.matchAll(/export (?:type )?\{([^}]*)\} from '\.\/([^']+)\.ts'/g)].flatMap(
    ([, names = '', module = '']) =>
      names
        .split(',')
        .map((name) => name.replace(/^\s*type /, '').trim())
        .filter(Boolean)
        .map((name) => ({ name, module })),
  );
}

/** The declaration of a name with the comment before it: up to the brace that closes it, or the end of its statement. */
function declarationOf(text: string, name: string): string {
  const start = new RegExp(
    `(?:/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/\\s*)?export (?:declare )?(?:abstract )?(?:class|interface|function|type|const) ${name}\\b`,
  ).exec(text);
  if (!start) throw new Error(`the declarations have no ${name}`);
  let depth = 0;
  for (let at = start.index + start[0].length; at < text.length; at += 1) {
    if (text[at] === '{' || text[at] === '(') depth += 1;
    if (text[at] === '}' || text[at] === ')') depth -= 1;
    const closed = text[at] === '}' && /(class|interface) \w+$/.test(start[0]);
    if (depth === 0 && (text[at] === ';' || closed)) return text.slice(start.index, at + 1);
  }
  throw new Error(`the declaration of ${name} does not end`);
}

/** Private members and comments of the file are of no use to a reader. */
const clean = (declaration: string): string =>
  declaration
    .replace(/^\s*(?:\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*)?(?:private |#)[^\n]*\n/gm, '')
    .replace(/export (declare )?/, '');

/** The first docstring of a source file says what it is about. */
const headerOf = (source: string): string =>
  /^\/\*\* ?([\s\S]*?) ?\*\//
    .exec(source)?.[1]
    ?.replace(/\n \*\s?/g, ' ')
    .trim() ?? '';

/** The text of API.md. @param root the folder of the package, compiled */
export function apiText(root: string): string {
  const sections = [
    ['@redfishd/client', 'index'],
    ['@redfishd/client/mock', 'mock/index'],
  ].map(([title = '', index = '']) => {
    const folder = index.includes('/') ? `${index.slice(0, index.lastIndexOf('/'))}/` : '';
    const byModule = new Map<string, string[]>();
    for (const { name, module } of exportsOf(readFileSync(join(root, 'src', `${index}.ts`), 'utf8')))
      byModule.set(folder + module, [...(byModule.get(folder + module) ?? []), name]);
    const parts = [...byModule].map(([module, names]) => {
      const declarations = readFileSync(join(root, 'dist', `${module}.d.ts`), 'utf8');
      const blocks = names.map((name) => clean(declarationOf(declarations, name)));
      const header = headerOf(readFileSync(join(root, 'src', `${module}.ts`), 'utf8'));
      return `### ${names.map((name) => `\`${name}\``).join(', ')}\n\n${header}\n\n\`\`\`ts\n${blocks.join('\n\n')}\n\`\`\`\n`;
    });
    return `## ${title}\n\n${parts.join('\n')}`;
  });
  return `# API of @redfishd/client\n\nGenerated from the source by \`npm run docs\`. The types of resources are in \`types.ts\`, one per schema.\n\n${sections.join('\n')}`;
}
