import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  crc32,
  crc32Table,
  decode,
  encode,
  FIELDS,
  FLAGS,
  flagNames,
  format,
  HEADER_LENGTH,
  HeaderError,
  normalizeUrl,
  readHeader,
  registryHash,
  TERMINAL_MODES,
} from '../index.js';

const BYTES = Uint8Array.of(1, 0x78, 0x56, 0x34, 0x12, 5, 0, 0, 0x80, 2, 24, 80, 7);
const HEADER = {
  version: 1,
  registryHash: 0x12345678,
  featureFlags: 0x80000005,
  terminalMode: 'raw',
  rows: 24,
  cols: 80,
  reserved: 7,
};

test('the fields chain without gaps and fill 13 bytes', () => {
  let end = 0;
  for (const { offset, length } of FIELDS) {
    assert.equal(offset, end);
    end += length;
  }
  assert.equal(end, HEADER_LENGTH);
});

test('a golden image decodes and encodes', () => {
  assert.deepEqual(decode(BYTES), HEADER);
  assert.deepEqual(encode(HEADER), BYTES);
});

test('bytes after the header are ignored, and a view into a larger buffer is read at its own place', () => {
  const buffer = new Uint8Array(40);
  buffer.set(BYTES, 9);
  assert.deepEqual(decode(buffer.subarray(9)), HEADER);
});

test('every truncation is refused', () => {
  for (let length = 0; length < HEADER_LENGTH; length += 1) {
    assert.throws(() => decode(BYTES.subarray(0, length)), HeaderError);
  }
});

test('every value of the mode byte', () => {
  for (let mode = 0; mode < 256; mode += 1) {
    const bytes = BYTES.slice();
    bytes[9] = mode;
    if (mode < TERMINAL_MODES.length) {
      assert.equal(decode(bytes).terminalMode, TERMINAL_MODES[mode]);
      assert.deepEqual(encode(decode(bytes)), bytes);
    } else {
      assert.throws(() => decode(bytes), /0x09/);
    }
  }
});

test("bun's binary lockfile is refused by name", () => {
  const foreign = new TextEncoder().encode('#!/usr/bin/env bun\nbun-lockfile-format-v0\n');
  assert.throws(() => decode(foreign), /another program/);
});

test('values out of range are refused by field', () => {
  const cases = [
    ['version', 256],
    ['registryHash', 2 ** 32],
    ['featureFlags', -1],
    ['terminalMode', 'loud'],
    ['rows', 1.5],
    ['cols', undefined],
    ['reserved', '1'],
  ];
  for (const [name, value] of cases) {
    assert.throws(() => encode({ ...HEADER, [name]: value }), new RegExp(name));
  }
});

test('flags are named, and unknown bits are kept', () => {
  assert.deepEqual(flagNames(0), []);
  assert.deepEqual(flagNames(FLAGS.PRIVATE_REGISTRY), ['PRIVATE_REGISTRY']);
  assert.deepEqual(flagNames(0x80000005), ['PREMIUM_TYPES', 'DEBUG', 'bit 31']);
});

test('CRC-32 has its published check value, with and without the runtime', () => {
  const check = new TextEncoder().encode('123456789');
  assert.equal(crc32(check), 0xcbf43926);
  assert.equal(crc32Table(check), 0xcbf43926);
  const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  assert.equal(crc32(every), crc32Table(every));
});

test('base URLs that mean the same registry have the same hash', () => {
  const cases = [
    ['HTTP://LocalHost:4873/', 'http://localhost:4873'],
    ['http://localhost:04873//', 'http://localhost:4873'],
    ['http://localhost:', 'http://localhost'],
    ['HTTPS://NPM.Example.COM:443', 'https://npm.example.com'],
    ['http://npm.example.com:443', 'http://npm.example.com:443'],
    ['http://[FE80::1]:80/', 'http://[fe80::1]'],
    ['https://Example.com/a//@Scope/x%20y/../', 'https://example.com/a//@Scope/x%20y/..'],
  ];
  for (const [url, normalized] of cases) {
    assert.equal(normalizeUrl(url), normalized);
    assert.equal(registryHash(url), crc32(new TextEncoder().encode(normalized)));
  }
  assert.equal(registryHash('http://localhost:4873'), 0x28aa1533);
  assert.equal(registryHash('https://registry.example.com/npm/Team'), 0x1bf115cb);
  assert.equal(registryHash('http://[::1]:4873'), 0xb270d9fa);
});

test('what a base URL cannot have is refused without repeating it', () => {
  const urls = [
    '',
    'localhost:4873',
    'ftp://localhost',
    'http://',
    'http://:4873',
    'http://a,b',
    'http://[::1',
    'http://[12]',
    'http://a:65536',
    'http://a:+80',
    'http://alice:secret@localhost',
    'http://localhost/?a=b',
    'http://localhost#a',
    'http://local host',
    'http://bücher.example',
    'http://localhost\\a',
    'http://localhost/\n',
  ];
  for (const url of urls) {
    assert.throws(() => registryHash(url), (error) => error instanceof HeaderError && !error.message.includes('secret'), url);
  }
});

test('a header prints one line for each field', () => {
  const lines = format(HEADER).split('\n');
  assert.equal(lines.length, FIELDS.length);
  assert.equal(lines[2], '0x05  05 00 00 80  featureFlags  0x80000005 PREMIUM_TYPES DEBUG bit 31');
});

test('a file is read by its first 13 bytes', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'pkg-1-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'registry.lockb');
  await writeFile(path, Buffer.concat([BYTES, Buffer.from('left-pad@1.0.0 sha512-AA==\n')]));
  assert.deepEqual(await readHeader(path), HEADER);
  await writeFile(path, BYTES.subarray(0, 5));
  await assert.rejects(readHeader(path), /only 5/);
});
