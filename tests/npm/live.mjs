// Subscribes to the hub at HUB_URL with the token in HUB_TOKEN, as front ends do: with the client that the first
// argument names, `graphql-ws` or `graphql-sse`. It prints one line for each thing that went as it should, and ends
// with status 1 and the reason where one did not.

import assert from 'node:assert/strict';
import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import WebSocket from 'ws';

const { HUB_URL, HUB_TOKEN } = process.env;
const url = `${HUB_URL}/graphql`;
const CHANGED = `subscription Changed($after: String) {
  changed(entities: [API_TOKEN], after: $after) { cursor kind node { ... on ApiToken { name } } } }`;

/** Asks once, over HTTP. */
const ask = async (query, variables = {}) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${HUB_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
};

/** Makes a token, which is a change; its id and its text. */
const make = async (name) => {
  const data = await ask(
    `mutation($name: String!) { createServiceToken(input: { name: $name, role: "ADMIN", scopes: ["*:read"] }) {
       token apiToken { id } } }`,
    { name },
  );
  const { token, apiToken } = data.createServiceToken;
  return { token, id: apiToken.id };
};

const clients = {
  'graphql-ws': (token, closed = () => {}) =>
    createWs({
      url: url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: { Authorization: `Bearer ${token}` },
      retryAttempts: 0,
      on: { closed },
    }),
  'graphql-sse': (token) =>
    createSse({ url, headers: { Authorization: `Bearer ${token}` }, retryAttempts: 0 }),
};

const kind = process.argv[2];
const client = clients[kind];
const done = (what) => console.log(`ok ${what}`);

/** The next `count` events of a subscription, and what else it told. */
const take = async (results, count) => {
  const events = [];
  while (events.length < count) {
    const { value, done: over } = await results.next();
    assert.ok(!over, `the stream is over after ${events.length} of ${count} events`);
    assert.equal(value.errors, undefined, JSON.stringify(value.errors));
    events.push(value.data.changed);
  }
  return events;
};
const names = (events) => events.map(({ kind, node }) => `${kind} ${node?.name}`);

const { changeCursor } = await ask('{ changeCursor }');
const first = client(HUB_TOKEN);
const results = first.iterate({ query: CHANGED, variables: { after: changeCursor } });
await make('one');
const [one] = await take(results, 1);
const [two] = await Promise.all([take(results, 1), make('two')]).then(([events]) => events);
assert.deepEqual(names([one, two]), ['CREATED one', 'CREATED two']);
done('received');

await results.return();
await first.dispose();
await make('three');
const again = client(HUB_TOKEN);
const resumed = again.iterate({ query: CHANGED, variables: { after: one.cursor } });
assert.deepEqual(names(await take(resumed, 2)), ['CREATED two', 'CREATED three']);
await resumed.return();
await again.dispose();
done('resumed');

const wrong = client(HUB_TOKEN).iterate({ query: 'subscription { changed { nothing } }' });
const refused = await wrong.next().then(
  ({ value }) => value.errors,
  (errors) => errors,
);
assert.equal(refused[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
done('told what is wrong');

let code;
const stranger = client('garbage', (event) => (code = event.code));
const turnedAway = await stranger
  .iterate({ query: CHANGED })
  .next()
  .catch((error) => error);
if (kind === 'graphql-ws') {
  assert.equal(code ?? turnedAway.code, 4403);
} else {
  assert.equal(turnedAway.response.status, 401);
}
done('turned away');

const { token, id } = await make('short-lived');
const lasting = client(token, (event) => (code = event.code));
const { changeCursor: now } = await ask('{ changeCursor }');
const ending = lasting.iterate({ query: CHANGED, variables: { after: now } });
await Promise.all([take(ending, 1), make('last')]);
const revoked = Date.now();
await ask('mutation($id: ID!) { revokeToken(input: { id: $id }) { apiToken { id } } }', { id });
let end;
do {
  end = await ending.next().catch((error) => error);
} while (end.value?.data);
if (kind === 'graphql-ws') {
  assert.equal(code ?? end.code, 4401);
} else {
  assert.equal(end.value.errors[0].extensions.code, 'UNAUTHENTICATED');
  assert.ok((await ending.next()).done);
}
assert.ok(Date.now() - revoked < 2_000, 'the stream ends at once');
done('ended with its token');
process.exit(0);
