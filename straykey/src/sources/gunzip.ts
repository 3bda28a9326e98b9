import { crc32 } from 'node:zlib';
import type { InflateFault, Inflater } from './inflater.ts';

/** What can be wrong with gzip data, in zlib's words. */
export type GzipFault =
  | InflateFault
  | 'incorrect header check'
  | 'unknown compression method'
  | 'unknown header flags set'
  | 'header crc mismatch'
  | 'incorrect data check'
  | 'incorrect length check';

const MAGIC = 0x8b1f;
const DEFLATE = 8;
// Flags of a member's header (RFC 1952, section 2.3.1).
const CHECKSUM = 0x02;
const EXTRA = 0x04;
const NAME = 0x08;
const COMMENT = 0x10;
const RESERVED = 0xe0;

/** What is read next, in this order; after `length` comes `padding`, and then the next member. */
type Step =
  | 'magic'
  | 'method'
  | 'time'
  | 'extra-length'
  | 'extra'
  | 'name'
  | 'comment'
  | 'header-checksum'
  | 'data'
  | 'checksum'
  | 'length'
  | 'padding';

/**
 * gzip data (RFC 1952): any number of members, one after the other; zero bytes between and after them are padding, as
 * gzip(1) has it. It may be cut anywhere. Accepts and refuses what zlib does, and the checksum and length of every
 * member count.
 *
 * Decoded bytes go to `take` in blocks, valid during the call, all of them before the fault that followed them. When it
 * answers false, nothing more is decoded.
 */
export class Gunzip {
  readonly #inflater: Inflater;
  readonly #take: (block: Uint8Array) => boolean;
  #step: Step = 'magic';
  #fault: GzipFault | undefined;
  /** Set by a fault, and when no more blocks are taken. */
  #over = false;
  /** What of the inflater's room is still to be read. */
  #at = 0;
  #to = 0;
  /** A number being read, lowest byte first, and how many of its bytes were. */
  #value = 0;
  #valueBytes = 0;
  #flags = 0;
  #headerCrc = 0;
  #extraLeft = 0;
  #crc = 0;
  /** Decoded bytes of this member. */
  #bytes = 0;

  constructor(inflater: Inflater, take: (block: Uint8Array) => boolean) {
    this.#inflater = inflater;
    this.#take = take;
  }

  /** Decodes the first `length` bytes of the inflater's room, or up to a fault. */
  decode(length: number): GzipFault | undefined {
    this.#at = 0;
    this.#to = length;
    while (!this.#over && this.#advance());
    return this.#fault;
  }

  /** There is no more: hands out what is left. Whether the data ended where a member does. */
  end(): boolean {
    if (!this.#over && this.#step === 'data') this.#takeBlock();
    return this.#step === 'padding';
  }

  /** One step. False when it needs more input, or when there is no going on. */
  #advance(): boolean {
    switch (this.#step) {
      case 'magic':
        if (!this.#read(2)) return false;
        return this.#value === MAGIC ? this.#goTo('method') : this.#fail('incorrect header check');
      case 'method':
        return this.#read(2) && this.#start();
      case 'time':
        // Time, hints and operating system: of no use here.
        if (!this.#readHeader(6)) return false;
        return this.#goTo(this.#flags & EXTRA ? 'extra-length' : 'name');
      case 'extra-length':
        if (!this.#readHeader(2)) return false;
        this.#extraLeft = this.#value;
        return this.#goTo('extra');
      case 'extra':
        return this.#skipExtra() && this.#goTo('name');
      case 'name':
        return this.#skipText(NAME) && this.#goTo('comment');
      case 'comment':
        return this.#skipText(COMMENT) && this.#goTo('header-checksum');
      case 'header-checksum':
        if (!(this.#flags & CHECKSUM)) return this.#goTo('data');
        if (!this.#read(2)) return false;
        return this.#value === (this.#headerCrc & 0xffff) ? this.#goTo('data') : this.#fail('header crc mismatch');
      case 'data':
        return this.#inflate();
      case 'checksum':
        if (!this.#read(4)) return false;
        return this.#value === this.#crc ? this.#goTo('length') : this.#fail('incorrect data check');
      case 'length':
        if (!this.#read(4)) return false;
        return this.#value === this.#bytes % 2 ** 32 ? this.#goTo('padding') : this.#fail('incorrect length check');
      case 'padding':
        while (this.#at < this.#to && this.#inflater.room[this.#at] === 0) this.#at++;
        return this.#at < this.#to && this.#goTo('magic');
    }
  }

  /** Begins a member whose method and flags have been read. */
  #start(): boolean {
    if ((this.#value & 0xff) !== DEFLATE) return this.#fail('unknown compression method');
    this.#flags = this.#value >> 8;
    if (this.#flags & RESERVED) return this.#fail('unknown header flags set');
    if (this.#flags & CHECKSUM) this.#headerCrc = crc32(Uint8Array.of(0x1f, 0x8b, DEFLATE, this.#flags));
    this.#crc = 0;
    this.#bytes = 0;
    this.#inflater.begin();
    return this.#goTo('time');
  }

  #inflate(): boolean {
    const stop = this.#inflater.decode(this.#at, this.#to);
    this.#at = this.#inflater.position;
    switch (stop.kind) {
      case 'more':
        return false;
      case 'block':
        return this.#takeBlock();
      case 'end':
        return this.#takeBlock() && this.#goTo('checksum');
      case 'fault':
        this.#takeBlock();
        return this.#fail(stop.fault);
    }
  }

  #takeBlock(): boolean {
    const { block } = this.#inflater;
    if (block.length === 0) return true;
    this.#crc = this.#inflater.checksum(this.#crc);
    this.#bytes += block.length;
    this.#over = !this.#take(block);
    return !this.#over;
  }

  /** Reads a number of so many bytes into `#value`. False when the input ends before it does. */
  #read(bytes: number): boolean {
    const { room } = this.#inflater;
    while (this.#valueBytes < bytes && this.#at < this.#to)
      this.#value += room[this.#at++]! * 2 ** (8 * this.#valueBytes++);
    return this.#valueBytes === bytes;
  }

  #readHeader(bytes: number): boolean {
    const from = this.#at;
    const read = this.#read(bytes);
    this.#sum(from);
    return read;
  }

  #skipExtra(): boolean {
    const from = this.#at;
    this.#at = Math.min(from + this.#extraLeft, this.#to);
    this.#extraLeft -= this.#at - from;
    this.#sum(from);
    return this.#extraLeft === 0;
  }

  /** Skips a text that ends with a zero byte, if the header has it. */
  #skipText(flag: number): boolean {
    if (!(this.#flags & flag)) return true;
    const from = this.#at;
    const end = this.#inflater.room.subarray(0, this.#to).indexOf(0, from);
    this.#at = end < 0 ? this.#to : end + 1;
    this.#sum(from);
    return end >= 0;
  }

  /** Adds what was read of the header since `from` to its checksum, if it has one. */
  #sum(from: number): void {
    if (this.#flags & CHECKSUM) this.#headerCrc = crc32(this.#inflater.room.subarray(from, this.#at), this.#headerCrc);
  }

  #goTo(step: Step): true {
    this.#step = step;
    this.#value = 0;
    this.#valueBytes = 0;
    return true;
  }

  #fail(fault: GzipFault): false {
    this.#fault = fault;
    this.#over = true;
    return false;
  }
}
