// Which of the secrets each message is signed with, as the library of the convention says: the package
// `standardwebhooks`. The question is JSON on standard input, the answer on standard output.

import { Webhook } from 'standardwebhooks';

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { messages, secrets } = JSON.parse(Buffer.concat(chunks).toString());

const said = messages.map(({ headers, body }) =>
  secrets.map((secret) => {
    try {
      return Boolean(new Webhook(secret).verify(body, headers));
    } catch (problem) {
      return /timestamp/.test(problem.message) ? 'late' : false;
    }
  }),
);
console.log(JSON.stringify(said));
