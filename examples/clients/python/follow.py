"""Keeps a copy of the accounts of a hub, and follows what changes: python3 follow.py copy.json [--once]"""

import json
import os
import sys
import time
import urllib.request

ROWS = """query ($after: String) {
  accounts(first: 500, after: $after) { nodes { id name lifecycle } pageInfo { hasNextPage endCursor } }
}"""
CHANGES = """query ($after: String) {
  changes(after: $after, entities: [ACCOUNT], first: 500) {
    nodes { kind id node { ... on Account { id name lifecycle } } }
    pageInfo { hasNextPage endCursor }
  }
}"""


class Expired(Exception):
    """The cursor leads nowhere any more."""


def ask(query, **variables):
    request = urllib.request.Request(
        os.environ["HUB_URL"] + "/graphql",
        json.dumps({"query": query, "variables": variables}).encode(),
        {"Authorization": "Bearer " + os.environ["TOKEN"], "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as response:
        answer = json.load(response)
    for error in answer.get("errors", []):
        if error["extensions"]["code"] == "CURSOR_EXPIRED":
            raise Expired
        raise SystemExit(error["message"])
    return answer["data"]


def extract():
    """Everything, and where the feed was before that: what changes meanwhile is heard of afterwards."""
    cursor = ask("{ changeCursor }")["changeCursor"]
    rows, after = {}, None
    while True:
        page = ask(ROWS, after=after)["accounts"]
        rows.update((row["id"], row) for row in page["nodes"])
        if not page["pageInfo"]["hasNextPage"]:
            return {"cursor": cursor, "rows": rows}
        after = page["pageInfo"]["endCursor"]


def follow(copy):
    """Applies what has changed, up to now."""
    more = True
    while more:
        page = ask(CHANGES, after=copy["cursor"])["changes"]
        for change in page["nodes"]:
            if change["node"]:
                copy["rows"][change["id"]] = change["node"]
            else:
                copy["rows"].pop(change["id"], None)
        copy["cursor"] = page["pageInfo"]["endCursor"]
        more = page["pageInfo"]["hasNextPage"]


def save(path, copy):
    """The rows and the cursor together, so that they always fit."""
    with open(path + ".new", "w") as file:
        json.dump(copy, file)
    os.replace(path + ".new", path)


def main(path, once):
    copy = json.load(open(path)) if os.path.exists(path) else extract()
    while True:
        try:
            follow(copy)
        except Expired:
            copy = extract()
        save(path, copy)
        if once:
            return
        time.sleep(5)


main(sys.argv[1], "--once" in sys.argv)
