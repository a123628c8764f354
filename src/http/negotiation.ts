/** What a client takes and sends: media types and content codings (RFC 9110 clauses 8.3, 8.4 and 12.5). */

interface Choice {
  readonly name: string;
  /** 0 means never. */
  readonly weight: number;
}

/** The members of a list such as `a;q=0.5, b`; parameters other than the weight are left out. */
export function choices(field: string): Choice[] {
  return field.split(',').flatMap((item) => {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    const value = weight === undefined ? 1 : Number(weight.slice(2));
    return name === '' || !(value >= 0 && value <= 1) ? [] : [{ name, weight: value }];
  });
}

/**
 * Whether an Accept field takes a media type. The most specific range decides; parameters are no ground for a refusal,
 * because there is one form of each type here. A field without a range that can be read asks for nothing.
 */
export function takesType(field: string, type: string): boolean {
  const list = choices(field);
  if (list.length === 0) return true;
  const any = `${type.slice(0, type.indexOf('/'))}/*`;
  for (const range of [type, any, '*/*']) {
    const found = list.find(({ name }) => name === range);
    if (found !== undefined) return found.weight > 0;
  }
  return false;
}

/** Of the codings that are there, best first, the one that an Accept-Encoding field likes most; undefined for none. */
export function chosenCoding<T extends string>(field: string, codings: readonly T[]): T | undefined {
  const list = choices(field);
  const weightOf = (coding: string): number => {
    const found = list.find(({ name }) => name === coding) ?? list.find(({ name }) => name === '*');
    return found?.weight ?? 0;
  };
  let best: T | undefined;
  for (const coding of codings)
    if (weightOf(coding) > (best === undefined ? 0 : weightOf(best))) best = coding;
  return best;
}

/** Whether a Content-Type field is JSON in UTF-8, which is all that JSON ever is (RFC 8259 clause 8.1). */
export function isJsonType(field: string): boolean {
  const [type = '', ...parameters] = field.split(';').map((part) => part.trim().toLowerCase());
  if (type !== 'application/json') return false;
  return parameters.every((parameter) => {
    const [name, value = ''] = parameter.split('=').map((part) => part.trim());
    return name !== 'charset' || /^"?utf-?8"?$/.test(value);
  });
}
