// Runs first in the page of a case, and notes whatever the case does. The page's policy reports every script, style sheet
// and load, and blocks none, so that the control can run; `check` fires all events and looks at the tree.
(() => {
  'use strict';
  const findings = [];
  const note = (kind, detail) => findings.push(`${kind}: ${String(detail).slice(0, 200)}`);

  for (const name of ['alert', 'confirm', 'prompt', 'print', 'open', 'eval']) {
    window[name] = detail => note('call', `${name}(${detail})`);
  }
  document.addEventListener('securitypolicyviolation', event =>
    note('policy', `${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
  window.addEventListener('error', event => { if (event instanceof ErrorEvent) note('error', event.message); });
  window.navigation?.addEventListener('navigate', event => note('navigation', event.destination.url));
  // A link may be followed, but here it is not: the page is still needed. One that cannot be read has no scheme.
  window.addEventListener('click', event => {
    const link = event.target.closest?.('a[href], area[href]');
    if (!link) return;
    if (/^(https?|mailto|tel)?:$/.test(link.protocol)) event.preventDefault();
    else note('link', link.protocol);
  }, true);

  const events = `mouseover mouseenter mousemove mousedown mouseup mouseout pointerover pointerdown focus focusin blur
    focusout load error abort animationstart animationend animationiteration transitionstart transitionend toggle
    beforetoggle keydown keyup keypress input change submit reset select scroll wheel copy cut paste drag dragstart drop
    beginEvent endEvent repeatEvent canplay play loadstart contextmenu dblclick message hashchange pageshow resize
    beforeunload`.split(/\s+/);

  const fireEvents = elements => {
    for (const element of elements) {
      for (const name of events) element.dispatchEvent(new Event(name, { cancelable: true }));
      element.focus?.();
      element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
    }
  };

  const lookAt = (element, allowed) => {
    if (!allowed.elements.includes(element.localName) || element.namespaceURI !== 'http://www.w3.org/1999/xhtml') {
      note('element', element.localName);
    }
    for (const { name, value } of element.attributes) {
      if (!allowed.attributes.includes(name)) note('attribute', name);
      if (name in allowed.values && !new RegExp(allowed.values[name]).test(value)) note('value', `${name}=${value}`);
      if (name in allowed.forbidden && new RegExp(allowed.forbidden[name], 'i').test(value)) {
        note('value', `${name}=${value}`);
      }
    }
  };

  const squeezed = text => text.replace(/\s+/g, '');

  // Whether the case stayed where it was put, with its text.
  const lookAtPlaces = (page, elements) => {
    for (const number of [1, 2, 3]) {
      const host = document.getElementById(`${page.secret}-host-${number}`);
      if (!host) continue;
      const next = document.getElementById(`${page.secret}-next-${number}`);
      if (next?.previousElementSibling !== host || !next.parentElement.matches('body, tr')) note('place', number);
      if (page.text !== undefined && squeezed(host.textContent) !== squeezed(page.text)) note('text', host.textContent);
    }
    for (const name of page.elements) {
      if (!elements.some(element => element.localName === name)) note('lost', name);
    }
  };

  window.check = async (page, allowed) => {
    const own = new Set(document.querySelectorAll(`body, [id^="${page.secret}"]`));
    const content = [...document.querySelectorAll('body *')].filter(element => !own.has(element));
    if (!page.isControl) {
      for (const element of content) lookAt(element, allowed);
      lookAtPlaces(page, content);
    }
    fireEvents(content);
    await new Promise(resolve => setTimeout(resolve, 25));
    return findings;
  };
})();
