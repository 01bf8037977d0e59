/** Why a document cannot be read, and where in its text (an offset in UTF-16 units). */
export class YamlFault extends Error {
  override readonly name = 'YamlFault';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}
