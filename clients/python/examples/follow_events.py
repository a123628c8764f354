"""Prints so many events as they happen, over restarts of the service: python follow_events.py https://bmc admin PASSWORD 10"""

import asyncio
import sys

from redfishd_client import Credentials, Options, TlsOptions, connect_async


async def main(url: str, user: str, password: str, count: str) -> None:
    options = Options(credentials=Credentials(user, password), tls=TlsOptions(trust="first-use"))
    left = int(count)
    async with await connect_async(url, options) as bmc:
        async for event in bmc.events():
            print(event.get("EventTimestamp"), event.get("MessageId"), event.get("Message"))
            left -= 1
            if left == 0:
                return


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
