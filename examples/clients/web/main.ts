// Prints the leads that wait for sales, for whoever TOKEN belongs to: node built/main.js

import { hub } from './hub.js';
import { leads, line } from './leads.js';

declare const process: { env: Record<string, string | undefined> };

const { HUB_URL = 'http://127.0.0.1:8080', TOKEN = '' } = process.env;
for await (const lead of leads(hub(HUB_URL, TOKEN), { status: { eq: 'MQL' } })) {
  console.log(line(lead));
}
