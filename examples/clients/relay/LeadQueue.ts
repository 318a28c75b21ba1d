import { graphql } from 'relay-runtime';

/** A list at the root of the API, which refetches itself by the query that Relay writes for it. */
export const leadQueue = graphql`
  fragment LeadQueue_query on Query
  @argumentDefinitions(
    count: { type: "Int", defaultValue: 20 }
    cursor: { type: "String" }
    orderBy: { type: "[LeadOrder!]", defaultValue: [{ score: DESC }] }
  )
  @refetchable(queryName: "LeadQueuePageQuery") {
    leads(first: $count, after: $cursor, filter: { ownerId: { isNull: true } }, orderBy: $orderBy)
      @connection(key: "LeadQueue_leads", filters: ["orderBy"]) {
      edges {
        node {
          id
          ...LeadQueue_lead
        }
      }
    }
  }
`;

/** One row of it; Relay fetches it again with `node(id:)`. */
export const leadQueueRow = graphql`
  fragment LeadQueue_lead on Lead @refetchable(queryName: "LeadQueueRowQuery") {
    firstName
    lastName
    createdAt
    account {
      name
      annualRevenue {
        amount
        currency
      }
    }
  }
`;

/** The screen that it is on. */
export const leadQueueScreen = graphql`
  query LeadQueueQuery {
    ...LeadQueue_query
  }
`;
