// Told to node with `--import`, this writes a line for each request that a program makes with `fetch` to
// standard error: its method, and whether the document goes out as a text or as its hash alone.

const send = globalThis.fetch;
globalThis.fetch = (url, init = {}) => {
  const hash = decodeURIComponent(`${url}${init.body ?? ''}`).includes('sha256Hash');
  const text = new URL(url).searchParams.has('query') || Boolean(init.body && JSON.parse(init.body).query);
  console.error(init.method ?? 'GET', [text && 'text', hash && 'hash'].filter(Boolean).join(' and '));
  return send(url, init);
};
