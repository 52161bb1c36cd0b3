import { isSignedBy, readPublicKey, type UrlToken } from "../../../tokens/signed-url";
import { RecentMap } from "./recent-map";

const CAPACITY = 10_000;

/** Which key signed a URL's token. A check costs as much as a whole request, so it is made once for each token. */
export class UrlProofs {
  private readonly signers = new RecentMap<string>(CAPACITY);

  /** Whether one of the keys signed a token; `text` is the whole of it. */
  isSigned(text: string, token: UrlToken, publicKeys: readonly string[]): boolean {
    const known = this.signers.get(text);
    if (known !== undefined && publicKeys.includes(known)) return true;
    const signer = publicKeys.find((key) => isSignedBy(token, readPublicKey(key)));
    if (signer !== undefined) this.signers.set(text, signer);
    return signer !== undefined;
  }
}
