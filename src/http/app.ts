/** The HTTP application: one middleware per concern, in the order in which a request passes them. */
import { Router } from '@koa/router';
import Koa, { type Context } from 'koa';
import type { Logger } from '../base/logger.ts';
import { message, RedfishError } from '../messages/messages.ts';
import type { Route } from './endpoint.ts';
import { pathOf, type RedfishService, tree } from './endpoints/tree.ts';
import type { Meter } from './meter.ts';
import type { Authenticate } from './middleware/authenticate.ts';
import { budget } from './middleware/budget.ts';
import { errors } from './middleware/errors.ts';
import { allMethods, origins } from './middleware/origins.ts';
import { requestLog } from './middleware/request-log.ts';
import { send } from './reply.ts';

export interface AppOptions {
  readonly service: RedfishService;
  /** Endpoints beside the tree of resources. */
  readonly routes: readonly Route[];
  readonly authenticate: Authenticate;
  readonly meter: Meter;
  /** Origins of web pages that may use the service from a browser, besides its own: `https://ui.example`. */
  readonly corsOrigins: readonly string[];
  /** Whether a 401 offers Basic authentication. */
  readonly advertiseBasic: () => boolean;
  /** Whether the certificate was installed by somebody, so that browsers may insist on HTTPS from now on. */
  readonly trustedCertificate: () => boolean;
  readonly log: Logger;
}

export function createApp(options: AppOptions): Koa {
  const { service, meter, authenticate, log } = options;
  const app = new Koa();
  // What escapes a middleware after the answer has begun is a broken connection; the error handler sees the rest.
  app.silent = true;
  app.use(requestLog(log));
  app.use(errors(log, options.advertiseBasic, options.trustedCertificate));
  app.use(budget(meter));
  app.use(origins(options.corsOrigins));
  const resources = tree({ service, authenticate, meter });
  // The router tries each of its routes in turn, which costs as much as the rest of an answer: resources go past it.
  app.use((ctx, next) => (service.knows(pathOf(ctx.req)) ? resources(ctx, next) : next()));
  app.use(routerOf(options).routes());
  app.use(resources);
  app.use(notFound);
  return app;
}

function routerOf({ routes, authenticate, meter }: AppOptions): Router {
  const router = new Router({ sensitive: true });
  for (const { path, serve } of routes)
    router.all(path, (ctx) => serve(ctx, ctx.params, { authenticate, meter }));
  return router;
}

/** Outside `/redfish` nothing exists, and a client needs no login to learn that. */
function notFound(ctx: Context): void | Promise<void> {
  // A request about the service as a whole.
  if (ctx.req.method === 'OPTIONS' && ctx.req.url === '*')
    return send(ctx, { status: 204, headers: { Allow: allMethods }, body: null });
  throw new RedfishError([message('Base.ResourceMissingAtURI', [ctx.path])], 404);
}
