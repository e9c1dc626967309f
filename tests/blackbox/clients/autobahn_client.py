# SPDX-License-Identifier: Apache-2.0
"""A live client on python3-autobahn; the same lines in and out as ws_client.mjs."""
import asyncio
import json
import sys
from urllib.parse import urlsplit

from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol


def tell(what):
    print(json.dumps(what), flush=True)


class Client(WebSocketClientProtocol):
    def onConnect(self, response):
        tell({"opened": True, "extensions": ",".join(response.extensions)})

    def onOpen(self):
        asyncio.get_running_loop().add_reader(sys.stdin, self.obey)

    def obey(self):
        line = sys.stdin.readline().strip()
        if line == "ping":
            self.sendPing(b"are you there")
        elif line == "close":
            self.sendClose(1000, "goodbye")
        elif line:
            self.sendMessage(line.encode())

    def onMessage(self, payload, isBinary):
        tell({"binary": len(payload)} if isBinary else json.loads(payload))

    def onPong(self, payload):
        tell({"pong": payload.decode()})

    def onClose(self, wasClean, code, reason):
        if "401" in (reason or ""):
            tell({"refused": 401})
        else:
            tell({"closed": code, "clean": wasClean})
        asyncio.get_running_loop().stop()


async def main():
    at = urlsplit(sys.argv[1])
    factory = WebSocketClientFactory(sys.argv[1])
    factory.protocol = Client
    await asyncio.get_running_loop().create_connection(factory, at.hostname, at.port)


loop = asyncio.new_event_loop()
loop.run_until_complete(main())
loop.run_forever()
