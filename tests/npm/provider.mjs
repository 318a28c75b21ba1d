// An OpenID provider on this machine, the package `oidc-provider`, and people who sign in to it by script.
//
// Reads commands from standard input, one JSON object a line, and answers each with one line of JSON. The
// first line that it writes is `{"issuer": …}`.
//
//   {"do": "sign-in", "sub", "claims", "resource", "alg"}  → {"access", "id"}: a person signs in with a browser, by
//       authorization code with PKCE; the tokens have these claims, and are signed with that algorithm
//   {"do": "rotate"}   → {}: new keys in the place of the old ones
//   {"do": "close"}    → {}: nobody is answered any more
//   {"do": "open"}     → {}: until now

import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

const CLIENT = 'front-end';
const REDIRECT = 'http://127.0.0.1/signed-in';
const KEYS = [
  ['RS256', 'rsa', { modulusLength: 2048 }],
  ['PS256', 'rsa', { modulusLength: 2048 }],
  ['ES256', 'ec', { namedCurve: 'P-256' }],
  ['ES384', 'ec', { namedCurve: 'P-384' }],
  ['EdDSA', 'ed25519', {}],
];

// What the package has to say is no answer.
console.info = console.warn;

/** What the person who signs in next is, and what their tokens are signed with. */
let person;

function keys() {
  return KEYS.map(([alg, kind, options]) => {
    const { privateKey } = generateKeyPairSync(kind, options);
    return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: randomBytes(8).toString('hex') };
  });
}

function provider(issuer) {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT,
        application_type: 'native',
        redirect_uris: [REDIRECT],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    ],
    jwks: { keys: keys() },
    cookies: { keys: ['of the tests'] },
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...person.claims }) }),
    extraTokenClaims: () => person.claims,
    enabledJWA: { idTokenSigningAlgValues: KEYS.map(([alg]) => alg) },
    features: {
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, resource) => ({
          scope: '',
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: person.alg } },
        }),
      },
    },
  });
  provider.on('server_error', (_context, problem) => console.error(problem));
  return provider;
}

/** A browser: keeps cookies, and shows where it is sent instead of going there. */
function browser() {
  const cookies = new Map();
  return async (url, body) => {
    const answer = await fetch(url, {
      method: body ? 'POST' : 'GET',
      body: body && new URLSearchParams(body),
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      redirect: 'manual',
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = cookie.match(/^([^=]+)=([^;]*)/);
      cookies.set(name, value);
    }
    const to = answer.headers.get('location');
    return { answer, to: to && new URL(to, url) };
  };
}

/** Signs in as a person would, and gets the tokens as a front end does. */
async function signIn(issuer, { sub, resource }) {
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
  const go = browser();
  const start = new URL(metadata.authorization_endpoint);
  start.search = new URLSearchParams({
    client_id: CLIENT,
    redirect_uri: REDIRECT,
    response_type: 'code',
    scope: 'openid email',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...(resource && { resource }),
  });
  let { answer, to } = await go(start);
  while (to && !to.href.startsWith(REDIRECT)) {
    if (to.pathname.startsWith('/interaction/')) {
      const page = await (await go(to)).answer.text();
      const [, prompt] = page.match(/name="prompt" value="(\w+)"/);
      ({ answer, to } = await go(to, { prompt, login: sub, password: 'any' }));
    } else {
      ({ answer, to } = await go(to));
    }
  }
  const code = to?.searchParams.get('code');
  if (!code) {
    throw new Error(`no code: ${answer.status} ${to ?? (await answer.text())}`);
  }
  const exchanged = await fetch(metadata.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: CLIENT,
      redirect_uri: REDIRECT,
      code,
      code_verifier: verifier,
    }),
  });
  const tokens = await exchanged.json();
  if (!exchanged.ok) {
    throw new Error(`no tokens: ${JSON.stringify(tokens)}`);
  }
  return { access: tokens.access_token, id: tokens.id_token };
}

let callback;
const server = createServer((request, response) => {
  // No connection outlives what was asked on it: none is in the way of closing.
  response.shouldKeepAlive = false;
  callback(request, response);
});
const listen = (port) => new Promise((listening) => server.listen(port, '127.0.0.1', listening));
await listen(0);
const { port } = server.address();
const issuer = `http://127.0.0.1:${port}`;
const renew = () => {
  callback = provider(issuer).callback();
  return {};
};
renew();

const COMMANDS = {
  'sign-in': async (command) => {
    person = command;
    return signIn(issuer, command);
  },
  rotate: async () => renew(),
  close: async () => {
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
    return {};
  },
  open: async () => {
    await listen(port);
    return {};
  },
};

console.log(JSON.stringify({ issuer }));
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  console.log(JSON.stringify(await COMMANDS[command.do](command)));
}
process.exit();
