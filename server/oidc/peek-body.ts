/** Owns a look at a small body before anybody reads it: whoever reads it later finds it as it came. */
import type { IncomingMessage } from 'node:http';

/** Resolves to the `length` bytes that the request announced, still unread; to nothing where they do not come. */
export const peekBody = (req: IncomingMessage, length: number): Promise<Buffer | undefined> =>
  new Promise((resolve) => {
    const settle = (body: Buffer | undefined): void => {
      req.off('readable', look);
      req.off('close', look);
      resolve(body);
    };
    // `read` gives all of it or, until then, nothing; it gives less where the end came too soon.
    const look = (): void => {
      const body = req.read(length) as Buffer | null;
      // In the same turn, before the stream notices that it is empty.
      if (body) req.unshift(body);
      if (body?.length === length) settle(body);
      else if (body || req.destroyed || req.readableEnded) settle(undefined);
    };
    req.on('readable', look);
    req.on('close', look);
  });
