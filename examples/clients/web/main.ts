// Prints the leads that wait for sales, for whoever TOKEN belongs to: node built/main.js

import { hub } from './hub.js';
import { leads, line } from './leads.js';
import { trusted } from './trusted.js';

declare const process: { env: Record<string, string | undefined> };

const { HUB_URL = 'http://127.0.0.1:8080', TOKEN = '', TRUSTED } = process.env;
const client = hub(HUB_URL, TOKEN, TRUSTED ? trusted : undefined);
for await (const lead of leads(client, { status: { eq: 'MQL' } })) {
  console.log(line(lead));
}
