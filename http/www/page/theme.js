// SPDX-License-Identifier: Apache-2.0
// Dark or light, before anything is painted: what was chosen here, else what the system prefers.
(() => {
  const light = matchMedia("(prefers-color-scheme: light)");
  const chosen = () => localStorage.getItem("theme");
  const apply = () => {
    document.documentElement.dataset.theme = chosen() ?? (light.matches ? "light" : "dark");
    dispatchEvent(new Event("themechange"));
  };
  light.addEventListener("change", apply);
  window.theme = {
    get now() { return document.documentElement.dataset.theme; },
    toggle() {
      const next = this.now === "dark" ? "light" : "dark";
      // The system's own preference needs no note, so that the page goes on following it.
      if (next === (light.matches ? "light" : "dark")) localStorage.removeItem("theme");
      else localStorage.setItem("theme", next);
      apply();
    },
  };
  apply();
})();
