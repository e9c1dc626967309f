// SPDX-License-Identifier: Apache-2.0
// REST, with the token of whoever has signed in. The token lives as long as the tab.

const kept = "authtoken";
/** How far the server's clock is ahead of ours (ms): timers count from the server's times. */
let ahead = 0;
export const serverNow = () => Date.now() + ahead;

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}
/** No answer at all: the daemon or the network is away. */
export class Away extends Error {}

export const token = () => sessionStorage.getItem(kept);
export const forgetToken = () => sessionStorage.removeItem(kept);

async function ask(method, path, { body, headers = {} } = {}) {
  const sent = Date.now();
  let reply;
  try {
    // Without credentials of the browser's own, a 401 brings up no window of the browser's own.
    reply = await fetch("/v1" + path, {
      method, credentials: "omit", cache: "no-store",
      headers: { ...headers, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout?.(15000),
    });
  } catch {
    throw new Away("the daemon does not answer");
  }
  const json = await reply.json().catch(() => ({}));
  const then = Date.parse(json.timestamp);
  if (then) {
    // The reply was written somewhere between the two; a long way there says little.
    const now = Date.now();
    if (now - sent < 1000 || ahead === 0) ahead = then - (sent + now) / 2;
  }
  if (!reply.ok) throw new Refused(reply.status, json.error?.message ?? `the daemon answered ${reply.status}`);
  return json.result;
}

const withToken = () => ({ Authorization: `Bearer ${token()}` });
export const get = (path) => ask("GET", path, { headers: withToken() });
export const put = (path, body) => ask("PUT", path, { headers: withToken(), body });

export async function signIn(user, password) {
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  const basic = btoa(String.fromCharCode(...bytes));
  const { authtoken } = await ask("POST", "/admin/login", { headers: { Authorization: `Basic ${basic}` } });
  sessionStorage.setItem(kept, authtoken);
}

/** Ends the token; a daemon that is away will forget it by itself. */
export async function signOut() {
  const gone = token() ? ask("DELETE", "/admin/login", { headers: withToken() }).catch(() => {}) : undefined;
  forgetToken();
  await gone;
}

/** Who this is: { user, may(permission) }. */
export async function whoAmI() {
  const { user, permissions } = await get("/admin/login");
  return { user, may: (wanted) => permissions.includes("*") || permissions.includes(wanted) };
}
