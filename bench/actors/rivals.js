// SPDX-License-Identifier: Apache-2.0
// Reads a stream with one of the npm packages and counts its events: rivals.js PACKAGE PORT EVENTS
// Prints the CPU seconds from the Ping that starts the stream to its last event. What a package offers beyond
// one event a message is switched off.
"use strict";
const [, , name, port, expected] = process.argv;
let seen = 0, start;

function begin(ping) {
  start = process.cpuUsage();
  ping();
}

function happened() {
  if (start === undefined || ++seen < Number(expected))
    return;
  const used = process.cpuUsage(start);
  console.log(JSON.stringify({events: seen, cpu_seconds: (used.user + used.system) / 1e6}));
  process.exit(0);
}

setTimeout(() => {
  console.error(`${name}: ${seen} of ${expected} events after 120 s`);
  process.exit(1);
}, 120000);

if (name === "asterisk-manager") {
  const client = require(name)(Number(port), "127.0.0.1", "dialer", "secret", true);
  client.on("managerevent", happened);
  client.once("fullybooted", () => setTimeout(() => begin(() => client.action({action: "ping"})), 200));
} else {
  const Client = require(name);
  const client = new Client({emitEventsByTypes: false, emitResponsesById: false});
  client.on("event", happened);
  client.on("internalError", problem => console.error(problem));
  client.connect("dialer", "secret", {host: "127.0.0.1", port: Number(port)})
      .then(() => setTimeout(() => begin(() => client.action({Action: "Ping"})), 200));
}
