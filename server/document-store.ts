/** Owns the port of documents that are written whole: what tells others lies in them, streams and mails. */

export interface WholeDocument {
  readonly id: string;
  /** Compare-and-set compares it; every change adds one. */
  readonly revision: number;
}

export interface DocumentStore<Document extends WholeDocument> {
  /** Insert-only: of any number of callers with one id, one gets true. */
  insert(document: Document): Promise<boolean>;
  find(id: string): Promise<Document | undefined>;
  /** All, by id ascending: a server has dozens. */
  list(): Promise<readonly Document[]>;
  /**
   * Compare-and-set by `revision`, durable: writes the document under the revision that follows, where the stored one is
   * still at the revision that it names. Of any number of callers with one revision, one gets true.
   */
  replace(document: Document): Promise<boolean>;
  /** False where there was none. */
  remove(id: string): Promise<boolean>;
}
