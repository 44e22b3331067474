"""Everything people may order, as data: for menus and command trees, also where nothing of it can be carried out."""

from bot.commands import persona
from bot.commands.busy import BUSY
from bot.commands.conversation import RESET
from bot.commands.feedback import FEEDBACK
from bot.commands.help import HELP
from bot.commands.status import STATUS
from bot.commands.stop import STOP
from bot.commands.usage import USAGE

SPECS = (*persona.SPECS, RESET, STOP, BUSY, USAGE, FEEDBACK, STATUS, HELP)
"""In the order of menus. Needs no model library: importing the commands must not import a room that has one."""
