/** Owns what telling others asks of a store: one document a stream, written whole by compare-and-set. */
import type { DocumentStore } from '../document-store.ts';
import type { Stream } from './stream.ts';

export type StreamStore = DocumentStore<Stream>;
