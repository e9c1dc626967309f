// SPDX-License-Identifier: Apache-2.0
// Elements, made once and changed only where something is different: a wallboard is repainted each second for months.

/** h("p", {class: "x", onclick: f}, "text", child) */
export function h(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const svgSpace = "http://www.w3.org/2000/svg";
export function svg(name, properties = {}, ...children) {
  const element = document.createElementNS(svgSpace, name);
  for (const [key, value] of Object.entries(properties)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}
export function attribute(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}
export function style(element, name, value) {
  if (element.style.getPropertyValue(name) !== value) element.style.setProperty(name, value);
}

/** Makes `parent` have a child for each of `items`, in order, those with the same key kept. `make(item)` gives an
 *  element, `change(element, item)` fills it. */
export function keyed(parent, items, keyOf, make, change) {
  const known = (parent.byKey ??= new Map());
  const wanted = new Set();
  let at = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    if (wanted.has(key)) continue;
    wanted.add(key);
    let element = known.get(key);
    if (!element) known.set(key, (element = make(item)));
    change(element, item);
    if (element === at) at = at.nextElementSibling;
    else parent.insertBefore(element, at);
  }
  for (const [key, element] of known)
    if (!wanted.has(key)) {
      element.remove();
      known.delete(key);
    }
}
