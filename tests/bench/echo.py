"""`python -m tests.bench.echo URL TOKEN`: a bare python-telegram-bot echo bot, the floor under a question's way."""

import sys

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters


async def echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message and update.message.text:
        await update.message.reply_text(update.message.text)


def main() -> None:
    url, token = sys.argv[1:]
    bot = Application.builder().token(token).base_url(f"{url}/bot").base_file_url(f"{url}/file/bot").build()
    bot.add_handler(MessageHandler(filters.TEXT, echo))
    print(url, flush=True)
    bot.run_polling(poll_interval=0.0)


if __name__ == "__main__":
    main()
