// What the list and an issue are made of: elements, signs, days, buttons.

const make = (tag, name = '', text = undefined, more = {}) => {
  const element = Object.assign(document.createElement(tag), {className: name}, more);
  if (text !== undefined) element.textContent = text;
  return element;
};

const svg = path => {
  const space = 'http://www.w3.org/2000/svg', drawn = document.createElementNS(space, 'svg');
  drawn.setAttribute('viewBox', '0 0 16 16');
  drawn.setAttribute('aria-hidden', 'true');
  drawn.append(document.createElementNS(space, 'path'));
  drawn.firstChild.setAttribute('d', path);
  return drawn;
};

// As in the building: a colour and a sign.
const SIGNS = {
  open: 'M8 3a5 5 0 100 10A5 5 0 008 3z', solved: 'M2.5 8.5l3.8 3.8 7.2-8', closed: 'M3.5 3.5h9v9h-9z', other: 'M8 2l6 6-6 6-6-6z',
};
const kindOf = status => Object.hasOwn(SIGNS, status.toLowerCase()) ? status.toLowerCase() : 'other';

function badge(status, text = status) {
  const element = make('span', 'bp-status');
  element.dataset.kind = kindOf(status);
  element.append(svg(SIGNS[kindOf(status)]), make('b', '', text));
  return element;
}

// A day is over at its end in UTC, as the service counts.
const day = text => text && new Date(text).toLocaleDateString(undefined, {year: 'numeric', month: 'short', day: 'numeric', timeZone: 'UTC'});
const moment = text => text && new Date(text).toLocaleString(undefined, {dateStyle: 'medium', timeStyle: 'short'});
const sized = bytes => bytes > 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1e3))} kB`;

// A button that one may not press says why, and can still be reached: so it is not `disabled`.
function button(text, press, why = '', name = '') {
  const element = make('button', `bp-act ${name}`, text, {type: 'button', title: why});
  if (why) element.setAttribute('aria-disabled', 'true');
  element.onclick = () => why ? element.dispatchEvent(new CustomEvent('refused', {bubbles: true, detail: why})) : press();
  return element;
}
