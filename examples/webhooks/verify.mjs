import { createHmac, timingSafeEqual } from 'node:crypto';

/** Reads a message, if it is the hub's: `body` as it came, before anything parsed it. */
export function verify(secret, headers, body, toleranceSeconds = 300) {
  const [id, timestamp] = [headers['webhook-id'], headers['webhook-timestamp']];
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= toleranceSeconds)) {
    throw new Error('late');
  }
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  const right = headers['webhook-signature'].split(' ').some((signature) => {
    const [version, text] = signature.split(',');
    const given = Buffer.from(text ?? '', 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!right) throw new Error('not signed by the hub');
  return JSON.parse(body);
}
// ---

// The suite asks which of the secrets each message is signed with.
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { messages, secrets } = JSON.parse(Buffer.concat(chunks).toString());
const said = messages.map(({ headers, body }) =>
  secrets.map((secret) => {
    try {
      return Boolean(verify(secret, headers, body));
    } catch (problem) {
      return problem.message === 'late' ? 'late' : false;
    }
  }),
);
console.log(JSON.stringify(said));
