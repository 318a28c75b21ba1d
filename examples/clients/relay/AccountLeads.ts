import { graphql } from 'relay-runtime';

/** The leads of one account, which grow at the end of a page: for `usePaginationFragment`. */
export const accountLeads = graphql`
  fragment AccountLeads_account on Account
  @argumentDefinitions(
    count: { type: "Int", defaultValue: 20 }
    cursor: { type: "String" }
    filter: { type: "LeadFilter" }
  )
  @refetchable(queryName: "AccountLeadsPageQuery") {
    name
    leads(first: $count, after: $cursor, filter: $filter, orderBy: [{ score: DESC }])
      @connection(key: "AccountLeads_leads") {
      totalCount
      edges {
        node {
          id
          status
          score
          owner {
            name
          }
        }
      }
    }
  }
`;

/** The screen that it is on. */
export const accountScreen = graphql`
  query AccountLeadsQuery($id: ID!) {
    node(id: $id) {
      ... on Account {
        ...AccountLeads_account @arguments(count: 50, filter: { status: { in: [MQL, ACCEPTED] } })
      }
    }
  }
`;
