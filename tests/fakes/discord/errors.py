"""Refusals as Discord words them (documents, "JSON Error Codes")."""

from typing import Any

from aiohttp import web

from tests.fakes.server import json_answer

CODES = {
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on a DM channel"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50013: (403, "Missing Permissions"),
    50027: (401, "Invalid Webhook Token"),
    50035: (400, "Invalid Form Body"),
    50083: (400, "Thread is archived"),
    160002: (400, "Cannot reply without permission to read message history"),
}


class Refused(Exception):
    """The request gets an error body. `errors` is the tree that comes with 50035."""

    def __init__(self, code: int, errors: dict[str, Any] | None = None) -> None:
        self.status, message = CODES[code]
        super().__init__(f"{code} {message}")
        self.body: dict[str, Any] = {"message": message, "code": code}
        if errors is not None:
            self.body["errors"] = errors

    def answer(self) -> web.Response:
        """The response."""
        return json_answer(self.body, status=self.status)


def invalid(name: str, code: str, message: str) -> Refused:
    """50035 for one field."""
    return Refused(50035, {name: {"_errors": [{"code": code, "message": message}]}})
