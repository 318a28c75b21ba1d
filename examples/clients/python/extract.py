"""Writes the deals that changed since the last run into a CSV file, page by page.

    TOKEN=… python extract.py opportunities.csv

Each run adds to the file. A deal that changed again is in it again, with a higher version.
"""

import csv
import os
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from gql import Client, gql
from gql.transport.requests import RequestsHTTPTransport

COLUMNS = ["id", "version", "updatedAt", "stage", "ownerId", "accountId", "amount", "currency"]
OPERATIONS = Path(__file__).parent.parent / "operations"


def changed(session, since):
    """Yields the deals that changed at `since` or later, oldest change first."""
    query = gql((OPERATIONS / "changed-opportunities.graphql").read_text())
    after = None
    while True:
        query.variable_values = {"since": since, "after": after}
        page = session.execute(query)["opportunities"]
        yield from page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def row(deal):
    """A deal as a line of the file. Money is a decimal text: nothing is lost to floating point."""
    amount = deal.pop("amount") or {"amount": None, "currency": None}
    return {**deal, **amount}


def so_far(path):
    """What the file has, as ids with versions, and since when to ask for more."""
    known = set()
    last = datetime(1970, 1, 1, tzinfo=timezone.utc)
    if path.exists():
        # A line that the last run did not finish is none.
        text = path.read_bytes()
        path.write_bytes(text[: text.rfind(b"\n") + 1])
        with path.open(newline="") as file:
            for line in csv.DictReader(file):
                known.add((line["id"], line["version"]))
                last = max(last, datetime.fromisoformat(line["updatedAt"].replace("Z", "+00:00")))
    # A write that was under way while the last run read may have an earlier time than what it read.
    return known, (last - timedelta(minutes=10)).isoformat()


def main(path):
    known, since = so_far(path)
    transport = RequestsHTTPTransport(
        url=os.environ.get("HUB_URL", "http://127.0.0.1:8080") + "/graphql",
        headers={"Authorization": f"Bearer {os.environ['TOKEN']}"},
        retries=3,
    )
    written = 0
    with Client(transport=transport) as session, path.open("a", newline="") as file:
        table = csv.DictWriter(file, COLUMNS)
        if file.tell() == 0:
            table.writeheader()
        for deal in changed(session, since):
            if (deal["id"], str(deal["version"])) not in known:
                table.writerow(row(deal))
                written += 1
    print(f"{written} changed deals since {since}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
