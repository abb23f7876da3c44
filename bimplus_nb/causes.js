// Why a view may stay empty, as a page can say and see it. The words are those of causes.py.

const Causes = (() => {
  const {table, parts, limit} = __GIVEN__;
  const PATIENCE = 4000;

  // One cause with its slots filled: {words, cure, command}.
  function told(id, values = {}) {
    const fill = text => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
    return Object.fromEntries(Object.entries(table[id]).map(([kind, text]) => [kind, fill(text)]));
  }

  // As one text, and as an error that knows its cause.
  const text = (id, values) => Object.values(told(id, values)).filter(Boolean).join('\n');
  const error = (id, values) => new Error(text(id, values), {cause: id});

  // What the page of a Jupyter server says of itself; nothing in VS Code, Colab and saved pages.
  function config() {
    try {
      return JSON.parse(document.getElementById('jupyter-config-data').textContent);
    } catch {
      return {};
    }
  }

  const ask = address => fetch(address, {
    credentials: 'same-origin', redirect: 'error', cache: 'no-store', signal: AbortSignal.timeout(PATIENCE),
    headers: {'X-XSRFToken': document.cookie.match(/(?:^|; )_xsrf=([^;]*)/)?.[1] ?? ''},
  });

  const below = (base, path) => new URL(path, new URL(base.endsWith('/') ? base : `${base}/`, location.origin)).href;

  // Semantic versions: whether `found` may stand for `wanted`: the same up to the first number that is not 0, not older
  // where the kernel asks for that.
  function fits(found, wanted, floor) {
    const [a, b] = [found, wanted].map(version => version.split('.').map(part => parseInt(part)));
    const line = b.findIndex(Boolean) + 1 || 1;
    if (a.slice(0, line).join() !== b.slice(0, line).join()) return false;
    const differs = a.findIndex((part, k) => part !== b[k]);
    return !floor || differs < 0 || a[differs] > b[differs];
  }

  // How this page stands with an extension: {cause, values}, {found: its version}, or {} where it cannot tell.
  // `wanted` is the version that came with the kernel's package; without it one that is there is taken for wrong.
  async function extension(name, wanted, floor) {
    const {federated_extensions: there, disabledExtensions: off, baseUrl, fullLabextensionsUrl: url} = config();
    if (!Array.isArray(there)) return {};
    const values = {extension: name, ...parts[name]};
    if (!there.some(one => one.name === name)) return {cause: 'extension-missing', values};
    const plugin = off?.find(one => one === values.plugin || values.plugin.startsWith(`${one}:`));
    if (plugin) return {cause: 'extension-disabled', values: {...values, plugin}};
    let found = '';
    try {
      found = String((await (await ask(below(url ?? below(baseUrl, 'lab/extensions'), `${name}/package.json`))).json()).version);
    } catch {}
    if (wanted === undefined || (found && wanted && !fits(found, wanted, floor))) {
      return {cause: 'extension-version', values: {...values, found: found || 'unknown'}};
    }
    return {found};
  }

  return {parts, limit, told, text, error, config, ask, below, fits, extension};
})();
