// SPDX-License-Identifier: Apache-2.0
// A live client on the npm package `ws`: ws_client.mjs URL. Tells each message as a line of JSON; a line on standard input
// is sent as it is, "ping" pings, "close" says goodbye.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const { WebSocket } = createRequire(process.env.CLIENT_PACKAGES + '/')('ws');
const tell = (what) => console.log(JSON.stringify(what));
const socket = new WebSocket(process.argv[2]);
socket.on('open', () => tell({ opened: true, extensions: socket.extensions }));
socket.on('message', (data, binary) => tell(binary ? { binary: data.length } : JSON.parse(data)));
socket.on('pong', (data) => tell({ pong: data.toString() }));
socket.on('unexpected-response', (_, reply) => { tell({ refused: reply.statusCode }); process.exit(0); });
socket.on('error', (why) => tell({ failed: why.message }));
socket.on('close', (code) => { tell({ closed: code }); process.exit(0); });
createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === 'ping') socket.ping('are you there');
  else if (line === 'close') socket.close(1000, 'goodbye');
  else socket.send(line);
});
