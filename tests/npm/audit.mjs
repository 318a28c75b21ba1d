// Runs every audit of `graphql-http` against the hub at HUB_URL, with the token in HUB_TOKEN, and
// prints one line for each: `ok` or `FAILED`, its id and its name. Ends with status 1 unless all pass.

import { serverAudits } from 'graphql-http';

const { HUB_URL, HUB_TOKEN } = process.env;

/** The audits know of no tokens. */
const fetchFn = (url, init = {}) => {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${HUB_TOKEN}`);
  return fetch(url, { ...init, headers });
};

const audits = serverAudits({ url: `${HUB_URL}/graphql`, fetchFn });
let failed = 0;
for (const audit of audits) {
  const result = await audit.fn();
  if (result.status === 'ok') {
    console.log(`ok ${audit.id} ${audit.name}`);
  } else {
    failed += 1;
    console.log(`FAILED ${audit.id} ${audit.name}: ${result.reason}`);
  }
}
console.log(`${audits.length - failed} of ${audits.length} audits pass`);
process.exitCode = failed === 0 ? 0 : 1;
