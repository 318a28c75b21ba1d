import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: '../schema.graphql',
  documents: ['../operations/*.graphql'],
  generates: {
    'generated/': {
      preset: 'client',
      // Writes persisted-documents.json too, for a hub that is to trust these documents and no others.
      presetConfig: { persistedDocuments: { hashAlgorithm: 'sha256' } },
      config: {
        // Nothing is `any`: instants, days and exact numbers come as strings.
        strictScalars: true,
        scalars: {
          BigInt: 'string',
          CurrencyCode: 'string',
          Date: 'string',
          DateTime: 'string',
          Decimal: 'string',
          JSON: 'unknown',
        },
        enumsAsTypes: true,
        useTypeImports: true,
      },
    },
  },
  emitLegacyCommonJSImports: false,
};

export default config;
