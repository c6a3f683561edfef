/** A terminal mode by name. */
export type TerminalMode = 'disabled' | 'cooked' | 'raw';

/** The decoded 13 bytes. */
export interface Header {
  /** Version of the configuration, 0 to 255. */
  version: number;
  /** CRC-32 (IEEE) of the registry's normalised base URL. */
  registryHash: number;
  /** Bit set, see {@link FLAGS}; unknown bits are kept. */
  featureFlags: number;
  terminalMode: TerminalMode;
  /** Terminal rows; 0 follows the viewer's window. */
  rows: number;
  /** Terminal columns; 0 follows the viewer's window. */
  cols: number;
  /** Kept as it is. */
  reserved: number;
}

/** Where a field lies: offset and length in bytes. */
export interface Field {
  readonly name: keyof Header;
  readonly offset: number;
  readonly length: 1 | 4;
}

/** Length of the header in bytes. */
export const HEADER_LENGTH: 13;
/** The fields in file order. */
export const FIELDS: readonly Field[];
/** Masks for `featureFlags`. */
export const FLAGS: Readonly<{ PREMIUM_TYPES: 1; PRIVATE_REGISTRY: 2; DEBUG: 4 }>;
/** The terminal modes; the index is the byte in the file. */
export const TERMINAL_MODES: readonly ['disabled', 'cooked', 'raw'];

/** Thrown when bytes or values do not make a header. */
export class HeaderError extends Error {
  readonly name: 'HeaderError';
}

/**
 * Decodes the header; bytes after the first 13 are ignored.
 * @throws {HeaderError} when there are too few bytes or the terminal mode is unknown.
 */
export function decode(bytes: Uint8Array): Header;
/**
 * Encodes a header into 13 bytes.
 * @throws {HeaderError} when a value is out of range.
 */
export function encode(header: Header): Uint8Array;
/** Reads and decodes the header of a file. */
export function readHeader(path: string | URL): Promise<Header>;
/** Names the set flags; a bit without a name is listed as `bit N`. */
export function flagNames(featureFlags: number): string[];
/** Normalises a base URL: lower-case scheme and host, no default port, no trailing slash. */
export function normalizeUrl(url: string): string;
/** The `registryHash` of a base URL. */
export function registryHash(url: string): number;
/** CRC-32 (IEEE) of bytes. */
export function crc32(bytes: Uint8Array): number;
/** The same as {@link crc32}, without help from the runtime. */
export function crc32Table(bytes: Uint8Array): number;
/** Formats one field's value the way people read it. */
export function formatValue(name: keyof Header, value: Header[keyof Header]): string;
/** Formats a header as a table with one line for each field. */
export function format(header: Header): string;
