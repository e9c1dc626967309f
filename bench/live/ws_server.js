// SPDX-License-Identifier: Apache-2.0
// The npm package `ws` as a fan-out server: the same protocol on standard input as bench_live serve.
const { WebSocketServer } = require('ws');
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false }, () =>
  console.log(JSON.stringify({ port: server.address().port })));
let seq = 1889587461947392;
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    const wish = JSON.parse(data);
    if (wish.type === 'subscribe') {
      socket.subscribed = true;
      socket.send(JSON.stringify({ type: 'subscribed', topic: wish.topic, seq }));
    }
  });
});
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const [, count, bytes] = line.split(' ').map(Number);
  for (let i = 0; i < count; ++i) {
    const text = JSON.stringify({ 'ob.campaign.update': { text: '^' + 'x'.repeat(bytes) },
      topic: '/ob/campaigns/00000000-0000-4000-8000-000000000000', seq: ++seq });
    for (const socket of server.clients)
      if (socket.subscribed) socket.send(text);
  }
  console.log('ok');
}).on('close', () => process.exit(0));
