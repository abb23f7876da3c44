// How each object looks, and what its parts get from that: the page's own copy of state.py, for a page without a kernel.

class Looks {
  // Arrays of bytes: of objects visible, ghost, selected, asked, room, colored, spoken and color (three each); of parts
  // owner (four bytes), base (three) and closed.
  constructor(state) {
    for (const [name, bytes] of Object.entries(state)) this[name] = new Uint8Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    this.owner = new Uint32Array(this.owner.buffer);
    this.count = this.visible.length;
  }

  there(i) { return !this.room[i] || this.colored[i] || this.asked[i]; }
  through(i) { return this.ghost[i] || !this.spoken[i]; }
  shown(i) { return this.visible[i] && !this.through(i) && this.there(i); }

  uncolor() {
    this.colored.fill(0);
    this.spoken.fill(1);
  }

  // Let these be seen, and rooms if there is nothing else among them.
  bring(which) {
    const rooms = which.every(i => this.room[i]);
    for (const i of which) {
      this.visible[i] = 1;
      this.ghost[i] = 0;
      if (rooms && this.room[i]) this.asked[i] = 1;
    }
  }

  // A word a part.
  texels() {
    const {owner, base, closed, color} = this, bits = new Uint8Array(this.count), out = new Uint8Array(4 * owner.length);
    for (let i = 0; i < this.count; i++) {
      bits[i] = (this.visible[i] && VISIBLE) | (this.through(i) && GHOST) | (this.selected[i] && SELECTED)
        | ((this.colored[i] || (this.room[i] && this.asked[i])) && COLORED) | (this.room[i] && ROOM);
    }
    for (let part = 0; part < owner.length; part++) {
      const i = owner[part], from = this.colored[i] ? color.subarray(3 * i, 3 * i + 3) : base.subarray(3 * part, 3 * part + 3);
      out.set(from, 4 * part);
      out[4 * part + 3] = bits[i] | (closed[part] && CLOSED);
    }
    return out;
  }
}
