/** Addresses of one name that are looked at. A name with more is refused, since some would go unchecked. */
const MAX_ADDRESSES = 64;

/** How much longer the other type may take: some servers never answer when they are asked for AAAA (RFC 4074). */
const OTHER_ANSWER_MILLISECONDS = 500;

/**
 * Merges the answers of the DNS for the types of addresses. Waits for all, but not for long once one has addresses. Rejects where
 * there are none, or too many.
 */
export async function mergeAnswers(
  answers: readonly Promise<readonly string[]>[],
): Promise<readonly string[]> {
  const { promise: isEnough, resolve } = Promise.withResolvers<void>();
  const found: (readonly string[])[] = answers.map(() => []);
  const problems: unknown[] = [];
  let timer: NodeJS.Timeout | null = null;
  const settled = answers.map(async (answer, index) => {
    try {
      found[index] = await answer;
      timer ??= setTimeout(resolve, OTHER_ANSWER_MILLISECONDS);
    } catch (error) {
      problems.push(error);
    }
  });
  await Promise.race([Promise.all(settled), isEnough]);
  if (timer !== null) clearTimeout(timer);
  const addresses = found.flat();
  if (addresses.length === 0) throw problems[0] ?? new Error('the DNS has no address for it');
  if (addresses.length > MAX_ADDRESSES)
    throw new Error(`the DNS has more than ${MAX_ADDRESSES} addresses for it`);
  return addresses;
}
