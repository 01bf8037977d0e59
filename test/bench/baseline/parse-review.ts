/** What every webhook has to do with a review, whatever it then decides: the least there is to compare with. */
export function parseReview(body: Buffer): unknown {
  return JSON.parse(body.toString('utf8'));
}
