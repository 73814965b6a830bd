// Loads the pages of all cases in frames, a few at a time, and sends what each of them noted.
(async () => {
  'use strict';
  const { pages, allowed } = await (await fetch('/pages')).json();
  const results = [];

  const load = url => new Promise(resolve => {
    const frame = document.createElement('iframe');
    // Without leave to navigate this page away, or to stop it with a dialogue.
    frame.sandbox = 'allow-scripts allow-same-origin allow-forms allow-popups';
    frame.width = 800;
    frame.onload = () => resolve(frame);
    // A control may keep its page from ever being loaded.
    setTimeout(() => resolve(frame), 3000);
    frame.src = url;
    document.body.append(frame);
  });

  const run = async page => {
    const url = new URL(`/page/${page.index}/${page.context}`, location).href;
    const frame = await load(url);
    let findings;
    try {
      findings = [...await Promise.race([
        frame.contentWindow.check(page, allowed),
        new Promise((_, reject) => setTimeout(() => reject(new Error('no answer')), 3000)),
      ])];
      if (frame.contentWindow.location.href !== url) findings.push(`navigation: ${frame.contentWindow.location.href}`);
    } catch (error) {
      findings = [`gone: ${error}`];
    }
    frame.remove();
    if (findings.length > 0) results.push({ name: page.name, context: page.context, findings });
  };

  const worker = async () => {
    while (pages.length > 0) await run(pages.shift());
  };
  const count = pages.length;
  await Promise.all(Array.from({ length: 12 }, worker));
  await fetch('/result', { method: 'POST', body: JSON.stringify({ pages: count, results }) });
})();
