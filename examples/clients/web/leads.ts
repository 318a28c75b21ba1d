import type { Client } from '@urql/core';
import { type FragmentType, useFragment } from './generated/index.js';
import {
  type LeadOrder,
  LeadRowFragmentDoc,
  LeadsPageDocument,
  type LeadsPageQueryVariables,
} from './generated/graphql.js';

/** A page of leads. The compiler knows what comes back, and what may be asked with. */
export async function page(hub: Client, variables: LeadsPageQueryVariables) {
  const { data, error } = await hub.query(LeadsPageDocument, variables);
  if (error || !data) {
    throw error ?? new Error('the hub gave no answer');
  }
  return data.leads;
}

/** All that passes `filter`, best first, page by page. */
export async function* leads(hub: Client, filter: LeadsPageQueryVariables['filter'], first = 100) {
  const orderBy: LeadOrder[] = [{ score: 'DESC' }, { createdAt: 'ASC' }];
  for (let after: string | null | undefined = null; ; ) {
    const { edges, pageInfo } = await page(hub, { first, after, filter, orderBy });
    yield* edges.map((edge) => edge.node);
    if (!pageInfo.hasNextPage) {
      return;
    }
    after = pageInfo.endCursor;
  }
}

/** What a row of the list says of a lead. */
export function line(row: FragmentType<typeof LeadRowFragmentDoc>): string {
  const lead = useFragment(LeadRowFragmentDoc, row);
  const name = [lead.firstName, lead.lastName].filter(Boolean).join(' ') || lead.companyName || '—';
  const owner = lead.owner?.name ?? 'nobody yet';
  const masked = lead.maskedFields.length ? ` (masked: ${lead.maskedFields.join(', ')})` : '';
  return `${lead.score} ${lead.status} ${name}, ${lead.account?.name ?? 'no account'}: ${owner}${masked}`;
}
