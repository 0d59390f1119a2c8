/** Owns which links of a folder's pages lead nowhere: to no file of it, or to no heading of a page. */
import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const LINK = /\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g;

/** As GitHub makes them: letters, digits, hyphens and underscores stay, a space is a hyphen. */
const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Of a page of this name with this text; addresses of elsewhere are none. */
const linksOf = (page: string, text: string) =>
  [...text.matchAll(LINK)]
    .map(([, inText, inTag]) => inText ?? inTag ?? '')
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [path, anchor] = link.split('#');
      return { link, file: path ? join(dirname(page), path) : page, anchor };
    });

const leadsSomewhere = async (file: string, anchor: string | undefined): Promise<boolean> => {
  try {
    if (anchor === undefined) await access(file);
    else return anchorsOf(await readFile(file, 'utf8')).includes(anchor);
    return true;
  } catch {
    return false;
  }
};

/** `page: link`, of every .md file. */
export const deadLinks = async (folder: string): Promise<readonly string[]> => {
  const names = await readdir(folder, { recursive: true });
  const dead: string[] = [];
  for (const page of names.filter((name) => name.endsWith('.md'))) {
    for (const { link, file, anchor } of linksOf(page, await readFile(join(folder, page), 'utf8')))
      if (!(await leadsSomewhere(join(folder, file), anchor))) dead.push(`${page}: ${link}`);
  }
  return dead;
};
