import type { Header } from '@mycompany/pkg-1';

/** One published version, as the lockfile records it. */
export interface LockedPackage {
  name: string;
  version: string;
  /** Subresource integrity, such as `sha512-…`. */
  integrity: string;
}

/** A parsed lockfile. */
export interface Lockfile {
  header: Header;
  packages: LockedPackage[];
}

/** A header field whose value differs. */
export interface FieldChange {
  field: keyof Header;
  before: Header[keyof Header];
  after: Header[keyof Header];
}

/** A version whose integrity differs. Published versions never change, so this is a sign of damage. */
export interface IntegrityChange {
  name: string;
  version: string;
  before: string;
  after: string;
}

/** What differs between two lockfiles. */
export interface LockfileDiff {
  fields: FieldChange[];
  added: LockedPackage[];
  removed: LockedPackage[];
  changed: IntegrityChange[];
}

/** Thrown when a package line cannot be read. */
export class LockfileError extends Error {
  readonly name: 'LockfileError';
}

/**
 * Parses a whole lockfile; a last line without its line feed is still being appended and is left out.
 * @throws {LockfileError} when a package line is malformed.
 */
export function parseLockfile(bytes: Uint8Array): Lockfile;
/** Reads and parses a lockfile. */
export function readLockfile(path: string | URL): Promise<Lockfile>;
/** Compares two parsed lockfiles. */
export function diffLockfiles(before: Lockfile, after: Lockfile): LockfileDiff;
/** Whether a diff holds no difference. */
export function isEmpty(diff: LockfileDiff): boolean;
/** Formats a diff with one line for each difference; the empty string when there is none. */
export function formatDiff(diff: LockfileDiff): string;
/**
 * Yields a diff each time the lockfile changes, until the signal aborts.
 * It starts from what `from` holds, or else from the file as the watch finds it.
 */
export function watchLockfile(
  path: string | URL,
  options?: { intervalMs?: number; from?: Lockfile; signal?: AbortSignal },
): AsyncGenerator<LockfileDiff, void, void>;
