import { plainWords } from "./slug";

/**
 * A construct id as a function name: a word begins at a capital after a small letter or digit, and at the last capital
 * of a run. Digits stay with the word before them.
 *
 * "MyHTTPEndpoint2" is "my-http-endpoint2", "V2Api" is "v2-api", "hello_world" is "hello-world". An id without any
 * letter or digit of the Latin alphabet is "": the caller has to ask for a name.
 */
export function kebabCase(id: string): string {
  return plainWords(id.replace(/(?<=[\p{Ll}\p{Nd}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu, "-"));
}
