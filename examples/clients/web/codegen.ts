import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: '../schema.graphql',
  documents: ['../operations/*.graphql'],
  generates: {
    'generated/': {
      preset: 'client',
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
