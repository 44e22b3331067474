"""Files for people, uploaded and shown in a thread."""

from collections.abc import Sequence

from slack_sdk.errors import SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.rendering.outlet import File
from adapters.slack.failures import asked
from bot.errors import PlatformUnavailable


async def attach(client: AsyncWebClient, files: Sequence[File], *, channel: str, thread: str) -> None:
    """One message with all of `files`: files.getUploadURLExternal and an upload for each, then files.completeUploadExternal.

    Needs the scope files:write. Raises `PlatformRefused` and `PlatformUnavailable`; nothing is shown before the last of the calls.
    """
    uploads = [{"filename": file.name, "title": file.name, "content": file.content} for file in files]
    try:
        await asked(client.files_upload_v2(file_uploads=uploads, channel=channel, thread_ts=thread))
    except SlackRequestError as error:
        raise PlatformUnavailable("Slack did not take the file") from error
