import { persistedExchange } from '@urql/exchange-persisted';

/** For callers who may run trusted documents only: what goes out is the id in the manifest, never a text. */
export const trusted = persistedExchange({
  enforcePersistedQueries: true,
  preferGetForPersistedQueries: true,
  // graphql-codegen wrote it into the document, in `generated/graphql.ts`.
  generateHash: async (_text, document) => (document as { __meta__?: { hash: string } }).__meta__?.hash ?? '',
});
