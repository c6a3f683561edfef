/**
 * Reads, writes and prints the 13 bytes at the head of a registry's lockfile.
 *
 * Integers are unsigned, little-endian. Offsets count bytes from the start of the file.
 */
import { open } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import * as zlib from 'node:zlib';

/** Length of the header in bytes. */
export const HEADER_LENGTH = 13;

/** The fields in file order: offsets and lengths in bytes. */
export const FIELDS = Object.freeze(
  [
    { name: 'version', offset: 0x00, length: 1 },
    { name: 'registryHash', offset: 0x01, length: 4 },
    { name: 'featureFlags', offset: 0x05, length: 4 },
    { name: 'terminalMode', offset: 0x09, length: 1 },
    { name: 'rows', offset: 0x0a, length: 1 },
    { name: 'cols', offset: 0x0b, length: 1 },
    { name: 'reserved', offset: 0x0c, length: 1 },
  ].map(Object.freeze),
);

/** Masks for `featureFlags`. */
export const FLAGS = Object.freeze({ PREMIUM_TYPES: 1, PRIVATE_REGISTRY: 2, DEBUG: 4 });

/** The terminal modes; the index is the byte in the file. */
export const TERMINAL_MODES = Object.freeze(['disabled', 'cooked', 'raw']);

/** Thrown when bytes or values do not make a header. */
export class HeaderError extends Error {
  name = 'HeaderError';
}

// Bun's binary lockfile has the same extension and another format.
const FOREIGN_MAGIC = '#!/usr/bin/env';

/** Decodes the header; bytes after the first 13 are ignored. */
export function decode(bytes) {
  if (bytes.byteLength < HEADER_LENGTH) {
    throw new HeaderError(`a header has ${HEADER_LENGTH} bytes, but only ${bytes.byteLength} are there`);
  }
  const head = String.fromCharCode(...bytes.subarray(0, HEADER_LENGTH));
  if (FOREIGN_MAGIC.startsWith(head)) {
    throw new HeaderError("this is another program's file: it starts with #!/usr/bin/env");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_LENGTH);
  const header = {};
  for (const { name, offset, length } of FIELDS) {
    header[name] = length === 4 ? view.getUint32(offset, true) : view.getUint8(offset);
  }
  const mode = TERMINAL_MODES[header.terminalMode];
  if (mode === undefined) {
    throw new HeaderError(`terminal mode at offset 0x09 is ${header.terminalMode}; it must be 0, 1 or 2`);
  }
  header.terminalMode = mode;
  return header;
}

/** Encodes a header into 13 bytes. */
export function encode(header) {
  const bytes = new Uint8Array(HEADER_LENGTH);
  const view = new DataView(bytes.buffer);
  for (const { name, offset, length } of FIELDS) {
    const value = name === 'terminalMode' ? TERMINAL_MODES.indexOf(header[name]) : header[name];
    if (name === 'terminalMode' && value < 0) {
      throw new HeaderError(`terminalMode must be one of ${TERMINAL_MODES.join(', ')}, not ${header[name]}`);
    }
    const max = length === 4 ? 0xffffffff : 0xff;
    if (!Number.isInteger(value) || value < 0 || value > max) {
      throw new HeaderError(`${name} must be a whole number from 0 to ${max}, not ${header[name]}`);
    }
    if (length === 4) view.setUint32(offset, value, true);
    else view.setUint8(offset, value);
  }
  return bytes;
}

/** Reads and decodes the header of a file. */
export async function readHeader(path) {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(HEADER_LENGTH), 0, HEADER_LENGTH, 0);
    return decode(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** Names the set flags; a bit without a name is listed as `bit N`. */
export function flagNames(featureFlags) {
  const names = [];
  for (let bit = 0; bit < 32; bit += 1) {
    const mask = 2 ** bit;
    if (Math.floor(featureFlags / mask) % 2 === 0) continue;
    const known = Object.entries(FLAGS).find(([, value]) => value === mask);
    names.push(known ? known[0] : `bit ${bit}`);
  }
  return names;
}

const BASE_URL =
  /^(?<scheme>https?):\/\/(?<host>\[(?<address>[0-9a-f:.]+)\]|[a-z0-9._-]+)(:(?<port>\d*))?(?<path>\/[!"$->@-[\]-~]*)?$/i;
const DEFAULT_PORTS = { http: 80, https: 443 };

/**
 * Normalises a base URL: lower-case scheme and host, no default port, no trailing slash.
 *
 * Not through `URL`, which would also rewrite paths and addresses: the registry hashes them as they are written.
 */
export function normalizeUrl(url) {
  const match = BASE_URL.exec(url);
  const { scheme, host, address, port, path = '' } = match?.groups ?? {};
  if (match === null || Number(port ?? 0) > 0xffff || (address !== undefined && !isIPv6(address))) {
    // The URL is not repeated: it may hold a password.
    throw new HeaderError("a registry's base URL is http(s)://host[:port][/path], without user name, query or fragment");
  }
  const lower = scheme.toLowerCase();
  const shown = port && Number(port) !== DEFAULT_PORTS[lower] ? `:${Number(port)}` : '';
  return `${lower}://${host.toLowerCase()}${shown}${path.replace(/\/+$/, '')}`;
}

/** The `registryHash` of a base URL. */
export function registryHash(url) {
  return crc32(new TextEncoder().encode(normalizeUrl(url)));
}

/** CRC-32 (IEEE) of bytes. */
export function crc32(bytes) {
  // Node 20.0 to 20.14 have no `zlib.crc32`.
  return typeof zlib.crc32 === 'function' ? zlib.crc32(bytes) : crc32Table(bytes);
}

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** The same as {@link crc32}, without help from the runtime. */
export function crc32Table(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Formats one field's value the way people read it. */
export function formatValue(name, value) {
  if (name === 'registryHash') return `0x${value.toString(16).padStart(8, '0')}`;
  if (name === 'featureFlags') {
    return [`0x${value.toString(16).padStart(8, '0')}`, ...flagNames(value)].join(' ');
  }
  if ((name === 'rows' || name === 'cols') && value === 0) return "0 (the viewer's window)";
  return String(value);
}

/** Formats a header as a table with one line for each field: offset, bytes, name, value. */
export function format(header) {
  const bytes = encode(header);
  return FIELDS.map(({ name, offset, length }) => {
    const at = `0x${offset.toString(16).padStart(2, '0')}`;
    const hex = Array.from(bytes.subarray(offset, offset + length), (byte) => byte.toString(16).padStart(2, '0'));
    return `${at}  ${hex.join(' ').padEnd(11)}  ${name.padEnd(12)}  ${formatValue(name, header[name])}`;
  }).join('\n');
}
