import { Client, type Exchange, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';

// Queries go out as their hash, with GET; the hub asks for the text once, when it does not know it.
const byHash = persistedExchange({ preferGetForPersistedQueries: true });

/** A client of the hub at `url`, for whoever `token` belongs to. */
export function hub(url: string, token: string, documents: Exchange = byHash): Client {
  return new Client({
    url: `${url}/graphql`,
    exchanges: [documents, fetchExchange],
    fetchOptions: {
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/graphql-response+json',
      },
    },
  });
}
