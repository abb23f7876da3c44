// One issue: what it says, what was said of it, and what one may do with it. Text is set as text, never as HTML.

const FILES_AT_MOST = 50 * 2 ** 20;  // bytes of one that goes through the page, as board.py has it

class Details {
  constructor(board) {
    this.board = board;
    this.element = make('section', 'bp-issue');
    this.element.tabIndex = -1;
    this.element.setAttribute('aria-label', 'Issue');
    this.news = make('p', 'bp-news');
    this.news.setAttribute('role', 'status');
    this.urls = new Map();  // of pictures, by file
    this.drafts = new Map();  // what is written and not sent: comments by their issue, forms by their title
    this.talk = make('textarea', '', undefined, {rows: 2});
    this.talk.setAttribute('aria-label', 'Comment');
    this.talk.addEventListener('input', () => this.drafts.set(this.issue.id, this.talk.value));
    this.talk.addEventListener('keydown', event => {
      event.stopPropagation();
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.comment();
      if (event.key === 'Escape') this.element.focus();
    });
    this.element.addEventListener('refused', ({detail}) => this.say(`Not possible: ${detail}.`));
    this.element.addEventListener('keydown', event => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      if (this.form) this.leaveForm();
      else this.board.leave();
    });
  }

  say(text, error = false) {
    this.news.textContent = text;
    this.news.classList.toggle('bp-bad', error);
  }

  // Ask the kernel for something; false, and words, where it was not to be.
  async act(does, more = {}, buffers = []) {
    this.say('…');
    const error = await this.board.act(does, {issue: this.issue?.id, ...more}, buffers);
    this.say(error, true);
    return !error;
  }

  // What the list knows at once; the rest comes.
  show(issue) {
    const same = issue && this.issue?.id === issue.id;
    this.issue = issue;
    if (!same) {
      if (this.waiting) this.board.act('unplace');
      this.waiting = false;
      this.about = null;
      this.form = this.writing = null;
      this.forget();
      this.say('');
    }
    if (!this.form) this.draw();  // what is being written is not to be lost because there is news
  }

  told(about) {
    if (about.issue !== this.issue?.id) return;
    this.about = about;
    if (this.form) return;
    const scroll = this.element.scrollTop;
    this.draw();
    this.element.scrollTop = scroll;
  }

  picture({issue, file, media}, [data]) {
    if (issue !== this.issue?.id || this.urls.has(file)) return;
    this.urls.set(file, URL.createObjectURL(new Blob([data], {type: media === 'image/png' ? media : 'image/jpeg'})));
    if (!this.form) this.drawFiles();
  }

  forget() {
    for (const url of this.urls.values()) URL.revokeObjectURL(url);
    this.urls.clear();
  }

  draw() {
    const {issue, about, element} = this;
    if (!issue) {
      element.replaceChildren(make('p', 'bp-none', 'Choose an issue on the left, or a pin in the building.'), this.news);
      return;
    }
    const why = about?.rights ?? {}, waits = about ? '' : 'one moment';
    const may = action => waits || why[action] || '';
    const head = make('header'), title = make('h3', '', issue.name || 'Without a name', {title: issue.name});
    head.append(badge(issue.status, `#${issue.number}`), title, button('✕', () => this.board.leave(), '', 'bp-small'));
    head.lastChild.setAttribute('aria-label', 'Close this issue');
    const acts = make('div', 'bp-acts');
    if (this.board.hasViewer) acts.append(button('Go there', () => this.act('go'), issue.pins ? '' : 'it has no pin'));
    acts.append(
      button('Edit', () => this.edit(), may('update')),
      button('Assign', () => this.assign(), may('assign')),
      issue.status.toLowerCase() === 'open'
        ? button('Solve', () => this.ask('How was it solved?', 'Solved', text => this.act('solve', {text}), about.solution), may('solve'))
        : button('Reopen', () => this.act('reopen'), may('reopen')),
      button('Close', () => this.act('close'), may('close')),
      button('Delete', () => this.remove(), may('delete') && may('force_delete') ? may('delete') : '', 'bp-danger'),
    );
    const facts = make('dl', 'bp-about');
    const fact = (name, value, late = false) => {
      if (value) facts.append(make('dt', '', name), make('dd', late ? 'bp-late' : '', value));
    };
    fact('Status', issue.status);
    fact('Type', issue.type);
    fact('Priority', issue.priority);
    fact('Responsible', about?.responsibles.join(', ') || issue.responsible || 'nobody');
    fact('Due', issue.due && `${day(issue.due)}${issue.overdue ? ' · overdue' : ''}`, issue.overdue);
    fact('Author', issue.author);
    fact('Written', moment(issue.created));
    fact('Storey', issue.storeys.join(', '));
    const body = [head, this.news, acts, facts];
    if (about?.description) body.push(make('p', 'bp-text', about.description));
    if (about?.solution) body.push(make('h4', '', 'Solution'), make('p', 'bp-text', about.solution));
    this.view = make('div', 'bp-view');
    this.files = make('div', 'bp-files');
    body.push(this.view, make('h4', '', `Attachments${about?.files.length ? ` (${about.files.length})` : ''}`), this.files);
    const input = make('input', '', undefined, {type: 'file', hidden: true, multiple: true});
    input.onchange = () => this.attach([...input.files]);
    const more = make('div', 'bp-acts');
    more.append(button('Attach a file …', () => input.click(), may('attach')), input);
    if (this.board.hasViewer) more.append(button('Attach this view', () => this.act('attach_view'), may('attach')));
    const said = make('ol', 'bp-comments');
    for (const [who, when, text] of about?.comments ?? []) {
      const item = make('li'), by = make('div');
      by.append(make('b', '', who || 'somebody'), make('time', '', moment(when)));
      item.append(by, make('p', 'bp-text', text));
      said.append(item);
    }
    const talk = make('div', 'bp-talk'), writing = document.activeElement === this.talk, no = may('comment');
    Object.assign(this.talk, {value: this.drafts.get(issue.id) ?? '', placeholder: no ? `No comments: ${no}` : 'Write a comment', disabled: Boolean(no)});
    talk.append(this.talk, button('Comment', () => this.comment(), no));
    body.push(more, make('h4', '', `Comments${about?.comments.length ? ` (${about.comments.length})` : ''}`), said, talk);
    element.replaceChildren(...body);
    if (writing) this.talk.focus({preventScroll: true});
    this.drawFiles();
  }

  drawFiles() {
    const {about} = this;
    this.view.replaceChildren();
    this.files.replaceChildren();
    for (const [file, name, bytes, ofView] of about?.files ?? []) {
      const url = this.urls.get(file);
      if (ofView) {
        if (!url) continue;
        const seen = button('', () => this.act('view'), about.scene ? '' : 'no view is kept with it');
        seen.append(make('img', '', undefined, {src: url, alt: 'What was seen'}));
        if (about.scene) seen.append(make('span', '', 'Show this view'));
        this.view.append(seen);
        continue;
      }
      const one = button('', () => this.save(file, name));
      one.classList.add('bp-file');
      one.title = `Save ${name}`;
      if (url) one.append(make('img', '', undefined, {src: url, alt: ''}));
      else one.append(make('i', '', (name.match(/\.(\w{1,5})$/)?.[1] ?? 'file').toUpperCase()));
      one.append(make('bdi', '', name), make('small', '', sized(bytes)));
      this.files.append(one);
    }
    if (!this.files.children.length) this.files.append(make('span', 'bp-dim', 'none'));
  }

  // --- what one does --------------------------------------------------------------------------------------------------

  async comment() {
    const text = this.talk.value, {id} = this.issue;
    if (!text.trim() || !await this.act('comment', {text}) || this.drafts.get(id) !== text) return;
    this.drafts.delete(id);
    if (this.issue?.id === id) this.talk.value = '';
  }

  async attach(files) {
    for (const file of files) {
      if (file.size > FILES_AT_MOST) return this.say(`${file.name} is larger than ${FILES_AT_MOST / 2 ** 20} MB.`, true);
      if (!await this.act('attach', {name: file.name}, [await file.arrayBuffer()])) return;
    }
  }

  async save(file, name) {
    this.saving = {file, name};
    await this.act('save', {file});
  }

  saved({file}, [data]) {
    if (this.saving?.file !== file) return;
    const url = URL.createObjectURL(new Blob([data], {type: 'application/octet-stream'}));
    make('a', '', undefined, {href: url, download: this.saving.name}).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  // --- forms ----------------------------------------------------------------------------------------------------------

  // A form in place of the details. `send` gets its values, and says whether that went well. One that is left for
  // another issue comes back with what was written in it.
  ask_form(title, fields, word, send, note = '') {
    const form = this.form = make('form', 'bp-form'), inputs = {}, written = this.drafts.get(title) ?? {};
    const values = () => Object.fromEntries(Object.entries(inputs).map(([key, one]) => [key, one.type === 'checkbox' ? one.checked : one.value]));
    this.writing = title;
    form.setAttribute('aria-label', title);
    form.append(make('h3', '', title), this.news);
    if (note) form.append(make('p', 'bp-on', note));
    for (const [name, {label, kind = 'text', value: now = '', options}] of Object.entries(fields)) {
      const value = written[name] ?? now;
      const row = make('label', kind === 'checkbox' ? 'bp-check' : ''), input = options ? make('select') : make(kind === 'area' ? 'textarea' : 'input');
      if (options) for (const [key, said] of options) input.append(make('option', '', said, {value: key}));
      else if (kind !== 'area') input.type = kind;
      else input.rows = 4;
      if (kind === 'checkbox') input.checked = value;
      else input.value = value;
      input.name = name;
      inputs[name] = input;
      row.append(make('span', '', label), input);
      form.append(row);
    }
    const acts = make('div', 'bp-acts'), submit = make('button', 'bp-act bp-main', word, {type: 'submit'});
    acts.append(submit, button('Cancel', () => this.leaveForm()));
    form.append(acts);
    form.addEventListener('keydown', event => { if (event.key !== 'Escape') event.stopPropagation(); });
    form.onsubmit = async event => {
      event.preventDefault();
      submit.disabled = true;
      const done = await send(values());
      submit.disabled = false;
      if (done) this.drafts.delete(title);
      if (done && this.form === form) this.leaveForm(true);
    };
    form.oninput = () => this.drafts.set(title, Object.fromEntries(Object.entries(values()).filter(([name, value]) => value !== fields[name].value)));
    this.say('');
    this.element.replaceChildren(form);
    this.element.scrollTop = 0;
    form.querySelector('input:not([type=checkbox]), textarea, select')?.focus();
  }

  leaveForm(done = false) {
    this.drafts.delete(this.writing);
    this.form = this.writing = null;
    this.waiting = false;
    if (!this.issue) this.board.open();
    if (!done) this.board.act('unplace');
    this.draw();
    this.element.focus({preventScroll: true});
  }

  // Who may be responsible, and who is although they have left.
  get whom() {
    const {people} = this.board, [now] = this.about?.people ?? [], known = !now || people.some(([id]) => id === now);
    return [['', 'nobody'], ...known ? [] : [[now, this.about.responsibles[0] ?? 'somebody']], ...people];
  }

  fields({name = '', type = '', priority = '', due = '', description = ''} = {}, responsible = '') {
    const {choices} = this.board, these = (all, now) => [...new Set([now, ...all])].filter(Boolean).map(one => [one, one]);
    return {
      name: {label: 'Name', value: name},
      description: {label: 'Description', kind: 'area', value: description},
      type: {label: 'Type', options: these(choices.type, type), value: type || choices.type[0]},
      priority: {label: 'Priority', options: [['', 'none'], ...these(choices.priority, priority)], value: priority},
      responsible: {label: 'Responsible', options: this.whom, value: responsible},
      due: {label: 'Due', kind: 'date', value: due.slice(0, 10)},
    };
  }

  edit() {
    const {issue, about} = this, [whom = ''] = about.people, was = this.fields({...issue, description: about.description}, whom);
    this.ask_form(`Edit #${issue.number}`, was, 'Save', values => {
      const changed = Object.entries(values).filter(([key, value]) => value !== was[key].value);
      return changed.length ? this.act('update', {fields: Object.fromEntries(changed)}) : true;
    });
  }

  assign() {
    const [whom = ''] = this.about.people, fields = {responsible: {label: 'Who is to solve it', options: this.whom, value: whom}};
    this.ask_form(`Assign #${this.issue.number}`, fields, 'Assign', fields => this.act('assign', {fields}));
  }

  ask(question, word, send, value = '') {
    this.ask_form(`#${this.issue.number} ${this.issue.name}`, {text: {label: question, kind: 'area', value}}, word, ({text}) => send(text));
  }

  remove() {
    const {rights} = this.about, force = Boolean(rights.delete), note = 'With its pins, comments and attachments. Its number is not used again.';
    this.ask_form(`Delete #${this.issue.number} ${this.issue.name}?`, {}, 'Delete', () => this.act('delete', {force}), note);
    this.form.querySelector('[type=submit]').classList.add('bp-danger');
  }

  // A new issue: first where it is,
  wait() {
    const form = this.form = make('div', 'bp-form'), acts = make('div', 'bp-acts');
    this.waiting = true;
    this.writing = null;
    acts.append(button('Without a place', () => {
      this.board.act('unplace');
      this.write('');
    }), button('Cancel', () => this.leaveForm()));
    form.append(make('h3', '', 'New issue'), make('p', 'bp-on', 'Click on the building where it is.'), acts);
    this.element.replaceChildren(form);
  }

  // then what it says; `on` says in words where it is.
  write(on) {
    this.waiting = false;
    this.issue = this.about = null;
    this.forget();
    const view = this.board.hasViewer ? {view: {label: 'Keep this view and its picture with it', kind: 'checkbox', value: true}} : {};
    this.ask_form('New issue', {...this.fields(), ...view}, 'Create', ({view: seen = false, ...fields}) =>
      this.act('create', {fields, view: seen, placed: Boolean(on)}), on ? `On ${on}` : '');
  }

  close() { this.forget(); }
}
