import { Client, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';

/** A client of the hub at `url`, for whoever `token` belongs to. */
export function hub(url: string, token: string): Client {
  return new Client({
    url: `${url}/graphql`,
    // Queries go out as their hash, with GET; the hub asks for the text once, when it does not know it.
    exchanges: [persistedExchange({ preferGetForPersistedQueries: true }), fetchExchange],
    fetchOptions: {
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/graphql-response+json',
      },
    },
  });
}
