/** A file that `npm run generate` writes: its path from the root of the repository, and everything in it. */
export interface GeneratedFile {
  path: string;
  content: string;
}

/** Makes files from the sources. The same sources give the same bytes. */
export type Generator = () => GeneratedFile[] | Promise<GeneratedFile[]>;
