/** Query parameters: what is advertised works, and what is not is refused. */
import { memberOf, numberOf, same } from '../json/node.ts';
import { treeOf } from '../tree.ts';
import {
  bodyOf,
  collectionOf,
  define,
  fail,
  feature,
  get,
  membersOf,
  messageKeys,
  notApplicable,
  pass,
  wants,
} from './rule.ts';

const root = '/redfish/v1/';
const none = notApplicable('no collection with members was read');

export const queryRules = [
  define({
    ...{
      id: 'PRO-Q1',
      title: 'A query parameter without $ that is unknown is ignored',
      clause: 'Query parameters',
    },
    check: async (session) => wants(await get(session, `${root}?foo=1`), [200], '?foo=1'),
  }),
  define({
    ...{
      id: 'PRO-Q2',
      title: 'An unknown query parameter with $ is refused with 501',
      clause: 'Query parameters',
    },
    ...{ right: '501 with Base.QueryNotSupported', wrong: '200 and the resource' },
    check: async (session) => wants(await get(session, `${root}?$foo=1`), [501, 400], '?$foo=1'),
  }),
  define({
    ...{
      id: 'PRO-Q3',
      title: 'A negative or non-numeric $top is refused with 400',
      clause: 'Query parameters',
    },
    check: async (session) => {
      const collection = collectionOf(session);
      if (!collection) return none;
      if (!feature(session, 'TopSkipQuery')) return notApplicable('TopSkipQuery is not advertised');
      return Promise.all(
        ['$top=-1', '$top=x'].map(async (query) =>
          wants(await get(session, `${collection.uri}?${query}`), [400], query),
        ),
      );
    },
  }),
  define({
    ...{
      id: 'PRO-Q4',
      title: '$top and $skip give disjoint pages, and the count of all',
      clause: 'Query parameters: $top, $skip',
    },
    check: async (session) => {
      const collection = collectionOf(session);
      const all = membersOf(collection?.root);
      if (!collection || all.length < 2) return notApplicable('no collection with two members was read');
      if (!feature(session, 'TopSkipQuery')) return notApplicable('TopSkipQuery is not advertised');
      const first = await get(session, `${collection.uri}?$top=1`);
      const rest = await get(session, `${collection.uri}?$skip=1`);
      const pages = [...membersOf(bodyOf(first)), ...membersOf(bodyOf(rest))];
      const count = numberOf(bodyOf(first), 'Members@odata.count');
      if (pages.join(' ') !== all.join(' '))
        return fail('$top=1 and $skip=1 together are not the collection', first);
      return count === all.length
        ? pass('both pages are the collection', first)
        : fail(`the count of a page is ${count}, of all ${all.length}`, first);
    },
  }),
  define({
    ...{
      id: 'PRO-Q5',
      title: '$select answers with the selected properties',
      clause: 'The $select query parameter',
    },
    check: async (session) => {
      if (!feature(session, 'SelectQuery')) return notApplicable('SelectQuery is not advertised');
      const exchange = await get(session, `${root}?$select=Name`);
      const body = bodyOf(exchange);
      const name = memberOf(treeOf(session.recording).get(root)?.root, 'Name');
      if (exchange.status !== 200) return wants(exchange, [200], '$select=Name');
      const more =
        body?.kind === 'object'
          ? [...body.members.keys()].filter((key) => !key.includes('@') && key !== 'Name')
          : [];
      if (more.length) return fail(`$select=Name answers with ${more.slice(0, 5).join(', ')} too`, exchange);
      return same(memberOf(body, 'Name'), name)
        ? pass('only Name was answered', exchange)
        : fail('Name is missing or another', exchange);
    },
  }),
  define({
    ...{
      id: 'PRO-Q6',
      title: '$expand gives members as their own GET does',
      clause: 'The $expand query parameter',
    },
    check: async (session) => {
      const collection = collectionOf(session);
      if (!collection) return none;
      if (!feature(session, 'ExpandQuery/NoLinks'))
        return notApplicable('ExpandQuery with . is not advertised');
      const exchange = await get(session, `${collection.uri}?$expand=.`);
      if (exchange.status !== 200) return wants(exchange, [200], '$expand=.');
      const members = memberOf(bodyOf(exchange), 'Members');
      const first = members?.kind === 'array' ? members.items[0] : undefined;
      return memberOf(first, 'Name') === undefined
        ? fail('$expand=. left the members as links', exchange)
        : pass('members are expanded', exchange);
    },
  }),
  define({
    ...{
      id: 'PRO-Q7',
      title: '$expand beyond MaxLevels is refused with 400',
      clause: 'The $expand query parameter',
    },
    check: async (session) => {
      const expand = memberOf(
        memberOf(treeOf(session.recording).get(root)?.root, 'ProtocolFeaturesSupported'),
        'ExpandQuery',
      );
      const levels = numberOf(expand, 'MaxLevels');
      if (levels === undefined || !feature(session, 'ExpandQuery/Levels'))
        return notApplicable('$levels is not advertised');
      return wants(
        await get(session, `${root}?$expand=.($levels=${levels + 1})`),
        [400],
        `$levels=${levels + 1}`,
      );
    },
  }),
  define({
    ...{ id: 'PRO-Q8', title: '$filter gives the members that match', clause: 'The $filter query parameter' },
    check: async (session) => {
      const collection = collectionOf(session);
      if (!collection) return none;
      if (!feature(session, 'FilterQuery')) return notApplicable('FilterQuery is not advertised');
      const everything = await get(session, `${collection.uri}?$filter=Id%20ne%20%27%27`);
      const nothing = await get(session, `${collection.uri}?$filter=Id%20eq%20%27no-such-id%27`);
      const wanted = membersOf(collection.root).length;
      return [
        [everything, wanted],
        [nothing, 0],
      ].map(([exchange, count]) => {
        if (typeof exchange !== 'object') return none;
        const found = membersOf(bodyOf(exchange)).length;
        return exchange.status === 200 && found === count
          ? pass(`${found} members match`, exchange)
          : fail(`${found} members with status ${exchange.status}, not ${count}`, exchange);
      });
    },
  }),
  define({
    ...{
      id: 'PRO-Q9',
      title: 'only on a collection of one member answers with that member',
      clause: 'The only query parameter',
    },
    check: async (session) => {
      if (!feature(session, 'OnlyMemberQuery')) return notApplicable('OnlyMemberQuery is not advertised');
      for (const { uri, root: body, type } of treeOf(session.recording).values()) {
        const [member, second] = membersOf(body);
        if (!type?.schema.endsWith('Collection') || member === undefined || second !== undefined) continue;
        const exchange = await get(session, `${uri}?only`);
        const found = memberOf(bodyOf(exchange), '@odata.id');
        return found?.kind === 'string' && found.value === member
          ? pass('the member was answered', exchange)
          : fail(`?only is not answered with ${member}`, exchange, member);
      }
      return notApplicable('no collection has exactly one member');
    },
  }),
  define({
    ...{
      id: 'PRO-Q10',
      title: 'A query parameter that is not advertised is refused with 501',
      clause: 'Query parameters',
    },
    check: async (session) => {
      const queries = [
        ['SelectQuery', '$select=Name'],
        ['FilterQuery', "$filter=Id%20eq%20'x'"],
        ['ExpandQuery/NoLinks', '$expand=.'],
      ].filter(([name = '']) => !feature(session, name));
      if (queries.length === 0) return notApplicable('every query parameter is advertised');
      return Promise.all(
        queries.map(async ([, query = '']) => {
          const exchange = await get(session, `/redfish/v1/Systems?${query}`);
          const named = exchange.status === 200 || messageKeys(exchange).length > 0;
          return named ? wants(exchange, [501, 400], query) : fail('the refusal names no message', exchange);
        }),
      );
    },
  }),
];
