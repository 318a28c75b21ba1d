import base64, hashlib, hmac, json, time


def verify(secret, headers, body, tolerance_seconds=300):
    """Reads a message, if it is the hub's: `body` as it came, before anything parsed it."""
    id, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(time.time() - int(timestamp)) > tolerance_seconds:
        raise ValueError("late")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{id}.{timestamp}.{body}".encode()
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(digest).decode()
    given = headers["webhook-signature"].split(" ")
    if not any(hmac.compare_digest(signature, expected) for signature in given):
        raise ValueError("not signed by the hub")
    return json.loads(body)
# ---


if __name__ == "__main__":
    # The suite asks which of the secrets each message is signed with.
    import sys

    def asked(secret, message):
        try:
            return bool(verify(secret, message["headers"], message["body"]))
        except ValueError as problem:
            return "late" if str(problem) == "late" else False

    question = json.load(sys.stdin)
    said = [[asked(secret, message) for secret in question["secrets"]] for message in question["messages"]]
    print(json.dumps(said))
