/** The board type itself: its names, and the recognition of the board at hand. */
import { displayName } from './common.ts';
import { id, object, optional, ref, text, withExample } from './schema.ts';

export const boardId = withExample(id('board type'), 'id: tiogapass');
export const boardName = withExample(displayName, 'name: Tioga Pass');
export const manufacturer = optional(withExample(text('Maker of the board.'), 'manufacturer: Facebook'));

/** What an overlay does is written in source/overlay.ts. */
export const variantOf = optional(
  withExample(
    text(
      'Name, without `.yaml`, of a descriptor in the same directory. This descriptor then states only the differences: mappings merge, lists with ids merge item by item, `null` removes.',
    ),
    'variantOf: tiogapass',
  ),
);

export const probe = optional(
  object(
    {
      fru: ref('FRU', 'FRU whose inventory identifies the board.'),
      product: text('Regular expression (JavaScript) for its product name or board name.'),
    },
    'Recognition of the board at hand.',
    {
      example: "probe: { fru: MB, product: '.*Tioga Pass.*' }",
      rules: {
        *'probe-pattern'({ product }, path) {
          if (product === undefined) return;
          try {
            new RegExp(product, 'u');
          } catch (error) {
            const why = error instanceof Error ? error.message : String(error);
            const hint = 'write a JavaScript regular expression, such as ".*Tioga Pass.*"';
            yield { path: `${path}/product`, message: `"product" does not compile: ${why}`, hint };
          }
        },
      },
    },
  ),
);
