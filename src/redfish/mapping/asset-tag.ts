/** The asset tag, which a system and a chassis have alike. */
import { message } from '../../messages/messages.ts';
import type { App } from '../app.ts';
import type { Write } from '../service/declare.ts';

/** Bytes. */
const maxAssetTag = 63;
const noTag = '';

/** The write of an asset tag; `set` stores it. */
export function assetTag<M extends { readonly assetTag: string }>(
  set: (app: App, model: M, tag: string) => Promise<void>,
): Write<App, M, 'Chassis' | 'ComputerSystem'> {
  return {
    properties: ['AssetTag'],
    check: (_model, changes) => {
      const tag = changes.get('AssetTag');
      if (typeof tag !== 'string' || Buffer.byteLength(tag) <= maxAssetTag) return [];
      return [
        message('Base.StringValueTooLong', ['AssetTag', maxAssetTag], { relatedProperties: ['#/AssetTag'] }),
      ];
    },
    apply: async (model, changes, { app }) => {
      const before = model.assetTag;
      // Null takes the tag away.
      await set(app, model, changes.get('AssetTag') ?? noTag);
      return () => set(app, model, before);
    },
  };
}
