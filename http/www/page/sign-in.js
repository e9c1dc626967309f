// SPDX-License-Identifier: Apache-2.0
// The door.

import * as api from "./api.js";
import { attribute, h, text } from "./dom.js";

export class SignIn {
  /** `why`: what brought the person here, if it was not their wish. */
  constructor(board, why = "") {
    const user = h("input", { id: "user", name: "username", autocomplete: "username", required: true, autocapitalize: "none", spellcheck: "false" });
    const password = h("input", { id: "password", name: "password", type: "password", autocomplete: "current-password", required: true });
    const trouble = h("p", { id: "trouble", class: "trouble", role: "alert" }, why);
    const button = h("button", { type: "submit", class: "main" }, "Sign in");
    this.element = h("form", { class: "panel sign-in", "aria-labelledby": "sign-in-title", novalidate: true },
      h("h1", { id: "sign-in-title" }, "Sign in"),
      h("label", { for: "user" }, "User"), user, h("label", { for: "password" }, "Password"), password, trouble, button);
    this.first = user;
    this.element.addEventListener("submit", async (event) => {
      event.preventDefault();
      const wrong = !user.value ? [user, "Say who you are."] : !password.value ? [password, "The password is missing."] : null;
      if (wrong) {
        text(trouble, wrong[1]);
        return wrong[0].focus();
      }
      button.disabled = true;
      text(trouble, "");
      try {
        await api.signIn(user.value, password.value);
        await board.enter();
      } catch (problem) {
        text(trouble, problem instanceof api.Refused
          ? { 401: "Wrong user or password.", 429: "Too many wrong passwords. Wait a little and try again." }[problem.status] ?? problem.message
          : "The daemon does not answer. Is it running?");
        attribute(password, "aria-invalid", problem.status === 401);
        password.select();
      } finally {
        button.disabled = false;
      }
    });
  }
}
